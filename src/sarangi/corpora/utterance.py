"""What the name and place of a recording say about it, in one form for every corpus."""

import re
from dataclasses import dataclass

from sarangi.base.errors import shown
from sarangi.base.store import FAILED, SKIPPED


@dataclass(frozen=True, kw_only=True)
class Utterance:
    """One utterance as its corpus describes it; what the corpus does not say stays None.

    ``path`` is the place within the corpus in its published layout, ``file`` where it was found;
    ``group`` is the unit that a split must not divide and that the statistics resample.
    """

    path: str
    file: str
    language: str | None = None
    speaker: str | None = None
    group: str | None = None
    session: str | None = None
    gender: str | None = None
    emotion: str | None = None
    label: str | None = None
    text: str | None = None
    part: str | None = None
    status: str = "ok"
    reason: str | None = None


def failed(file: str, reason: str, **known: str) -> Utterance:
    """Return an utterance that cannot be used, with what is known about it."""
    return Utterance(**{"path": file, **known}, file=file, status=FAILED, reason=shown(reason))


def skipped(file: str, reason: str, **known: str) -> Utterance:
    """Return an utterance that does not belong to the study, with what is known about it."""
    return Utterance(**{"path": file, **known}, file=file, status=SKIPPED, reason=shown(reason))


def turn_of(utterance_id: str) -> tuple[str, int] | None:
    """Return the dialogue of an utterance and its turn in it where its name states both, as MELD's do."""
    found = re.fullmatch(r"(.*\bdia\d+)_utt(\d+)\.\w+", utterance_id)
    return (found[1], int(found[2])) if found else None
