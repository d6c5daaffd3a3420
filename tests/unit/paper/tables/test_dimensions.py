"""The tables of dimensions and of differences between their models."""

import pandas as pd
from support.labels import labels
from support.rated import TITLES, differences_of, scores_of
from support.study_tables import files, rows_of  # noqa: F401  (fixture)

from sarangi.base import store
from sarangi.base.marks import UNTRAINED
from sarangi.base.missing import CORPUS, Missing
from sarangi.paper.tables.dimension_differences import dimension_differences_table
from sarangi.paper.tables.dimensions import dimensions_table


def test_baselines_are_last_the_oracle_is_called_one_and_a_mean_of_folds_is_no_pooled_ccc(files):
    scores = [
        scores_of("oracle", {"arousal": 0.2}),
        scores_of("mean", {"arousal": 0.0}),
        scores_of("svr", {"arousal": 0.5, "valence": 0.25}, slices=("pooled", "folds"), mark=UNTRAINED),
        scores_of("svr", {"valence": 0.1}, test="ravdess", slices=("runs", "pooled")),
    ]  # fmt: skip
    waiting = [("shemo", "loso", "ridge", [Missing(CORPUS, "shemo", "get it")])]
    written = files("dimensions")
    dimensions_table(scores, waiting, ["mean", "oracle"], ["oracle"], labels(**TITLES), written)
    rows = [row["cells"] for row in rows_of("dimensions")]
    found = [(row["Tested"], row["Dimension"].partition(" ")[0], row["Model"]) for row in rows]
    assert found == [
        ("IEMOCAP", "arousal", "eGeMAPS + SVR"),
        ("IEMOCAP", "arousal", "training mean"),
        ("IEMOCAP", "arousal", "speaker's mean (oracle)"),
        ("IEMOCAP", "valence", "eGeMAPS + SVR"),
        ("RAVDESS", "valence", "eGeMAPS + SVR"),
    ]
    folds, pooled, *_, runs = rows
    assert (folds["CCC"], folds["Over"], folds["Pooled"]) == ("0.600", "mean of folds", "0.500")
    assert (pooled["CCC"], pooled["Over"], pooled["Pooled"]) == ("0.000", "all clips", "–")
    assert (runs["CCC"], runs["Over"], runs["Pooled"]) == ("0.100", "mean of runs", "0.200")
    assert (folds["Interval"], folds["Pearson"]) == ("[0.375, 0.625]", "0.650")
    assert (folds["RMSE"], folds["Mean's"], folds["Dimension"]) == ("0.900", "0.900", "arousal [1, 5]")
    assert (folds["n"], folds["Groups"], folds["Seeds"], folds["Marks"]) == ("40", "9", "1", "d")
    text = written["md"].read_text()
    assert "Oracle: the tested speaker's own mean" in text and "d: the encoder's weights" in text
    assert "Without 1 experiment that cannot run here; it needs corpus shemo" in text
    assert len(pd.read_csv(written["csv"])) == 5


def test_a_column_of_what_nothing_has_is_left_out_and_no_scores_are_no_rows(files):
    written = files("dimensions")
    dimensions_table([scores_of("svr", {"arousal": 0.5})], [], [], [], labels(**TITLES), written)
    (row,) = rows_of("dimensions")
    assert not {"Pooled", "Tested"} & row["cells"].keys()
    dimensions_table([], [], [], [], labels(**TITLES), written)
    assert rows_of("dimensions") == []


def test_each_cell_says_which_row_of_which_file_it_shows(files):
    scores = [scores_of("svr", {"arousal": 0.5, "valence": 0.25}, slices=("pooled", "folds"))]
    dimensions_table(scores, [], [], [], labels(**TITLES), files("dimensions"))
    (difference,) = [differences_of([("svr", "ridge", "valence", 0.125)])]
    dimension_differences_table([difference], [], labels(**TITLES), files("dimension_differences"))
    checked = 0
    for name in ("dimensions", "dimension_differences"):
        for row in rows_of(name):
            for column, entries in row["from"].items():
                for entry in entries:
                    table = store.read(entry["file"])
                    for key, value in entry["where"].items():
                        table = table[table[key] == value]
                    (value,) = table[entry["column"]]
                    if isinstance(value, float) and column:
                        text = row["cells"][column]
                        assert f"{value:.3f}" in text or f"{value:g}" in text or text == "< 0.001", column
                        checked += 1
    assert checked > 20


def test_differences_are_of_the_ccc_with_both_values_and_corrected_p(files):
    made = differences_of([("svr", "oracle", "valence", 0.25), ("svr", "mean", "arousal", 0.5)])
    written = files("dimension_differences")
    dimension_differences_table([made], ["oracle"], labels(**TITLES), written)
    first, second = (row["cells"] for row in rows_of("dimension_differences"))
    assert (first["Dimension"], first["Against"]) == ("arousal", "training mean")
    assert second["Against"] == "speaker's mean (oracle)"
    assert (second["CCC"], second["Its CCC"], second["Difference"]) == ("0.500", "0.250", "+0.250")
    assert (second["p"], second["Corrected p"], second["Interval"]) == ("< 0.001", "0.032", "[0.000, 0.500]")
    assert "Oracle: " in written["md"].read_text()
