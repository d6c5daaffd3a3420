"""Votes of an utterance with one left out: what each annotator says, and what the others do."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

ALIKE = 1e-9
OUTSIDE = ""
"""The answer of an annotator who names no emotion of the model."""

PAIRS = ["utterance_id", "vote", "reference", "said", "part"]


class LeftOut(NamedTuple):
    """Each vote beside the others on the same clip.

    Parameters
    ----------
    pairs : data frame of the columns :data:`PAIRS`
        What one annotator said, a row a label with its part of the vote, and ``reference``, the emotion that
        most of the others give; only where these are not tied.
    said, others : arrays of shape (P, K)
        What one annotator said, and how the others are divided, as shares of the emotions.
    of_shares : series of P utterance ids
        Of these.
    counts : data frame indexed by utterance_id
        ``ties``, ``outside``: votes that are left out.
    """

    pairs: pd.DataFrame
    said: np.ndarray
    others: np.ndarray
    of_shares: pd.Series
    counts: pd.DataFrame


def left_out(votes: pd.DataFrame, emotions: Sequence[str]) -> LeftOut:
    """Return each vote beside the others on its clip.

    Parameters
    ----------
    votes
        Of :func:`sarangi.base.vote_shares.emotion_votes`.  Where annotators are not named, counts are whole
        numbers of votes for one label each; a clip whose weights are shares has nobody to compare with.
    emotions
        Names of the K classes of a model.  Any other emotion, or label of none, is a value of its own: it can
        be what most of the others say, and is then no reference.
    """
    place = {emotion: at for at, emotion in enumerate(emotions)}
    rows: list[tuple[str, int, str, str, float]] = []
    said: list[np.ndarray] = []
    others_: list[np.ndarray] = []
    of_shares: list[str] = []
    counts: dict[str, tuple[int, int]] = {}
    for utterance, clip in sorted(_by_clip(votes).items()):
        ties = outside = 0
        each = list(_ballots(clip))
        total = _added(each)
        for number, (ballot, times) in enumerate(each):
            rest = {value: weight - ballot.get(value, 0.0) for value, weight in total.items()}
            left = sum(rest.values())
            if left < 1 - ALIKE:
                continue  # nobody else
            own, beside = _within(ballot, place), _within(rest, place)
            if own.sum() > ALIKE and beside.sum() > ALIKE:
                said += [own / own.sum()] * times
                others_ += [beside / beside.sum()] * times
                of_shares += [utterance] * times
            most = max(rest.values())
            first = [value for value, weight in rest.items() if weight >= most - ALIKE]
            if len(first) > 1:
                ties += times
            elif first[0] not in place:
                outside += times
            else:
                parts = _answers(ballot, place)
                rows += [(utterance, number, first[0], value, part * times) for value, part in parts.items()]
        counts[utterance] = ties, outside
    shape = (-1, len(emotions))
    return LeftOut(
        pd.DataFrame(rows, columns=PAIRS),
        np.array(said).reshape(shape),
        np.array(others_).reshape(shape),
        pd.Series(of_shares, dtype=str),
        pd.DataFrame.from_dict(counts, orient="index", columns=["ties", "outside"]),
    )


Ballot = dict[str, float]
"""Weights by what is said: an emotion, or a label of none."""


def _by_clip(votes: pd.DataFrame) -> dict[str, dict[str | None, Ballot]]:
    """Return the ballot of each annotator by utterance; None is the annotator of counts."""
    found: dict[str, dict[str | None, Ballot]] = {}
    value = votes["emotion"].fillna(votes["label"])
    annotator = votes["annotator"].astype(object).where(votes["annotator"].notna(), None)
    for utterance, who, said, weight in zip(
        votes["utterance_id"], annotator, value, votes["weight"], strict=True
    ):
        ballot = found.setdefault(utterance, {}).setdefault(who, {})
        ballot[said] = ballot.get(said, 0.0) + weight
    return found


def _ballots(clip: Mapping[str | None, Ballot]) -> Iterator[tuple[Ballot, int]]:
    """Yield what each annotator of a clip says, and how many say just that; of shares this is not known."""
    for annotator in sorted(who for who in clip if who is not None):
        yield clip[annotator], 1
    unnamed = clip.get(None, {})
    if all(abs(weight - round(weight)) <= ALIKE for weight in unnamed.values()):
        for value, weight in sorted(unnamed.items()):
            yield {value: 1.0}, round(weight)


def _added(ballots: Sequence[tuple[Ballot, int]]) -> Ballot:
    total: Ballot = {}
    for ballot, times in ballots:
        for value, weight in ballot.items():
            total[value] = total.get(value, 0.0) + weight * times
    return total


def _within(weights: Mapping[str, float], place: Mapping[str, int]) -> np.ndarray:
    found = np.zeros(len(place))
    for value, weight in weights.items():
        if value in place:
            found[place[value]] += weight
    return found


def _answers(ballot: Mapping[str, float], place: Mapping[str, int]) -> dict[str, float]:
    """Return the answers of an annotator with their parts; what is no emotion of the model is one answer."""
    total = sum(ballot.values())
    found: dict[str, float] = {}
    for value, weight in ballot.items():
        name = value if value in place else OUTSIDE
        found[name] = found.get(name, 0.0) + weight / total
    return found
