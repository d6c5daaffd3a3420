"""Rulers for published numbers: what guessing and constant answers score, and how well a number is known.

All of it follows from the print and from the answers in the study's result files; two claims on the same
data are held against the same ruler.
"""

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from sarangi.published.answers import answers_of
from sarangi.published.expressions import Record, Records
from sarangi.statistics.metrics import METRICS, UAR

MACRO_RECALLS = tuple(metric.name for metric in METRICS if UAR in (metric, metric.variant_of))
"""UAR, and that which counts a class without test clips as recall 0."""

AVERAGES = {metric.name: metric.averages for metric in METRICS if metric.averages is not None}
"""Plain means over classes, and of which score of these."""

CONSTANT = {metric.name: metric.constant for metric in METRICS if metric.constant is not None}
"""The metrics that a constant predictor's supports decide."""


def of_experiment(record: Record, claims: Records) -> dict[str, str]:
    """Return what was printed of the same experiment by metric, without slices."""
    return {
        other["metric"]: other["value"]
        for other in claims.values()
        if other.get("experiment") == record["experiment"] and "slice" not in other
    }


def constant_scores(supports: Mapping[str, int], emotion: str) -> dict[str, Fraction]:
    """Return the scores of a predictor that always says one emotion, over the classes listed."""
    n, hits, classes = sum(supports.values()), supports[emotion], len(supports)
    return {name: score(n, hits, classes) for name, score in CONSTANT.items()}


def ceiling_and_chance(supports: Mapping[str, int]) -> tuple[Fraction, Fraction]:
    """Return the best macro recall, and that of uniform guessing, when absent classes count as 0."""
    there = sum(support > 0 for support in supports.values())
    return Fraction(there, len(supports)), Fraction(there, len(supports) ** 2)


def is_mean_recall(metric: str) -> bool:
    """Whether a metric is a mean recall of whichever emotions."""
    return metric in MACRO_RECALLS


def counted_again(record: Record) -> bool:
    """Whether a mean recall counts each clip of one test part once a run, and the answers are known."""
    facts, answers = record.get("facts", {}), answers_of(record)
    n, clips, seeds = record.get("n"), facts.get("clips"), facts.get("seeds")
    if answers is None or n is None or clips is None or seeds is None:
        return False
    return seeds > 1 and n == clips * seeds and is_mean_recall(record["metric"]) and answers.same_clips()


def width_once(record: Record) -> tuple[float, float] | None:
    """Return how wide an interval with each clip once is beside one with each once a run; None if unknown."""
    answers = answers_of(record)
    if answers is None or not counted_again(record):
        return None
    from sarangi.statistics.recall_rulers import width_counted_once

    runs = list(answers.runs)
    right = np.array([answers.right(run) for run in runs])
    least, most = width_counted_once(right, answers.clips(runs[0]))
    return None if math.isnan(least) else (least, most)


class Ruler(NamedTuple):
    """A mean recall beside uniform guessing on the same clips.

    Parameters
    ----------
    value, low, high
        Of pooled answers, with Jeffreys' 95 % interval.
    chance, ceiling
        What guessing gives, and the best that can be.
    at_most, at_least
        How often guessing has this much or less, or more.
    clips
        By emotion.
    """

    value: float
    low: float
    high: float
    chance: float
    ceiling: float
    at_most: float
    at_least: float
    clips: dict[str, int]


def by_guessing(record: Record) -> Ruler | None:
    """Return the ruler of a mean recall over all classes; None where its answers are not known."""
    answers = answers_of(record)
    if answers is None or not is_mean_recall(record["metric"]):
        return None
    from sarangi.statistics.recall_rulers import guessing, jeffreys, mean_recall

    right, clips = answers.pooled()
    by_emotion = dict(zip(answers.emotions, clips, strict=True))
    ceiling, chance = map(float, ceiling_and_chance(by_emotion))
    value, bounds = mean_recall(right, clips), jeffreys(right, clips)
    return Ruler(value, *bounds, chance, ceiling, *guessing(right, clips), by_emotion)


class Apart(NamedTuple):
    """How far two gains are apart, its standard error, and on which share of clips each two disagree."""

    value: float
    error: float
    disagree: tuple[float, ...]


def gains_apart(record: Record, claims: Records) -> Apart | None:
    """Return how far two gains are apart, with the standard error of two paired differences of accuracy.

    A gain of one model over another on n clips has the variance (d - (p - q)^2) / n, with p and q their
    accuracies and d the share of clips on which one alone is right (McNemar 1947, Psychometrika 12(2));
    d is p (1 - q) + q (1 - p) where errors are independent.  None where a side is no gain, or lacks an
    accuracy or its clips.
    """
    sides = [side for side in record.get("holds", {}).get("greater", ()) if isinstance(side, Mapping)]
    if len(sides) != 2 or any(list(side) != ["difference"] for side in sides):
        return None
    variance, shares, gains = 0.0, [], []
    for side in sides:
        names = side["difference"]
        if not all(isinstance(name, str) for name in names):
            return None
        scores = [of_experiment(claims[name], claims).get("accuracy") for name in names]
        clips = claims[names[0]]["facts"].get("clips")
        if None in scores or not clips:
            return None
        p, q = (float(score) for score in scores if score is not None)
        share = p * (1 - q) + q * (1 - p)
        variance += (share - (p - q) ** 2) / clips
        shares.append(share)
        gains.append(float(Fraction(claims[names[0]]["value"]) - Fraction(claims[names[1]]["value"])))
    return Apart(gains[0] - gains[1], math.sqrt(variance), tuple(shares))
