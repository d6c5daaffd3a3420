"""How often the rule of replication is right, in simulated pairs of studies, beside the rule it replaces.

    python benchmarks/verdicts.py                    # tables of docs/verdicts.md
    python benchmarks/verdicts.py --csv verdicts.csv # every cell

A study and its replication have true scores that lie a shift apart.  A group (speaker) has a score of its
own (beta distributed) on its clips (binomial), a run of training adds a normal effect.  Ours is five runs;
the published study printed one run, two or five.  *The old rule*: reproduced where the published score lies
in the 95 % interval of ours over groups, else differs.
"""

import argparse
import csv
import math
import time
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy import optimize, special

from sarangi.base.verdicts import DIFFERS, REPRODUCED, SHIFTED
from sarangi.statistics.extremes import logit, logit_delta, logit_ruler
from sarangi.statistics.published_errors import (
    PublishedError,
    design_effect,
    error_from_clips,
    error_from_interval,
)
from sarangi.statistics.replication import (
    DELTA,
    Ruler,
    Runs,
    delta_of_difference,
    kinds,
    minus,
    other_clips,
    same_clips,
    spread_of,
)
from sarangi.statistics.student import quantile

SCORE, GROUP_SD, CLIPS = 0.6, 0.08, 40
"""True score, standard deviation of the groups' true scores, clips of a group."""
HIGH, HIGH_SD = 0.97, 0.015
SEEDS = 5
GROUPS, NOISES, PUBLISHED_SEEDS = (4, 10, 24), (0.005, 0.01, 0.02, 0.03), (1, 2, 5)
SHIFTS = (0.0, -1.0, 1.0, 2.0, 4.0)
"""In δ."""
PRINTED_DIFFERENCE = 0.10
SEED = 42
NEAR_ONE = "logit scale, score 0.97"
MANY_GROUPS = 140
"""With which a score on other clips can be reproduced."""
GROUPED = ("other clips, printed interval", "other clips, printed number of clips", NEAR_ONE)


class Studies(NamedTuple):
    """Simulated pairs of studies without a shift, one an entry.

    Parameters
    ----------
    difference : array of shape (studies,)
        Ours minus published.
    ruler
        Of arrays.
    delta
        On the scale of the difference.
    interval : array of shape (studies,)
        Half the width of our 95 % interval over groups, for the old rule.
    error
        The true standard error of the difference; NaN where it changes with the shift.
    plain : array of shape (studies,)
        Ours minus published as scores, for the old rule; None where ``difference`` is that.
    """

    difference: np.ndarray
    ruler: Ruler
    delta: float
    interval: np.ndarray
    error: float
    plain: np.ndarray | None = None


class Cell(NamedTuple):
    """What the two rules said in the studies of one cell, as shares."""

    ruler: str
    groups: int
    noise: float
    published_seeds: int
    shift: float
    reproduced: float
    differs: float
    shifted: float
    undecided: float
    old_reproduced: float
    old_differs: float
    half_width: float
    delta: float
    best_reproduced: float
    best_differs: float


# -- studies --------------------------------------------------------------------------------------


def tested(generator, count, groups, score, sd):
    """Return scores of groups, shape (count, groups): their own true score, answered on their clips."""
    size = score * (1 - score) / sd**2 - 1
    own = generator.beta(score * size, (1 - score) * size, (count, groups))
    return generator.binomial(CLIPS, own) / CLIPS


def variance_of_groups(score, sd):
    """Return the variance of the score of one group."""
    return sd**2 + (score * (1 - score) - sd**2) / CLIPS


def trained(generator, count, runs, noise, *, tails=False):
    """Return effects of runs, shape (count, runs), as their mean and variance; Student's t with ``tails``."""
    effects = generator.normal(0, noise, (count, runs))
    if tails:
        effects = noise * generator.standard_t(4, (count, runs)) / math.sqrt(2)
    variance = effects.var(1, ddof=1) if runs > 1 else np.full(count, np.nan)
    return Runs(effects.mean(1), variance, runs, runs - 1.0)


