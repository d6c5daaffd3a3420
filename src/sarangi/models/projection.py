"""Features from which the directions that tell the speaker are projected out, or as many others."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import binom
from sklearn.linear_model import RidgeClassifier

from sarangi.base.nesting import one_emotion
from sarangi.models.predictions import Refused

SPEAKER, SHUFFLED, RANDOM = "speaker", "shuffled", "random"
SEEDED = (SHUFFLED, RANDOM)
ROUNDS = 30  # at most, of finding directions in what is left and projecting them out
FOLDS = 4  # that clips are held out in, to see whether what is left tells their speaker
SURE = 0.95  # that as many speakers are told as chance would not tell
SMALLEST = 1e-6  # of a direction beside the largest of its round, in singular values


def refuse_nested(rows: pd.DataFrame, where: str) -> None:
    """Raise Refused where directions of speakers cannot be found, or not be told from those of emotions.

    Parameters
    ----------
    rows : data frame of speaker and emotion
        What the directions would be found on.
    where
        What they are, for the message.
    """
    nesting = one_emotion(rows)
    if nesting.speakers < 2:
        raise Refused(f"{where} has {nesting.speakers} known speakers of several clips, and not two or more")
    if nesting.nested:
        raise Refused(
            f"emotion is nested in the speaker: in {where} {nesting.of_one_emotion} of {nesting.speakers} "
            "speakers have one emotion alone, so that their directions are those of emotions"
        )


def balanced_folds(rows: pd.DataFrame, folds: int, seed: int) -> np.ndarray:
    """Return a fold for each clip, with clips of each speaker and emotion dealt evenly.

    Parameters
    ----------
    rows : data frame of speaker and emotion
        One row a clip, each with a speaker.
    folds
        Their number.
    seed
        Of the order within a speaker and emotion.

    Returns
    -------
    array of int of shape (clips,)
    """
    drawn = np.random.default_rng(seed).permutation(len(rows))
    emotions, speakers = (rows[name].fillna("").to_numpy(str) for name in ("emotion", "speaker"))
    found = np.empty(len(rows), int)
    found[np.lexsort((drawn, emotions, speakers))] = np.arange(len(rows)) % folds
    return found


def cell_weights(rows: pd.DataFrame) -> np.ndarray:
    """Return weights of mean 1 with which every speaker counts alike, and so does every emotion of one.

    Parameters
    ----------
    rows : data frame of speaker and emotion
        One row a clip, each with a speaker.

    Returns
    -------
    array of float64 of shape (clips,)
    """
    emotions = rows["emotion"].fillna("")
    clips = emotions.groupby([rows["speaker"], emotions]).transform("size")
    weights = 1 / (clips * emotions.groupby(rows["speaker"]).transform("nunique"))
    return (weights / weights.mean()).to_numpy(np.float64)


class Told(NamedTuple):
    """How often speakers are told, and how often by chance: if what is said did not depend on who speaks.

    ``clips`` are as many of one weight as would say as much.
    """

    accuracy: float
    chance: float
    clips: float

    @property
    def above_chance(self) -> bool:
        """Whether more are told than chance tells in 19 of 20 cases."""
        clips = int(self.clips)
        return bool(self.accuracy * clips > binom.ppf(SURE, clips, self.chance))


def told(speakers: np.ndarray, said: np.ndarray, weights: np.ndarray) -> Told:
    """Return how often speakers are told.

    Parameters
    ----------
    speakers, said : arrays of text of shape (clips,)
        Who speaks, and who a probe says it is.
    weights : array of float64 of shape (clips,)
        Of :func:`cell_weights`: then who tells the emotion alone tells no speaker above chance.
    """
    weights = weights / weights.sum()
    names = np.union1d(speakers, said)
    shares = [weights @ (each[:, None] == names) for each in (speakers, said)]
    return Told(
        float(weights @ (speakers == said)), float(shares[0] @ shares[1]), 1 / float(weights @ weights)
    )


def speaker_directions(values: np.ndarray, rows: pd.DataFrame, seed: int = 0) -> np.ndarray:
    """Return directions that tell speakers linearly (iterative null-space projection).

    Ravfogel et al. (2020), Null it out: guarding protected attributes by iterative nullspace projection,
    ACL: a linear classifier of the speaker is trained, the directions that it reads are projected out, and
    again on what is left.  Here it is a ridge regression whose penalty is the number of clips, so that each
    feature has its own variance, 1, added; and a clip weighs so that every speaker counts alike, and so does
    every emotion of a speaker.  It ends when the same, done without some of these clips, no longer tells
    their speakers, or after :data:`ROUNDS`.

    Parameters
    ----------
    values : array of float64 of shape (clips, features)
        Standardised features; those that the directions are to be found on, and no others.
    rows : data frame of speaker and emotion
        Of these clips; those without a speaker are left out.
    seed
        Of the folds in which clips are held out.

    Returns
    -------
    array of float64 of shape (directions, features)
        Orthonormal rows, at most (speakers - 1) a round.
    """
    known = rows["speaker"].notna().to_numpy()
    values, rows = values[known], rows[known]
    speakers = rows["speaker"].to_numpy(str)
    fold = balanced_folds(rows, FOLDS, seed)
    inner = [_rounds(values[fold != held], rows[fold != held], values[fold == held]) for held in range(FOLDS)]
    truth, weights = (
        np.concatenate([each[fold == held] for held in range(FOLDS)])
        for each in (speakers, cell_weights(rows))
    )
    found = np.empty((0, values.shape[1]))
    whole = _rounds(values, rows, values[:0])
    for _ in range(ROUNDS):
        if not told(truth, np.concatenate([next(each).said for each in inner]), weights).above_chance:
            break
        found = next(whole).directions
    return found


class _Round(NamedTuple):
    """What is said of clips held out before directions are projected out, and all directions after that."""

    said: np.ndarray
    directions: np.ndarray


def _rounds(values: np.ndarray, rows: pd.DataFrame, held: np.ndarray) -> Iterator[_Round]:
    """Yield round after round; where nothing is left the directions stay as they are."""
    speakers, weights = rows["speaker"].to_numpy(str), cell_weights(rows)
    found = np.empty((0, values.shape[1]))
    while True:
        probe = RidgeClassifier(alpha=len(values)).fit(values, speakers, sample_weight=weights)
        said = probe.predict(held) if len(held) else np.empty(0, str)
        # rounding would let earlier directions back in
        _, sizes, directions = np.linalg.svd(without(probe.coef_, found), full_matrices=False)
        new = directions[sizes > max(SMALLEST * sizes[0], np.finfo(float).eps)]
        found = np.linalg.qr(np.vstack([found, new]).T)[0].T
        values, held = without(values, found), without(held, found)
        yield _Round(said, found)


def shuffled_directions(count: int, values: np.ndarray, rows: pd.DataFrame, seed: int) -> np.ndarray:
    """Return as many directions, found in the same way after speakers are shuffled within each emotion.

    They tell nothing that there is to tell, and yet have about as much of the features' variance, and of
    what the emotions have in common with it, which :func:`random_directions` have not.

    Parameters
    ----------
    count
        Of directions.
    values, rows
        As for :func:`speaker_directions`.
    seed
        Of the dealing.

    Returns
    -------
    array of float64 of shape (count, features)
    """
    known = rows["speaker"].notna().to_numpy()
    values, rows = values[known], rows[known]
    draw = np.random.default_rng(seed)
    dealt = rows["speaker"].to_numpy(dtype=object, copy=True)
    emotions = rows["emotion"].fillna("").to_numpy(str)
    for emotion in np.unique(emotions):
        dealt[emotions == emotion] = draw.permutation(dealt[emotions == emotion])
    found = np.empty((0, values.shape[1]))
    for each in _rounds(values, rows.assign(speaker=dealt), values[:0]):
        if len(found) >= count or len(each.directions) == len(found):
            break
        found = each.directions
    return found[:count]


def random_directions(count: int, width: int, seed: int) -> np.ndarray:
    """Return orthonormal directions drawn evenly from all, float64 of shape (count, width)."""
    return np.linalg.qr(np.random.default_rng(seed).normal(size=(width, count)))[0].T


def without(values: np.ndarray, directions: np.ndarray) -> np.ndarray:
    """Return values of shape (clips, features) without what they have along orthonormal directions."""
    return values - (values @ directions.T) @ directions
