"""The table of gaps between languages."""

import pandas as pd
import pytest
from support.language_cells import (
    cell,
    score,
    study,  # noqa: F401  (fixtures)
    two_protocols,
    written,
)

from sarangi.paper.cells import scored
from sarangi.paper.tables.gaps import gaps, gaps_table


@pytest.mark.parametrize("scores", ["ours", "published"])
def test_gaps_of_the_published_rows_both_ways(scores, study, tmp_path):
    # without scores of ours the published ones stand alone
    cells = study if scores == "ours" else [c | {"scores": None} for c in study]
    rows, _ = written(tmp_path, gaps_table, cells, [])
    found = {row["Direction"]: row for row in rows if row["Scores"] == scores}
    # entries 1 and 2; eGeMAPS's own -13.09 takes the better model of each side, the forest alone loses less
    assert found == {
        "Urdu to Sindhi": {
            "Pair": "Urdu and Sindhi", "Direction": "Urdu to Sindhi", "Within": "random 5-fold",
            "Scores": scores, "Best within": "IS10, SVM: 0.5699", "Best across": "eGeMAPS, SVM: 0.2734",
            "Best": "-29.65", "Set": "-21.81", "Own": "-21.81", "All own": "-25.1 (-34.5 to -14.5)",
            "Counted": "15 of 15", "Marks": "none",
        },
        "Sindhi to Urdu": {
            "Pair": "Urdu and Sindhi", "Direction": "Sindhi to Urdu", "Within": "random 5-fold",
            "Scores": scores, "Best within": "IS10, SVM: 0.5526",
            "Best across": "eGeMAPS, random forest: 0.2622", "Best": "-29.04", "Set": "-13.09",
            "Own": "-10.61", "All own": "-22.0 (-32.9 to -5.5)", "Counted": "15 of 15", "Marks": "none",
        },
    }  # fmt: skip


def test_own_gaps_of_the_published_rows(study, tmp_path):
    table = gaps(scored(study))
    assert len(table) == 30
    for gap in ("gap", "published_gap"):
        own = table.set_index(["train", "features", "model"])[gap]
        # what the study prints as the gaps of the best
        assert own["Urdu", "IS10", "SVM"] == pytest.approx(-30.99)
        assert own["Sindhi", "IS10", "SVM"] == pytest.approx(-32.89)
        assert own["Urdu", "eGeMAPS", "SVM"] == pytest.approx(-21.81)
        assert own["Sindhi", "eGeMAPS", "random forest"] == pytest.approx(-10.61)
        assert -own.max() == pytest.approx(5.53) and -own.min() == pytest.approx(34.51)
        assert -own.mean() == pytest.approx(23.57, abs=0.005)
    written(tmp_path, gaps_table, study, [])
    again = pd.read_csv(tmp_path / "table.csv")
    assert again["gap"].tolist() == pytest.approx(table["gap"].tolist(), abs=1e-12)


def test_published_gaps_need_every_published_value(study, tmp_path):
    cells = [c | {"published": None} if c["features"] == "IS09" else c for c in study]
    rows, _ = written(tmp_path, gaps_table, cells, [])
    assert [(r["Scores"], r["Best"], r["Counted"]) for r in rows] == [
        ("ours", "-29.65", "15 of 15"),
        ("published", "–", "12 of 15"),
        ("ours", "-29.04", "15 of 15"),
        ("published", "–", "12 of 15"),
    ]


def test_gaps_without_any_score_are_no_rows(study, tmp_path):
    cells = [c | {"scores": None, "published": None} for c in study]
    rows, _ = written(tmp_path, gaps_table, cells, [])
    assert rows == []


def test_each_protocol_within_and_adaptation_have_gaps_of_their_own(tmp_path):
    rows, text = written(tmp_path, gaps_table, two_protocols(tmp_path), [])
    keys = ("Within", "Scores", "Best within", "Best across", "Best", "Set", "Own", "All own", "Counted")
    # IS09 stands on one side only, and an adapted model competes with adapted ones
    assert [tuple(row[key] for key in keys) for row in rows] == [
        ("random 5-fold", "ours", "IS10, MLP: 0.8500", "eGeMAPS, SVM: 0.4000",
         "-45.00", "-30.00", "-30.00", "-43.3 (-50.0 to -30.0)", "3 of 3"),
        ("one speaker out", "ours", "eGeMAPS, SVM: 0.6000", "eGeMAPS, SVM: 0.4000",
         "-20.00", "-20.00", "-20.00", "-20.0 (-20.0 to -20.0)", "3 of 3"),
        ("random 5-fold", "ours, adapted", "IS10, SVM: 0.8000", "IS10, SVM, CORAL: 0.4500",
         "-35.00", "-35.00", "-35.00", "-30.7 (-35.0 to -28.0)", "3 of 3"),
        ("one speaker out", "ours, adapted", "eGeMAPS, SVM: 0.6000", "IS10, SVM, CORAL: 0.4500",
         "-15.00", "-5.00", "-5.00", "-14.0 (-19.0 to -5.0)", "3 of 3"),
    ]  # fmt: skip
    # what is said of an interval is not said of a gap, which has none
    assert [row["Marks"] for row in rows] == ["a", "none", "a", "none"]
    assert "a: groups (speakers) are in both training and test" in text["md"]


def test_sides_with_other_emotions_are_marked(tmp_path):
    cells = [
        cell("Urdu", "Urdu", "IS10", "SVM", score(tmp_path / "a.parquet", 0.5)),
        cell("Persian", "Urdu", "IS10", "SVM", score(tmp_path / "b.parquet", 0.3, classes="angry happy sad")),
    ]
    (row,), text = written(tmp_path, gaps_table, cells, [])
    assert f"{row['Marks']}: the two sides are scored on other emotions" in text["md"]
