"""How often a 95 % interval of the UAR holds the true one, in simulated studies.

    python benchmarks/interval_coverage.py

A group (speaker) has an effect of its own on how well each of four emotions is recalled, and clips
follow it.  Each study draws groups and clips anew; the true UAR is that of infinitely many groups.
Compared: the interval of the scores, plain percentiles, the bootstrap-t, and percentiles over clips.
"""

import argparse
import time

import numpy as np

from sarangi.statistics.metrics import mean_metrics
from sarangi.statistics.resampling import draw_clips, draw_groups, intervals, percentiles, resampled

CLIPS = (4, 12)  # of an emotion in a group, fewest and most
LOGITS = np.array([1.2, 0.6, 0.2, -0.3])  # of the recall of each emotion in a typical group
SHARED, OWN = 0.8, 0.5  # standard deviations of a group's effect on all emotions, and on each
CLASSES = len(LOGITS)


def true_uar() -> float:
    """Return the UAR of infinitely many groups, by Gauss-Hermite quadrature."""
    points, weights = np.polynomial.hermite_e.hermegauss(80)
    logits = LOGITS[:, None] + np.hypot(SHARED, OWN) * points
    return float((weights / weights.sum() / (1 + np.exp(-logits))).sum(1).mean())


def study(groups: int, generator: np.random.Generator) -> np.ndarray:
    """Return the confusions of each group, shape (groups, K, K); what is missed goes anywhere."""
    effects = generator.normal(0, SHARED, (groups, 1)) + generator.normal(0, OWN, (groups, CLASSES))
    recall = 1 / (1 + np.exp(-(LOGITS + effects)))
    clips = generator.integers(CLIPS[0], CLIPS[1] + 1, (groups, CLASSES))
    missed = ((1 - recall) / (CLASSES - 1))[..., None]
    shares = np.where(np.eye(CLASSES, dtype=bool), recall[..., None], missed)
    return generator.multinomial(clips, shares)


def bootstrap_t(confusions: np.ndarray, drawn: np.ndarray) -> tuple[float, float]:
    """Return the bootstrap-t interval of the UAR (Efron 1981), its errors by the linear approximation.

    Parameters
    ----------
    confusions : array of shape (groups, K, K)
        Of each group.
    drawn : array of shape (draws, groups)
        How often each is taken.
    """
    hits, support = confusions.diagonal(axis1=1, axis2=2), confusions.sum(2)

    def estimate(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        all_support = weights @ support
        recall = weights @ hits / all_support
        # what a group adds to each recall, averaged over classes
        parts = ((hits - recall[:, None] * support) / all_support[:, None]).mean(2)
        return recall.mean(1), np.sqrt((weights * parts**2).sum(1))

    groups = len(confusions)
    (value,), (error,) = estimate(np.ones((1, groups)))
    values, errors = estimate(drawn.astype(float))
    ratios = (values - value) / np.where(errors > 0, errors, np.nan)
    upper, lower = np.nanquantile(ratios, [0.975, 0.025])
    return value - upper * error, value - lower * error


def covered(groups: int, studies: int, draws: int, seed: int) -> dict[str, float]:
    """Return by interval the share of studies whose interval holds the true UAR."""
    return {name: share for name, (share, _) in coverage(groups, studies, draws, seed).items()}


def coverage(groups: int, studies: int, draws: int, seed: int) -> dict[str, tuple[float, float]]:
    """Return by interval the share of studies whose interval holds the true UAR, and its mean width."""
    generator = np.random.default_rng(seed)
    truth = true_uar()
    held = np.ones((1, CLASSES), dtype=bool)
    hits: dict[str, list[bool]] = {}
    widths: dict[str, list[float]] = {}

    def score(confusions: np.ndarray) -> dict[str, np.ndarray]:
        return {"uar": mean_metrics(confusions, held)["uar"]}

    drawn = draw_groups(groups, draws, seed)
    for number in range(studies):
        confusions = study(groups, generator)
        found = resampled(confusions[None].astype(float), drawn, score)
        times = confusions.sum(0).ravel()
        kinds = np.eye(CLASSES**2).reshape(1, -1, CLASSES, CLASSES)
        clips = resampled(kinds, draw_clips(times, draws, number), score)
        bounds = {
            "t-expanded percentile over groups": intervals(found, groups, 0.95)["uar"],
            "bootstrap-t over groups": bootstrap_t(confusions, drawn),
            "plain percentile over groups": percentiles(found, 0.95)["uar"],
            "percentile over clips": percentiles(clips, 0.95)["uar"],
        }
        for name, (low, high) in bounds.items():
            hits.setdefault(name, []).append(low <= truth <= high)
            widths.setdefault(name, []).append(high - low)
    return {name: (float(np.mean(hits[name])), float(np.mean(widths[name]))) for name in hits}


def main() -> None:
    """Print the coverage of each interval for several numbers of groups."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--groups", type=int, nargs="+", default=[4, 8, 10, 20, 40])
    parser.add_argument("--studies", type=int, default=2000)
    parser.add_argument("--draws", type=int, default=2000)
    arguments = parser.parse_args()
    print(f"true UAR {true_uar():.4f}, {arguments.studies} studies, {arguments.draws} draws each")
    for groups in arguments.groups:
        start = time.perf_counter()
        found = coverage(groups, arguments.studies, arguments.draws, seed=42)
        print(f"{groups} groups ({time.perf_counter() - start:.0f} s)")
        for name, (share, width) in found.items():
            print(f"  {name:36} {share:6.1%}   mean width {width:.3f}")


if __name__ == "__main__":
    main()
