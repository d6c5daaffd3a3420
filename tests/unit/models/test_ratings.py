"""Networks that answer ratings: the loss of a whole update, what a run leaves, and what it may not see."""

import json

import numpy as np
import pandas as pd
import pytest
import torch
from safetensors.torch import load_file
from support.places import to
from support.rated_corpus import SCALES, lin, with_ratings
from support.small_training import (  # noqa: F401  (fixtures)
    HEARING,
    RECIPE,
    corpus,
    encoder,
    files_of_run,
    killed_after_epoch,
    outputs,
    training_of,
)
from torch import nn
from transformers import TrainerCallback

from sarangi.base import store
from sarangi.base.dimension_rows import RATED_PREDICTIONS
from sarangi.base.errors import SarangiError
from sarangi.base.parts import TRAIN, VALIDATION
from sarangi.models import trainer
from sarangi.models.encoders import load_encoder
from sarangi.models.finetuning import finetune
from sarangi.models.fusion import EmotionClassifier, classifier
from sarangi.models.micro_batches import TrainedOn
from sarangi.models.ratings import RatedUtterances
from sarangi.models.runs import CorpusShards, Run
from sarangi.models.trainer import log_of, trainer_of
from sarangi.models.transfer import transfer

RATED_RECIPE = RECIPE | {"class_weights": False, "dropout": 0.2}


class Gradients(TrainerCallback):
    """Keeps those of each update."""

    def __init__(self):
        self.found = []

    def on_pre_optimizer_step(self, arguments, state, control, model, **named):
        learning = [p.grad for p in model.parameters() if p.grad is not None]
        self.found.append(torch.cat([gradient.reshape(-1) for gradient in learning]).clone())


def training_on_noise(encoder, folder, recipe, draws=False):
    """19 clips of noise of several lengths, with ratings; some are missing."""
    draw = torch.Generator().manual_seed(3)
    names = [f"clip {place:02}" for place in range(19)]
    signals = {name: torch.randn(3000 + 700 * (n % 7), generator=draw) for n, name in enumerate(names)}
    levels = np.random.default_rng(1).random((19, 2))
    table = pd.DataFrame({"utterance_id": names, "length": [len(s) / 16_000 for s in signals.values()]})
    table["dimension_arousal"], table["dimension_valence"] = 1 + 4 * levels[:, 0], levels[:, 1]
    table.loc[[2, 5, 17], "dimension_arousal"] = np.nan
    data = RatedUtterances(table, SCALES, {"signals": signals.__getitem__})
    torch.manual_seed(5)
    described = {"dimensions": SCALES, "dropout": 0.3 if draws else 0.0, "audio": HEARING}
    network = classifier(described, {"audio": load_encoder(encoder)})
    if not draws:
        for module in network.modules():
            if isinstance(module, nn.Dropout):
                module.p = 0.0
            for name in ("dropout", "activation_dropout"):
                if isinstance(getattr(module, name, None), float):
                    setattr(module, name, 0.0)
        network.audio.encoder.config.update({"layerdrop": 0.0, "apply_spec_augment": False})
    parts = {TRAIN: data, VALIDATION: data}
    training = trainer_of(network, parts, RATED_RECIPE | recipe, 1, folder, [])
    training.args.max_grad_norm = 0.0  # gradients as they are
    return training


def as_on_a_gpu(monkeypatch, micro_batch):
    chosen = TrainedOn("made up", "fp32", micro_batch, 5)
    monkeypatch.setattr(trainer, "trained_on", lambda *arguments: chosen)


