"""What transformers says while it loads somebody's weights: no report, and errors without advice."""

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from transformers.utils import logging

COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
ADVICE = re.compile(r"[^.!\n]*(?:ignore_mismatched_sizes|above report)[^.!\n]*[.!]?")
"""Of transformers to whoever called it: options that are not the reader's, a report that is not shown."""


@contextmanager
def quietly() -> Iterator[None]:
    """Keep transformers' report on tensors out of the log; what is missing or left over the caller checks."""
    before = logging.get_verbosity()
    logging.set_verbosity_error()
    try:
        yield
    finally:
        logging.set_verbosity(before)


def said_by(error: Exception) -> str:
    """Return what an error of transformers says, without its colours and its advice, on one line."""
    text = " ".join(ADVICE.sub("", COLOURS.sub("", str(error))).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def refuse_other_shapes(mismatched: Collection[Any]) -> None:
    """Refuse tensors of other shapes than the settings describe.

    Parameters
    ----------
    mismatched
        ``mismatched_keys`` of transformers: name, shape in the file, shape by the settings.

    Raises
    ------
    ValueError
        Names the first one, with both shapes.
    """
    if mismatched:
        name, found, expected = min(mismatched, key=lambda entry: str(entry[0]))
        raise ValueError(
            f"{len(mismatched)} tensors have another shape than config.json describes, first {name}: "
            f"{tuple(found)} in the file, {tuple(expected)} expected"
        )
