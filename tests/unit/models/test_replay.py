"""The replayed network against one that is built from the study's description with plain torch."""

import pandas as pd
import pytest
import torch
from support.small_encoders import (  # noqa: F401  (fixtures)
    corpus,
    encoders,
    trained,
)
from support.study_network import (
    EMOTIONS,
    MODELS,
    SAMPLES,
    Study,
    as_ours_takes_them,
    as_the_study_takes_them,
    network,
    signals,
)
from torch import nn

from sarangi.base import store
from sarangi.base.errors import SarangiError
from sarangi.models.encoders import load_encoder
from sarangi.models.fusion import EmotionClassifier, classifier
from sarangi.models.replay import ReplayedAudio
from sarangi.models.speech_states import prepared
from sarangi.models.trainer import trainer_of
from sarangi.models.utterances import Utterances


@pytest.mark.parametrize("kind", MODELS)
def test_outputs_are_those_of_the_study_s_network(encoders, kind):
    model = MODELS[kind]
    ours = network(encoders, model, dropout=0.3).eval()
    study = Study(ours, kind, 0.3).eval()
    with torch.no_grad():
        expected = study(*as_the_study_takes_them(model))
        given = ours(**as_ours_takes_them(model))["logits"]
    assert torch.allclose(given, expected, atol=1e-5)
    # and they are not those of the masked network with the same encoders
    if kind == "audio":
        masked = classifier(ours.described | {"replay": False}, {"audio": ours.audio.encoder}).eval()
        masked.classifier.load_state_dict(ours.classifier.state_dict())
        with torch.no_grad():
            plain = masked([prepared(s, SAMPLES / 16_000, True) for s in signals()])["logits"]
        assert not torch.allclose(plain[0], given[0], atol=1e-3)


def test_an_encoder_of_a_spectrum_is_not_replayed(encoders):
    with pytest.raises(SarangiError, match="wav2vec2-bert takes a spectrum; the study's take samples"):
        ReplayedAudio(load_encoder(encoders["wav2vec2_bert"]))


@pytest.mark.parametrize("kind", ["audio", "text", "cross_attention"])
def test_a_step_of_training_gives_the_weights_that_plain_torch_gives(encoders, kind, tmp_path):
    model = MODELS[kind]
    ours = network(encoders, model)
    study = Study(ours, kind, 0.0).train()
    recipe = {
        "batch": 2, "accumulate": 2, "learning_rate": 1e-3, "weight_decay": 0.05, "warmup": 0.0,
        "patience": 4, "max_epochs": 1,
    }  # fmt: skip
    table = pd.DataFrame(
        {"utterance_id": [f"u{i}" for i in range(4)], "emotion": ["angry", "angry", "happy", "sad"],
         "length": 1.0}
    )  # fmt: skip
    given = as_ours_takes_them(model)
    inputs = {name: (lambda u, name=name: given[name][int(u[1:])]) for name in given}
    data = Utterances(table, EMOTIONS, inputs)
    trainer = trainer_of(ours, {"train": data, "validation": data}, recipe, 5, tmp_path, EMOTIONS)
    order = [int(u[1:]) for batch in trainer.get_train_dataloader() for u in batch["utterances"]]
    trainer.train()

    learning = [p for p in study.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(learning, lr=1e-3, betas=(0.9, 0.999), weight_decay=0.05)
    taken = as_the_study_takes_them(model)
    labels = torch.tensor([EMOTIONS.index(emotion) for emotion in table["emotion"]])
    for batch in (order[:2], order[2:]):
        part = [None if values is None else values[batch] for values in taken]
        loss = nn.functional.cross_entropy(study(*part), labels[batch], weight=ours.weights)
        (loss / 2).backward()
    nn.utils.clip_grad_norm_(learning, 1.0)
    optimiser.step()

    moved = 0
    pairs = [
        (getattr(ours, b).encoder, getattr(study, f"{b}_encoder")) for b in ("audio", "text") if b in model
    ]
    pairs += [(ours.classifier, study.classifier[1])] + ([(ours.fusion, study.fusion)] if ours.fusion else [])
    for mine, theirs in pairs:
        for (name, value), expected in zip(mine.named_parameters(), theirs.parameters(), strict=True):
            # Adam's first step has the rate's size whatever the gradient: where that is rounding, its sign
            sure = (
                (expected.grad.abs() > 1e-7) if expected.grad is not None else torch.ones_like(value).bool()
            )
            assert torch.allclose(value[sure], expected[sure], atol=1e-5), name
            moved += int(value.requires_grad)
    assert moved > 10


def test_weights_decay_on_all_that_learns_and_only_in_a_replay(encoders, tmp_path):
    ours = network(encoders, MODELS["cross_attention"])
    table = pd.DataFrame({"utterance_id": ["a"], "emotion": ["sad"], "length": [1.0]})
    data = Utterances(table, EMOTIONS, {})
    recipe = {
        "batch": 2, "accumulate": 1, "learning_rate": 1e-3, "weight_decay": 0.05, "warmup": 0.0,
        "patience": 4, "max_epochs": 1,
    }  # fmt: skip
    decays = {}
    for replay in (True, False):
        ours.described = {**ours.described, "replay": replay}
        trainer = trainer_of(ours, {"train": data, "validation": data}, recipe, 5, tmp_path, EMOTIONS)
        groups = trainer.create_optimizer().param_groups
        decays[replay] = [sum(p.numel() for p in g["params"]) for g in groups if g["weight_decay"]]
    assert sum(decays[True]) == sum(p.numel() for p in ours.parameters() if p.requires_grad)
    assert 0 < sum(decays[False]) < sum(decays[True])


@pytest.mark.parametrize("kind", ["text", "cross_attention"])
def test_a_replayed_run_is_trained_and_opens_again(corpus, encoders, tmp_path, kind):
    output = trained(corpus, encoders, tmp_path / "run", MODELS[kind] | {"replay": True}, max_epochs=1)
    opened = EmotionClassifier.from_pretrained(tmp_path / "run")
    assert opened.described["replay"] is True
    assert (opened.text.encoder.pooler is not None) == (kind == "text")
    assert (store.read(output["predictions"])["status"] == "ok").any()
