"""The published study's network, built from its description with plain torch, on small encoders."""

import copy

import numpy as np
import pandas as pd
import torch
from torch import nn
from transformers import Wav2Vec2FeatureExtractor

from sarangi.models.encoders import Encoder
from sarangi.models.fusion import classifier
from sarangi.models.replay import needs_pooler
from sarangi.models.speech_states import prepared
from sarangi.models.trainer import class_weights
from support.small_encoders import AUDIO, BOTH, FUSIONS, WORDS

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
