"""The table of findings."""

import pandas as pd
from support.claims import (
    everything,
    ours,  # noqa: F401  (fixtures)
)
from support.labels import labels

from sarangi.paper.tables.findings import findings_table
from sarangi.paper.tables.writing import FORMATS


def test_the_table_of_findings_counts_rows_of_tables_and_its_csv_has_them_all(ours, tmp_path):
    everything(ours, tmp_path)
    files = {suffix: tmp_path / f"findings.{suffix}" for suffix in FORMATS}
    findings_table(sorted(tmp_path.glob("finding_*.parquet")), labels(), files)
    assert len(pd.read_csv(files["csv"])) == len(ours)
    text = files["md"].read_text()
    assert "90 of the 90 numbers in the table urdu sindhi within" in text
    assert "60 of the 60 numbers in the table urdu sindhi transfer" in text
    assert "WF1 0.659, UF1 0.631, accuracy 0.667" in text
    assert len(text.splitlines()) < 100
    assert r"\tableplace{supplement}" in files["tex"].read_text()


def test_the_table_can_be_empty(tmp_path):
    files = {suffix: tmp_path / f"t.{suffix}" for suffix in FORMATS}
    findings_table([], labels(), files)
    assert files["tex"].read_text().count(r"\nothingtoshow{findings}") == 1
