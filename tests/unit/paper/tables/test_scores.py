"""The table of scores."""

import pytest
from support.drawn_groups import FOUR_EMOTIONS, made, scores_of
from support.labels import NO_LIMITS, labels

from sarangi.paper.tables.scores import scores_table
from sarangi.paper.tables.writing import FORMATS


def test_an_absent_emotion_lowers_ceiling_and_chance_by_rule(tmp_path):
    found = scores_of(tmp_path, made(emotions=FOUR_EMOTIONS[:3])).set_index(["slice", "metric"])
    row = found.loc[("pooled", "uar_absent_as_zero")]
    assert (row["ceiling"], row["chance"]) == (0.75, 0.1875)
    assert row["value"] == pytest.approx(0.75 * found.loc[("pooled", "uar"), "value"])
    assert found.loc[("pooled", "uar"), ["ceiling", "chance"]].tolist() == [1, 0.25]
    titles = labels(protocols={"p": "P"}, models={"m": "M"})
    output = {suffix: tmp_path / f"t.{suffix}" for suffix in FORMATS}
    scores_table([tmp_path / "s.parquet"], [], [], NO_LIMITS, titles, output)
    assert " of 0.75, chance 0.1875" in output["md"].read_text()
    scores_of(tmp_path, made())
    scores_table([tmp_path / "s.parquet"], [], [], NO_LIMITS, titles, output)
    assert "Absent as 0" not in output["md"].read_text()
