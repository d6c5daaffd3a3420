"""Which audits a corpus has."""

import pytest
import yaml
from support.configuration import SCHEMA
from support.places import ROOT
from support.studies import small, stand_in

from sarangi.study.audit_inputs import audits_of, single_voices, voice_thresholds, voices_audited
from sarangi.study.checking import check


def test_an_audit_brings_the_protocols_of_all_experiments_on_its_corpus_together(demo):
    assert audits_of(demo, "punjabi_rasa") == [
        "results/audit/punjabi_rasa/corpus.parquet",
        "results/audit/punjabi_rasa/protocols/gender.parquet",
        "results/audit/punjabi_rasa/protocols/publisher.parquet",
    ]


@pytest.fixture
def with_voices(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "g.pt").touch()
    found = small(yaml.safe_load((ROOT / "demo/config.yaml").read_text()))
    found["corpora"]["ravdess"] = stand_in(speakers=6, clips=1, seed=1)
    found["speaker_encoders"] = {
        "ge2e": {"title": "GE2E", "licence": "Apache-2.0", "kind": "ge2e", "weights": "g.pt"}
    }
    entry = {"title": "voices", "encoder": "ge2e", "corpora": ["urdu_latif"]}
    found["pseudo_speakers"] = {
        "stated": entry | {"threshold": 0.3},
        "voices": entry | {"calibration": "ravdess"},
        "again": entry | {"calibration": "ravdess"},
    }
    return found


def test_the_voices_of_a_corpus_are_audited_once_by_an_entry_with_errors_to_state(with_voices):
    checked = check(with_voices, SCHEMA, [])
    assert audits_of(checked, "urdu_latif")[-1] == "results/audit/urdu_latif/voices/voices.parquet"
    assert not any("voices" in file for file in audits_of(checked, "ravdess"))
    assert voices_audited(checked, "ravdess") == []
    assert voices_audited(checked, "urdu_latif")[-2:] == [
        "results/voice_thresholds/voices.parquet",
        "results/voice_audit/voices/urdu_latif.parquet",
    ]


def test_a_threshold_that_is_stated_parts_no_voices(with_voices):
    with_voices["pseudo_speakers"] = {"stated": with_voices["pseudo_speakers"]["stated"]}
    checked = check(with_voices, SCHEMA, [])
    assert audits_of(checked, "urdu_latif")[-1] == "results/audit/urdu_latif/voices/stated.parquet"
    assert voice_thresholds(checked, "stated") == single_voices(checked, "stated", "urdu_latif") == []
