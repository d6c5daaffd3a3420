"""A small encoder, a corpus and a recipe, for tests of training."""

from contextlib import contextmanager

import pytest

from sarangi.audio.flac import encode
from sarangi.audio.resampling import to_mono_16k
from sarangi.audio.shard_rows import AUDIO
from sarangi.base import store
from sarangi.base.weights_files import ENCODER_FILES
from sarangi.models import trainer
from sarangi.models.encoders import Encoder
from sarangi.models.finetuning import finetune
from sarangi.models.runs import CorpusShards, Run, RunFiles, Training
from sarangi.sources.small_weights import random_encoder
from sarangi.splits.protocols import protocol
from support.places import MADE_BY_TEST, to
from support.recordings import sound
from support.small_manifests import EMOTIONS, made_manifest

SHAPE = {"hidden_size": 16, "layers": 2, "heads": 2, "channels": 8, "seed": 1}
FILES = ENCODER_FILES["speech"]
HEARING = {"encoder": "tiny", "frozen_layers": 0, "max_audio_s": 0.5}
RECIPE = {
    "learning_rate": 0.003, "weight_decay": 0.01, "warmup": 0.1, "dropout": 0.1,
    "batch": 4, "accumulate": 1, "max_epochs": 3, "patience": 3, "class_weights": True,
}  # fmt: skip


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("encoder")
    random_encoder(SHAPE, {name: folder / name for name in FILES})
    return folder


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """Manifest, protocol and audio in which the pitch says the emotion; one clip is broken."""
    folder = tmp_path_factory.mktemp("corpus")
    manifest = made_manifest(folder / "manifest.parquet", speakers=6, clips=6)
    settings = {"kind": "stratified_group_kfold", "folds": 2, "seed": 1, "validation": 0.34, "leaks": False}
    protocol(manifest, "p", settings, to(folder / "protocol.parquet"))
    record(manifest, folder / "audio.parquet")
    return folder


def record(manifest, output):
    """Tones whose pitch says the emotion; the fourth is broken."""
    with store.Writer(output, AUDIO, MADE_BY_TEST) as writer:
        for place, row in store.read(manifest).iterrows():
            tone = sound(
                0.4 + 0.02 * (place % 5), frequency=150 * (1 + EMOTIONS.index(row["emotion"])), seed=place
            )
            line = {"utterance_id": row["utterance_id"], "status": "ok", "reason": None}
            line["audio"] = {"bytes": encode(to_mono_16k(tone)[0]), "path": "x"}
            if place == 3:
                line |= {"status": "failed", "reason": "broken", "audio": None}
            writer.add(line)


@contextmanager
def killed_after_epoch(epoch, monkeypatch):
    """Break a training off when the checkpoint of an epoch has been written."""

    class KilledError(Exception):
        pass

    class Trainer(trainer.Trainer):
        def _save_checkpoint(self, *arguments, **named):
            super()._save_checkpoint(*arguments, **named)
            if self.state.epoch == epoch:
                raise KilledError

    with monkeypatch.context() as patch, pytest.raises(KilledError):
        patch.setattr(trainer, "Trainer", Trainer)
        yield


def outputs(folder):
    folder.mkdir(exist_ok=True, parents=True)
    return {
        "model": folder / "model.safetensors", "config": folder / "config.json",
        "log": folder / "log.parquet", "predictions": folder / "within.parquet",
    }  # fmt: skip


def trained(corpus, encoder, folder, provenance=MADE_BY_TEST, fold=0, seed=7, **changes):
    output = outputs(folder)
    training = training_of(
        corpus,
        {"audio": [corpus / "audio.parquet"]},
        {"audio": encoder},
        {"audio": HEARING, "finetuning": RECIPE | changes},
        folder / "checkpoints",
    )
    finetune(training, Run(fold, seed), files_of_run(output, provenance))
    return output


def training_of(corpus, shards, encoders, model, checkpoints, cache_gb=1.0, votes=None):
    """What runs on a made corpus share."""
    return Training(
        CorpusShards(corpus / "manifest.parquet", shards),
        corpus / "protocol.parquet",
        {branch: Encoder(folder, branch) for branch, folder in encoders.items()},
        model,
        1,
        checkpoints,
        cache_gb,
        votes,
    )


def files_of_run(output, provenance=MADE_BY_TEST):
    return RunFiles(**{name: store.Output(path, provenance) for name, path in output.items()})
