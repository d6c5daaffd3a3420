"""Which files jobs read: what there is of a corpus, and what an experiment is trained and tested on."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from sarangi.base import layout
from sarangi.base.score_id import ScoreId
from sarangi.base.weights_files import ENCODER_FILES
from sarangi.study.entries import (
    BRANCHES,
    SOUND,
    Batch,
    Experiment,
    asr_of,
    encoders_of,
    states_of,
    words_of,
)  # fmt: skip
from sarangi.study.study import Study

# -- of a corpus ------------------------------------------------------------------------------


def shards(study: Study, corpus: str, path: Callable[[int], str]) -> list[str]:
    """Return a path for each shard of a corpus."""
    return [path(shard) for shard in range(study.config["corpora"][corpus]["shards"])]


def audio_shards(study: Study, corpus: str) -> list[str]:
    """Return the recordings of a corpus at 16 kHz."""
    return shards(study, corpus, lambda shard: layout.audio(corpus, shard))


def level_shards(study: Study, corpus: str) -> list[str]:
    """Return the levels of the recordings of a corpus; nothing for one without recordings."""
    if study.holds(corpus) != SOUND:
        return []
    return shards(study, corpus, lambda shard: layout.levels(corpus, shard))


def feature_shards(study: Study, corpus: str, feature_set: str) -> list[str]:
    """Return the features of a corpus."""
    return shards(study, corpus, lambda shard: layout.features(feature_set, corpus, shard))


def transcript_shards(study: Study, asr: str, corpus: str) -> list[str]:
    """Return the transcripts of a corpus by a Whisper."""
    return shards(study, corpus, lambda shard: layout.transcripts(asr, corpus, shard))


def near_duplicates_of(study: Study, corpus: str) -> str | None:
    """Return the recordings of a corpus that share sound; None for one without recordings."""
    return layout.near_duplicates(corpus) if study.holds(corpus) == SOUND else None


def transcripts_read(study: Study, corpus: str) -> list[str]:
    """Return the Whispers whose transcripts of a corpus some model reads, sorted; no others are audited."""
    of_corpus = (e for e in study.every_runnable.values() if corpus in (e.corpus, *study.tests(e)))
    return sorted({asr for e in of_corpus if (asr := words_of(study.model(e)))})


def transcribed_corpora(study: Study) -> list[str]:
    """Return the corpora that some Whisper transcribes, sorted."""
    return sorted({corpus for _, corpus in study.transcribed()})


# -- of weights -------------------------------------------------------------------------------


def encoder_files(folder: str | Path, modality: str) -> list[str]:
    """Return the files of an encoder of speech or text in a folder."""
    return [f"{folder}/{name}" for name in ENCODER_FILES[modality]]


def made_encoder(encoder: str, modality: str) -> list[str]:
    """Return the files of an encoder of speech or text that is fetched or made here."""
    return [layout.encoder_file(encoder, name) for name in ENCODER_FILES[modality]]


def checkpoint_of(study: Study, encoder: str) -> str:
    """Return the checkpoint of the Whisper whose encoder an entry of ``encoders`` is."""
    return str(study.checkpoints[str(asr_of(study.config["encoders"][encoder]))])


def whisper_files(study: Study, asr: str) -> list[str]:
    """Return the file of a Whisper's checkpoint, or the files of its folder, sorted."""
    path = study.checkpoints[asr]
    files = path.iterdir() if path.is_dir() else [path]
    return sorted(str(file) for file in files if not file.is_dir())


# -- of an experiment -------------------------------------------------------------------------


def audio_of(study: Study, experiment: Experiment, corpus: str) -> list[str]:
    """Return the recordings for the audio branch of an experiment.

    Nothing without such a branch, or for one of pooled states.
    """
    audio = study.model(experiment).get("audio")
    return [] if audio is None or "states" in audio else audio_shards(study, corpus)


def transcripts_of(study: Study, experiment: Experiment, corpus: str) -> list[str]:
    """Return the transcripts for the text branch of an experiment.

    Nothing without such a branch, or for the corpus's own words.
    """
    asr = words_of(study.model(experiment))
    return [] if asr is None else transcript_shards(study, asr, corpus)


