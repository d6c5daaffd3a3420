"""Weights, encoders and fine-tuning on small networks with random weights."""

import functools
import json
import zipfile
from contextlib import contextmanager

import numpy as np
import pandas as pd
import pytest
import torch
import whisper
from conftest import MADE_BY_TEST, sound, to
from test_scores import EMOTIONS, made_manifest

from sarangi.audio.flac import encode
from sarangi.audio.resampling import AUDIO, to_mono_16k
from sarangi.base import store
from sarangi.base.errors import SarangiError
from sarangi.base.weights_files import ENCODER_FILES
from sarangi.models import trainer
from sarangi.models.encoders import Encoder, freeze, load_encoder, normalises
from sarangi.models.finetuning import finetune, finetune_together
from sarangi.models.pooling import masked_mean
from sarangi.models.run_inputs import Prefixes
from sarangi.models.runs import CorpusShards, Run, RunFiles, Training
from sarangi.models.speech_states import speech_states
from sarangi.models.trainer import class_weights, last_whole_checkpoint
from sarangi.models.transfer import transfer
from sarangi.sources.checkpoints import as_safetensors
from sarangi.sources.small_weights import random_encoder, random_whisper
from sarangi.splits.protocols import emobox, protocol
from sarangi.transcripts.engines import load

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


def training_of(corpus, shards, encoders, model, checkpoints):
    """What runs on a made corpus share."""
    return Training(
        CorpusShards(corpus / "manifest.parquet", shards),
        corpus / "protocol.parquet",
        {branch: Encoder(folder, branch) for branch, folder in encoders.items()},
        model,
        1,
        checkpoints,
    )


def files_of_run(output, provenance=MADE_BY_TEST):
    return RunFiles(**{name: store.Output(path, provenance) for name, path in output.items()})


# -- encoders ---------------------------------------------------------------------------------


def test_random_weights_are_the_same_each_time(encoder, tmp_path):
    random_encoder(SHAPE, {name: tmp_path / name for name in FILES})
    for name in FILES:
        assert (tmp_path / name).read_bytes() == (encoder / name).read_bytes()
    for name in ("one.pt", "another name.pt"):
        random_whisper({"width": 8, "layers": 1, "heads": 2, "seed": 1}, tmp_path / name)
    assert (tmp_path / "one.pt").read_bytes() == (tmp_path / "another name.pt").read_bytes()


@pytest.mark.parametrize("norm", ["group", "layer"])
def test_neither_padding_nor_batch_size_changes_a_result(encoder, norm):
    model = load_encoder(encoder).eval()
    torch.manual_seed(0)
    if norm == "layer":
        from transformers import Wav2Vec2Model

        model = Wav2Vec2Model(
            type(model.config)(**(model.config.to_dict() | {"feat_extract_norm": "layer"}))
        ).eval()
    signals = [torch.randn(length) for length in (4000, 16_000, 9000, 700)]
    with torch.no_grad():
        together = masked_mean(*speech_states(model, signals))
        alone = torch.cat([masked_mean(*speech_states(model, [signal])) for signal in signals])
        # the long way: transformers' own forward on one clip, plain mean over time
        direct = torch.cat([model(signal[None]).last_hidden_state.mean(1) for signal in signals])
    assert torch.allclose(together, alone, atol=2e-6)
    assert torch.allclose(alone, direct, atol=2e-6)


def test_weights_that_do_not_fit_or_more_frozen_layers_than_there_are_say_so(encoder, tmp_path):
    for name in FILES[:2]:
        (tmp_path / name).write_bytes((encoder / name).read_bytes())
    from safetensors.torch import load_file, save_file

    state = load_file(encoder / "model.safetensors")
    save_file({f"wav2vec2.{name}": tensor for name, tensor in state.items()}, tmp_path / "model.safetensors")
    same = load_encoder(tmp_path).state_dict()
    assert all(torch.equal(same[name], tensor) for name, tensor in state.items())
    state.pop("encoder.layers.1.attention.k_proj.weight")
    save_file(state, tmp_path / "model.safetensors")
    with pytest.raises(SarangiError, match=r"lack 1 tensors, first encoder\.layers\.1"):
        load_encoder(tmp_path)
    with pytest.raises(SarangiError, match="frozen_layers is 3, but the encoder has 2"):
        freeze(load_encoder(encoder), 3)


def test_class_weights_balance_the_classes():
    emotions = pd.Series(["a"] * 6 + ["b"] * 2)
    assert class_weights(emotions, ["a", "b"]).tolist() == pytest.approx([8 / 12, 2.0])


