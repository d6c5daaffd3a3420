"""The emotion of an utterance by the votes of its annotators; one without agreement keeps its row."""

from collections.abc import Iterable

from sarangi.base.emotions import ordered
from sarangi.base.store import FAILED, OK, SKIPPED
from sarangi.corpora.vote_settings import FIRST, MAJORITY, SOFT, TargetSettings
from sarangi.corpora.votes import Target, Vote

NO_VOTE = "no vote"
NO_MAJORITY = "no majority of the votes"
TIE = "the votes are tied"
ALIKE = 1e-9
"""Within which sums of weights are one: thirds do not add up to 1."""


def target_of(votes: Iterable[Vote], settings: TargetSettings) -> Target:
    """Return the emotion of an utterance by its votes.

    By the rule ``majority`` it is what more than half of all votes are for, by ``plurality`` what most of
    them are for; votes for labels that the study does not use count, and where these are the most the
    utterance is not one of the study's.  By ``soft`` only votes for emotions of the study count, and the most
    of them decide whatever their share, the first of a tie: the emotion that folds and scores go by, next to
    the shares that a model may be trained on (:func:`sarangi.base.vote_shares.soft_labels`).

    Parameters
    ----------
    votes
        Of one utterance; those that are not ok do not count.
    settings
        Rule, and what is done with a tie.
    """
    votes = list(votes)
    usable = [vote for vote in votes if vote.status == OK and vote.dimension is None and vote.weight]
    counted = [vote for vote in usable if vote.emotion is not None or settings.rule != SOFT]
    if not counted:
        if usable:
            return Target(
                None, SKIPPED, f"votes for no emotion of the study: {_told(usable)}", _voted(usable)
            )
        lost = next((vote.reason for vote in votes if vote.status == FAILED and vote.dimension is None), None)
        return Target(None, FAILED, f"{NO_VOTE} that can be used; {lost}" if lost else NO_VOTE, NO_VOTE)
    weights: dict[tuple[str | None, str], float] = {}
    for vote in counted:
        name = (vote.emotion, vote.emotion or vote.label or "")
        weights[name] = weights.get(name, 0.0) + (vote.weight or 0.0)
    most, total = max(weights.values()), sum(weights.values())
    first = [name for name, weight in weights.items() if weight >= most - ALIKE]
    if settings.rule == MAJORITY and most <= total / 2 + ALIKE:
        return Target(None, SKIPPED, f"{NO_MAJORITY}: {_told(counted)}", NO_MAJORITY)
    note = None
    if len(first) > 1:
        emotions = ordered([emotion for emotion, _ in first if emotion is not None])
        if not emotions or (settings.rule != SOFT and settings.ties != FIRST):
            return Target(None, SKIPPED, f"{TIE}: {_told(counted)}", TIE)
        first = [(emotions[0], emotions[0])]
        note = f"{TIE} ({_told(counted)}); taken is the first, {emotions[0]}"
    emotion, label = first[0]
    if emotion is None:
        return Target(None, SKIPPED, f"most votes are for {label}: {_told(counted)}", f"voted {label!r}")
    return Target(emotion, reason=note)


def _voted(votes: Iterable[Vote]) -> str:
    labels = sorted({vote.label or "" for vote in votes})
    return f"voted {labels[0]!r}" if len(labels) == 1 else "votes for no emotion of the study"


def _told(votes: Iterable[Vote]) -> str:
    """Return votes in words, such as ``angry 1.5, frustration 1``."""
    weights: dict[str, float] = {}
    for vote in votes:
        name = vote.emotion or vote.label or ""
        weights[name] = weights.get(name, 0.0) + (vote.weight or 0.0)
    return ", ".join(f"{name} {weights[name]:g}" for name in sorted(weights, key=lambda n: (-weights[n], n)))