def states_of_features(study: Study, feature_set: str, corpus: str) -> list[str]:
    """Return the pooled states that a feature set is taken from; nothing for one without an encoder."""
    taken = states_of(study.config["feature_sets"][feature_set])
    if taken is None:
        return []
    return shards(study, corpus, lambda shard: layout.states(taken.encoder, taken.seconds, corpus, shard))


def pooled_of(study: Study, experiment: Experiment, corpus: str) -> list[str]:
    """Return the pooled states for an experiment's audio branch; nothing for one that runs its encoder."""
    audio = study.model(experiment).get("audio", {})
    if "states" not in audio:
        return []
    encoder, seconds = audio["encoder"], audio["max_audio_s"]
    return shards(study, corpus, lambda shard: layout.states(encoder, seconds, corpus, shard))


def prefix_of(study: Study, experiment: Experiment) -> list[str]:
    """Return what the frozen prefix of an experiment's audio branch gives; nothing without one."""
    audio, corpus = study.model(experiment).get("audio", {}), experiment.corpus
    if "prefix" not in audio:
        return []
    encoder, layers, seconds = audio["encoder"], audio["frozen_layers"], audio["max_audio_s"]
    return shards(study, corpus, lambda shard: layout.prefix(encoder, layers, seconds, corpus, shard))


def encoder_of(study: Study, experiment: Experiment, branch: str) -> list[str]:
    """Return the files of the encoder of an experiment's branch; nothing without one."""
    encoder = encoders_of(study.model(experiment)).get(branch)
    if encoder is None:
        return []
    folder = study.weights[encoder]
    optional = [f"{folder}/tokenizer_config.json"] if branch == "text" else []
    return [*encoder_files(folder, BRANCHES[branch]), *(name for name in optional if Path(name).exists())]


def predictions_of(study: Study, experiment: Experiment, test: str | None = None) -> list[str]:
    """Return the predictions of all runs of an experiment, on its own corpus or on another one."""
    return list(map(str, study.predictions(experiment, test)))


# -- of runs ----------------------------------------------------------------------------------


def run_files(study: Study, experiment: Experiment, path: Callable[[str, int, int], str]) -> list[str]:
    """Return a file of each run of a fine-tuned experiment, by a function of the layout."""
    return [path(experiment.name, fold, seed) for fold, seed in study.runs(experiment)]


def outputs_of_runs(study: Study, experiment: Experiment) -> dict[str, list[str]]:
    """Return the files that the training of each run of an experiment writes, by kind."""
    kinds = {
        "model": layout.run_model,
        "config": layout.run_config,
        "log": layout.run_log,
        "predictions": layout.run_predictions,
    }
    return {kind: run_files(study, experiment, path) for kind, path in kinds.items()}


def models_of_runs(study: Study, experiment: Experiment) -> dict[str, list[str]]:
    """Return weights and description of each run of a fine-tuned experiment."""
    return {
        "models": run_files(study, experiment, layout.run_model),
        "configs": run_files(study, experiment, layout.run_config),
    }


# -- of a batch -------------------------------------------------------------------------------


def protocols_of_batch(batch: Batch) -> list[str]:
    """Return the protocols of a batch."""
    return [layout.protocol(batch.corpus, name) for name in batch.protocols]


def predictions_of_batch(study: Study, batch: Batch) -> dict[str, str]:
    """Return the predictions of a batch by name: ``<experiment>``, and ``<experiment>_to_<corpus>``."""
    files = {}
    for e in batch.experiments:
        for test in (None, *study.tests(e)):
            (files[ScoreId(e.name, test).name],) = predictions_of(study, e, test)
    return files


def files_elsewhere(study: Study, batch: Batch) -> dict[str, Any]:
    """Return manifest and features of the other corpora that a batch's experiments are tested on."""
    files: dict[str, str | list[str]] = {}
    for test in sorted({test for e in batch.experiments for test in study.tests(e)}):
        files[f"manifest_{test}"] = layout.manifest(test)
        files[f"features_{test}"] = feature_shards(study, test, str(batch.features))
    return files