def over_groups(scores):
    """Return the standard error of the mean over groups."""
    return scores.std(1, ddof=1) / math.sqrt(scores.shape[1])


def same(generator, count, groups, noise, published_seeds, *, printed_spread=True, times=1.0, tails=False):
    """Simulate training and test on the same clips; what the groups are cancels."""
    ours = trained(generator, count, SEEDS, noise, tails=tails)
    published = trained(generator, count, published_seeds, times * noise, tails=tails)
    if not printed_spread:
        published = published._replace(variance=np.full(count, np.nan))
    interval = quantile(0.975, groups - 1) * over_groups(tested(generator, count, groups, SCORE, GROUP_SD))
    error = noise * math.sqrt(1 / SEEDS + 1 / published_seeds)
    return Studies(ours.mean - published.mean, same_clips(ours, published), DELTA, interval, error)


def difference_of_models(generator, count, groups, noise, published_seeds):
    """Simulate a difference of two models, each trained so often, on the same clips in both studies."""
    ours, published = (
        minus(*(trained(generator, count, runs, noise) for _ in range(2)))
        for runs in (SEEDS, published_seeds)
    )
    paired = np.sqrt(2) * over_groups(tested(generator, count, groups, SCORE, GROUP_SD / 2))
    delta = delta_of_difference(PRINTED_DIFFERENCE)
    error = noise * math.sqrt(2 / SEEDS + 2 / published_seeds)
    interval = quantile(0.975, groups - 1) * paired
    return Studies(ours.mean - published.mean, same_clips(ours, published), delta, interval, error)


def other(generator, count, groups, noise, published_seeds, *, printed):
    """Simulate tests on other groups; ``printed`` is what the published study says of its precision."""
    ours, published = (trained(generator, count, runs, noise) for runs in (SEEDS, published_seeds))
    scores, theirs = (tested(generator, count, groups, SCORE, GROUP_SD) for _ in range(2))
    ours = ours._replace(mean=ours.mean + scores.mean(1))
    published = published._replace(mean=published.mean + theirs.mean(1))
    if printed == "interval":
        # a percentile bootstrap over groups of the published mean
        half = special.ndtri(0.975) * over_groups(theirs) * math.sqrt((groups - 1) / groups)
        found = error_from_interval(0.0, 2.0, groups)
        errors = found._replace(se=found.se * half)
    else:
        errors = _from_clips(ours.mean, over_groups(scores), published.mean, groups)
    ruler = other_clips(ours, published, over_groups(scores), groups, errors)
    error = math.sqrt(
        2 * variance_of_groups(SCORE, GROUP_SD) / groups + noise**2 * (1 / SEEDS + 1 / published_seeds)
    )
    interval = quantile(0.975, groups - 1) * over_groups(scores)
    return Studies(ours.mean - published.mean, ruler, DELTA, interval, error)


def _from_clips(ours, group_error, published, groups):
    clips = groups * CLIPS

    def error(value, se, printed):
        alone = math.sqrt(value * (1 - value) / clips)
        return error_from_clips(printed, clips, design_effect(se, alone, clips, groups, clips, groups)).se

    inside = np.clip(ours, 0.01, 0.99), group_error, np.clip(published, 0.01, 0.99)
    return PublishedError(np.vectorize(error)(*inside), from_ours=True)


def near_one(generator, count, groups, noise, published_seeds, shift):
    """Simulate scores of 0.97 on the same clips, on the logit scale: right answers are counted in each run.

    Not additive: the shift moves the probability of a right answer.
    """
    clips, delta, centre = groups * CLIPS, logit_delta(DELTA), special.logit(HIGH)

    def logits(runs, moved):
        effects = generator.normal(moved, noise / (SCORE * (1 - SCORE)), (count, runs))
        right = generator.binomial(clips, special.expit(centre + effects))
        values = LOGITS(right / clips, clips)
        variance = values.var(1, ddof=1) if runs > 1 else np.full(count, np.nan)
        return Runs(values.mean(1), variance, runs, runs - 1.0), right.mean(1) / clips

    (ours, score), (published, theirs) = logits(SEEDS, shift * delta), logits(published_seeds, 0.0)
    scores = tested(generator, count, groups, HIGH, HIGH_SD)
    interval = quantile(0.975, groups - 1) * over_groups(scores)
    return Studies(
        ours.mean - published.mean, logit_ruler(ours, published, clips), delta, interval,
        math.nan, score - theirs,
    )  # fmt: skip


