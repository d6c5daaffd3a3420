"""Votes of annotators, from whatever file, and what is wrong with some of them."""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from sarangi.base.errors import shown
from sarangi.base.store import FAILED, OK, SKIPPED

UNKNOWN_CLIP = "votes for a clip that the corpus does not have"
TWICE = "an annotator twice on a clip"
AGAIN = "repeated in the same words"
SELF_REPORT = "a self-report"


class Vote(NamedTuple):
    """What one annotator says of one clip; or a count, or a share of a distribution.

    Parameters
    ----------
    where
        Its place, as in ``votes.csv:3``.
    path
        Of the clip, as that of :class:`sarangi.corpora.utterance.Utterance`; of one that the corpus does not
        have, what it is called.
    annotator, dimension, emotion, label, rating, weight, status, reason, cause
        As the columns of :data:`sarangi.base.vote_rows.VOTES`.
    """

    where: str
    path: str
    annotator: str | None = None
    dimension: str | None = None
    emotion: str | None = None
    label: str | None = None
    rating: float | None = None
    weight: float | None = None
    status: str = OK
    reason: str | None = None
    cause: str | None = None

    def unused(self, status: str, reason: str, cause: str) -> "Vote":
        """Return this vote as one that does not count, with the place before the reason."""
        return self._replace(status=status, reason=shown(f"{self.where}: {reason}"), cause=shown(cause))

    def failed(self, reason: str, cause: str) -> "Vote":
        """Return this vote as one that cannot be used."""
        return self.unused(FAILED, reason, cause)._replace(weight=None, rating=None, emotion=None)


class Target(NamedTuple):
    """What the emotion of an utterance is by its votes, or why it has none.

    Parameters
    ----------
    emotion
        None where the utterance is skipped or has failed.
    status, reason, cause
        As those of :class:`sarangi.corpora.utterance.Utterance`; the reason of an emotion is a note.
    """

    emotion: str | None
    status: str = OK
    reason: str | None = None
    cause: str | None = None


def without_contradictions(votes: Iterable[Vote]) -> list[Vote]:
    """Return votes of which those of an annotator who votes twice on a clip do not count, in their order.

    Where both say the same, the first counts; else none does, since nobody can tell which is meant.
    """
    votes = list(votes)
    places: dict[tuple, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for at, vote in enumerate(votes):
        if vote.status == OK and vote.annotator is not None:
            places[vote.path, vote.annotator, vote.dimension][vote.where].append(at)
    for (_, annotator, _), each in places.items():
        if len(each) < 2:
            continue
        said = [sorted((votes[at].label or "", votes[at].weight or 0) for at in ats) for ats in each.values()]
        first, *others = each
        alike = all(one == said[0] for one in said)
        for where in others if alike else each:
            for at in each[where]:
                if alike:
                    votes[at] = votes[at].unused(SKIPPED, f"{AGAIN}: {first}", AGAIN)
                else:
                    why = f"{annotator} votes {len(each)} times on this clip ({', '.join(each)}); keep one"
                    votes[at] = votes[at].failed(why, TWICE)
    return votes
