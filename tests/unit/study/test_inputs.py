"""Which files the jobs of a corpus, an experiment and a batch read and write."""

import pytest

from sarangi.study import inputs
from sarangi.study.wanted import every_table


def test_a_corpus_has_a_path_for_each_shard(demo):
    assert inputs.audio_shards(demo, "urdu_latif") == [
        "results/corpora/urdu_latif/audio/000.parquet",
        "results/corpora/urdu_latif/audio/001.parquet",
    ]
    assert inputs.feature_shards(demo, "ravdess", "is09") == ["results/features/is09/ravdess/000.parquet"]


def test_a_corpus_of_features_has_neither_levels_nor_near_duplicates(demo):
    assert demo.holds("urdu_sindhi") == "features"
    assert inputs.level_shards(demo, "urdu_sindhi") == []
    assert inputs.near_duplicates_of(demo, "urdu_sindhi") is None
    assert inputs.near_duplicates_of(demo, "meld") == "results/near_duplicates/meld.parquet"
    assert "urdu_sindhi" not in inputs.transcribed_corpora(demo)


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("ravdess_grouped3_audio_tiny", {"audio", "speech"}),
        ("ravdess_grouped3_text_tiny", {"transcripts", "text"}),
        ("ravdess_grouped3_fusion_tiny", {"audio", "transcripts", "speech", "text"}),
        ("ravdess_speakers_9_12_audio_tiny_prefix", {"audio", "prefix", "speech"}),
        ("ravdess_grouped3_probe_tiny", {"pooled", "speech"}),
    ],
)
def test_an_experiment_reads_what_its_branches_need(demo, name, read):
    e = demo.experiments[name]
    files = {
        "audio": inputs.audio_of(demo, e, "ravdess"),
        "transcripts": inputs.transcripts_of(demo, e, "ravdess"),
        "pooled": inputs.pooled_of(demo, e, "ravdess"),
        "prefix": inputs.prefix_of(demo, e),
        "speech": inputs.encoder_of(demo, e, "audio"),
        "text": inputs.encoder_of(demo, e, "text"),
    }
    assert {kind for kind, paths in files.items() if paths} == read


def test_states_are_named_after_their_encoder_and_length(demo):
    probe, prefix = (
        demo.experiments[f"ravdess_{name}"]
        for name in ("grouped3_probe_tiny", "speakers_9_12_audio_tiny_prefix")
    )
    (pooled,) = inputs.pooled_of(demo, probe, "urdu_latif")[:1]
    audio = demo.model(probe)["audio"]
    assert pooled == f"results/states/{audio['encoder']}/{audio['max_audio_s']:g}s/urdu_latif/000.parquet"
    (first,) = inputs.prefix_of(demo, prefix)
    assert first.startswith(f"results/prefix/{demo.model(prefix)['audio']['encoder']}/")


def test_the_tokeniser_of_a_text_encoder_is_read_where_it_has_a_configuration(demo, tmp_path):
    e = demo.experiments["ravdess_grouped3_text_tiny"]
    files = inputs.encoder_of(demo, e, "text")
    optional = [file for file in files if file.endswith("tokenizer_config.json")]
    assert all((tmp_path / file).exists() for file in optional)
    folder = files[0].rpartition("/")[0]
    assert bool(optional) == (tmp_path / folder / "tokenizer_config.json").exists()


def test_each_run_has_files_of_its_own(demo):
    e = demo.experiments["ravdess_grouped3_text_tiny"]
    outputs = inputs.outputs_of_runs(demo, e)
    runs = demo.runs(e)
    assert outputs["model"] == [f"results/runs/{e.name}/{f}/{s}/model.safetensors" for f, s in runs]
    assert outputs["predictions"] == inputs.predictions_of(demo, e)
    assert inputs.models_of_runs(demo, e) == {"models": outputs["model"], "configs": outputs["config"]}


def test_a_batch_reads_the_corpora_that_its_experiments_are_tested_on(demo):
    batch = next(b for b in demo.batches(demo.runnable) if b.name == "ravdess_egemaps")
    assert inputs.files_elsewhere(demo, batch) == {
        "manifest_urdu_latif": "results/corpora/urdu_latif/manifest.parquet",
        "features_urdu_latif": [f"results/features/egemaps/urdu_latif/00{n}.parquet" for n in (0, 1)],
    }
    predictions = inputs.predictions_of_batch(demo, batch)
    assert predictions["ravdess_random5_egemaps_svm"].endswith("/predictions/within.parquet")
    name = "ravdess_random5_four_egemaps_svm"
    assert predictions[f"{name}_to_urdu_latif"] == f"results/runs/{name}/predictions/urdu_latif.parquet"
    assert set(inputs.protocols_of_batch(batch)) == {
        f"results/protocols/ravdess/{protocol}.parquet" for protocol in batch.protocols
    }


def test_every_table_that_can_be_made_is_wanted(demo):
    wanted = every_table(demo)
    assert wanted == sorted(set(wanted))
    assert {
        "results/premiums.parquet",
        "results/corpora/urdu_latif/levels/001.parquet",
        "results/protocols/meld/publisher.parquet",
        "results/features/egemaps_own_rate/urdu_latif/000.parquet",
        "results/differences/ravdess_random5.parquet",
        "results/scores/ravdess_grouped3_audio_tiny_to_urdu_latif.parquet",
        "results/runs/ravdess_grouped3_audio_tiny/predictions/urdu_latif.parquet",
        "results/transcripts/tiny_whisper/ravdess/000.parquet",
    } <= set(wanted)
    assert not [path for path in wanted if path.startswith("results/corpora/urdu_sindhi/levels")]
