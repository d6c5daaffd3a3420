"""How often the 95 % interval of a difference between two parts of the speakers holds the true one.

    python benchmarks/coverage_of_fairness.py --studies 1000

Four emotions, 4 clips of each from a speaker, one training.  Each speaker has a chance of being answered
right: normal around 0.7, of standard deviation 0.12, on either side alike, so that the true difference is 0;
or, on the second side, around 0.5 with 0.2.  Two intervals: ours (``sarangi.scoring.fairness``), and the one
that comparing two scores by their clips would give, Welch's t of two shares.
"""

import argparse
import math

import numpy as np
import pandas as pd
from scipy import special

from sarangi.base.fairness_rows import FairnessSettings
from sarangi.base.progress import progress
from sarangi.scoring.fairness import fairness_rows

EMOTIONS = ["angry", "happy", "neutral", "sad"]
CLIPS = 4
SIDES = ((8, 8), (8, 24), (24, 8), (3, 30), (24, 24), (2, 2))
KINDS = {"alike": ((0.7, 0.12), (0.7, 0.12)), "unlike": ((0.7, 0.12), (0.5, 0.2))}


def study(sizes: tuple[int, int], kind: str, draw: np.random.Generator) -> pd.DataFrame:
    """Return the answers of a study."""
    rows = []
    for gender, size, (mean, deviation) in zip(("f", "m"), sizes, KINDS[kind], strict=True):
        for speaker, chance in enumerate(draw.normal(mean, deviation, size)):
            right = draw.random((len(EMOTIONS), CLIPS)) < chance
            for (emotion, clip), hit in np.ndenumerate(right):
                said = EMOTIONS[emotion if hit else (emotion + 1) % len(EMOTIONS)]
                name = f"{gender}{speaker}"
                rows.append((f"{name}_{emotion}_{clip}", name, gender, EMOTIONS[emotion], said, -1, 0))
    columns = ["utterance_id", "group", "gender", "emotion", "predicted", "seed", "fold"]
    return pd.DataFrame(rows, columns=columns)


def truth(kind: str) -> float:
    """Return the true difference, with chances cut at 0 and 1 as draws are."""
    means = []
    for mean, deviation in KINDS[kind]:
        chances = np.clip(np.random.default_rng(0).normal(mean, deviation, 2_000_000), 0, 1)
        means.append(chances.mean())
    return means[0] - means[1]


def over_clips(table: pd.DataFrame) -> tuple[float, float]:
    """Return the interval as if clips were independent."""
    right = (table["emotion"] == table["predicted"]).groupby(table["gender"])
    shares, counts = right.mean(), right.size()
    half = special.ndtri(0.975) * math.sqrt((shares * (1 - shares) / counts).sum())
    value = shares["f"] - shares["m"]
    return value - half, value + half


def main() -> None:
    """Print how many studies each interval holds the true difference in."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--studies", type=int, default=1000)
    options = parser.parse_args()
    settings = FairnessSettings(("gender",), ())
    print("| speakers | sides | ours | width | over clips |\n|---|---|---:|---:|---:|")
    for kind in KINDS:
        expected = truth(kind)
        for sizes in SIDES:
            draw, held, clips, widths = np.random.default_rng(sum(sizes)), 0, 0, []
            for _ in progress(range(options.studies), options.studies, f"{sizes}"):
                table = study(sizes, kind, draw)
                row = next(fairness_rows(table, EMOTIONS, settings, 0.95, crossed=True))
                held += row["low"] <= expected <= row["high"]
                widths.append(row["high"] - row["low"])
                low, high = over_clips(table)
                clips += low <= expected <= high
            shares = [f"{100 * count / options.studies:.1f} %" for count in (held, clips)]
            print(
                f"| {sizes[0]} and {sizes[1]} | {kind} | {shares[0]} | {np.mean(widths):.2f} | {shares[1]} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
