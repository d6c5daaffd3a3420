"""Frames of convolutions, computed once."""

import os
from pathlib import Path

import pytest
import torch
from support.small_encoders import AUDIO, corpus, encoders  # noqa: F401  (fixtures)
from support.small_training import RECIPE, files_of_run, outputs, training_of

from sarangi.base import store
from sarangi.base.errors import SarangiError
from sarangi.models import convolutions, kept_frames, replay, speech_states
from sarangi.models.encoders import load_encoder
from sarangi.models.finetuning import finetune_runs
from sarangi.models.fusion import classifier
from sarangi.models.kept_frames import KeptFrames
from sarangi.models.runs import Run

EPOCHS = 2
RUNS = ((0, 7), (0, 8), (1, 7))


def run_together(corpus, encoders, folder, name, cache_gb, **more):
    """Train on two folds and with two seeds of one; return the bytes that are left."""
    files = {Run(*run): outputs(folder / "_".join(map(str, run))) for run in RUNS}
    model = {"audio": AUDIO | {"encoder": name}, "finetuning": RECIPE | {"max_epochs": EPOCHS}, **more}
    training = training_of(
        corpus,
        {"audio": [corpus / "audio.parquet"]},
        {"audio": encoders[name]},
        model,
        folder / "checkpoints",
        cache_gb,
    )
    finetune_runs(training, {run: files_of_run(output) for run, output in files.items()})
    assert sorted(path.name for path in folder.iterdir()) == ["0_7", "0_8", "1_7"]
    return [path.read_bytes() for output in files.values() for path in output.values()]


@pytest.fixture
def convolved(monkeypatch):
    """Count the signals whose frames are computed."""
    computed = []
    ours = convolutions.convolved

    def counted(model, signals):
        computed.extend(len(signal) for signal in signals if signal.dim() == 1)
        return ours(model, signals)

    for module in (speech_states, kept_frames, replay):
        monkeypatch.setattr(module, "convolved", counted)
    return computed


@pytest.mark.parametrize(
    ("name", "more"),
    [("wav2vec2", {}), ("wav2vec2", {"replay": True}), ("whisper", {})],
    ids=["wav2vec2", "replay", "whisper"],
)
def test_results_are_the_same_bytes_whether_all_some_or_no_frames_are_kept(
    corpus, encoders, tmp_path, name, more, convolved, caplog
):
    split = store.read(corpus / "protocol.parquet").merge(
        store.read(corpus / "audio.parquet", ["utterance_id", "status"]).query("status == 'ok'")
    )
    part = split.query("fold == 0").set_index("utterance_id")["part"].value_counts()
    left, computed = {}, {}
    for cache_gb in (1, 1e-5, 0):
        convolved.clear()
        left[cache_gb] = run_together(corpus, encoders, tmp_path / str(cache_gb), name, cache_gb, **more)
        computed[cache_gb] = len(convolved)
        assert ("raise cache_gb" in caplog.text) is (cache_gb < 1)
        caplog.clear()
    assert left[1] == left[1e-5] == left[0]
    # once a clip; that of the test part of fold 0 by each of its runs; and one a fold for the width of frames
    learnt = set(split[split["part"].isin(["train", "validation"])]["utterance_id"])
    assert len(learnt) == 35
    assert computed[1] == 35 + 2 * part["test"] + 2
    assert computed[1] < computed[1e-5] < computed[0]


def test_what_is_kept_is_what_was_computed_and_no_more_than_there_is_room_for(encoders, tmp_path, caplog):
    model = load_encoder(encoders["hubert"]).eval()
    signals = {str(n): torch.randn(1000 + 500 * n) for n in range(8)}
    frames = {name: convolutions.convolved(model, [signal])[0] for name, signal in signals.items()}
    seconds = {name: len(signal) / 16_000 for name, signal in signals.items()}
    room = sum(4 * frames[str(n)].numel() for n in range(5)) + 1
    with KeptFrames(tmp_path, room / 1e9) as kept:
        kept.fill(model, signals.__getitem__, seconds, 3)
        assert [name for name in signals if name in kept] == ["0", "1", "2", "3", "4"]
        assert os.fstat(kept._file.fileno()).st_size == room - 1
        give = kept.giving(signals.__getitem__)
        assert all(torch.equal(give(name), frames[name]) for name in ("4", "0", "2"))
        assert torch.equal(give("7"), signals["7"])
        assert not list(tmp_path.iterdir())
    # and a disk that is full stops nothing
    with KeptFrames(tmp_path, 1) as kept, Path("/dev/full").open("r+b", buffering=0) as full:
        kept._file.close()
        kept._file = full
        kept.fill(model, signals.__getitem__, seconds, 3)
        assert not any(name in kept for name in signals)
    assert "No space left" in caplog.text


def test_frames_of_a_masked_spectrum_or_beside_a_prefix_are_not_kept(encoders):
    described = {"emotions": ["a", "b"], "dropout": 0.0}
    taken = []
    for settings in ({}, {"apply_spec_augment": True}, {"apply_spec_augment": True, "mask_time_prob": 0.0}):
        model = load_encoder(encoders["whisper"])
        model.config.update(settings)
        taken.append(classifier({"audio": AUDIO, **described}, {"audio": model}).audio.takes_frames)
    assert taken == [True, False, True]
    prefix = {"audio": AUDIO | {"frozen_layers": 1, "prefix": "cached"}, **described}
    assert not classifier(prefix, {"audio": load_encoder(encoders["wavlm"])}).audio.takes_frames


def test_frames_that_are_not_whole_are_refused(tmp_path):
    with KeptFrames(tmp_path, 1) as kept:
        kept._kept("clip", torch.ones(3, 2))
        assert kept["clip"].equal(torch.ones(3, 2))
        kept._file.truncate(20)
        with pytest.raises(SarangiError, match="clip: 20 bytes of its kept frames could be read, of 24"):
            kept["clip"]
