"""Protocols that hold pseudo-speakers apart, in the configuration and in what rules read."""

from pathlib import Path

import pytest
import yaml
from support.configuration import SCHEMA, refused
from support.places import ROOT
from support.studies import small, stand_in

from sarangi.base.missing import WEIGHTS
from sarangi.study import guessed_folds, leakage, speaker_inputs
from sarangi.study.availability import availability
from sarangi.study.checking import check
from sarangi.study.wanted import every_table

NAME = "urdu_latif_lovo_egemaps_svm"
VOICES = "results/speakers/voices/urdu_latif.parquet"


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
    apart = {"title": "v", "kind": "leave_one_group_out", "pseudo_speakers": "voices", "leaks": False}
    found["protocols"] |= {"lovo": apart, "lovo_matched": apart | {"matched": 1, "leaks": True}}
    found["experiments"][0]["protocols"] += ["loso_matched", "lovo", "lovo_matched"]
    return found


@pytest.mark.parametrize(
    ("section", "name", "changed", "message"),
    [
        ("protocols", "lovo", {"pseudo_speakers": "voice"}, "'voice' is not in pseudo_speakers; did"),
        ("protocols", "lovo", {"by": "gender"}, "by"),
        ("protocols", "lovo", {"kind": "held_out", "test": [["a"]]}, "kind"),
        ("pseudo_speakers", "voices", {"corpora": ["ravdess"], "calibration": "urdu_latif"},
         "lovo holds apart the pseudo-speakers voices, of which there are none on urdu_latif"),
    ],
)  # fmt: skip
def test_a_mistake_is_named(study, section, name, changed, message, tmp_path):
    study[section][name].update(changed)
    assert any(message in each for each in refused(study, tmp_path))


def test_without_weights_they_are_not_available_and_nothing_else_changes(study, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = check(study, SCHEMA, [])
    assert NAME not in found.runnable and "urdu_latif_loso_egemaps_svm" in found.runnable
    assert [(each.kind, each.name) for each in found.waits_for(found.experiments[NAME])] == [
        (WEIGHTS, "ge2e")
    ]
    assert "lovo" not in found.protocols_of("urdu_latif")
    assert not any("speakers/" in file or "pseudo" in file for file in every_table(found))
    (row,) = (row for row in availability(found) if row["entry"] == "speaker_encoders.ge2e")
    advice = "put resources/models/g.pt there (docs/speakers.md)"
    assert (row["state"], row["advice"]) == ("not available", advice)
    (row,) = guessed_folds.rows_of_folds(found)
    assert (row.guessed, row.measures, row.missing[0].name) == (None, None, "ge2e")


def test_with_weights_one_protocol_reads_voices_and_no_other(study, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("resources/models").mkdir(parents=True)
    Path("resources/models/g.pt").touch()
    found = check(study, SCHEMA, [])
    assert speaker_inputs.voices_of_protocol(found, "lovo", "urdu_latif") == [
        VOICES,
        "results/voice_audit/voices/urdu_latif.parquet",
    ]
    assert speaker_inputs.voices_of_protocol(found, "loso", "urdu_latif") == []
    assert {VOICES, "results/speaker_measures/voices/urdu_latif.parquet"} < set(every_table(found))
    assert {row["entry"]: row["state"] for row in availability(found)}["speaker_encoders.ge2e"] == "used"
    (row,) = guessed_folds.rows_of_folds(found)
    beside = (row.random, row.known)
    assert beside == ("urdu_latif_random5_egemaps_svm", "urdu_latif_loso_egemaps_svm")
    (pair,) = guessed_folds.pseudo_pairs(found)
    assert (pair.shared.experiment, pair.apart.experiment) == ("urdu_latif_lovo_matched_egemaps_svm", NAME)
    assert pair.protocol_file == "results/protocols/urdu_latif/lovo.parquet"
    # what known speakers are worth is as it was
    pairs = {(pair.shared, pair.apart) for pair in leakage.leakage_pairs(found)}
    assert not any("lovo" in name for both in pairs for name in both)
    # its results follow from the threshold
    before = found.identities
    study["pseudo_speakers"]["voices"] = {
        "title": "voices", "encoder": "ge2e", "corpora": ["urdu_latif"], "threshold": 0.3,
    }  # fmt: skip
    after = check(study, SCHEMA, []).identities
    changed = {name for name in before if before[name] != after[name]}
    assert changed and all("_lovo" in name for name in changed)
