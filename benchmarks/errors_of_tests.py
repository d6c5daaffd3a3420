"""How often the sentences and tests of the study find something where there is nothing.

    python benchmarks/errors_of_tests.py

A group (speaker) has an effect of its own on how well each of four emotions is recalled, and clips follow it.
Sentences: models whose true UAR is chance, called above it, or above or below it, by their interval alone,
and by `sarangi.base.outcomes`, which leaves fewer than eight groups undecided.  Permutation test: two models
that are alike, with p at most 0.05.  Families: six models that are alike, all pairs compared, any corrected p
below 0.05, by Holm's correction and without tests that could not be as small (Tarone 1990); and how often a
better model is found.  Calibration: models whose probabilities are true, and whether the interval of their
calibration error holds what such a model is expected to have.
"""

import argparse
import itertools
import time
from functools import cache

import numpy as np
from scipy.optimize import brentq

from sarangi.base.auditing import FEW_GROUPS
from sarangi.base.outcomes import Outcome, outcome
from sarangi.statistics.calibration import (
    BINS,
    calibration,
    calibration_error,
    calibration_error_if_calibrated,
)
from sarangi.statistics.corrections import holm, tarone_holm
from sarangi.statistics.intervals import DRAWS_NOTHING, Runs, errors_of, logit
from sarangi.statistics.metrics import CALIBRATION_ERROR, UAR, weighed
from sarangi.statistics.resampling import draw_groups, intervals, resampled
from sarangi.statistics.significance import sign_flip, swaps_of_family

CLIPS = (4, 12)  # of an emotion in a group, fewest and most
CLASSES = 4
SHARED, OWN = 0.8, 0.5  # standard deviations of a group's effect on all emotions, and on each
MODELS = 6  # of a family
UNLIKE = 1.35  # standard deviation of the logarithm of sizes, where groups are unlike
LEVEL = 0.05
HELD = np.ones((1, CLASSES), dtype=bool)


@cache
def logit_of(recall: float) -> float:
    """Return the logit of a typical group, of which groups have this recall on average."""
    points, weights = np.polynomial.hermite_e.hermegauss(80)
    effects = np.hypot(SHARED, OWN) * points

    def mean_recall(logit: float) -> float:
        return float((weights / weights.sum() / (1 + np.exp(-(logit + effects)))).sum())

    return float(brentq(lambda logit: mean_recall(logit) - recall, -10, 10))


def models(
    groups: int, recalls: list[float], generator: np.random.Generator, unlike: float = 0.0
) -> np.ndarray:
    """Return the confusions of models on the same clips, shape (models, groups, K, K).

    Half of the variance of a group's effects is shared by the models, half is a model's own.

    Parameters
    ----------
    unlike
        Standard deviation of the logarithm of the groups' sizes.
    """
    count = len(recalls)
    effects = generator.normal(0, SHARED, (groups, 1)) + generator.normal(0, OWN, (groups, CLASSES))
    own = generator.normal(0, SHARED, (count, groups, 1)) + generator.normal(0, OWN, (count, groups, CLASSES))
    logits = np.array([logit_of(recall) for recall in recalls])[:, None, None]
    recall = 1 / (1 + np.exp(-(logits + (effects + own) / np.sqrt(2))))
    clips = generator.integers(CLIPS[0], CLIPS[1] + 1, (groups, CLASSES))
    sizes = np.exp(unlike * generator.standard_normal((groups, 1)))
    clips = np.maximum(1, np.rint(clips * sizes)).astype(int) if unlike else clips
    missed = ((1 - recall) / (CLASSES - 1))[..., None]
    shares = np.where(np.eye(CLASSES, dtype=bool), recall[..., None], missed)
    return generator.multinomial(np.broadcast_to(clips, recall.shape), shares).astype(float)


def uar_alone(sums: np.ndarray, held: np.ndarray = HELD) -> dict[str, np.ndarray]:
    """Return the UAR of confusions of shape (..., R, K, K)."""
    return {"uar": UAR.over_repeats(sums, held)}


def of_one_run(sums: np.ndarray, support: np.ndarray) -> Runs:
    """Return the sums of groups, shape (groups, ...), as those of one model that draws nothing."""
    return Runs(sums[None], support[None], np.array([DRAWS_NOTHING]), np.array([0]), True, False)


def sentences(groups: int, studies: int, draws: int, seed: int, unlike: float = 0.0) -> dict[str, float]:
    """Return how often a model at chance is called above it, or either: by intervals alone, by the rule.

    Intervals are percentiles expanded after t, as they were, and those of the scores, as they are.
    """
    generator = np.random.default_rng(seed)
    drawn = draw_groups(groups, draws, seed)
    chance = 1 / CLASSES
    sides: dict[str, list[Outcome]] = {"percentiles": [], "interval": [], "rule": []}
    for _ in range(studies):
        answers = models(groups, [chance], generator, unlike)
        were = intervals(resampled(answers, drawn, uar_alone), groups, 0.95)["uar"]
        errors = errors_of([of_one_run(answers[0], answers[0].sum(-1))], uar_alone, weighed)["uar"]
        are = logit(float(uar_alone(answers.sum(1))["uar"]), errors, 0.95)
        sides["percentiles"].append(outcome(*were, chance, groups=FEW_GROUPS))
        sides["interval"].append(outcome(*are, chance, groups=FEW_GROUPS))
        sides["rule"].append(outcome(*are, chance, groups))
    shares = {name: 1 - found.count(Outcome.UNDECIDED) / studies for name, found in sides.items()}
    return shares | {f"{name}, above": found.count(Outcome.ABOVE) / studies for name, found in sides.items()}


