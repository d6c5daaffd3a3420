"""What columns of tables are called in the field, and what that means."""

import re
from typing import NamedTuple

from sarangi.statistics.metrics import F1, OF_CLASS, PRECISION, RECALL

UAR, WF1, UF1, ACCURACY = "uar", "wf1", "uf1", "accuracy"

SPELLINGS = {
    UAR: (
        "uar", "ua", "unweighted average recall", "unweighted accuracy", "macro recall", "recall macro",
        "average recall", "mean recall", "balanced accuracy", "macro average recall", "macro avg recall",
    ),
    WF1: (
        "wf1", "w f1", "weighted f1", "f1 weighted", "weighted average f1", "weighted avg f1", "f1 w",
        "weighted f1 score", "wa f1", "weighted f score",
    ),
    UF1: (
        "uf1", "macro f1", "f1 macro", "unweighted f1", "f1 unweighted", "m f1", "mf1", "macro average f1",
        "macro avg f1", "macro f1 score", "unweighted average f1",
    ),
    ACCURACY: ("accuracy", "acc", "wa", "weighted accuracy", "war", "weighted average recall", "micro f1"),
}  # fmt: skip
"""Weighted accuracy is the plain accuracy in speech emotion recognition (Schuller et al. 2011, Speech
Communication 53(9), 1062-1087): recalls weighted by the clips of each class."""

PROSE = {UAR: "UAR", WF1: "WF1", UF1: "UF1 (macro F1)", ACCURACY: "accuracy"}

NUMBERS_OF = {
    "n": ("n", "clips", "n test", "test clips", "n clips", "test size", "test utterances", "test samples"),
    "classes": ("classes", "k", "n classes", "emotions"),
    "groups": ("groups", "speakers", "actors", "n speakers", "n groups", "test speakers"),
    "repeats": ("seeds", "folds", "runs", "n seeds", "n folds", "repeats"),
}
OF_CHANCE = ("chance", "chance level", "uar chance", "chance uar", "random", "random chance")
LOW = ("low", "lower", "lo", "ci low", "ci lo", "lower bound", "ci lower", "2 5", "2.5")
HIGH = ("high", "upper", "hi", "ci high", "ci hi", "upper bound", "ci upper", "97 5", "97.5")
SPREAD = re.compile(r"\b(sd|std|se|stderr|stdev|standard (deviation|error)|variance)\b")
FOLD = re.compile(r"(?:seed|fold|run|split|s)\s?\d+")
ENDS = ("point", "value", "mean")
OF_CLASS_TOO = (*OF_CLASS, "support")

_METRICS = {spelling: metric for metric, spellings in SPELLINGS.items() for spelling in spellings}
_COUNTS = {spelling: what for what, spellings in NUMBERS_OF.items() for spelling in spellings}
_OF_CLASS = {
    RECALL: ("recall", "rec", "sensitivity"), PRECISION: ("precision", "prec"), F1: ("f1", "f1 score"),
    "support": ("support", "n", "clips"),
}  # fmt: skip


class Meaning(NamedTuple):
    """What a column holds: ``what`` is a metric, a score of a class, a count, an end of an interval.

    ``of`` is the class, or the metric of an interval's end; ``others`` the further metrics that the same
    heading names.
    """

    what: str
    of: str = ""
    others: tuple[str, ...] = ()


def words(heading: str) -> str:
    """Return a heading as it is compared: small letters, one blank between words, no marks or units."""
    text = re.sub(r"\(\s*%\s*\)|\[\s*%\s*\]|[%↑↓*$†‡]|\bin per ?cent\b", " ", heading.casefold())
    return re.sub(r"[\s_\-–—.,:()\[\]{}\\]+", " ", text).strip()


def metric_in(text: str) -> str | None:
    """Return the metric that a text names, in any of the field's spellings."""
    return _METRICS.get(words(text))


def meaning(heading: str) -> Meaning | None:
    """Return what a column of that heading holds; None where it is none of these.

    Examples
    --------
    >>> meaning("recall_angry"), meaning("UAR CI low")
    (Meaning(what='recall', of='angry', others=()), Meaning(what='low', of='uar', others=()))
    """
    plain = words(heading)
    if (metric := _METRICS.get(plain)) is not None:
        return Meaning(metric)
    if plain in _COUNTS:
        return Meaning(_COUNTS[plain])
    if plain in OF_CHANCE:
        return Meaning("chance")
    several = [_METRICS.get(words(part)) for part in re.split(r"/|\bor\b|\||=", heading.casefold())]
    named = [metric for metric in dict.fromkeys(several) if metric]
    if len(named) > 1 and None not in several:
        return Meaning(named[0], others=tuple(named[1:]))
    for what, ends in (("low", LOW), ("high", HIGH)):
        for end in ends:
            if plain == end:
                return Meaning(what)
            if plain.endswith(f" {end}") and (metric := _METRICS.get(plain.removesuffix(f" {end}"))):
                return Meaning(what, metric)
    if SPREAD.search(plain):
        return None
    for what, spellings in _OF_CLASS.items():
        for spelling in spellings:
            if plain.startswith(f"{spelling} "):
                return Meaning(what, plain.removeprefix(f"{spelling} "))
            if plain.endswith(f" {spelling}") and spelling not in ("n", "clips"):
                return Meaning(what, plain.removesuffix(f" {spelling}"))
    return None
