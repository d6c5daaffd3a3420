"""Classical models within and across languages: the tables, the gaps and the figure."""

from support.language_cells import (
    cell,
    score,
    study,  # noqa: F401  (fixtures)
    written,
)

from sarangi.paper.tables.gaps import gaps_table
from sarangi.paper.tables.languages import across_languages_table, within_language_table
from sarangi.paper.tables.sensitivity import sensitivity_table


def test_every_configuration_within_and_across_has_a_row(study, tmp_path):
    within, text = written(tmp_path, within_language_table, study, [])
    across, _ = written(tmp_path, across_languages_table, study, [])
    assert len(within) == len(across) == 30
    is10 = next(r for r in within if (r["Language"], r["Features"], r["Model"]) == ("Sindhi", "IS10", "SVM"))
    assert is10 == {
        "Pair": "Urdu and Sindhi", "Language": "Sindhi", "Protocol": "random 5-fold", "Features": "IS10",
        "Model": "SVM", "UAR": "0.5699", "Interval": "[0.530, 0.610]", "Chance": "0.143",
        "Published": "0.5699", "Rank": "1", "n": "700", "Groups": "700", "Marks": "c",
    }  # fmt: skip
    assert "c: speakers are unknown" in text["md"]
    assert "SYNTHETIC" not in text["md"].upper()
    assert {(r["Trained on"], r["Tested on"]) for r in across} == {("Urdu", "Sindhi"), ("Sindhi", "Urdu")}


def test_what_has_no_score_has_no_row_and_is_counted(study, tmp_path):
    rows, text = written(tmp_path, within_language_table, [c | {"scores": None} for c in study], [])
    assert rows == []
    assert "Without 30 configurations of which no score can be made here." in text["md"]


def test_a_uar_that_is_no_number_is_no_score(tmp_path):
    cells = [
        cell("Urdu", "Urdu", "eGeMAPS", "SVM", score(tmp_path / "a.parquet", float("nan"))),
        cell("Urdu", "Urdu", "IS10", "SVM", score(tmp_path / "b.parquet", 0.5)),
        cell("Sindhi", "Urdu", "eGeMAPS", "SVM", score(tmp_path / "c.parquet", 0.2)),
        cell("Sindhi", "Urdu", "IS10", "SVM", score(tmp_path / "d.parquet", 0.1)),
    ]
    rows, _ = written(tmp_path, within_language_table, cells, [])
    assert [(r["UAR"], r["Rank"], r["Published"], r["n"]) for r in rows] == [
        ("0.5000", "1", "–", "700"),
    ]
    (row,), _ = written(tmp_path, gaps_table, cells, [])
    assert (row["Best across"], row["Best"], row["Counted"]) == ("IS10, SVM: 0.1000", "-40.00", "1 of 2")


def test_no_pair_of_languages_gives_whole_files_that_say_so(tmp_path):
    for table in (within_language_table, across_languages_table, gaps_table):
        rows, text = written(tmp_path, table, [], [])
        assert rows == []
        assert "No pair of languages" in text["md"] and "No pair of languages" in text["tex"]
    rows, text = written(tmp_path, sensitivity_table, [], [])
    assert rows == [] and "No corpus with recordings" in text["md"]


def test_synthetic_speech_is_said_of_the_pair_and_the_table(tmp_path):
    path = score(tmp_path / "a.parquet", 0.5)
    cells = [
        cell("Urdu", "Urdu", "IS10", "SVM", path),
        cell("Urdu", "Urdu", "IS10", "SVM", None, pair="another"),
    ]
    rows, text = written(tmp_path, within_language_table, cells, ["urdu_sindhi"])
    assert [row["Pair"] for row in rows] == ["Urdu and Sindhi (synthetic)"]
    assert "Synthetic speech" in text["md"]


def test_a_model_with_a_comma_may_be_its_own_base(tmp_path):
    cells = [
        cell("Urdu", "Urdu", "IS10", "MLP, wide", score(tmp_path / "a.parquet", 0.5), base="MLP, wide"),
        cell("Persian", "Urdu", "IS10", "MLP, wide", score(tmp_path / "b.parquet", 0.3), base="MLP, wide"),
    ]
    (row,), _ = written(tmp_path, gaps_table, cells, [])
    assert (row["Scores"], row["Own"]) == ("ours", "-20.00")