RULERS: dict[str, Callable[..., Studies]] = {
    "same clips": same,
    "same clips, only the published mean": lambda *a: same(*a, printed_spread=False),
    "difference of two models": difference_of_models,
    "other clips, printed interval": lambda *a: other(*a, printed="interval"),
    "other clips, printed number of clips": lambda *a: other(*a, printed="clips"),
}
VIOLATED: dict[str, Callable[..., Studies]] = {
    "same clips, published runs 1.5 times as noisy": lambda *a: same(*a, times=1.5),
    "same clips, published runs twice as noisy": lambda *a: same(*a, times=2.0),
    "same clips, runs with the tails of Student's t (4)": lambda *a: same(*a, tails=True),
}
"""Where what the rule assumes is not so."""
EVERY = RULERS | VIOLATED
LOGITS = np.vectorize(logit, otypes=[float])


# -- the rules --------------------------------------------------------------------------------------


def cells(name: str, groups: int, noise: float, published_seeds: int, count: int) -> list[Cell]:
    """Return the cells of one ruler for every shift, from the same draws."""
    place = [*EVERY, NEAR_ONE].index(name)
    found, studies = [], None
    for shift in SHIFTS:
        generator = np.random.default_rng([SEED, place, groups, round(noise * 1000), published_seeds])
        if name == NEAR_ONE:
            studies = near_one(generator, count, groups, noise, published_seeds, shift)
            differences = studies.difference
        else:
            studies = studies or EVERY[name](generator, count, groups, noise, published_seeds)
            differences = studies.difference + shift * studies.delta
        variance, df = spread_of(studies.ruler)
        se, delta = np.sqrt(variance), studies.delta
        said = kinds(differences, se, df, delta)
        plain = differences if studies.plain is None else studies.plain
        old = float((np.abs(plain) <= studies.interval).mean())
        shares = [float((said == kind).mean()) for kind in (REPRODUCED, DIFFERS, SHIFTED)]
        half_width = float(np.median(quantile(0.95, df) * se))
        found.append(
            Cell(
                name, groups, noise, published_seeds, shift, *shares, 1 - sum(shares), old, 1 - old,
                half_width, delta, *best_rule(studies.error, delta, shift * delta),
            )
        )  # fmt: skip
    return found


def best_rule(error: float, delta: float, shift: float) -> tuple[float, float]:
    """Return how often the best rules with the true standard error say *reproduced* and *differs*.

    The most powerful tests at 5 % for a normal difference, of all and of those without bias: |d| < c and
    |d| > c, with c from the probability at ±δ (Lehmann and Romano 2005, Testing Statistical Hypotheses,
    sections 3.7 and 4.2).
    """
    if math.isnan(error):
        return math.nan, math.nan

    def inside(c, mean):
        return special.ndtr((c - mean) / error) - special.ndtr((-c - mean) / error)

    least, most = (
        optimize.brentq(lambda c, p=p: inside(c, delta) - p, 0, delta + 10 * error) for p in (0.05, 0.95)
    )
    return float(inside(least, shift)), float(1 - inside(most, shift))


# -- tables ----------------------------------------------------------------------------------------------


def table(heads, rows):
    """Print a table in Markdown."""
    print("| " + " | ".join(heads) + " |")
    print("|" + "|".join("---" if n == 0 else "---:" for n in range(len(heads))) + "|")
    for row in rows:
        print("| " + " | ".join(map(str, row)) + " |")
    print()


def percent(share: float) -> str:
    """Return a share in percent, as it is printed."""
    return "–" if math.isnan(share) else f"{100 * share:.1f}"


