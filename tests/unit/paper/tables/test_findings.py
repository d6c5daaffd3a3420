"""The table of findings."""

import json

import pandas as pd
from support.claims import (
    everything,
    judged,
    ours,  # noqa: F401  (fixtures)
    scored,
)
from support.labels import labels

from sarangi.paper.tables.findings import finding_table, findings_table
from sarangi.paper.tables.writing import FORMATS


def test_claims_that_cannot_be_tested_are_one_sentence_and_the_csv_has_them_all(ours, tmp_path):
    everything(ours, tmp_path)
    files = {suffix: tmp_path / f"findings.{suffix}" for suffix in FORMATS}
    findings_table(sorted(tmp_path.glob("finding_*.parquet")), labels(), files)
    assert len(pd.read_csv(files["csv"])) == len(ours)
    text = files["md"].read_text()
    assert f"None of the {len(ours)} claims can be tested here: " in text
    assert r"\nothingtoshow{findings}" in files["tex"].read_text()


def test_a_number_of_ours_has_a_line_and_a_further_experiment_its_title(ours, tmp_path):
    name = "ravdess_speakers_21_24_replayed_audio"
    path = scored(tmp_path / "a.parquet", name, {"wf1": 0.659, "uar": 0.6})
    judged(ours, "finding_0", tmp_path, [path], experiments={name: "wav2vec2-base, RAVDESS"})
    files = {suffix: tmp_path / f"f.{suffix}" for suffix in FORMATS}
    finding_table(tmp_path / "finding_0.parquet", labels(), files)
    rows = {row["cells"]["Claim"]: row["cells"] for row in json.loads(files["json"].read_text())["rows"]}
    assert rows["UAR of wav2vec2-base, RAVDESS"]["Ours"] == "0.6"
    assert name not in files["tex"].read_text().replace(r"\_", "_")
    assert all(row["Ours"] != "–" for row in rows.values() if row["Verdict"].startswith("cannot be tested"))
    assert "claims cannot be tested here: " in files["md"].read_text()


def test_the_table_can_be_empty(tmp_path):
    files = {suffix: tmp_path / f"t.{suffix}" for suffix in FORMATS}
    findings_table([], labels(), files)
    assert files["tex"].read_text().count(r"\nothingtoshow{findings}") == 1
