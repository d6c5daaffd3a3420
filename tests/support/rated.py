"""Small files of scores and predictions on scales, for tests of tables and figures."""

import numpy as np

from sarangi.base.dimension_rows import DIMENSION_DIFFERENCES, DIMENSION_SCORES, RATED_PREDICTIONS
from support.study_tables import put

TITLES = {
    "protocols": {"loso": "leave one out", "random5": "random folds"},
    "models": {"mean": "training mean", "oracle": "speaker's mean", "svr": "eGeMAPS + SVR", "ridge": "ridge"},
}
NAMED = {"slice": "pooled", "mark": "", "n": 40, "groups": 9, "seeds": 1, "scale_low": 1.0, "scale_high": 5.0}


def scores_of(
    model, values, corpus="iemocap", protocol="loso", test=None, slices=("pooled",), speakers=(), **changed
):
    """A file of scores; a CCC by dimension, and a slice a speaker."""
    name = f"{corpus}_{protocol}_{model}"
    line = dict.fromkeys(DIMENSION_SCORES.names) | NAMED | {
        "experiment": name, "corpus": corpus, "protocol": protocol, "model": model, "test": test or corpus,
    } | changed  # fmt: skip
    rows = []
    for dimension, ccc in values.items():
        numbers = {"ccc": (ccc, 0.0), "pearson": (ccc + 0.05, None), "rmse": (0.8, 0.9)}
        rows += [
            line
            | {"dimension": dimension, "slice": part, "metric": metric, "value": value + 0.1 * place}
            | {"low": value - 0.125, "high": value + 0.125, "chance": chance}
            for place, part in enumerate(slices)
            for metric, (value, chance) in numbers.items()
        ]
        rows += [
            line
            | {"dimension": dimension, "slice": f"speaker {who}", "metric": "ccc", "value": value, "n": n}
            for who, value, n in speakers
        ]
    return put(f"results/dimensions/{name}{f'_to_{test}' if test else ''}.parquet", DIMENSION_SCORES, rows)


def predictions_of(model, dimensions, count, corpus="iemocap", protocol="loso", spread=0.6, error=None):
    """A file of predictions of clips whose ratings are drawn, one of them failed."""
    drawn = np.random.default_rng(1)
    rows = []
    for dimension in dimensions:
        ratings = np.round(drawn.uniform(1, 5, count) * 2) / 2
        predicted = 3 + spread * (ratings - 3) + drawn.normal(0, 0.4, count)
        rows += [
            (f"{corpus}/{n}", n % 2, None, dimension, "ok", None, rating, answer)
            for n, (rating, answer) in enumerate(zip(ratings, predicted, strict=True))
        ]
        rows.append((f"{corpus}/x", 0, None, dimension, "failed", error, 9.0, None))
    name = f"{corpus}_{protocol}_{model}"
    return put(f"results/runs/{name}/predictions/within.parquet", RATED_PREDICTIONS, rows)


def differences_of(pairs, corpus="iemocap", protocol="loso"):
    """A file of differences: first, second, dimension and difference."""
    line = dict.fromkeys(DIMENSION_DIFFERENCES.names) | {
        "corpus": corpus, "protocol": protocol, "n": 40, "groups": 9, "mark": "", "p": 0.0004,
        "p_adjusted": 0.0321, "value_first": 0.5, "value_second": 0.25,
    }  # fmt: skip
    rows = [
        line
        | {"first": first, "second": second, "dimension": dimension, "metric": metric, "value": value}
        | {"low": value - 0.25, "high": value + 0.25}
        for first, second, dimension, value in pairs
        for metric in ("ccc", "pearson", "rmse")
    ]
    return put(f"results/dimension_differences/{corpus}_{protocol}.parquet", DIMENSION_DIFFERENCES, rows)