def test_gradients_are_those_of_the_concordance_of_an_update_however_it_is_cut(
    encoder, tmp_path, monkeypatch
):
    found, losses = {}, {}
    for batch, accumulate, micro_batch in ((16, 1, None), (8, 2, None), (8, 2, 3)):
        with monkeypatch.context() as patch:
            if micro_batch:
                as_on_a_gpu(patch, micro_batch)
            recipe = {"batch": batch, "accumulate": accumulate, "max_epochs": 1, "learning_rate": 0.0}
            name = f"{batch}_{accumulate}_{micro_batch}"
            training = training_on_noise(encoder, tmp_path / name, recipe)
        gradients = Gradients()
        training.add_callback(gradients)
        training.train()
        found[name], losses[name] = gradients.found, log_of(training)["training_loss"].item()
    whole = found.pop("16_1_None")
    assert len(whole) == 2  # the last of 3 clips
    assert whole[0].abs().max() > 0.01
    for name, updates in found.items():
        for ours, theirs in zip(updates, whole, strict=True):
            assert (ours - theirs).abs().max() < 1e-6 * max(1, theirs.abs().max()), name
        assert losses[name] == pytest.approx(losses["16_1_None"], abs=1e-5)


def test_what_goes_through_twice_is_drawn_alike_and_the_epoch_is_chosen_by_the_whole_part(
    encoder, tmp_path, monkeypatch
):
    recipe = {"batch": 4, "accumulate": 2, "max_epochs": 2}
    training = training_on_noise(encoder, tmp_path, recipe, draws=True)
    answers, answer = [], trainer.Trainer._answered

    def kept(self, *arguments):
        answers.append(answer(self, *arguments))
        return answers[-1]

    monkeypatch.setattr(trainer.Trainer, "_answered", kept)
    training.train()
    first = answers[:4]  # of an update of two parts
    assert [each.requires_grad for each in first] == [False, False, True, True]
    assert torch.equal(first[0], first[2].detach())
    assert torch.equal(first[1], first[3].detach())
    assert not torch.equal(first[0], first[1])
    log = log_of(training)
    answered = training.predict(training.eval_dataset)  # by the best weights
    each = [lin(answered.predictions[:, d], answered.label_ids[:, d]) for d in range(2)]
    best = log[log["best"]].iloc[0]
    assert best["validation_ccc"] == log["validation_ccc"].max() == pytest.approx(np.mean(each), abs=1e-6)
    assert best[["validation_ccc_arousal", "validation_ccc_valence"]].tolist() == pytest.approx(
        each, abs=1e-6
    )


def rated(corpus, encoder, folder, fold=0, model=None, shards=None, encoders=None, **changes):
    output = outputs(folder)
    training = training_of(
        corpus,
        shards or {"audio": [corpus / "audio.parquet"]},
        encoders or {"audio": encoder},
        (model or {"audio": HEARING})
        | {"dimensions": {name: list(ends) for name, ends in SCALES.items()}}
        | {"finetuning": RATED_RECIPE | changes},
        folder / "checkpoints",
    )
    finetune(training, Run(fold, 7), files_of_run(output))
    return output


def test_a_run_learns_ratings_and_is_opened_like_any_other(corpus, encoder, tmp_path):
    ratings = with_ratings(corpus, tmp_path / "corpus")
    output = rated(ratings, encoder, tmp_path / "run", max_epochs=8, patience=8, batch=4, accumulate=2)
    log = store.read(output["log"])
    measures = ["validation_ccc", "validation_ccc_arousal", "validation_ccc_valence"]
    assert list(log) == ["epoch", "step", "training_loss", "learning_rate", *measures, "best"]
    assert log["training_loss"].iloc[-1] < log["training_loss"].iloc[0] < 2
    assert log.loc[log["best"], "validation_ccc"].item() == log["validation_ccc"].max() > 0.3
    rows = store.read(output["predictions"])
    assert list(rows) == RATED_PREDICTIONS.names
    split = store.read(ratings / "protocol.parquet", fold=0)
    tested = sorted(split.loc[split["part"] == "test", "utterance_id"])
    assert rows["utterance_id"].tolist() == [name for name in tested for _ in SCALES]
    manifest = store.read(ratings / "manifest.parquet").set_index("utterance_id")
    for name in SCALES:
        of_one = rows[rows["dimension"] == name].set_index("utterance_id")
        known = manifest.loc[of_one.index, f"dimension_{name}"]
        pd.testing.assert_series_equal(of_one["rating"], known, check_names=False)
        assert (of_one["predicted"].notna() == (of_one["status"] == "ok")).all()
        assert (of_one.loc[of_one["status"] == "ok", "rating"].notna()).all()
    described = json.loads(output["config"].read_text())
    assert described["dimensions"] == {"arousal": [1.0, 5.0], "valence": [0.0, 1.0]}
    assert "emotions" not in described
    network = EmotionClassifier.from_pretrained(tmp_path / "run")
    assert network.classifier.weight.shape == (2, 16)
    transfer(
        {Run(0, 7): tmp_path / "run"},
        CorpusShards(ratings / "manifest.parquet", {"audio": [corpus / "audio.parquet"]}),
        3,
        1,
        {},
        to(tmp_path / "elsewhere.parquet"),
    )
    elsewhere = store.read(tmp_path / "elsewhere.parquet")
    assert len(elsewhere) == 2 * len(manifest)
    skipped = elsewhere[elsewhere["status"] == "skipped"]
    assert skipped["reason"].value_counts().to_dict() == {
        "no rating of arousal to compare with": 1,
        "no rating of valence to compare with": 2,
    }
    again = elsewhere.merge(rows, on=["utterance_id", "dimension"])
    assert len(again) == len(rows)
    assert np.allclose(again["predicted_x"], again["predicted_y"], atol=1e-5, equal_nan=True)


