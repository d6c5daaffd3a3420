"""Votes as what is learnt: the loss, what it has in common with that of labels, and what it may not see."""

import logging

import numpy as np
import pandas as pd
import pytest
import torch
from safetensors.torch import load_file
from support.rated_corpus import votes_of
from support.small_manifests import EMOTIONS
from support.small_training import (  # noqa: F401  (fixtures)
    HEARING,
    RECIPE,
    corpus,
    encoder,
    files_of_run,
    outputs,
    training_of,
)
from torch import nn
from transformers import TrainerCallback

from sarangi.base import store
from sarangi.base.errors import SarangiError
from sarangi.base.parts import TRAIN, VALIDATION
from sarangi.models import trainer
from sarangi.models.branches import PooledBranch
from sarangi.models.encoders import load_encoder
from sarangi.models.finetuning import finetune
from sarangi.models.fusion import EmotionClassifier, classifier
from sarangi.models.micro_batches import TrainedOn
from sarangi.models.runs import Run
from sarangi.models.soft_targets import class_weights_of
from sarangi.models.trainer import class_weights, log_of, trainer_of
from sarangi.models.utterances import Utterances

CLASSES = ["a", "b", "c"]
WORSE = {"conditions": ["noise_10"], "share": 0.5}
SHARES = np.random.default_rng(4).dirichlet([0.7, 0.5, 0.3], 13)


class Gradients(TrainerCallback):
    """Keeps those of each update."""

    def __init__(self):
        self.found = []

    def on_pre_optimizer_step(self, arguments, state, control, model, **named):
        learning = [p.grad for p in model.parameters() if p.grad is not None]
        self.found.append(torch.cat([gradient.reshape(-1) for gradient in learning]).clone())


def learnt(encoder, folder, labels, targets=None, weights=None):
    """Gradients and the training loss of one epoch on noise, without draws."""
    draw = torch.Generator().manual_seed(3)
    names = [f"clip {place:02}" for place in range(len(labels))]
    signals = {name: torch.randn(3000 + 700 * (n % 7), generator=draw) for n, name in enumerate(names)}
    table = pd.DataFrame({"utterance_id": names, "emotion": [CLASSES[label] for label in labels]})
    table["length"] = [len(signal) / 16_000 for signal in signals.values()]
    given = None if targets is None else pd.DataFrame(targets, index=names, columns=CLASSES)
    data = Utterances(table, CLASSES, {"signals": signals.__getitem__}, given)
    torch.manual_seed(5)
    described = {"emotions": CLASSES, "dropout": 0.0, "audio": HEARING}
    network = classifier(described, {"audio": load_encoder(encoder)}, weights)
    for module in network.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
        for name in ("dropout", "activation_dropout"):
            if isinstance(getattr(module, name, None), float):
                setattr(module, name, 0.0)
    network.audio.encoder.config.update({"layerdrop": 0.0, "apply_spec_augment": False})
    recipe = RECIPE | {"batch": 3, "accumulate": 2, "max_epochs": 1, "learning_rate": 0.0}
    training = trainer_of(network, {TRAIN: data, VALIDATION: data}, recipe, 1, folder, CLASSES)
    training.args.max_grad_norm = 0.0
    gradients = Gradients()
    training.add_callback(gradients)
    training.train()
    return gradients.found, log_of(training)[["training_loss", "validation_loss"]].to_numpy()


def test_votes_that_agree_are_learnt_as_labels_are_and_a_gpu_s_loop_learns_any_votes_alike(
    encoder, tmp_path, monkeypatch
):
    labels = np.array([0, 0, 1, 2, 1, 0, 0, 1, 0, 2, 0, 1, 0])
    certain = np.eye(3)[labels]
    emotions = pd.Series([CLASSES[label] for label in labels])
    weights, factors = class_weights(emotions, CLASSES), class_weights_of(certain)
    hard = learnt(encoder, tmp_path / "hard", labels, None, weights)
    soft = learnt(encoder, tmp_path / "soft", labels, certain * factors)
    divided = learnt(encoder, tmp_path / "divided", labels, SHARES * factors)
    chosen = TrainedOn("made up", "fp32", 2, 5)
    monkeypatch.setattr(trainer, "trained_on", lambda *arguments: chosen)
    on_a_gpu = learnt(encoder, tmp_path / "gpu", labels, SHARES * factors)
    for (theirs, their_losses), (ours, losses) in ((hard, soft), (divided, on_a_gpu)):
        for one, other in zip(ours, theirs, strict=True):
            assert (one - other).abs().max() < 1e-6
        assert losses[:, 0] == pytest.approx(their_losses[:, 0], abs=1e-6)
    assert soft[1] == pytest.approx(hard[1], abs=1e-6)  # of what validates, too
    assert (divided[0][0] - hard[0][0]).abs().max() > 1e-3


