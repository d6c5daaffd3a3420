"""The table of sample rates."""

from support.language_cells import score, written

from sarangi.paper.tables.sensitivity import sensitivity_table


def test_sensitivity_has_both_rates_and_their_difference(tmp_path):
    row = {"corpus": "urdu_latif", "protocol": "one speaker out", "features": "eGeMAPS", "model": "SVM"}
    resampled = score(tmp_path / "a.parquet", 0.545, 0.4, 0.7, n=400, groups=28, mark="")
    own = score(tmp_path / "b.parquet", 0.640, 0.5, 0.8, n=400, groups=28, mark="groups shared")
    rows = [row | {"resampled": resampled, "own_rate": own}, row | {"resampled": resampled, "own_rate": None}]
    (both, one), text = written(tmp_path, sensitivity_table, rows, [])
    assert both == {
        "Corpus": "URDU", "Protocol": "one speaker out", "Features": "eGeMAPS", "Model": "SVM",
        "16 kHz": "0.545", "Interval": "[0.400, 0.700]", "Native rate": "0.640",
        "Its interval": "[0.500, 0.800]", "Difference": "+9.5", "Chance": "0.143", "n": "400",
        "Groups": "28", "Marks": "a",
    }  # fmt: skip
    assert (one["16 kHz"], one["Native rate"], one["Difference"]) == ("0.545", "–", "–")
    assert "–: no score can be computed" in text["md"]
