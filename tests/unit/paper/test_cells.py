"""Cells of the tables of languages."""

import pytest
from support.language_cells import (
    cell,
    score,
    study,  # noqa: F401  (fixtures)
)
from support.places import MADE_BY_TEST

from sarangi.base import store
from sarangi.base.errors import SarangiError
from sarangi.base.score_rows import SCORES
from sarangi.paper.cells import ranks, scored


def test_feature_sets_rank_by_their_best_model(study):
    table = scored(study)
    table["rank"] = ranks(table)
    found = {
        (train, test): rows.drop_duplicates("features").set_index("features")["rank"].astype(int).to_dict()
        for (train, test), rows in table.groupby(["train", "test"])
    }
    # by hand from the published rows (entry 2 of the errata)
    assert found["Urdu", "Sindhi"] == {"eGeMAPS": 1, "IS10": 2, "IS09": 3, "Prosody": 4, "ComParE": 5}
    assert found["Sindhi", "Urdu"] == {"eGeMAPS": 1, "ComParE": 2, "IS09": 3, "IS10": 4, "Prosody": 5}
    assert found["Sindhi", "Sindhi"] == {"IS10": 1, "ComParE": 2, "IS09": 3, "eGeMAPS": 4, "Prosody": 5}
    assert found["Urdu", "Urdu"] == {"IS10": 1, "ComParE": 2, "IS09": 3, "eGeMAPS": 4, "Prosody": 5}


def test_a_cell_that_stands_twice_is_refused(study):
    with pytest.raises(SarangiError, match="eGeMAPS, SVM appears twice in Urdu and Sindhi: Urdu to Urdu"):
        scored([*study, study[0]])


def test_a_file_without_one_uar_is_refused(tmp_path):
    path = score(tmp_path / "a.parquet", 0.5, metric="wf1")
    store.write(path, store.read(path).assign(metric="wf1"), SCORES, MADE_BY_TEST)
    with pytest.raises(SarangiError, match=r"a\.parquet: 0 rows report a UAR"):
        scored([cell("Urdu", "Urdu", "IS10", "SVM", path)])