# -- fine-tuning ------------------------------------------------------------------------------


def test_a_run_learns_and_writes_a_row_an_utterance(corpus, encoder, tmp_path):
    output = trained(corpus, encoder, tmp_path / "run", max_epochs=12, patience=12)
    log = store.read(output["log"])
    assert list(log["epoch"]) == list(range(1, len(log) + 1))
    assert log["training_loss"].iloc[-1] < log["training_loss"].iloc[0]
    assert log.loc[log["best"], "validation_wf1"].tolist() == [log["validation_wf1"].max()]
    rows = store.read(output["predictions"])
    split = store.read(corpus / "protocol.parquet")
    tested = split[(split["fold"] == 0) & (split["part"] == "test")]["utterance_id"]
    assert list(rows["utterance_id"]) == sorted(tested)
    ok = rows[rows["status"] == "ok"]
    assert ok[[f"p_{e}" for e in EMOTIONS]].sum(axis=1).to_numpy() == pytest.approx(1)
    assert not (tmp_path / "run/checkpoints").exists()
    broken = rows[rows["utterance_id"] == "made/S0_03.wav"]
    if len(broken):
        assert broken["reason"].iloc[0] == "broken"


def test_a_killed_run_goes_on_at_its_last_whole_epoch_and_ends_in_the_same_weights(
    corpus, encoder, tmp_path, monkeypatch
):
    whole = trained(corpus, encoder, tmp_path / "whole")
    with killed_after_epoch(2, monkeypatch):
        trained(corpus, encoder, tmp_path / "killed")
    checkpoints = sorted((tmp_path / "killed/checkpoints").glob("*/checkpoint-*"))
    assert len(checkpoints) == 2
    # the kill fell into the writing of the last one
    (max(checkpoints, key=lambda p: int(p.name.split("-")[1])) / "trainer_state.json").write_text(
        '{"epoch": '
    )
    resumed = trained(corpus, encoder, tmp_path / "killed")
    for name in ("model", "log", "predictions"):
        assert resumed[name].read_bytes() == whole[name].read_bytes(), name


def test_runs_of_one_job_end_as_each_would_alone(corpus, encoder, tmp_path):
    runs = {(fold, seed): outputs(tmp_path / f"{fold}_{seed}") for fold, seed in ((0, 7), (0, 8), (1, 7))}
    training = training_of(
        corpus,
        {"audio": [corpus / "audio.parquet"]},
        {"audio": encoder},
        {"audio": HEARING, "finetuning": RECIPE},
        tmp_path / "checkpoints",
    )
    finetune_together(training, {Run(*run): files_of_run(output) for run, output in runs.items()})
    assert not (tmp_path / "checkpoints").exists()
    for (fold, seed), files in runs.items():
        alone = trained(corpus, encoder, tmp_path / f"alone_{fold}_{seed}", fold=fold, seed=seed)
        for name, file in files.items():
            assert file.read_bytes() == alone[name].read_bytes(), (fold, seed, name)
    assert len({files["model"].read_bytes() for files in runs.values()}) == 3


def test_checkpoints_of_other_parameters_are_not_taken_up(corpus, encoder, tmp_path):
    stale = tmp_path / "run/checkpoints/0123456789abcdef/checkpoint-9"
    stale.mkdir(parents=True)
    (stale / "trainer_state.json").write_text("{}")
    found = trained(corpus, encoder, tmp_path / "run")
    assert found["model"].read_bytes() == trained(corpus, encoder, tmp_path / "again")["model"].read_bytes()


def test_a_run_trained_in_half_precision_answers_in_whole(corpus, encoder, tmp_path, monkeypatch):
    # a CPU has bfloat16 in place of a GPU's float16, about ten times as coarse
    half = functools.partial(trainer.TrainingArguments, bf16=True)
    monkeypatch.setattr(trainer, "TrainingArguments", half)
    output = trained(corpus, encoder, tmp_path / "half")
    transfer(
        {Run(0, 7): tmp_path / "half"},
        CorpusShards(corpus / "manifest.parquet", {"audio": [corpus / "audio.parquet"]}),
        4,
        1,
        {},
        to(tmp_path / "whole.parquet"),
    )
    columns = [f"p_{emotion}" for emotion in EMOTIONS]
    answered = store.read(output["predictions"]).query("status == 'ok'").set_index("utterance_id")
    whole = store.read(tmp_path / "whole.parquet").set_index("utterance_id").loc[answered.index]
    assert np.abs(answered[columns].to_numpy() - whole[columns].to_numpy()).max() < 1e-5
    monkeypatch.undo()
    # it was trained in half precision indeed
    assert output["model"].read_bytes() != trained(corpus, encoder, tmp_path / "run")["model"].read_bytes()


