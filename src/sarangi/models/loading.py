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
    """Keep transformers' report on tensors and its bars out of the log; the caller checks what is missing."""
    before, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(before)
        if bars:
            logging.enable_progress_bar()


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
            f"{len(mismatched)} tensors have a different shape from what config.json describes, "
            f"first {name}: "
            f"{tuple(found)} in the file, {tuple(expected)} expected"
        )
