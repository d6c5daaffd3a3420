"""What is asked for so that no kill loses a file for good: an output of every job that can run."""

from pathlib import Path

import pytest
import yaml
from support.places import ROOT
from support.same_plan import studies
from support.studies import checked, smallest, write_study

from sarangi.base import layout
from sarangi.reproduce.plan import plan
from sarangi.runtime import provenance
from sarangi.study.identities import RESTORED
from sarangi.study.wanted import corpora_and_weights, lost

SOURCES = {
    "download", "repack", "synthetic_corpus", "encoder_weights", "text_encoder_weights", "random_encoder",
    "whisper_weights", "random_whisper", "unpacked_whisper", "whisper_encoder",
}  # fmt: skip
"""Rules of corpora and weights: whoever restored a bundle needs none, so they are asked for where lost."""
ZIP = layout.made_corpus("urdu_latif")


def asked_by(planned):
    """Return what the default target asks for itself."""
    return {str(path) for job in planned._workflow.dag.targetjobs for path in job.input}


@pytest.mark.parametrize("name", ["demo", "study with all data", "study without data"])
def test_every_job_has_an_output_that_the_default_target_asks_for(name, tmp_path, monkeypatch):
    folder = studies(ROOT, tmp_path)[name]
    with plan(["all"], folder) as planned:
        asked = asked_by(planned)
        assert len(planned.jobs) > 30
        made = {job.outputs[0]: (job.described["rule"], job.outputs) for job in planned.jobs}
        stated = [job.job.rule.resources["_cores"] for job in planned.jobs if job.job.rule.name == "features"]
    # threads.workers: 1 in the demo; a job of features takes two at most
    threads = {"demo": {1}, "study with all data": {2}, "study without data": set()}[name]
    assert {each.value for each in stated} == threads
    unseen = {file: rule for file, (rule, outputs) in made.items() if not asked.intersection(outputs)}
    assert {file: rule for file, rule in unseen.items() if rule not in SOURCES} == {}
    sources = {file for rule, outputs in made.values() if rule in SOURCES for file in outputs}
    study = checked(yaml.safe_load((folder / "config.yaml").read_text()), folder, monkeypatch)
    assert corpora_and_weights(study) == sorted(sources)


def test_a_source_that_a_kill_took_away_is_asked_for_again(study, tmp_path):
    """By Snakemake's own word for it, which each of its backends has."""
    folder = write_study(smallest(study), tmp_path / "study")
    with plan(["all"], folder) as planned:
        assert ZIP not in asked_by(planned)
        planned._workflow.persistence._mark_incomplete(ZIP, None)
        planned._workflow.persistence._mark_incomplete(layout.made_corpus("ravdess"), None)
    with plan(["all"], folder) as planned:
        assert ZIP in asked_by(planned)
        # what another configuration made is nothing of this one
        assert layout.made_corpus("ravdess") not in asked_by(planned)


def test_a_source_that_a_failure_took_away_is_asked_for_again_but_not_what_a_bundle_leaves_out(demo):
    """A job that fails leaves no mark behind, but the provenance of what it had made before."""
    (weights,) = (file for file in corpora_and_weights(demo) if "whisper" in file)
    for file in (ZIP, weights):
        provenance.place(file).parent.mkdir(parents=True, exist_ok=True)
        provenance.place(file).touch()
    Path(ZIP).parent.mkdir(parents=True)
    Path(ZIP).touch()
    assert lost(demo, lambda files: ()) == [weights]
    assert lost(demo, lambda files: files[:1]) == sorted({*corpora_and_weights(demo)[:1], weights})
    RESTORED.parent.mkdir(exist_ok=True)
    RESTORED.write_text("{}")
    assert lost(demo, lambda files: ()) == []


def test_weights_and_corpora_of_the_users_own_are_never_asked_for(study, tmp_path, monkeypatch):
    Path(tmp_path / "resources/corpora/urdu_latif").mkdir(parents=True)
    assert ZIP not in corpora_and_weights(checked(smallest(study), tmp_path, monkeypatch))
