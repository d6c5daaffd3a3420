"""The table of fairness, and its figure."""

import pandas as pd
from support.labels import labels
from support.score_files import drawn  # noqa: F401  (fixture)
from support.study_tables import files, put, rows_of  # noqa: F401  (fixture)

from sarangi.base.fairness_rows import FAIRNESS
from sarangi.paper.figures.fairness import fairness_figure
from sarangi.paper.tables.fairness import fairness_table

TITLES = {"protocols": {"loso": "leave one out"}, "models": {"svm": "a machine", "tree": "a tree"}}
NUMBERS = {
    "value_first": 0.75, "value_second": 0.5, "value": 0.25, "low": -0.125, "high": 0.625,
    "se": 0.1, "df": 9.0,
    "n_first": 40, "n_second": 44, "groups_first": 7, "groups_second": 9, "groups_both": 0, "unknown": 3,
}  # fmt: skip
NOTHING = dict.fromkeys(
    ("first", "second", "value_first", "value_second", "value", "low", "high", "se", "df")
)


def of(model, corpus="ravdess", mark=""):
    """A file of a model: genders differ by 25 points, most in sad; no ages; languages share no emotion."""
    row = {
        "experiment": f"{corpus}_loso_{model}",
        "corpus": corpus,
        "protocol": "loso",
        "model": model,
        "test": corpus,
    }
    row |= NUMBERS | {
        "attribute": "gender",
        "first": "female",
        "second": "male",
        "classes": "angry sad",
        "mark": mark,
    }
    lines = [row | {"metric": metric} for metric in ("uar", "recall_angry")]
    lines.append(row | {"metric": "recall_sad", "value": -0.5})
    nothing = row | NOTHING | {"metric": "uar", "mark": "no two parts to compare"}
    lines.append(nothing | {"attribute": "age"})
    lines.append(nothing | {"attribute": "language", "first": "pan", "second": "urd"})
    return put(f"results/fairness/{corpus}_loso_{model}.parquet", FAIRNESS, lines)


def test_each_pair_has_a_row_and_what_cannot_be_compared_a_note(files):
    written = files("fairness")
    fairness_table([of("tree", mark="descriptive interval"), of("svm")], labels(**TITLES), written)
    first, second = rows_of("fairness")
    assert [row["cells"]["Model"] for row in (first, second)] == ["a machine", "a tree"]
    cells = second["cells"]
    assert (cells["Part"], cells["UAR"], cells["Beside"], cells["Its UAR"]) == (
        "female",
        "0.750",
        "male",
        "0.500",
    )
    assert (cells["Difference"], cells["Interval"]) == ("+0.250", "[-0.125, 0.625]")
    assert (cells["Largest of an emotion"], cells["Speakers"], cells["n"]) == ("sad -0.500", "7, 9", "40, 44")
    assert (cells["Not stated"], cells["Marks"]) == ("3", "b")
    text = written["md"].read_text()
    assert "b: fewer than 8 groups" in text
    assert "Nothing to compare by age: RAVDESS." in text
    assert "Nothing to compare by language (pan, urd): RAVDESS." in text
    assert len(pd.read_csv(written["csv"])) == 2


def test_the_figure_has_a_block_a_corpus_and_pair_or_says_that_there_is_none(files, drawn):
    made = [of("svm", mark="descriptive interval"), of("tree", "urdu_latif")]
    texts = drawn(lambda: fairness_figure(made, labels(("ravdess",), **TITLES), {}))
    plain = [text.replace("\n", " ") for text in texts]
    assert "RAVDESS, leave one out: female − male" in plain
    assert any(text.startswith("SYNTHETIC") for text in plain)
    assert any(text.startswith("a: fewer than 8 groups") for text in plain)
    (nothing,) = drawn(lambda: fairness_figure([], labels(**TITLES), {}))
    assert nothing.startswith("No corpus states two parts")
