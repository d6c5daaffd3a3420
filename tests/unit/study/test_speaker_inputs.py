"""Speakers in the configuration: what is refused of it, and what is missing."""

import pytest
import yaml
from support.configuration import SCHEMA, refused
from support.places import ROOT
from support.studies import small, stand_in

from sarangi.study import speaker_inputs
from sarangi.study.checking import check


@pytest.fixture
def study():
    found = small(yaml.safe_load((ROOT / "demo/config.yaml").read_text()))
    found["corpora"]["ravdess"] = stand_in(speakers=6, clips=1, seed=1)
    found["speaker_encoders"] = {
        "ge2e": {"title": "GE2E", "licence": "Apache-2.0", "kind": "ge2e", "weights": "resources/models/g.pt"}
    }
    found["pseudo_speakers"] = {
        "voices": {"title": "voices", "encoder": "ge2e", "corpora": ["urdu_latif"], "calibration": "ravdess"}
    }
    return found


@pytest.mark.parametrize(
    ("kind", "changed", "message"),
    [
        ("pseudo_speakers", {"calibration": "urdu_latif"}, "'urdu_latif' is one of its corpora: a threshold"),
        ("pseudo_speakers", {"calibration": "ravdes"}, "'ravdes' is not in corpora; did you mean"),
        ("pseudo_speakers", {"encoder": "gee"}, "'gee' is not in speaker_encoders; did you mean"),
        ("pseudo_speakers", {"threshold": 0.2}, "threshold"),
        ("speaker_encoders", {"kind": "ge2"}, "no speaker encoder 'ge2'; did you mean"),
        ("speaker_encoders", {"kind": "x_vector"}, "x_vector takes encoder, an entry of encoders"),
    ],
)
def test_a_mistake_is_named(study, kind, changed, message, tmp_path):
    next(iter(study[kind].values())).update(changed)
    assert message in refused(study, tmp_path)[0]


def test_weights_that_are_not_there_are_a_row_that_says_so(study, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    row = speaker_inputs.rows_of_table(check(study, SCHEMA, []))[0]
    assert row["measures"] is None
    assert row["missing"] == "weights of ge2e: put resources/models/g.pt there (docs/speakers.md)"
    (tmp_path / "resources/models").mkdir(parents=True)
    (tmp_path / "resources/models/g.pt").touch()
    found = check(study, SCHEMA, [])
    assert speaker_inputs.pseudo_made(found) == [("voices", "urdu_latif")]
    assert speaker_inputs.thresholds_made(found) == ["results/speaker_thresholds/voices.parquet"]
    assert (
        speaker_inputs.rows_of_table(found)[0]["measures"]
        == "results/speaker_measures/voices/urdu_latif.parquet"
    )
    assert (
        speaker_inputs.calibrating_shards(found, "voices")[0] == "results/speakers/ge2e/ravdess/000.parquet"
    )
