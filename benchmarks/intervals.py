"""Time of 10,000 draws of a test part, beside the loop over clips that a user would write.

    python benchmarks/intervals.py

The test part: 2,610 clips of 7 emotions in 280 groups, predicted by 5 seeds.  The loop puts the clips of
the drawn groups together and calls scikit-learn for the same four metrics; it is timed on some draws,
and its values must equal ours on these.  Beside both, where it is installed
(``pip install confidence_intervals``), that package's bootstrap over groups; it takes one seed, so it is
called once for each, and once for each metric.  Ratios are of processor time, which other programs on
the machine do not change.
"""

import argparse
import time
import warnings

import numpy as np
import pandas as pd
from sklearn.metrics import accuracy_score, f1_score, recall_score

from sarangi.scoring.answers import tally
from sarangi.statistics.metrics import mean_metrics
from sarangi.statistics.resampling import draw_groups, intervals, resampled

CLIPS, GROUPS, SEEDS = 2610, 280, 5
EMOTIONS = ["angry", "disgust", "fearful", "happy", "neutral", "sad", "surprised"]
LOOPED = ("uar", "wf1", "uf1", "accuracy")


def predictions() -> pd.DataFrame:
    """Return a test part, predicted by five seeds."""
    draw = np.random.default_rng(0)
    truth = draw.choice(EMOTIONS, CLIPS, p=np.arange(7, 0, -1) / 28)
    groups = np.sort(draw.permutation(np.arange(CLIPS) % GROUPS))
    right = draw.beta(4, 2, GROUPS)[groups]
    parts = []
    for seed in range(SEEDS):
        predicted = np.where(draw.random(CLIPS) < right, truth, draw.choice(EMOTIONS, CLIPS))
        columns = {"utterance_id": np.arange(CLIPS).astype(str), "group": groups, "seed": seed, "fold": 0}
        parts.append(pd.DataFrame(columns | {"emotion": truth, "predicted": predicted}))
    return pd.concat(parts, ignore_index=True).assign(**dict.fromkeys((f"p_{e}" for e in EMOTIONS), np.nan))


def ours(table: pd.DataFrame, draws: int) -> tuple[dict, dict, np.ndarray]:
    """Return intervals, the values of the draws, and the draws."""
    confusions, _ = tally(table, ["seed"], EMOTIONS)
    held = confusions.sum((1, 3)) > 0
    drawn = draw_groups(GROUPS, draws, 42)
    found = resampled(confusions, drawn, lambda sums: mean_metrics(sums, held))
    return intervals(found, GROUPS, 0.95), found, drawn


def loop(table: pd.DataFrame, drawn: np.ndarray) -> dict[str, list[float]]:
    """Return the values of draws as the loop over clips and scikit-learn has them."""
    # numbers for emotions: scikit-learn takes several times longer over text
    place = EMOTIONS.index
    runs = [
        (run["emotion"].map(place).to_numpy(), run["predicted"].map(place).to_numpy())
        for _, run in table.groupby("seed")
    ]
    group = table.loc[table["seed"] == 0, "group"].to_numpy()
    members = [np.flatnonzero(group == g) for g in range(GROUPS)]
    found: dict[str, list[float]] = {metric: [] for metric in LOOPED}
    for taken in drawn:
        clips = np.concatenate([members[g] for g in np.repeat(np.arange(GROUPS), taken)])
        values = []
        for truth, predicted in runs:
            true, answer = truth[clips], predicted[clips]
            values.append(
                (
                    recall_score(true, answer, average="macro"),
                    f1_score(true, answer, average="weighted"),
                    f1_score(true, answer, average="macro"),
                    accuracy_score(true, answer),
                )
            )
        for metric, value in zip(LOOPED, np.mean(values, axis=0), strict=True):
            found[metric].append(float(value))
    return found


def package(table: pd.DataFrame, draws: int) -> float | None:
    """Return the seconds that the package ``confidence_intervals`` takes, or None where it is missing."""
    try:
        from confidence_intervals import evaluate_with_conf_int
    except ImportError:
        return None

    def macro(**options):
        return lambda true, answer: f1_score(true, answer, **options)

    place = EMOTIONS.index
    metrics = [
        lambda true, answer: recall_score(true, answer, average="macro"),
        macro(average="weighted"),
        macro(average="macro"),
        accuracy_score,
    ]
    start = time.process_time()
    for _, run in table.groupby("seed"):
        for metric in metrics:
            evaluate_with_conf_int(
                run["predicted"].map(place).to_numpy(),
                lambda true, answer, metric=metric: metric(true, answer),
                run["emotion"].map(place).to_numpy(),
                run["group"].to_numpy(),
                num_bootstraps=draws,
                alpha=5,
            )
    return time.process_time() - start


def main() -> None:
    """Print times and ratios."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--draws", type=int, default=10_000)
    parser.add_argument("--looped", type=int, default=50, help="draws of the loop and the package")
    arguments = parser.parse_args()
    # scikit-learn's own remarks on labels are not what is timed
    warnings.simplefilter("ignore")
    table = predictions()
    times, processor = [], []
    for _ in range(5):
        start, busy = time.perf_counter(), time.process_time()
        _, found, drawn = ours(table, arguments.draws)
        times.append(time.perf_counter() - start)
        processor.append(time.process_time() - busy)
    best = min(processor)
    print(f"ours: {min(times):.2f} s for {arguments.draws} draws, {best:.2f} s of processor (best of 5)")
    start = time.process_time()
    theirs = loop(table, drawn[: arguments.looped])
    looped = (time.process_time() - start) * arguments.draws / arguments.looped
    print(f"loop over clips with scikit-learn: {looped:.0f} s, {looped / best:.0f} times ours")
    apart = max(np.abs(found[m][: arguments.looped] - theirs[m]).max() for m in LOOPED)
    print(f"  the largest difference on {arguments.looped} draws: {apart:.1e}")
    taken = package(table, arguments.looped)
    if taken is None:
        print("confidence_intervals is not installed: pip install confidence_intervals")
        return
    taken *= arguments.draws / arguments.looped
    print(f"confidence_intervals: {taken:.0f} s, {taken / best:.0f} times ours")


if __name__ == "__main__":
    main()