def test_the_loss_is_the_cross_entropy_to_the_shares_of_votes():
    draw = np.random.default_rng(8)
    logits, weights = draw.normal(size=(13, 3)), class_weights_of(SHARES)
    assert (SHARES * weights).sum() == pytest.approx(13)
    branch = PooledBranch(1, 4)
    found = EmotionClassifier(branch, None, None, 3, 0.0)._loss(
        torch.tensor(logits), torch.zeros(13, dtype=int), torch.tensor(SHARES * weights)
    )
    logs = logits - np.log(np.exp(logits).sum(1, keepdims=True))
    expected = -(weights * SHARES * logs).sum() / (weights * SHARES).sum()
    assert found.item() == pytest.approx(expected, abs=1e-12)


def voted(corpus, encoder, folder, votes):
    output = outputs(folder)
    training = training_of(
        corpus,
        {"audio": [corpus / "audio.parquet"]},
        {"audio": encoder},
        {"audio": HEARING, "finetuning": RECIPE | {"max_epochs": 2, "augment": WORSE}},
        folder / "checkpoints",
        votes=votes,
    )
    finetune(training, Run(0, 7), files_of_run(output))
    return output


def test_a_run_learns_votes_answers_emotions_and_votes_on_other_parts_change_no_weight(
    corpus, encoder, tmp_path, caplog
):
    split = store.read(corpus / "protocol.parquet", fold=0)
    part_of = dict(zip(split["utterance_id"], split["part"], strict=True))
    names = store.read(corpus / "manifest.parquet")["utterance_id"]

    def divided(part=None):
        """Two of three vote for the emotion; in a part all vote for another one."""

        def votes(place, emotion):
            if place == 8:
                return [None]  # a word that is no emotion of the protocol
            other = EMOTIONS[(EMOTIONS.index(emotion) + 1 + place % 2) % 3]
            return [other] * 3 if part_of.get(names[place]) == part else [emotion, emotion, other, None]

        return votes_of(corpus, tmp_path / f"{part}.parquet", votes)

    with caplog.at_level(logging.WARNING):
        soft = voted(corpus, encoder, tmp_path / "soft", divided())
    assert "1 of 17 utterances have no vote" in caplog.text
    assert f"the first is {names[8]}" in caplog.text
    rows = store.read(soft["predictions"])
    ok = rows[rows["status"] == "ok"]
    assert ok[[f"p_{emotion}" for emotion in EMOTIONS]].sum(axis=1).to_numpy() == pytest.approx(1)
    weights = load_file(soft["model"])
    for part in ("test", "validation", "train"):
        found = load_file(voted(corpus, encoder, tmp_path / part, divided(part))["model"])
        assert all(torch.equal(weights[name], found[name]) for name in weights) == (part != "train"), part


def test_votes_that_say_nothing_of_the_emotions_stop_a_run(corpus, encoder, tmp_path):
    nothing = votes_of(corpus, tmp_path / "nothing.parquet", lambda place, emotion: ["bored"])
    with pytest.raises(SarangiError, match=r"nothing.parquet: none of the 17 utterances that train"):
        voted(corpus, encoder, tmp_path / "run", nothing)
    one = votes_of(corpus, tmp_path / "one.parquet", lambda place, emotion: ["angry", "happy"])
    with pytest.raises(SarangiError, match="no vote for sad in the training part"):
        voted(corpus, encoder, tmp_path / "run", one)
