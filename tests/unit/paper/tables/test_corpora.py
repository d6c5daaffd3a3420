"""The table of corpora, of those that say little of themselves."""

import json

import pandas as pd
from support.labels import labels
from support.small_manifests import made_manifest

from sarangi.paper.tables.corpora import corpora_table


def test_a_corpus_whose_language_nobody_knows_has_a_dash(tmp_path):
    manifest = made_manifest(tmp_path / "m.parquet")
    files = {suffix: tmp_path / f"corpora.{suffix}" for suffix in ("tex", "md", "csv", "json", "html")}
    known = labels()._replace(corpora={"made": "Made"})
    corpora_table([manifest], [], {"made": {}}, {}, known, files)
    assert pd.read_csv(files["csv"])["Language"].isna().all()
    assert json.loads(files["json"].read_text())["rows"][0]["cells"]["Language"] == "–"
