"""What the sensitivity analysis varies."""

import pytest
import yaml
from support.places import ROOT

from sarangi.base.errors import SarangiError
from sarangi.study.checking import check
from sarangi.study.comparisons import other_splits, own_rate, split_again
from sarangi.study.study import Study


def test_what_varies_follows_from_the_protocol(study):
    study["sensitivity"] = {
        "protocols": ["grouped3", "loso", "random5"], "models": ["egemaps_svm"], "seeds": [42, 7],
        "folds": [3, 5],
    }  # fmt: skip
    made = Study(study)
    assert other_splits(made, "grouped3") == {"seed": [7], "folds": [5]}
    assert other_splits(made, "random5") == {"seed": [7], "folds": [3]}
    assert other_splits(made, "loso") == {}
    # leaving one out has nothing to vary but the rate, which nothing is trained at on RAVDESS
    assert [e.protocol for e in split_again(made, "ravdess")] == ["grouped3", "random5"]
    assert [e.protocol for e in split_again(made, "urdu_latif")] == ["grouped3", "loso", "random5"]
    (loso,) = [e for e in split_again(made, "urdu_latif") if e.protocol == "loso"]
    assert own_rate(made, loso) == "egemaps_own_rate"
    study["sensitivity"]["models"] = ["egemaps_svn", "constant"]
    with pytest.raises(
        SarangiError, match=r"(?s)sensitivity.models\[0\].*did you mean egemaps_svm.*'constant'"
    ):
        check(study, ROOT / "workflow/schemas/config.schema.yaml", [ROOT / "demo/config.yaml"])


def test_the_real_study_varies_what_the_audit_of_urdu_asks_for():
    study = Study(yaml.safe_load((ROOT / "config.yaml").read_text()))
    assert len(other_splits(study, "random5")["seed"]) == 10
    assert 4 in other_splits(study, "grouped3")["folds"]