def test_a_killed_run_of_ratings_ends_in_the_same_bytes(corpus, encoder, tmp_path, monkeypatch):
    ratings = with_ratings(corpus, tmp_path / "corpus")
    recipe = {"batch": 2, "accumulate": 3, "group_by_length": True}
    whole = rated(ratings, encoder, tmp_path / "whole", **recipe)
    with killed_after_epoch(2, monkeypatch):
        rated(ratings, encoder, tmp_path / "killed", **recipe)
    resumed = rated(ratings, encoder, tmp_path / "killed", **recipe)
    for name, file in resumed.items():
        assert file.read_bytes() == whole[name].read_bytes(), name


def test_ratings_that_validate_or_test_change_no_weight(corpus, encoder, tmp_path):
    split = store.read(corpus / "protocol.parquet", fold=0).set_index("utterance_id")["part"]

    def other(part):
        def change(rows):
            those = rows["utterance_id"].map(split).eq(part)
            columns = [f"dimension_{name}" for name in SCALES]
            rows.loc[those, columns] = rows.loc[those, columns].to_numpy()[::-1]
            return rows

        return with_ratings(corpus, tmp_path / f"corpus_{part}", change)

    as_it_is = with_ratings(corpus, tmp_path / "corpus")
    ours = rated(as_it_is, encoder, tmp_path / "run", max_epochs=2)
    for part in ("test", "validation", "train"):
        # the epoch is chosen by what validates, so there the first one is both the best and the last
        epochs = 1 if part == "validation" else 2
        same = ours if epochs == 2 else rated(as_it_is, encoder, tmp_path / "run_1", max_epochs=1)
        found = rated(other(part), encoder, tmp_path / part, max_epochs=epochs)
        weights = (load_file(output["model"]) for output in (same, found))
        equal = all(torch.equal(a, b) for a, b in zip(*(w.values() for w in weights), strict=True))
        assert equal == (part != "train"), part


def test_too_few_ratings_stop_a_run_with_the_dimension_and_the_part(corpus, encoder, tmp_path):
    def flat(rows):
        return rows.assign(dimension_valence=0.5)

    ratings = with_ratings(corpus, tmp_path / "corpus", flat)
    with pytest.raises(SarangiError, match="fewer than two different ratings of valence in the train part"):
        rated(ratings, encoder, tmp_path / "run")


def test_a_clip_whose_output_is_no_number_is_named(encoder, tmp_path):
    training = training_on_noise(encoder, tmp_path, {"batch": 2, "accumulate": 4})
    give = training.train_dataset.inputs["signals"]
    odd = lambda name: give(name) * (torch.nan if name == "clip 04" else 1.0)  # noqa: E731
    training.train_dataset.inputs = {"signals": odd}
    with pytest.raises(SarangiError, match=r"loss is nan in epoch 1 .*clip 04") as refused:
        training.train()
    assert str(refused.value).count("clip ") == 2