def test_half_a_checkpoint_is_removed(tmp_path):
    for step, text in ((5, "{}"), (10, "{"), (15, None)):
        (tmp_path / f"checkpoint-{step}").mkdir()
        if text:
            (tmp_path / f"checkpoint-{step}" / "trainer_state.json").write_text(text)
    assert last_whole_checkpoint(tmp_path) == str(tmp_path / "checkpoint-5")
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint-5"]


def test_a_transfer_predicts_every_utterance_over_the_shared_emotions(corpus, encoder, tmp_path):
    output = trained(corpus, encoder, tmp_path / "run")
    other = store.read(corpus / "manifest.parquet")
    other.loc[other["emotion"] == "sad", "emotion"] = "surprised"
    from sarangi.base.manifest_rows import MANIFEST

    store.write(tmp_path / "other.parquet", other, MANIFEST, MADE_BY_TEST)
    found = []
    for batch in (2, 5):
        transfer(
            {Run(0, 7): output["model"].parent},
            CorpusShards(tmp_path / "other.parquet", {"audio": [corpus / "audio.parquet"]}),
            batch,
            1,
            {},
            to(tmp_path / f"{batch}.parquet"),
        )
        found.append(store.read(tmp_path / f"{batch}.parquet"))
    assert np.allclose(found[0]["p_angry"], found[1]["p_angry"], atol=1e-5, equal_nan=True)
    table = found[0].set_index("utterance_id")
    assert list(table.index) == list(other["utterance_id"])
    assert [name for name in table.columns if name.startswith("p_")] == ["p_angry", "p_happy"]
    assert table["status"].value_counts().to_dict() == {"ok": 23, "skipped": 12, "failed": 1}
    assert set(table.loc[table["status"] == "ok", "predicted"]) <= {"angry", "happy"}
    # another run beside it, and one emotion that counts as another
    folder = output["model"].parent
    transfer(
        {Run(0, 7): folder, Run(1, 7): folder},
        CorpusShards(tmp_path / "other.parquet", {"audio": [corpus / "audio.parquet"]}),
        5,
        1,
        {"surprised": "neutral", "sad": "neutral"},
        to(tmp_path / "mapped.parquet"),
    )
    mapped = store.read(tmp_path / "mapped.parquet")
    assert list(mapped["fold"]) == [0, 1] * len(other)
    assert mapped["status"].value_counts().to_dict() == {"ok": 70, "failed": 2}
    assert [name for name in mapped.columns if name.startswith("p_")] == ["p_angry", "p_happy", "p_neutral"]
    assert set(mapped.loc[other.index[other["emotion"] == "surprised"] * 2, "emotion"]) == {"neutral"}
    sums = mapped.loc[mapped["status"] == "ok", ["p_angry", "p_happy", "p_neutral"]].sum(axis=1)
    assert np.allclose(sums, 1)
    other["emotion"] = "calm"
    store.write(tmp_path / "other.parquet", other, MANIFEST, MADE_BY_TEST)
    with pytest.raises(SarangiError, match="shares 0 emotions"):
        transfer(
            {Run(0, 7): output["model"].parent},
            CorpusShards(tmp_path / "other.parquet", {"audio": [corpus / "audio.parquet"]}),
            2,
            1,
            {},
            to(tmp_path / "none.parquet"),
        )


def test_a_part_that_is_empty_stops_the_run_with_its_name(corpus, encoder, tmp_path):
    split = store.read(corpus / "protocol.parquet")
    split.loc[split["part"] == "validation", "part"] = "train"
    from sarangi.splits.protocols import PROTOCOL

    for name in ("manifest", "audio"):
        (tmp_path / f"{name}.parquet").symlink_to(corpus / f"{name}.parquet")
    store.write(tmp_path / "protocol.parquet", split, PROTOCOL, MADE_BY_TEST)
    with pytest.raises(SarangiError, match="no utterance in the validation part"):
        trained(tmp_path, encoder, tmp_path / "run")


# -- weights of Whisper -----------------------------------------------------------------------


def test_openai_states_checksums_where_we_look_for_them():
    for address in whisper._MODELS.values():
        assert len(address.split("/")[-2]) == 64
        int(address.split("/")[-2], 16)


