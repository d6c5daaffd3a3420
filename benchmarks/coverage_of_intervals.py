"""How often a 95 % interval holds the score of other groups and other trainings, in simulated studies.

    python benchmarks/coverage_of_intervals.py

Groups (speakers) have effects of their own on how well each of four emotions is recalled, and so has each
training of the model; a clip is as hard for every training, but for a part.  A study draws groups, clips and
trainings.  The true score is that of infinitely many groups, on average over trainings.  Compared: what the
scores print now, and the percentiles over groups expanded after Student's t that they printed before.  The
formulae of ``sarangi.statistics.intervals`` are computed here for many studies at once, and for some compared
with that module.
"""

import argparse
import time
from typing import NamedTuple

import numpy as np
from scipy import special

from sarangi.statistics.confusions import f1s, recalls
from sarangi.statistics.intervals import Runs, errors_of, logit, student
from sarangi.statistics.metrics import METRICS, mean_metrics, weighed
from sarangi.statistics.significance import minus

K = 4
SHOWN = ("uar", "wf1", "uf1", "accuracy")
VALUES = {metric.name: metric.value for metric in METRICS}
CLIPS = 32  # of a group, on average
SHARES = np.array([0.3, 0.3, 0.2, 0.2])  # of the emotions
RECALLS = {"middle": np.array([0.8, 0.4, 0.1, -0.2]), "high": np.array([2.2, 2.0, 1.7, 2.4])}  # probits
OF_GROUP, OF_GROUP_AND_CLASS = 0.4, 0.25  # standard deviations, in probits
OF_TRAINING, OF_TRAINING_AND_CLASS = 0.05, 0.08  # of UAR: 0.02 to 0.03
OF_CLIP = 0.8  # share of a clip's variance that all trainings have
STEP = 1e-3


class Case(NamedTuple):
    """A kind of study.

    Parameters
    ----------
    folds
        1: every training is tested on all groups, as in a fixed split or a transfer.
    sizes
        Standard deviation of the logarithm of the groups' sizes.
    recall
        Key of :data:`RECALLS`.
    few
        Whether most groups have one emotion or two.
    models
        2: the difference of two models.
    noise
        What the effects of a training are multiplied with.
    """

    folds: int = 1
    sizes: float = 0.0
    recall: str = "middle"
    few: bool = False
    models: int = 1
    noise: float = 1.0

    @property
    def words(self) -> str:
        """What it is, for a table."""
        what = "difference of two models" if self.models > 1 else "score"
        how = f"{self.folds} folds" if self.folds > 1 else "all groups by each training"
        sizes = f"sizes lognormal {self.sizes}" if self.sizes else "equal sizes"
        few = ", few emotions a group" if self.few else ""
        return f"{what}, {how}, {sizes}, {self.recall} recalls{few}"


CASES = (
    *(Case(sizes=sizes) for sizes in (0.0, 1.2, 1.5)),
    *(Case(sizes=sizes, recall="high") for sizes in (0.0, 1.2, 1.5)),
    *(Case(sizes=sizes, few=True) for sizes in (0.0, 1.2)),
    *(Case(sizes=sizes, folds=5) for sizes in (0.0, 1.2)),
    *(Case(sizes=sizes, models=2) for sizes in (0.0, 1.2)),
)


def sizes(case: Case, shape: tuple[int, int], generator: np.random.Generator) -> np.ndarray:
    """Return the clips of each group and class, integers of shape (studies, groups, K)."""
    spread = generator.normal(-(case.sizes**2) / 2, case.sizes, shape)
    clips = np.clip(np.rint(CLIPS * np.exp(spread)), 4, 2000).astype(int)
    shares = (
        generator.dirichlet(K * 0.3 * SHARES, shape) if case.few else np.broadcast_to(SHARES, (*shape, K))
    )
    return generator.multinomial(clips, shares / shares.sum(-1, keepdims=True))


