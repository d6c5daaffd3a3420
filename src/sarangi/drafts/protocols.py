"""Which protocols fit a drafted corpus, and what they cannot say of it."""

from typing import Any, NamedTuple

from sarangi.base.auditing import FEW_GROUPS
from sarangi.drafts.draft import Draft

MOST_LEFT_OUT = 30
"""Speakers up to whom each is left out once; with more, five folds of them take a fraction of the time."""
FOLDS = 5
SEED = 42  # of the built-in protocols, too
LISTED = 6  # speakers of a message


PUBLISHED = "published"
"""The protocol of the folds that a corpus is published with."""


class Plan(NamedTuple):
    """Protocols by name, why they fit, and what a reader of their scores must know.

    All are built in but :data:`PUBLISHED`, which is among them where there are ``published_folds``, and
    those in ``own``, by name.
    """

    protocols: tuple[str, ...]
    why: str
    warnings: tuple[str, ...]
    published_folds: int = 0
    own: tuple[tuple[str, dict[str, Any]], ...] = ()


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
    return made._replace(protocols=(PUBLISHED, *made.protocols), why=why, published_folds=count)


def _made(drafted: Draft) -> Plan:
    """Return the protocols that fit a corpus: built-in ones, and folds of fewer parts where it is small."""
    count = len(drafted.speakers)
    rarest = min(drafted.counts.values(), default=0)
    random = _folds("random", RANDOM, rarest)
    rare = _rare(drafted, bool(random))
    if count < 2:
        why = (
            "random folds, since no speakers are known" if not count else "random folds: there is one speaker"
        )
        # without any other protocol the audit says what the corpus lacks
        return Plan(tuple(random) or ("random5",), why, tuple(rare), own=_own(random))
    if count <= MOST_LEFT_OUT:
        chosen: dict[str, dict[str, Any]] = {"loso": {}, "loso_matched": {}}
        why = f"loso leaves each of the {count} speakers out once"
    else:
        fewest = min((len(drafted.speakers_with(emotion)) for emotion in drafted.counts), default=0)
        chosen = _folds("grouped", GROUPED, fewest) or {"grouped5": {}, "grouped5_matched": {}}
        why = f"{next(iter(chosen))} keeps each of the {count} speakers in one fold"
    warnings = []
    if count < FEW_GROUPS:
        warnings.append(
            f"{count} speakers are few: with fewer than {FEW_GROUPS} the interval is descriptive, and says "
            "nothing about other speakers"
        )
    return Plan(
        (*chosen, *random),
        f"{why}; the others have the speakers in training, too, to show what that is worth",
        (*warnings, *_of_few(drafted), *rare),
        own=_own({**chosen, **random}),
    )


RANDOM = {"": {"title": "random {}-fold", "kind": "stratified_kfold", "leaks": True}}
GROUPED = {
    "": {"title": "{} speaker-disjoint folds", "kind": "stratified_group_kfold", "leaks": False},
    "_matched": {
        "title": "matched to {} speaker-disjoint folds",
        "kind": "stratified_group_kfold",
        "matched": SEED,
        "leaks": True,
    },
}
"""Entries like the built-in ones of :data:`FOLDS` folds, by the end of their name."""


def _folds(name: str, entries: dict[str, dict[str, Any]], most: int) -> dict[str, dict[str, Any]]:
    """Return protocols of up to :data:`FOLDS` folds, by name; an empty entry is built in.

    None where fewer than two are possible.
    """
    folds = min(FOLDS, most)
    if folds < 2:
        return {}
    return {
        f"{name}{folds}{end}": {}
        if folds == FOLDS
        else {**entry, "title": entry["title"].format(folds), "folds": folds, "seed": SEED}
        for end, entry in entries.items()
    }


def _own(protocols: dict[str, dict[str, Any]]) -> tuple[tuple[str, dict[str, Any]], ...]:
    """Return the protocols that are not built in."""
    return tuple((name, entry) for name, entry in protocols.items() if entry)


def _of_few(drafted: Draft) -> list[str]:
    """Return what is said of emotions that a single speaker has."""
    said = []
    for emotion in drafted.counts:
        speakers = drafted.speakers_with(emotion)
        if len(speakers) == 1:
            said.append(
                f"only {speakers[0]} has {emotion}: when this speaker is tested, no model has seen "
                "it in training. "
                "Record it with other speakers, too, or leave it out (skip)"
            )
    single = [
        speaker
        for speaker in sorted(drafted.speakers)
        if sum(speaker in drafted.speakers_with(emotion) for emotion in drafted.counts) == 1
    ]
    if single and len(drafted.counts) > 1:
        names = ", ".join(single[:LISTED]) + (f" and {len(single) - LISTED} more" if single[LISTED:] else "")
        said.append(
            f"{len(single)} of {len(drafted.speakers)} speakers have one emotion only ({names}): "
            "the speaker "
            "gives it away under random folds"
        )
    return said


def _rare(drafted: Draft, random: bool) -> list[str]:
    """Return what is said of emotions with few recordings, where there are ``random`` folds or none."""
    rare = [f"{emotion} {count}" for emotion, count in drafted.counts.items() if count < FOLDS]
    instead = "hence the smaller number of random folds" if random else "too few for random folds"
    said = [f"fewer than {FOLDS} recordings of an emotion ({', '.join(rare)}): {instead}"] if rare else []
    if len(drafted.counts) == 1:
        said.append(f"there is only one emotion, {next(iter(drafted.counts))}: nothing to tell apart")
    return said
