"""How often statements, counts of runs and the verdicts on a whole study are right, in simulated studies.

    python benchmarks/statements.py                  # tables of docs/verdicts.md

Directions, the best of five, absence: five models on the same groups, each trained five times, the errors
where they are most frequent.  Counts of runs are computed exactly.  The whole study has 60 claims.
"""

import argparse
import math
import time

import numpy as np
from verdicts import DELTA, GROUP_SD, GROUPS, SCORE, SEED, SEEDS, percent, table, tested

from sarangi.base.verdicts import DIFFERS, FAILS, HOLDS, SHIFTED
from sarangi.statistics.directions import absence, direction, every, from_draws
from sarangi.statistics.families import family
from sarangi.statistics.replication import Judgement, kinds, minus, p_values, runs
from sarangi.statistics.resampling import draw_groups
from sarangi.statistics.seed_counts import share_of_runs

NOISE = 0.01
"""Standard deviation of a run."""
ABSENT = 0.05
"""δ of an absence."""
DRAWS = 2000


def statements(groups: int, count: int) -> dict[str, float]:
    """Return the share of errors of each kind of statement where it errs most."""
    generator = np.random.default_rng([SEED, groups])
    drawn = draw_groups(groups, DRAWS, SEED).astype(float) / groups
    said: dict[str, list[bool]] = {}
    for _ in range(count):
        scores = tested(generator, 5, groups, SCORE, GROUP_SD)
        effects = generator.normal(0, NOISE, (5, SEEDS))

        def minus_first(place, gap=0.0, scores=scores, effects=effects):
            apart = scores[0] - scores[place] + gap
            trained_apart = minus(*(runs(effects[each]) for each in (0, place)))
            return from_draws(
                apart.mean() + trained_apart.mean, drawn @ apart, groups, trained_apart
            )  # fmt: skip

        one = minus_first(1)
        errors = {
            "a direction holds, true difference 0": direction(one).kind == HOLDS,
            "a direction fails, true difference 0": direction(one).kind == FAILS,
            f"an absence holds, true difference δ = {ABSENT}":
                absence(minus_first(1, ABSENT), ABSENT).kind == HOLDS,
            "an absence fails, true difference 0": absence(one, ABSENT).kind == FAILS,
            "best holds, one of four rivals as good, three far worse":
                every([one, *(minus_first(place, 0.5) for place in (2, 3, 4))]).kind == HOLDS,
            "best fails, four rivals as good": every([one, *map(minus_first, (2, 3, 4))]).kind == FAILS,
        }  # fmt: skip
        for name, error in errors.items():
            said.setdefault(name, []).append(error)
    return {name: float(np.mean(each)) for name, each in said.items()}


def counts_of_runs(of: int) -> tuple[float, float]:
    """Return how often "so in most runs" holds where it is so in half, and where in 95 of 100, exactly."""
    holds = [share_of_runs(seen, of).kind == HOLDS for seen in range(of + 1)]
    chances = [[math.comb(of, k) * p**k * (1 - p) ** (of - k) for k in range(of + 1)] for p in (0.5, 0.95)]
    return tuple(sum(c for c, hold in zip(each, holds, strict=True) if hold) for each in chances)


def many_claims(claims: int, false: int, count: int) -> dict[str, float]:
    """Return what is said of claims, ``false`` of which are 4δ off; half of their error is shared."""
    generator = np.random.default_rng([SEED, claims, false])
    df = SEEDS - 1.0
    shifts = np.where(np.arange(claims) < false, 4 * DELTA, 0.0)
    alone, any_true, share_wrong, kept = [], [], [], []
    for _ in range(count):
        own, shared = generator.normal(size=claims), generator.normal()
        errors = NOISE * (own + shared) / math.sqrt(2)
        se = NOISE * np.sqrt(generator.chisquare(df, claims) / df)
        differences = shifts + errors
        p = p_values(differences, se, df, DELTA)
        kind = kinds(differences, se, df, DELTA)
        whole = family(
            [
                Judgement(str(k), float(d), 0.0, DELTA, *map(float, ps))
                for k, d, *ps in zip(kind, differences, *p, strict=True)
            ]
        )
        found = np.isin(whole.kinds, [DIFFERS, SHIFTED])
        alone.append(whole.differs_alone + whole.shifted_alone)
        any_true.append(found[false:].any())
        share_wrong.append(found[false:].sum() / max(1, found.sum()))
        kept.append(found[:false].mean() if false else np.nan)
    return {
        "before correction": float(np.mean(alone)), "by chance": whole.by_chance,
        "any true claim": float(np.mean(any_true)),
        "share of the found that is true": float(np.mean(share_wrong)),
        "false claims found": float(np.mean(kept)),
    }  # fmt: skip


def main() -> None:
    """Simulate all and print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--studies", type=int, default=4000, help="of a cell")
    arguments = parser.parse_args()
    start = time.process_time()
    found = {groups: statements(groups, arguments.studies) for groups in GROUPS}
    print(f"Statements: percent of {arguments.studies} studies, sd of a run {NOISE}\n")
    names = list(found[GROUPS[0]])
    table(
        ["error", *(f"{groups} groups" for groups in GROUPS)],
        [[name, *(percent(found[groups][name]) for groups in GROUPS)] for name in names],
    )
    print("Counts of runs: percent said to be so in most, exactly\n")
    table(
        ["runs", "true share 0.5", "true share 0.95"],
        [[of, *map(percent, counts_of_runs(of))] for of in (3, 4, 5, 10, 20)],
    )
    print(f"60 claims that share half of their error, {arguments.studies // 4} studies\n")
    many = {false: many_claims(60, false, arguments.studies // 4) for false in (0, 20)}
    table(
        ["", *(f"{false} are 4δ off" for false in many)],
        [
            [
                "differ or are shifted before correction, mean",
                *(f"{m['before correction']:.1f}" for m in many.values()),
            ],
            ["expected by chance at most", *(f"{m['by chance']:.1f}" for m in many.values())],
            [
                "after correction: percent of studies where a true claim is found",
                *(percent(m["any true claim"]) for m in many.values()),
            ],
            [
                "after correction: percent of the found claims that are true",
                *(percent(m["share of the found that is true"]) for m in many.values()),
            ],
            [
                "after correction: percent of the false claims found",
                "–",
                percent(many[20]["false claims found"]),
            ],
        ],
    )
    print(f"{time.process_time() - start:.0f} s of processor")


if __name__ == "__main__":
    main()
