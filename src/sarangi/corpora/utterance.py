"""What the name and place of a recording say about it, in one form for every corpus."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sarangi.base.errors import shown
from sarangi.base.store import FAILED, SKIPPED


@dataclass(frozen=True, kw_only=True, slots=True)
class Utterance:
    """One utterance as its corpus describes it; what the corpus does not say stays None.

    ``path`` is the place within the corpus in its published layout, ``file`` where it was found;
    ``group`` is the unit that a split must not divide and that the statistics resample; ``cause`` is the
    ``reason`` without what is peculiar to this utterance, such as a line: what utterances are counted by.
    ``start`` and ``end`` are seconds in the file of which the utterance is a segment; ``further`` has other
    columns of a corpus's own table, by their names in the manifest; ``where`` is its row there.
    ``rated`` has ratings on a scale by dimension, as the corpus writes them, and ``rated_at`` says where.
    """

    path: str
    file: str
    language: str | None = None
    speaker: str | None = None
    group: str | None = None
    session: str | None = None
    gender: str | None = None
    age: str | None = None
    emotion: str | None = None
    label: str | None = None
    text: str | None = None
    part: str | None = None
    start: float | None = None
    end: float | None = None
    further: Mapping[str, str] | None = None
    where: str | None = None
    rated: Mapping[str, str] | None = None
    rated_at: str | None = None
    status: str = "ok"
    reason: str | None = None
    cause: str | None = None


def failed(file: str, reason: str, cause: str | None = None, **known: Any) -> Utterance:
    """Return an utterance that cannot be used, with what is known about it.

    Parameters
    ----------
    file
        Where it was found.
    reason
        What was found and what was expected.
    cause
        The reason without what is peculiar to this utterance; None where nothing in it is.
    known
        Other fields of :class:`Utterance`.
    """
    return _unused(FAILED, file, reason, cause, known)


def skipped(file: str, reason: str, cause: str | None = None, **known: Any) -> Utterance:
    """Return an utterance that does not belong to the study; parameters as of :func:`failed`."""
    return _unused(SKIPPED, file, reason, cause, known)


def _unused(status: str, file: str, reason: str, cause: str | None, known: Mapping[str, Any]) -> Utterance:
    said = {"status": status, "reason": shown(reason), "cause": shown(cause or reason)}
    return Utterance(**{"path": file, **known}, file=file, **said)


def turn_of(utterance_id: str) -> tuple[str, int] | None:
    """Return the dialogue of an utterance and its turn in it where its name states both, as MELD's do."""
    found = re.fullmatch(r"(.*\bdia\d+)_utt(\d+)\.\w+", utterance_id)
    return (found[1], int(found[2])) if found else None