def test_a_checkpoint_that_would_run_code_is_refused(tmp_path):
    import pickle

    class Harm:
        def __reduce__(self):
            return print, ("this ran",)

    with (tmp_path / "harm.pt").open("wb") as file:
        pickle.dump({"dims": Harm(), "model_state_dict": {}}, file)
    with pytest.raises(SarangiError, match="not a Whisper checkpoint"):
        load(tmp_path / "harm.pt")


# -- found by fuzzing (tests/faults/fuzzing.py) -------------------------------------------------


def whisper_checkpoint(folder, **dims):
    random_whisper({"width": 4, "layers": 1, "heads": 2, "seed": 1}, folder / "w.pt")
    state = torch.load(folder / "w.pt", weights_only=True)
    torch.save({**state, "dims": state["dims"] | dims}, folder / "w.pt")
    return folder / "w.pt"


@pytest.mark.parametrize(
    "dims",
    [{"n_vocab": 2**40}, {"n_text_layer": 10**9}, {"n_text_ctx": 2**20}, {"n_audio_state": "x"},
    {"n_audio_head": 0},
     {"n_mels": 2**18}, {"n_audio_layer": -1}],
)  # fmt: skip
def test_dims_that_the_tensors_do_not_have_take_no_memory(dims, tmp_path):
    with pytest.raises(SarangiError, match=r"w\.pt: not a Whisper checkpoint"):
        load(whisper_checkpoint(tmp_path, **dims))


def test_a_tensor_of_stride_zero_is_no_way_to_any_size(tmp_path):
    torch.save({"a": torch.ones(1).expand(2**30)}, tmp_path / "pytorch_model.bin")
    with pytest.raises(SarangiError, match=r"pytorch_model\.bin: its tensors have 4294967296 bytes"):
        as_safetensors(tmp_path / "pytorch_model.bin", tmp_path / "out.safetensors")


def test_a_checkpoint_of_torch_that_is_packed_is_no_bomb(tmp_path):
    with zipfile.ZipFile(tmp_path / "pytorch_model.bin", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", bytes(2**20))
    with pytest.raises(SarangiError, match="compressed or larger than the file"):
        as_safetensors(tmp_path / "pytorch_model.bin", tmp_path / "out.safetensors")


@pytest.mark.parametrize(
    "settings",
    [{"hidden_size": 2**23}, {"num_hidden_layers": 10**6}, {"vocab_size": 2**40}, {"num_attention_heads": 0},
     {"conv_dim": [2**22] * 7}, {"intermediate_size": 2**24}],
)  # fmt: skip
def test_settings_of_an_encoder_larger_than_its_weights_take_no_memory(settings, tmp_path):
    random_encoder(
        {"hidden_size": 8, "layers": 1, "heads": 2, "channels": 4, "seed": 1},
        {name: tmp_path / name for name in ENCODER_FILES["speech"]},
    )
    config = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps(config | settings))
    with pytest.raises(SarangiError, match=r"config\.json"):
        load_encoder(tmp_path)


@pytest.mark.parametrize("text", ["[" * 100_000, "[]", "", "\udcff"])
def test_settings_that_are_no_object_are_refused_by_their_name(text, tmp_path):
    (tmp_path / "preprocessor_config.json").write_text(text, errors="surrogateescape")
    with pytest.raises(SarangiError, match=r"preprocessor_config\.json: expected settings"):
        normalises(tmp_path)


def test_a_damaged_file_of_prefix_states_is_refused_by_its_name(tmp_path):
    (tmp_path / "000.safetensors").write_bytes((2**40).to_bytes(8, "little") + b"{}")
    with pytest.raises(SarangiError, match=r"000\.safetensors: not whole"):
        Prefixes([tmp_path / "000.safetensors"])


def test_folds_of_another_name_and_text_that_is_no_utf_8_are_told(tmp_path):
    usable = pd.DataFrame({"utterance_id": ["c/a.wav", "c/b.wav"]})
    (tmp_path / "fold_x").mkdir()
    (tmp_path / "fold_1").mkdir()
    (tmp_path / "fold_1/c_train_fold_1.jsonl").write_text(
        '{"wav": "a.wav", "text": "a\u2028b"}\n', encoding="utf-8"
    )
    (parts,) = emobox(usable, {"folder": tmp_path}, "here")
    assert list(parts) == ["train", "unused"]
    (tmp_path / "fold_1/c_test_fold_1.jsonl").write_bytes(b'{"wav": "b.wav"}\n\xff\n')
    with pytest.raises(SarangiError, match=r"c_test_fold_1\.jsonl: expected a JSON object a line \(line 2"):
        list(emobox(usable, {"folder": tmp_path}, "here"))