def studies(case: Case, groups: int, seeds: int, count: int, generator: np.random.Generator) -> np.ndarray:
    """Return confusions of shape (models, studies, seeds, groups, K, K); what is missed goes anywhere."""
    clips = sizes(case, (count, groups), generator)
    cell = np.repeat(np.arange(clips.size), clips.ravel())
    shared = generator.standard_normal(len(cell)) * np.sqrt(OF_CLIP)
    group = generator.normal(0, OF_GROUP, (count, groups, 1))
    fold = np.arange(groups) % case.folds
    found = np.zeros((case.models, count, seeds, groups, K, K))
    for model in range(case.models):
        own = generator.normal(0, OF_GROUP_AND_CLASS, (count, groups, K))
        for seed in range(seeds):
            trained = generator.normal(0, case.noise * OF_TRAINING, (count, case.folds, 1))
            trained = trained + generator.normal(
                0, case.noise * OF_TRAINING_AND_CLASS, (count, case.folds, K)
            )
            probit = RECALLS[case.recall] - 0.2 * model + group + own + trained[:, fold]
            noise = shared + generator.standard_normal(len(cell)) * np.sqrt(1 - OF_CLIP)
            right = np.bincount(cell, probit.ravel()[cell] > noise, minlength=clips.size).reshape(clips.shape)
            for c in range(K):
                away = np.full(K, 1 / (K - 1))
                away[c] = 0
                found[model, :, seed, :, c] = generator.multinomial((clips - right)[..., c].astype(int), away)
                found[model, :, seed, :, c, c] += right[..., c]
    return found


def truth(case: Case) -> dict[str, float]:
    """Return the score of infinitely many groups, on average over trainings, by metric."""
    generator = np.random.default_rng(0)
    values = []
    for model in range(case.models):
        trained = generator.normal(0, case.noise * OF_TRAINING, (40_000, case.folds, 1))
        trained = trained + generator.normal(0, case.noise * OF_TRAINING_AND_CLASS, (40_000, case.folds, K))
        spread = np.sqrt(1 + OF_GROUP**2 + OF_GROUP_AND_CLASS**2)
        recall = special.ndtr((RECALLS[case.recall] - 0.2 * model + trained) / spread).mean(1)
        confusions = np.repeat((1 - recall)[..., None] / (K - 1), K, axis=-1)
        confusions[:, np.arange(K), np.arange(K)] = recall
        confusions *= SHARES[:, None]
        values.append({name: float(VALUES[name](confusions).mean()) for name in SHOWN})
    return values[0] if case.models == 1 else {name: values[0][name] - values[1][name] for name in SHOWN}


def value(name: str, confusions: np.ndarray, held: np.ndarray) -> np.ndarray:
    """Return a metric; a macro average is over the classes of ``held``, NaN where one is not there."""
    if name not in ("uar", "uf1"):
        return VALUES[name](confusions)
    each = np.where(held, (recalls if name == "uar" else f1s)(confusions), 0.0)
    return each.sum(-1) / held.sum(-1)


