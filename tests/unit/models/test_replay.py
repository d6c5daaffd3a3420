"""The replayed network against one that is built from the study's description with plain torch."""

import copy

import numpy as np
import pandas as pd
import pytest
import torch
from support.small_encoders import (  # noqa: F401  (fixtures)
    AUDIO,
    BOTH,
    FUSIONS,
    WORDS,
    corpus,
    encoders,
    trained,
)
from torch import nn
from transformers import Wav2Vec2FeatureExtractor

from sarangi.base import store
from sarangi.models.encoders import Encoder
from sarangi.models.fusion import EmotionClassifier, classifier
from sarangi.models.replay import needs_pooler
from sarangi.models.speech_states import prepared
from sarangi.models.trainer import class_weights, trainer_of
from sarangi.models.utterances import Utterances

EMOTIONS = ["angry", "happy", "sad"]
SAMPLES = 8000
TOKENS = 40
CLIPS = (3000, 9000, 8000, 700)
MODELS = {
    "audio": {"audio": AUDIO},
    "text": {"text": WORDS},
    **{kind: BOTH | {"fusion": FUSIONS[kind]} for kind in FUSIONS},
}


class Study(nn.Module):
    """The study's network, as its description has it, on the tensors of one of ours."""

    def __init__(self, ours, kind, dropout):
        super().__init__()
        self.kind = kind
        if ours.audio is not None:
            self.audio_encoder = copy.deepcopy(ours.audio.encoder)
        if ours.text is not None:
            self.text_encoder = copy.deepcopy(ours.text.encoder)
        self.fusion = copy.deepcopy(ours.fusion)
        self.classifier = nn.Sequential(nn.Dropout(dropout), copy.deepcopy(ours.classifier))

    def forward(self, values, ids, attention):
        pooled = []
        if ids is not None:
            text = self.text_encoder(ids, attention_mask=attention)
        if values is not None:
            audio = self.audio_encoder(values).last_hidden_state
        f = self.fusion
        if self.kind == "audio":
            joined = audio.mean(1)
        elif self.kind == "text":
            joined = text.pooler_output
        elif self.kind == "concatenation":
            pooled = torch.cat([text.pooler_output, audio.mean(1)], 1)
            joined = f.dropout(nn.functional.gelu(pooled @ f.proj.weight.T + f.proj.bias))
        elif self.kind == "gated":
            t, a = f.text_proj(text.pooler_output), f.audio_proj(audio.mean(1))
            gate = torch.sigmoid(f.gate(torch.cat([t, a], 1)))
            joined = gate * t + (1 - gate) * a
        else:
            t, a = f.text_proj(text.last_hidden_state), f.audio_proj(audio)
            of_audio = nn.functional.multi_head_attention_forward(*attended(f.text_to_audio_attn, t, a))[0]
            of_text = nn.functional.multi_head_attention_forward(*attended(f.audio_to_text_attn, a, t))[0]
            t = f.norm_t(t + of_audio.transpose(0, 1))
            a = f.norm_a(a + of_text.transpose(0, 1))
            joined = torch.cat([t.mean(1), a.mean(1)], 1)
        return self.classifier(joined)


def attended(attention, asking, answering):
    """What torch's own function takes for an attention without masks and dropout."""
    asking, answering = asking.transpose(0, 1), answering.transpose(0, 1)
    return (
        asking, answering, answering, attention.embed_dim, attention.num_heads, attention.in_proj_weight,
        attention.in_proj_bias, None, None, False, 0.0, attention.out_proj.weight, attention.out_proj.bias,
    )  # fmt: skip


def signals():
    generator = np.random.default_rng(3)
    return [(0.2 + generator.normal(0, 0.1, count)).astype(np.float32) for count in CLIPS]


def texts():
    return [torch.tensor([0, *range(5, 5 + count), 2]) for count in (3, 30, 1, 12)]


def as_the_study_takes_them(model):
    """Centre-cut or zero-padded, then normalised by transformers' own extractor; ids padded to max_tokens."""
    values = ids = attention = None
    if "audio" in model:
        cut = [s[max(0, (len(s) - SAMPLES) // 2) :][:SAMPLES] for s in signals()]
        whole = [np.pad(s, (0, SAMPLES - len(s))) for s in cut]
        extract = Wav2Vec2FeatureExtractor(do_normalize=True, return_attention_mask=False)
        values = extract(whole, sampling_rate=16_000, return_tensors="pt")["input_values"]
    if "text" in model:
        ids = torch.tensor([[*t.tolist(), *[1] * (TOKENS - len(t))] for t in texts()])
        attention = (torch.arange(TOKENS)[None] < torch.tensor([[len(t)] for t in texts()])).long()
    return values, ids, attention


def as_ours_takes_them(model):
    given = {}
    if "audio" in model:
        given["signals"] = [prepared(s, SAMPLES / 16_000, True, padded_out=True) for s in signals()]
    if "text" in model:
        given["tokens"] = texts()
    return given


def network(encoders, model, dropout=0.0):
    """Ours, without what is drawn in training."""
    described = model | {"replay": True, "emotions": EMOTIONS, "dropout": dropout}
    torch.manual_seed(0)
    loaded = {}
    for branch in ("audio", "text"):
        if branch in model:
            loaded[branch] = Encoder(encoders[model[branch]["encoder"]], branch).load(needs_pooler(described))
            for part in loaded[branch].modules():
                if isinstance(part, nn.Dropout):
                    part.p = 0.0
            config = loaded[branch].config
            config.apply_spec_augment, config.layerdrop = False, 0.0
            for key in ("attention_dropout", "activation_dropout", "hidden_dropout"):
                setattr(config, key, 0.0)
            for part in loaded[branch].modules():
                if isinstance(getattr(part, "dropout", None), float):
                    part.dropout = 0.0
    weights = class_weights(pd.Series(["angry", "angry", "happy", "sad"]), EMOTIONS)
    return classifier(described, loaded, weights)


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
         "duration_s": 1.0}
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
    table = pd.DataFrame({"utterance_id": ["a"], "emotion": ["sad"], "duration_s": [1.0]})
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
