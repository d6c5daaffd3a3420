"""Marks of scores."""

import pandas as pd
import pytest
from support.places import MADE_BY_TEST
from support.small_manifests import made_manifest

from sarangi.audit.rows import AUDIT
from sarangi.base import marks, store
from sarangi.scoring.marks import SplitFiles, marks_of


def answered(path, without=0):
    """What was predicted of a manifest: all that is ok, but for the first ones."""
    rows = store.read(path, ["utterance_id", "group", "emotion", "status"])
    return rows[rows["status"] == "ok"].iloc[without:].assign(seed=-1, fold=0)


@pytest.mark.parametrize(("failed", "without", "marked"), [(2, 0, False), (3, 0, True), (0, 3, True)])
def test_a_transfer_to_a_corpus_of_which_much_failed_is_marked(failed, without, marked, tmp_path):
    path = made_manifest(tmp_path / "m.parquet", failed=failed)
    found = marks_of(answered(path, without), SplitFiles(path), untrained=False)
    assert (marks.MANY_FAILED in found) == marked


@pytest.mark.parametrize("verdict", ["warning", "fatal"])
def test_what_the_audit_calls_fatal_of_a_corpus_marks_its_scores(verdict, tmp_path):
    path = made_manifest(tmp_path / "m.parquet")
    parts = store.read(path, ["utterance_id", "status"]).assign(fold=0, part="test", leaks=False)
    parts.to_parquet(tmp_path / "p.parquet")
    rows = [("failed", "p", 3, verdict, "3 of 24 failed: 3 cut short")]
    store.write(tmp_path / "a.parquet", pd.DataFrame(rows, columns=AUDIT.names), AUDIT, MADE_BY_TEST)
    tested = SplitFiles(path, tmp_path / "p.parquet", tmp_path / "a.parquet")
    assert (marks.MANY_FAILED in marks_of(answered(path), tested, False)) == (verdict == "fatal")
