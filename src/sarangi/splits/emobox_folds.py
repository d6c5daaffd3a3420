"""Folds as EmoBox (Ma et al. 2024) publishes them: a folder a fold, with lists of recordings."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from sarangi.base.documents import DocumentError, json_of, lines_of, text_in
from sarangi.base.errors import SarangiError
from sarangi.base.parts import TEST, TRAIN, VALIDATION
from sarangi.sources.listing import LOOP, listed_below

PARTS_BY_SUFFIX = {"train": TRAIN, "valid": VALIDATION, "test": TEST}


class Fold(NamedTuple):
    """A fold as it was published."""

    name: str
    """Of its folder."""
    parts: Mapping[str, str]
    """By the name of each recording, without folders and suffix: its part."""


def folds_in(folder: Path, where: str) -> Iterator[Fold]:
    """Yield the folds of a folder, by their numbers.

    ``fold_<n>/<name>_{train,valid,test}_fold_<n>.jsonl`` hold an object a line, whose ``wav`` ends in the
    name of the recording.

    Parameters
    ----------
    folder
        Of the folds of one corpus.
    where
        What needs them, for messages.

    Raises
    ------
    SarangiError
        If something in the folder cannot be listed or read, a line is no such object, or a recording is in
        two parts of a fold.
    """
    for entry in listed_below(folder):
        if entry.problem and entry.kind != LOOP:
            raise SarangiError(f"{where}: {folder}/{entry.path} is {entry.problem}")
    numbered = [
        (int(matched[1]), path)
        for path in folder.glob("fold_*")
        if (matched := re.fullmatch(r"fold_([0-9]{1,9})", path.name))
    ]
    for _, path in sorted(numbered):
        parts: dict[str, str] = {}
        for suffix, part in PARTS_BY_SUFFIX.items():
            for file in sorted(path.glob(f"*_{suffix}_{path.name}.jsonl")):
                for line, stem in _stems(file):
                    if parts.setdefault(stem, part) != part:
                        raise SarangiError(
                            f"{file}:{line}: {stem} is {part} and {parts[stem]} of {path.name}; expected "
                            "each recording in one part of a fold. Remove it from one of the lists"
                        )
        yield Fold(path.name, parts)


def _stems(file: Path) -> Iterator[tuple[int, str]]:
    """Yield line and recording of each entry of a list."""
    try:
        text = text_in(file)
    except (OSError, DocumentError) as error:
        raise SarangiError(f"{file}: expected one JSON object per line ({error})") from error
    for number, line in enumerate(lines_of(text), 1):
        try:
            yield number, PurePosixPath(json_of(line)["wav"]).stem
        except (ValueError, TypeError, KeyError) as error:
            raise SarangiError(
                f"{file}:{number}: expected an object with wav, found {line[:80]!r} ({error})"
            ) from error
