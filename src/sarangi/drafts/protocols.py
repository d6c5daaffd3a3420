"""Which protocols fit a drafted corpus, and what they cannot say of it."""

from typing import NamedTuple

from sarangi.base.auditing import FEW_GROUPS
from sarangi.drafts.draft import Draft

MOST_LEFT_OUT = 30
"""Speakers up to whom each is left out once; with more, five folds of them take a fraction of the time."""
FOLDS = 5
LISTED = 6  # speakers of a message


PUBLISHED = "published"
"""The protocol of the folds that a corpus is published with."""


class Plan(NamedTuple):
    """Protocols by name, why they fit, and what a reader of their scores must know.

    All are built in but :data:`PUBLISHED`, which is among them where there are ``published_folds``.
    """

    protocols: tuple[str, ...]
    why: str
    warnings: tuple[str, ...]
    published_folds: int = 0


def plan(drafted: Draft) -> Plan:
    """Return the protocols that fit a corpus: speaker-disjoint if it has speakers, and ones that are not.

    With the speaker-disjoint protocol comes the one that is matched to it, since only their difference is
    leakage.  Folds that are published with the corpus come first.
    """
    made = _made(drafted)
    if drafted.table_format != "emobox" or not drafted.table.is_dir():
        return made
    count = sum(path.is_dir() for path in drafted.table.glob("fold_*"))
    why = f"{PUBLISHED} has the folds of its publisher ({count}); {made.why}"
    return Plan((PUBLISHED, *made.protocols), why, made.warnings, count)


def _made(drafted: Draft) -> Plan:
    """Return the built-in protocols that fit a corpus."""
    count = len(drafted.speakers)
    random = "the others share speakers between training and test, to show what that is worth"
    if count < 2:
        why = (
            "random folds, since no speakers are known" if not count else "random folds: there is one speaker"
        )
        return Plan(("random5",), why, tuple(_rare(drafted)))
    if count <= MOST_LEFT_OUT:
        chosen, why = "loso", f"loso leaves each of the {count} speakers out once"
    else:
        chosen, why = "grouped5", f"grouped5 makes {FOLDS} folds of the {count} speakers"
    warnings = []
    if count < FEW_GROUPS:
        warnings.append(
            f"{count} speakers are few: with fewer than {FEW_GROUPS} an interval only describes these"
        )
    return Plan(
        (chosen, f"{chosen}_matched", "random5"),
        f"{why}; {random}",
        (*warnings, *_of_few(drafted), *_rare(drafted)),
    )


def _of_few(drafted: Draft) -> list[str]:
    """Return what is said of emotions that a single speaker has."""
    said = []
    for emotion in drafted.counts:
        speakers = drafted.speakers_with(emotion)
        if len(speakers) == 1:
            said.append(
                f"only {speakers[0]} has {emotion}: where this one is tested, no model has learnt it. "
                "Record it with others, or leave it out (skip)"
            )
    single = [
        speaker
        for speaker in sorted(drafted.speakers)
        if sum(speaker in drafted.speakers_with(emotion) for emotion in drafted.counts) == 1
    ]
    if single and len(drafted.counts) > 1:
        names = ", ".join(single[:LISTED]) + (f" and {len(single) - LISTED} more" if single[LISTED:] else "")
        said.append(
            f"{len(single)} of {len(drafted.speakers)} speakers have one emotion only ({names}): who speaks "
            "gives it away under random folds"
        )
    return said


def _rare(drafted: Draft) -> list[str]:
    """Return what is said of emotions with fewer recordings than folds."""
    rare = [f"{emotion} {count}" for emotion, count in drafted.counts.items() if count < FOLDS]
    said = [f"fewer than {FOLDS} recordings of {', '.join(rare)}: some folds cannot test it"] if rare else []
    if len(drafted.counts) == 1:
        said.append(f"there is one emotion only, {next(iter(drafted.counts))}: nothing can be told apart")
    return said