def printed(case: Case, drawn: np.ndarray, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return low and high of what the scores print, each of shape (studies,)."""
    count, seeds, groups = drawn.shape[1:4]
    fold = np.arange(groups) % case.folds
    estimate, left_out, extra, shares = np.zeros(count), np.zeros((count, groups)), [], []
    for confusions, sign in zip(drawn, (1, -1), strict=False):
        total = confusions.sum(2)
        held = total.sum(-1)[:, :1] > 0
        estimate += sign * value(name, total, held).mean(1)
        without = value(name, total[:, :, None] - confusions, held[:, :, None])
        slope = value(name, total[:, :, None] + STEP * confusions, held[:, :, None])
        slope = slope - value(name, total[:, :, None] - STEP * confusions, held[:, :, None])
        near = value(name, total, held)[:, :, None] - slope / (2 * STEP)
        left_out += sign * np.where(np.isfinite(without), without, near).mean(1)
        support = confusions.sum(-1)[:, 0]
        if name in ("uar", "uf1"):
            of_class = support / np.maximum(support.sum(1, keepdims=True), 1)
            shares.append(of_class.sum(-1) / held[:, 0].sum(-1, keepdims=True))
        else:
            shares.append(support.sum(-1) / support.sum((1, 2))[:, None])
        if seeds > 1:
            base = total.mean(1)[:, None, None]
            apart = confusions - confusions.mean(1, keepdims=True)
            cells = value(name, base + STEP * apart, held[:, :, None])
            cells = (cells - value(name, base - STEP * apart, held[:, :, None])) / (2 * STEP)
            each = np.stack([cells[..., fold == f].sum(-1) for f in range(min(case.folds, groups))], axis=-1)
            of_folds = (each**2).sum(1) / (seeds * (seeds - 1))
            v, both = of_folds.sum(-1), (cells**2).sum((1, 2)) / (seeds * (seeds - 1))
            df = v**2 / np.maximum((of_folds**2).sum(-1) / (seeds - 1), 1e-300)
            extra.append((np.maximum(v - both, 0), np.maximum(df, 1e-9)))
    apart = left_out - left_out.mean(1, keepdims=True)
    share = np.mean(shares, axis=0)
    parts = [((groups - 1) / groups * (apart**2).sum(1), np.maximum(1 / (share**2).sum(1) - 1, 1)), *extra]
    variance = sum(v for v, _ in parts)
    spent = sum(v**2 / df for v, df in parts)
    df = np.where(spent > 0, np.maximum(variance**2 / np.where(spent > 0, spent, 1), 1), parts[0][1])
    half = special.stdtrit(df, 0.975) * np.sqrt(variance)
    if case.models > 1:
        return np.maximum(estimate - half, -1), np.minimum(estimate + half, 1)
    inside = (estimate > 0) & (estimate < 1)
    clipped = np.where(inside, estimate, 0.5)
    half = half / (clipped * (1 - clipped))
    ends = [special.expit(special.logit(clipped) + sign * half) for sign in (-1, 1)]
    return np.where(inside, ends[0], estimate), np.where(inside, ends[1], estimate)


def before(drawn: np.ndarray, name: str, draws: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return low and high of percentiles over groups expanded after Student's t (Hesterberg 2015)."""
    count, seeds, groups = drawn.shape[1:4]
    taken = np.random.default_rng(seed).multinomial(groups, np.full(groups, 1 / groups), draws)
    tail = special.ndtr(special.stdtrit(groups - 1, 0.025) * np.sqrt(groups / (groups - 1)))
    low, high = np.empty(count), np.empty(count)
    for place in range(count):
        values = np.zeros(draws)
        for confusions, sign in zip(drawn[:, place], (1, -1), strict=False):
            total = confusions.sum(1)
            flat = confusions.swapaxes(0, 1).reshape(groups, -1)
            sums = (taken.astype(float) @ flat).reshape(draws, seeds, K, K)
            values += sign * value(name, sums, total.sum(-1)[:1] > 0).mean(1)
        values = values[np.isfinite(values)]
        low[place], high[place] = np.quantile(values, [tail, 1 - tail]) if len(values) else (np.nan, np.nan)
    return low, high


def drawn_again(confusions: np.ndarray, taken: np.ndarray) -> dict[str, tuple[float, float]]:
    """Return intervals of the UAR of one training that draw groups again, by name.

    The bootstrap-t (Efron 1981), its errors by linear approximation, and BCa (Efron 1987, JASA 82(397)).

    Parameters
    ----------
    confusions : array of shape (groups, K, K)
        Of each group.
    taken : array of shape (draws, groups)
        How often each is drawn.
    """
    right, support = confusions.diagonal(axis1=1, axis2=2), confusions.sum(2)

    def estimate(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        whole = weights @ support
        recall = (weights @ right) / whole
        parts = ((right - recall[:, None] * support) / whole[:, None]).mean(2)
        return recall.mean(1), np.sqrt((weights * parts**2).sum(1))

    groups = len(confusions)
    (here,), (error,) = estimate(np.ones((1, groups)))
    values, errors = estimate(taken.astype(float))
    there = np.isfinite(values)
    ratios = (values - here)[there & (errors > 0)] / errors[there & (errors > 0)]
    upper, lower = np.quantile(ratios, [0.975, 0.025]) if len(ratios) else (np.nan, np.nan)
    left_out = estimate(1 - np.eye(groups))[0]
    apart = np.nanmean(left_out) - left_out[np.isfinite(left_out)]
    bend = (apart**3).sum() / (6 * ((apart**2).sum() ** 1.5 or 1.0))
    values = values[there]
    shift = special.ndtri(np.clip((values < here).mean(), 1 / len(values), 1 - 1 / len(values)))
    z = shift + special.ndtri([0.025, 0.975])
    tails = special.ndtr(shift + z / (1 - bend * z))
    low, high = np.quantile(values, tails)
    return {"bootstrap-t": (here - upper * error, here - lower * error), "BCa": (low, high)}


def tried(case: Case, groups: int, count: int, draws: int, seed: int = 3) -> dict[str, float]:
    """Return by method the share of studies whose interval of UAR holds the truth; no noise of trainings."""
    case = case._replace(noise=0.0)
    generator = np.random.default_rng([seed, groups])
    confusions, true = studies(case, groups, 1, count, generator), truth(case)["uar"]
    taken = generator.multinomial(groups, np.full(groups, 1 / groups), draws)
    ends = {"expanded percentiles": before(confusions, "uar", draws, seed)}
    each = [drawn_again(study[0], taken) for study in confusions[0]]
    ends |= {name: tuple(np.transpose([found[name] for found in each])) for name in each[0]}
    ends["jackknife, effective groups, logit"] = printed(case, confusions, "uar")
    return {name: float(np.mean((low <= true) & (true <= high))) for name, (low, high) in ends.items()}


def by_the_project(case: Case, drawn: np.ndarray, place: int) -> dict[str, tuple[float, float]]:
    """Return the intervals of one study as the scores print them, by metric."""
    sides = []
    for confusions in drawn[:, place]:
        seeds, groups = confusions.shape[:2]
        folds = min(case.folds, groups)
        sums = np.zeros((seeds, folds, *confusions.shape[1:]))
        for fold in range(folds):
            sums[:, fold, fold::folds] = confusions[:, fold::folds]
        sums = sums.reshape(-1, *confusions.shape[1:])
        runs = np.indices((seeds, folds)).reshape(2, -1)
        sides.append(Runs(sums, sums.sum(-1), runs[0], runs[1], pooled=True, crossed=False))
    values = [mean_metrics(side.total, side.held) for side in sides]
    errors = errors_of(sides, mean_metrics, weighed)
    if case.models > 1:
        apart = minus(*values)
        return {name: student(float(apart[name]), errors[name], 0.95) for name in SHOWN}
    return {name: logit(float(values[0][name]), errors[name], 0.95) for name in SHOWN}


def coverage(
    case: Case, groups: int, seeds: int, count: int, draws: int = 0, seed: int = 1
) -> dict[str, tuple[float, float]]:
    """Return the share of studies whose interval holds the truth, and its median width, by metric.

    The interval before is there as ``before``, of UAR, where ``draws`` are asked for.

    Raises
    ------
    ValueError
        If an interval is not the one that :mod:`sarangi.statistics.intervals` makes.
    """
    generator = np.random.default_rng([seed, groups, seeds, *np.frombuffer(repr(case).encode(), np.uint8)])
    drawn, true = studies(case, groups, seeds, count, generator), truth(case)
    bounds = {name: printed(case, drawn, name) for name in SHOWN}
    for name, interval in by_the_project(case, drawn, 0).items():
        if not np.allclose(interval, [side[0] for side in bounds[name]], atol=1e-5, equal_nan=True):
            raise ValueError(f"{case}, {name}: the project's interval is {interval}")
    if draws:
        bounds["before"] = before(drawn, "uar", draws, seed)
        true["before"] = true["uar"]
    return {
        name: (float(np.mean((low <= true[name]) & (true[name] <= high))), float(np.nanmedian(high - low)))
        for name, (low, high) in bounds.items()
    }


def main() -> None:
    """Print a table a number of seeds: coverage of UAR before and now, and the range of all metrics."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--groups", type=int, nargs="+", default=[2, 4, 5, 8, 10, 20, 30])
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 3, 5])
    parser.add_argument("--studies", type=int, default=400)
    parser.add_argument("--draws", type=int, default=200)
    parser.add_argument("--tried", action="store_true", help="other intervals over groups, instead")
    chosen = parser.parse_args()
    if chosen.tried:
        for case in CASES[:6]:
            for groups in chosen.groups:
                found = tried(case, groups, chosen.studies, chosen.draws)
                shares = ", ".join(f"{name} {100 * share:.0f}" for name, share in found.items())
                print(f"{case.words}, {groups} groups: {shares}", flush=True)
        return
    start = time.perf_counter()
    for seeds in chosen.seeds:
        print(f"\n{seeds} seed{'s' if seeds > 1 else ''}: UAR before → now (lowest to highest of "
              f"{', '.join(SHOWN)} now), per cent\n")  # fmt: skip
        print(f"| study | {' | '.join(map(str, chosen.groups))} |")
        print(f"|---|{'---:|' * len(chosen.groups)}")
        for case in CASES:
            cells = []
            for groups in chosen.groups:
                found = coverage(case, groups, seeds, chosen.studies, chosen.draws)
                now = [100 * found[name][0] for name in SHOWN]
                was = 100 * found["before"][0]
                cells.append(f"{was:.0f} → {now[0]:.0f} ({min(now):.0f} to {max(now):.0f})")
            print(f"| {case.words} | {' | '.join(cells)} |", flush=True)
    print(f"\n{chosen.studies} studies a cell; {time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
