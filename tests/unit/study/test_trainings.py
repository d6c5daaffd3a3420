"""Which fine-tuned experiments one job trains."""

import pytest
from support.studies import checked

from sarangi.study import inputs, trainings


def batches_of(study):
    return {batch.name: {e.name for e in batch.experiments} for batch in trainings.training_batches(study)}


def test_one_job_trains_what_hears_the_same_corpus_and_another_what_reads_its_words(demo):
    found = batches_of(demo)
    assert {"ravdess_grouped3_audio_tiny", "ravdess_speakers_9_12_audio_tiny_hubert"} <= found[
        "ravdess_audio"
    ]
    read = found["ravdess_words_tiny_whisper"]
    assert {"ravdess_grouped3_text_tiny", "ravdess_grouped3_fusion_tiny"} <= read
    # one alone is called by its name, as is one that runs no encoder
    assert found["urdu_latif_grouped3_audio_tiny"] == {"urdu_latif_grouped3_audio_tiny"}
    assert found["ravdess_grouped3_probe_tiny"] == {"ravdess_grouped3_probe_tiny"}
    every = [name for names in found.values() for name in names]
    assert sorted(every) == sorted(e.name for e in demo.trained_together(demo.every_runnable))
    hearing = next(b for b in trainings.training_batches(demo) if b.name == "ravdess_audio")
    files = [file for e in hearing.experiments for file in trainings.to_train(demo, e).files]
    assert not any("transcripts" in file for file in files)
    assert trainings.on_an_encoder(demo, hearing)
    assert trainings.most_encoders(demo, hearing) == 1


def test_outputs_are_in_the_order_of_experiments_and_runs(demo):
    for batch in trainings.training_batches(demo):
        found = trainings.outputs_of_batch(demo, batch)
        assert set(found) == {"model", "config", "log", "predictions"}
        for kind, files in found.items():
            each = [inputs.outputs_of_runs(demo, e)[kind] for e in batch.experiments]
            assert files == [file for part in each for file in part]


@pytest.mark.parametrize("together", [True, False])
def test_probes_on_pooled_states_share_a_job_if_the_configuration_says_so(
    together, study, tmp_path, monkeypatch
):
    study["models"]["probe_again"] = study["models"]["probe_tiny"] | {"title": "again"}
    for name in ("probe_tiny", "probe_again"):
        tuning = study["models"][name]["finetuning"]
        study["models"][name] = study["models"][name] | {"finetuning": tuning | {"together": together}}
    study["experiments"].append(
        {"corpora": ["ravdess"], "protocols": ["grouped3"], "models": ["probe_again"]}
    )
    found = batches_of(checked(study, tmp_path, monkeypatch))
    probes = {"ravdess_grouped3_probe_tiny", "ravdess_grouped3_probe_again"}
    assert (found.get("ravdess_states") == probes) == together
    assert all(found.get(name) == {name} for name in probes) != together