def calibrated(groups: int, studies: int, draws: int, seed: int) -> dict[str, float]:
    """Return how often the interval of a calibration error holds what a perfectly calibrated model has.

    The model is one: 24 clips a group, whose probabilities (Dirichlet) are true.
    """
    generator = np.random.default_rng(seed)
    drawn = draw_groups(groups, draws, seed)
    holds = dict.fromkeys(("percentiles", "interval"), 0)
    name = CALIBRATION_ERROR.name

    def score(sums: np.ndarray, held: np.ndarray = HELD) -> dict[str, np.ndarray]:
        return {name: CALIBRATION_ERROR.over_repeats(sums, held)}

    for _ in range(studies):
        probabilities = generator.dirichlet(np.full(CLASSES, 0.5), groups * 24)
        truth = (generator.random((len(probabilities), 1)) > probabilities.cumsum(1)).sum(1).clip(max=3)
        sums = calibration(truth, probabilities).reshape(groups, 24, BINS, -1).sum(1)
        support = np.eye(CLASSES)[truth].reshape(groups, 24, -1).sum(1)
        were = intervals(resampled(sums[None], drawn, score), groups, 0.95)[name]
        value = float(calibration_error(sums.sum(0)))
        are = logit(value, errors_of([of_one_run(sums, support)], score, weighed)[name], 0.95)
        expected = float(calibration_error_if_calibrated(sums.sum(0)))
        for kind, (low, high) in (("percentiles", were), ("interval", are)):
            holds[kind] += low <= expected <= high
    return {kind: count / studies for kind, count in holds.items()}


def permutation(groups: int, studies: int, draws: int, seed: int) -> float:
    """Return how often two models that are alike have a p of at most 0.05."""
    generator = np.random.default_rng(seed)
    found = 0
    for _ in range(studies):
        first, second = models(groups, [0.5, 0.5], generator)
        found += sign_flip(first[None], second[None], draws, 1)["uar"][0] <= LEVEL
    return found / studies


def families(groups: int, studies: int, draws: int, seed: int, better: float = 0.5) -> dict[str, float]:
    """Return in how many families a correction finds a difference that concerns the first model, or another.

    One pair in three is compared on all groups, the others on four of them, as where models have failed clips
    or are tested on fewer: these can have no small p.

    Parameters
    ----------
    better
        Mean recall of the first model; that of the others is 0.5.
    """
    generator = np.random.default_rng(seed)
    wrong = dict.fromkeys(("Holm", "Tarone-Holm"), 0)
    right = dict.fromkeys(wrong, 0)
    pairs = list(itertools.combinations(range(MODELS), 2))
    for _ in range(studies):
        answers = models(groups, [better, *[0.5] * (MODELS - 1)], generator)
        tests = []
        for place, (one, other) in enumerate(pairs):
            kept = groups if place % 3 == 0 else min(groups, 4)
            first, second = (answers[model][None, :kept] for model in (one, other))
            tests.append(sign_flip(first, second, draws, 1, swaps_of_family(len(pairs)))["uar"])
        p, smallest = zip(*tests, strict=True)
        for name, corrected in (("Holm", holm(p)), ("Tarone-Holm", tarone_holm(p, smallest))):
            small = [pair for pair, value in zip(pairs, corrected, strict=True) if value < LEVEL]
            true = [pair for pair in small if better != 0.5 and 0 in pair]
            right[name] += bool(true)
            wrong[name] += len(small) > len(true)
    return {f"{name}, false": wrong[name] / studies for name in wrong} | {
        f"{name}, found": right[name] / studies for name in right
    }


def main() -> None:
    """Print the shares of wrong sentences and tests for several numbers of groups."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--groups", type=int, nargs="+", default=[2, 3, 4, 5, 8, 20])
    parser.add_argument("--studies", type=int, default=2000)
    parser.add_argument("--families", type=int, default=300)
    parser.add_argument("--draws", type=int, default=1000)
    arguments = parser.parse_args()
    print(
        "groups: above (either) | permutation | families: false, found | calibration error holds what it must"
    )
    for groups in arguments.groups:
        start = time.perf_counter()
        said = sentences(groups, arguments.studies, arguments.draws, 42)
        alike = permutation(groups, arguments.studies, arguments.draws, 42)
        nothing = families(groups, arguments.families, arguments.draws, 42)
        planted = families(groups, arguments.families, arguments.draws, 42, better=0.75)
        of_families = [f"{name} {share:.1%}" for name, share in nothing.items() if name.endswith("false")]
        of_families += [f"{name} {share:.1%}" for name, share in planted.items() if name.endswith("found")]
        of_unlike = sentences(groups, arguments.studies, arguments.draws, 42, UNLIKE)
        of_sentences = [
            f"{name} {said[f'{name}, above']:.1%} ({said[name]:.1%})" for name in said if "," not in name
        ]
        of_error = calibrated(groups, arguments.studies // 5, arguments.draws, 42)
        print(
            f"{groups}: {', '.join(of_sentences)}, unlike groups {of_unlike['interval']:.1%} "
            f"| {alike:.1%} | {'; '.join(of_families)} | "
            f"{', '.join(f'{name} {share:.0%}' for name, share in of_error.items())} "
            f"({time.perf_counter() - start:.0f} s)",
            flush=True,
        )


if __name__ == "__main__":
    main()