def worst(every_cell: list[Cell]) -> None:
    """Print the largest share of errors of each ruler over all its cells, and of the old rule."""
    rows = []
    for name in dict.fromkeys(cell.ruler for cell in every_cell):
        of = [cell for cell in every_cell if cell.ruler == name]

        def largest(key, *shifts, of=of):
            return percent(max(getattr(cell, key) for cell in of if cell.shift in shifts))

        rows.append(
            [
                name, largest("differs", 0), largest("differs", 1, -1), largest("reproduced", 1, -1),
                largest("reproduced", 2), largest("old_differs", 0), largest("old_reproduced", 1, -1),
                largest("old_reproduced", 2), largest("old_reproduced", 4),
            ]
        )  # fmt: skip
    table(
        [
            "ruler", "differs at 0", "differs at ±δ", "reproduced at ±δ", "reproduced at 2δ",
            "old: differs at 0", "old: reproduced at ±δ", "at 2δ", "at 4δ",
        ],
        rows,
    )  # fmt: skip


def decided(every_cell: list[Cell], noise: float) -> None:
    """Print how often a verdict is reached at 0 and 4 δ, beside the best rules of the same error."""
    rows = []
    at = {(c.ruler, c.groups, c.noise, c.published_seeds, c.shift): c for c in every_cell}
    for name, published, groups in product([*RULERS, NEAR_ONE], PUBLISHED_SEEDS, (*GROUPS, MANY_GROUPS)):
        key = name, groups, noise, published
        if (*key, 0.0) not in at or (name not in GROUPED and groups != GROUPS[-1]):
            continue  # without GROUPED the groups cancel
        none, four = at[*key, 0.0], at[*key, 4.0]
        rows.append(
            [
                name, groups if name in GROUPED else "any", published,
                f"{none.half_width:.3f}", f"{none.delta:.3f}",
                percent(none.reproduced), percent(none.best_reproduced), percent(none.shifted),
                percent(none.undecided), percent(four.differs), percent(four.best_differs),
            ]
        )  # fmt: skip
    table(
        [
            "ruler", "groups", "published runs", "half-width", "δ", "0: reproduced", "best rule",
            "0: shifted", "0: undecided", "4δ: differs", "best rule",
        ],
        rows,
    )  # fmt: skip


def main() -> None:
    """Simulate all and print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--studies", type=int, default=10_000, help="of a cell")
    parser.add_argument("--csv", type=Path, help="file for every cell")
    arguments = parser.parse_args()
    start = time.process_time()
    grid = [
        *product([*RULERS, NEAR_ONE], GROUPS, NOISES, PUBLISHED_SEEDS),
        *product(GROUPED[:2], [MANY_GROUPS], NOISES, PUBLISHED_SEEDS),
    ]
    every_cell = [cell for one in grid for cell in cells(*one, arguments.studies)]
    error = 100 * math.sqrt(0.05 * 0.95 / arguments.studies)
    print(f"{len(every_cell)} cells of {arguments.studies} studies; one sd of 5 % is {error:.2f} %\n")
    print("Percent of the studies, in the worst cell of each ruler\n")
    worst(every_cell)
    for noise in NOISES:
        print(f"Percent of the studies, sd of a run {noise}\n")
        decided(every_cell, noise)
    violated = product(VIOLATED, GROUPS[-1:], NOISES, PUBLISHED_SEEDS)
    found = [cell for one in violated for cell in cells(*one, arguments.studies)]
    for published in PUBLISHED_SEEDS:
        print(f"Where what is assumed is not so, published runs: {published}; percent in the worst cell\n")
        worst([cell for cell in found if cell.published_seeds == published])
    every_cell += found
    print(f"{time.process_time() - start:.0f} s of processor")
    if arguments.csv:
        with arguments.csv.open("w", encoding="utf-8", newline="") as file:
            out = csv.writer(file)
            out.writerow(Cell._fields)
            out.writerows(every_cell)


if __name__ == "__main__":
    main()
