"""Weights, encoders and fine-tuning on small networks with random weights."""

import numpy as np
import pandas as pd
import pytest
import torch
from support.places import MADE_BY_TEST, to
from support.small_manifests import EMOTIONS
from support.small_training import (  # noqa: F401  (fixtures)
    HEARING,
    RECIPE,
    corpus,
    encoder,
    files_of_run,
    killed_after_epoch,
    outputs,
    trained,
    training_of,
)

from sarangi.base import store
from sarangi.base.errors import SarangiError
from sarangi.models import finetuning, trainer
from sarangi.models.finetuning import finetune_runs
from sarangi.models.micro_batches import TrainedOn
from sarangi.models.run_inputs import Prefixes
from sarangi.models.runs import CorpusShards, Run
from sarangi.models.trainer import class_weights, last_whole_checkpoint
from sarangi.models.transfer import transfer


def test_class_weights_balance_the_classes():
    emotions = pd.Series(["a"] * 6 + ["b"] * 2)
    assert class_weights(emotions, ["a", "b"]).tolist() == pytest.approx([8 / 12, 2.0])


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


def test_training_takes_subnormal_numbers_as_zero_and_leaves_the_processor_as_it_was(
    corpus, encoder, tmp_path, monkeypatch
):
    step, seen = trainer.Trainer.training_step, []

    def watched(*arguments, **named):
        loss = step(*arguments, **named)
        seen.append((torch.tensor(1e-39) * 1.0).item())
        return loss

    monkeypatch.setattr(trainer.Trainer, "training_step", watched)
    trained(corpus, encoder, tmp_path / "run", max_epochs=1)
    assert set(seen) == {0.0}
    assert (torch.tensor(1e-39) * 1.0).item() != 0.0


def test_runs_of_one_job_end_as_each_would_alone(corpus, encoder, tmp_path):
    runs = {(fold, seed): outputs(tmp_path / f"{fold}_{seed}") for fold, seed in ((0, 7), (0, 8), (1, 7))}
    training = training_of(
        corpus,
        {"audio": [corpus / "audio.parquet"]},
        {"audio": encoder},
        {"audio": HEARING, "finetuning": RECIPE},
        tmp_path / "checkpoints",
    )
    finetune_runs(training, {Run(*run): files_of_run(output) for run, output in runs.items()})
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
    half = TrainedOn("made up", "bf16", 4, 4)
    monkeypatch.setattr(trainer, "trained_on", lambda *arguments: half)
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
    states = ("model.safetensors", "optimizer.pt", "scheduler.pt")
    for step, text, files in (
        (5, "{}", states),
        (10, "{", states),
        (15, None, states),
        (20, "{}", states[1:]),
        (25, "{}", states[:2]),
        (30, "{}", ("model.safetensors", "optimizer.pt.part", "scheduler.pt")),
    ):
        checkpoint = tmp_path / f"checkpoint-{step}"
        checkpoint.mkdir()
        for name in files:
            (checkpoint / name).touch()
        if text:
            (checkpoint / "trainer_state.json").write_text(text)
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


def test_a_damaged_file_of_prefix_states_is_refused_by_its_name(tmp_path):
    (tmp_path / "000.safetensors").write_bytes((2**40).to_bytes(8, "little") + b"{}")
    with pytest.raises(SarangiError, match=r"000\.safetensors: not whole"):
        Prefixes([tmp_path / "000.safetensors"])


def test_an_experiment_that_cannot_be_trained_stops_no_other_of_its_job(monkeypatch):
    trained_here = []

    def runs_of(training, runs, side_by_side):
        if training == "bad":
            raise SarangiError("the validation part is empty")
        trained_here.append((training, runs, side_by_side))

    monkeypatch.setattr(finetuning, "finetune_runs", runs_of)
    batches = {name: finetuning.Batch(name, {}) for name in ("bad", "good")}
    with pytest.raises(SarangiError, match=r"^bad: the validation part is empty$"):
        finetuning.finetune_together(batches, 2)
    assert trained_here == [("good", {}, 2)]
    with pytest.raises(SarangiError, match=r"^the validation part is empty$"):
        finetuning.finetune_together({"bad": batches["bad"]})
