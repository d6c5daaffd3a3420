"""What is bold in the table of scores."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.labels import NO_LIMITS, labels
from support.study_tables import (
    REPORTED,
    TITLES,
    files,  # noqa: F401  (fixtures)
    put,
    rows_of,
    scored,
)

from sarangi.base import store
from sarangi.base.difference_rows import DIFFERENCES
from sarangi.paper.tables.best import best
from sarangi.paper.tables.reported_differences import reported_differences
from sarangi.paper.tables.scores import scores_table


def compared(protocol, pairs):
    """A file of differences; (first, second) to (difference, p)."""
    line = dict.fromkeys(DIFFERENCES.names) | {
        "corpus": "urdu_latif", "protocol": protocol, "slice": "pooled", "metric": "uar", "n": 40,
        "groups": 16, "mark": "",
    }  # fmt: skip
    lines = [
        line
        | {"first": first, "second": second, "value": value, "p": p, "low": value, "high": value}
        | {"p_smallest": min(p, 0.0001)}
        for (first, second), (value, p) in pairs.items()
    ]
    return put(f"results/differences/urdu_latif_{protocol}.parquet", DIFFERENCES, lines)


def shown_best(files, values, pairs, mark="", protocol="loso"):
    """Write the table of scores; return the models whose UAR is bold in Markdown and in LaTeX."""
    scores = [
        scored(f"{protocol}_{model}", dict.fromkeys([(metric, "pooled") for metric in REPORTED], value), mark)
        for model, value in values.items()
    ]
    scores_table(scores, [compared(protocol, pairs)], [], NO_LIMITS, labels(**TITLES), files("scores"))
    markdown = re.findall(r"\| (\w+) +\| +\*\*[\d.]+\*\*", Path("paper/tables/scores.md").read_text())
    in_supplement = Path("paper/tables/scores.tex").read_text().split("longtable", 1)[1]
    latex = re.findall(r"(\w+) & \\textbf\{[\d.]+\}", in_supplement)
    assert latex == markdown
    return markdown


CLEAR = {("svm", "forest"): (0.2, 0.001), ("svm", "mlp"): (0.3, 0.002), ("forest", "mlp"): (0.1, 0.5)}
VALUES = {"svm": 0.8, "forest": 0.6, "mlp": 0.5}


def test_the_best_is_bold_where_every_comparison_allows_it_and_its_cell_names_them(files):
    assert shown_best(files, VALUES, CLEAR) == ["SVM"]
    for suffix in ("csv", "json"):
        assert "**" not in Path(f"paper/tables/scores.{suffix}").read_text()
    behind = {row["cells"]["Model"]: row["from"].get("UAR", []) for row in rows_of("scores")}
    named = [entry for entry in behind["SVM"] if "differences" in entry["file"]]
    assert [(e["where"]["second"], e["column"]) for e in named] == [("forest", "p"), ("mlp", "p")]
    assert not any("differences" in entry["file"] for model in ("MLP", "forest") for entry in behind[model])


@pytest.mark.parametrize(
    ("values", "pairs", "mark"),
    [
        # one comparison of the best is not clear, though that with the runner-up is
        (VALUES, CLEAR | {("svm", "mlp"): (0.3, 0.2)}, ""),
        # clear before Holm's correction for three comparisons, and not after
        (VALUES, CLEAR | {("svm", "forest"): (0.2, 0.03)}, ""),
        # a model that was not compared lies higher, or as high
        (VALUES | {"constant": 0.9}, CLEAR, ""),
        (VALUES | {"constant": 0.8}, CLEAR, ""),
        # clear, and against it on the utterances that both predict
        (VALUES, CLEAR | {("svm", "mlp"): (-0.3, 0.001)}, ""),
        # it was compared with one only
        (VALUES, {("svm", "forest"): (0.2, 0.001), ("forest", "mlp"): (0.1, 0.001)}, ""),
        (VALUES, CLEAR, "descriptive interval; groups shared"),
        (VALUES, CLEAR, "near-duplicates shared"),
    ],
)
def test_nobody_is_bold_where_anything_speaks_against_it(files, values, pairs, mark):
    assert shown_best(files, values, pairs, mark) == []


def test_rivals_and_the_family_of_the_correction_are_those_of_one_corpus_and_protocol(files):
    values = dict.fromkeys([(metric, "pooled") for metric in REPORTED], 0.8)
    scores = [scored("loso_svm", values), scored("loso_mlp", {key: 0.5 for key in values})]
    own = compared("loso", {("svm", "mlp"): (0.3, 0.02)})
    others = compared("random5", {(f"a{n}", "b"): (0.0, 0.9) for n in range(3)})
    found = pd.concat([store.read(path).assign(file=str(path)) for path in scores])
    for files_ in ([own], [own, others]):
        assert list(best(found, reported_differences(files_))) == ["urdu_latif_loso_svm"]
    # of a rival in the table that it was not compared with nothing is known, however low
    rival = store.read(scores[1]).assign(file="r", model="forest", experiment="f", value=0.1)
    assert best(pd.concat([found, rival]), reported_differences([own])) == {}
    # one without a score is none
    assert best(pd.concat([found, rival.assign(value=np.nan)]), reported_differences([own]))


@given(st.lists(st.floats(0, 1), min_size=3, max_size=3), st.lists(st.floats(0, 1), min_size=3, max_size=3))
def test_what_is_best_is_the_highest_and_never_more_than_one(values, ps):
    models = ["svm", "forest", "mlp"]
    found = pd.DataFrame(
        {
            "corpus": "c", "test": "c", "protocol": "p", "model": models, "experiment": models,
            "metric": "uar", "value": values, "mark": "",
        }
    )  # fmt: skip
    pairs = [(0, 1), (0, 2), (1, 2)]
    table = pd.DataFrame(
        {
            "corpus": "c", "protocol": "p", "first": [models[a] for a, _ in pairs],
            "second": [models[b] for _, b in pairs], "value": [values[a] - values[b] for a, b in pairs],
            "corrected": ps,
        }
    )  # fmt: skip
    leading = best(found, table)
    top = int(np.argmax(values))
    clear = all(p < 0.05 for p, pair in zip(ps, pairs, strict=True) if top in pair)
    alone = values.count(max(values)) == 1
    assert list(leading) == ([models[top]] if clear and alone else [])
