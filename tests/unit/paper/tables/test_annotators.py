"""The table of annotators."""

import pandas as pd
from support.labels import labels
from support.study_tables import files, put, rows_of  # noqa: F401  (fixture)

from sarangi.base.human_rows import HUMAN, SIDES
from sarangi.paper.tables.annotators import annotators_table

TITLES = {"protocols": {"session": "leave one out"}, "models": {"svm": "a machine", "tree": "a tree"}}
WHOLE = {
    "n": 30,
    "groups": 5,
    "votes": 60,
    "ties": 28,
    "outside": 2,
    "alone": 0,
    "mark": "descriptive interval",
}


def of(model, test="iemocap", probabilities=True, mark="descriptive interval"):
    name = f"iemocap_session_{model}" + ("" if test == "iemocap" else f"_to_{test}")
    row = {
        "experiment": f"iemocap_session_{model}",
        "corpus": "iemocap",
        "protocol": "session",
        "model": model,
    }
    row |= {"test": test} | WHOLE | {"mark": mark}
    row |= {name: 0.125 * n for n, names in enumerate(SIDES.values(), 1) for name in names}
    keys = [("others", "uar"), ("others", "accuracy")]
    keys += [
        ("others", "js_distance"),
        ("shares", "cross_entropy"),
        ("shares", "js_distance"),
    ] * probabilities
    rows = [row | {"reference": reference, "metric": metric, "best": 0.75} for reference, metric in keys]
    return put(f"results/human/{name}.parquet", HUMAN, rows)


def test_each_model_has_a_row_with_where_its_numbers_are(files):
    written = files("annotators")
    made = [of("tree", probabilities=False), of("svm"), of("svm", "meld", mark="")]
    made.append(of("svm", "ravdess", mark="nothing predicted"))
    annotators_table(made, labels(**TITLES), written)
    rows = {row["cells"]["Model"]: row for row in rows_of("annotators")}
    assert list(rows) == ["a machine", "a machine, trained on IEMOCAP", "a tree"]
    cells = rows["a machine"]["cells"]
    assert (cells["UAR"], cells["Annotator"], cells["Difference"]) == ("0.125", "0.250", "+0.375")
    assert (cells["Interval of it"], cells["JS"]) == ("[0.375, 0.375] (degenerate)", "0.125")
    assert (cells["JS of an annotator"], cells["Cross-entropy"], cells["Least"]) == (
        "0.250",
        "0.125",
        "0.750",
    )
    assert (cells["Left out"], cells["Votes"], cells["Marks"]) == ("30", "60", "b")
    (behind,) = rows["a machine"]["from"]["Annotator"]
    assert behind["file"] == "results/human/iemocap_session_svm.parquet"
    assert (behind["where"], behind["column"]) == ({"reference": "others", "metric": "uar"}, "human")
    assert rows["a tree"]["cells"]["Cross-entropy"] == "–"
    assert len(pd.read_csv(written["csv"])) == 3
