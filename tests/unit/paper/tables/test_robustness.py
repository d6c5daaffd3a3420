"""The table of robustness, and its figure."""

import pandas as pd
from support.labels import labels
from support.score_files import drawn  # noqa: F401  (fixture)
from support.study_tables import files, put, rows_of  # noqa: F401  (fixture)

from sarangi.base.missing import CORPUS, Missing
from sarangi.base.robustness_rows import ROBUSTNESS
from sarangi.paper.figures.robustness import robustness_figure
from sarangi.paper.tables.robustness import robustness_table

TITLES = {"protocols": {"loso": "leave one out"}, "models": {"svm": "a machine"}}


def of(conditions, mark=""):
    """A file of a model that loses 25 points under each condition."""
    row = {"experiment": "e", "corpus": "ravdess", "protocol": "loso", "model": "svm", "classes": "sad"}
    row |= {"value_as_recorded": 0.75, "value_disturbed": 0.5, "value": -0.25, "low": -0.5, "high": 0.125}
    row |= {"se": 0.1, "df": 9.0, "n": 40, "groups": 9, "missing": 1, "mark": mark}
    metrics = ("uar", "recall_sad")
    lines = [row | {"condition": name, "metric": metric} for name in conditions for metric in metrics]
    return put("results/robustness/e.parquet", ROBUSTNESS, lines)


def test_each_condition_has_a_row_and_what_cannot_be_tested_a_note(files):
    written = files("robustness")
    waiting = [("shemo", "loso", "svm", [Missing(CORPUS, "shemo", "get it")])]
    robustness_table(
        [of(["noise_0", "mp3"], "sides differ")], waiting, labels(("ravdess",), **TITLES), written
    )
    first, second = (row["cells"] for row in rows_of("robustness"))
    assert (first["Condition"], second["Condition"]) == ("noise, 0 dB", "MP3")
    assert (first["UAR"], first["As recorded"], first["Difference"]) == ("0.500", "0.750", "-0.250")
    assert (first["Interval"], first["n"], first["Missing"]) == ("[-0.500, 0.125]", "40", "1")
    text = written["md"].read_text()
    assert "Without 1 experiment that cannot run here; it needs corpus shemo" in text
    assert first["Marks"] and f"{first['Marks']}: the two sides" in text
    assert len(pd.read_csv(written["csv"])) == 2


def test_the_figure_has_a_block_a_model_or_says_that_none_was_tested(files, drawn):
    made = of(["noise_0", "mp3"])
    plain = [
        text.replace("\n", " ") for text in drawn(lambda: robustness_figure([made], labels(**TITLES), {}))
    ]
    assert "RAVDESS, leave one out: a machine" in plain
    assert "noise, 0 dB" in plain and "MP3" in plain
    (nothing,) = drawn(lambda: robustness_figure([], labels(**TITLES), {}))
    assert nothing.startswith("No model was tested")
