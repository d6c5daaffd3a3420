"""How often the sentences and tests of the study find something where there is nothing.

    python benchmarks/errors_of_tests.py

A group (speaker) has an effect of its own on how well each of four emotions is recalled, and clips follow it.
Sentences: models whose true UAR is chance, called above it, or above or below it, by their interval alone,
and by `sarangi.base.outcomes`, which leaves fewer than eight groups undecided.  Permutation test: two models
that are alike, with p at most 0.05.  Families: six models that are alike, all pairs compared, any corrected p
below 0.05, by Holm's correction and without tests that could not be as small (Tarone 1990); and how often a
better model is found.
"""

import argparse
import itertools
import time
from functools import cache

import numpy as np
from scipy.optimize import brentq

from sarangi.base.auditing import FEW_GROUPS
from sarangi.base.outcomes import Outcome, outcome
from sarangi.statistics.corrections import holm, tarone_holm
from sarangi.statistics.metrics import mean_metrics
from sarangi.statistics.resampling import draw_groups, intervals, resampled
from sarangi.statistics.significance import sign_flip, swaps_of_family

CLIPS = (4, 12)  # of an emotion in a group, fewest and most
CLASSES = 4
SHARED, OWN = 0.8, 0.5  # standard deviations of a group's effect on all emotions, and on each
MODELS = 6  # of a family
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


def models(groups: int, recalls: list[float], generator: np.random.Generator) -> np.ndarray:
    """Return the confusions of models on the same clips, shape (models, groups, K, K).

    Half of the variance of a group's effects is shared by the models, half is a model's own.
    """
    count = len(recalls)
    effects = generator.normal(0, SHARED, (groups, 1)) + generator.normal(0, OWN, (groups, CLASSES))
    own = generator.normal(0, SHARED, (count, groups, 1)) + generator.normal(0, OWN, (count, groups, CLASSES))
    logits = np.array([logit_of(recall) for recall in recalls])[:, None, None]
    recall = 1 / (1 + np.exp(-(logits + (effects + own) / np.sqrt(2))))
    clips = generator.integers(CLIPS[0], CLIPS[1] + 1, (groups, CLASSES))
    missed = ((1 - recall) / (CLASSES - 1))[..., None]
    shares = np.where(np.eye(CLASSES, dtype=bool), recall[..., None], missed)
    return generator.multinomial(np.broadcast_to(clips, recall.shape), shares).astype(float)


def sentences(groups: int, studies: int, draws: int, seed: int) -> dict[str, float]:
    """Return how often a model at chance is called above it, or either, by its interval and by the rule."""
    generator = np.random.default_rng(seed)
    drawn = draw_groups(groups, draws, seed)
    sides: dict[str, list[Outcome]] = {"interval": [], "rule": []}

    def score(confusions: np.ndarray) -> dict[str, np.ndarray]:
        return {"uar": mean_metrics(confusions, HELD)["uar"]}

    for _ in range(studies):
        found = resampled(models(groups, [1 / CLASSES], generator), drawn, score)
        low, high = intervals(found, groups, 0.95)["uar"]
        sides["interval"].append(outcome(low, high, 1 / CLASSES, groups=FEW_GROUPS))
        sides["rule"].append(outcome(low, high, 1 / CLASSES, groups))
    shares = {name: 1 - found.count(Outcome.UNDECIDED) / studies for name, found in sides.items()}
    return shares | {f"{name}, above": found.count(Outcome.ABOVE) / studies for name, found in sides.items()}


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
    print("groups: above (either) by the interval, by the rule | permutation | families: false, found")
    for groups in arguments.groups:
        start = time.perf_counter()
        said = sentences(groups, arguments.studies, arguments.draws, 42)
        alike = permutation(groups, arguments.studies, arguments.draws, 42)
        nothing = families(groups, arguments.families, arguments.draws, 42)
        planted = families(groups, arguments.families, arguments.draws, 42, better=0.75)
        of_families = [f"{name} {share:.1%}" for name, share in nothing.items() if name.endswith("false")]
        of_families += [f"{name} {share:.1%}" for name, share in planted.items() if name.endswith("found")]
        print(
            f"{groups}: {said['interval, above']:.1%} ({said['interval']:.1%}), {said['rule, above']:.1%} "
            f"({said['rule']:.1%}) | {alike:.1%} | {'; '.join(of_families)} "
            f"({time.perf_counter() - start:.0f} s)",
            flush=True,
        )


if __name__ == "__main__":
    main()
