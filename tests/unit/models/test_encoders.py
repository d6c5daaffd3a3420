"""Encoders: batches, weights, tokenisers, and what is refused."""

import json
import re
import shutil

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from support.places import to
from support.small_encoders import (
    AUDIO,
    ENCODERS,
    FUSIONS,
    HEARERS,
    READERS,
    WORDS,
    corpus,  # noqa: F401  (fixtures)
    encoders,  # noqa: F401
    signals_and_tokens,
    trained,
)
from support.small_training import (
    FILES,
    encoder,  # noqa: F401  (fixtures)
    killed_after_epoch,
)
from support.states import cached
from transformers import (
    AutoModel,
    HubertConfig,
    HubertModel,
    SeamlessM4TFeatureExtractor,
    modeling_utils,
    set_seed,
)

from sarangi.base import store
from sarangi.base.errors import SarangiError
from sarangi.base.weights_files import ENCODER_FILES
from sarangi.models import encoders as encoders_module
from sarangi.models.branches import AudioBranch
from sarangi.models.encoders import Encoder, checkpoint_gradients, freeze, load_encoder, normalises
from sarangi.models.finetuning import describe
from sarangi.models.pooling import masked_mean
from sarangi.models.published_shapes import SHAPES
from sarangi.models.runs import CorpusShards, Run
from sarangi.models.settings import config_of
from sarangi.models.speech_states import speech_states
from sarangi.models.split_encoder import SplitEncoder
from sarangi.models.text_states import text_states
from sarangi.models.transfer import transfer
from sarangi.sources.small_weights import random_encoder

PARAMETERS = {
    "facebook/wav2vec2-base": 94.4e6,
    "facebook/wav2vec2-xls-r-300m": 315.4e6,
    "facebook/wav2vec2-xls-r-1b": 962.5e6,
    "facebook/mms-1b-all": 964.7e6,
    "facebook/hubert-base-ls960": 94.4e6,
    "facebook/hubert-large-ll60k": 315.4e6,
    "microsoft/wavlm-base": 94.4e6,
    "microsoft/wavlm-large": 315.5e6,
    "facebook/data2vec-audio-base": 93.2e6,
    "facebook/w2v-bert-2.0": 580.5e6,
    "FacebookAI/roberta-base": 124.6e6,
    "distilbert/distilroberta-base": 82.1e6,
    "FacebookAI/xlm-roberta-base": 278.0e6,
    "microsoft/mpnet-base": 109.5e6,
    "microsoft/deberta-v3-base": 183.8e6,
    "microsoft/mdeberta-v3-base": 278.2e6,
    "google/muril-base-cased": 237.6e6,
    "ai4bharat/indic-bert": 33.4e6,
}
"""Of encoders as they are published."""
BY_NUMPY = 2e-5  # of bands that transformers computes in NumPy


def as_published(name, signal):
    """One clip as transformers' own preprocessing gives it."""
    if name != "wav2vec2_bert":
        return signal[None]
    extract = SeamlessM4TFeatureExtractor()
    made = extract(signal.numpy(), sampling_rate=16_000, return_tensors="pt")
    return made["input_features"][:, made["attention_mask"][0].bool()]


@pytest.mark.parametrize("name", HEARERS)
def test_a_batch_of_eight_clips_equals_single_clips(encoders, name):
    model = load_encoder(encoders[name]).eval()
    signals, _ = signals_and_tokens()
    with torch.no_grad():
        together = masked_mean(*speech_states(model, signals))
        alone = torch.cat([masked_mean(*speech_states(model, [signal])) for signal in signals])
        # the long way: transformers' own forward on one clip, plain mean over time
        direct = torch.cat(
            [model(as_published(name, signal)).last_hidden_state.mean(1) for signal in signals]
        )
    assert torch.allclose(together, alone, atol=2e-6)
    assert torch.allclose(alone, direct, atol=BY_NUMPY if name == "wav2vec2_bert" else 2e-6)
    assert not torch.allclose(direct[0], direct[1], atol=1e-3)


@pytest.mark.parametrize("name", READERS)
def test_a_batch_of_eight_texts_equals_single_texts(encoders, name):
    model = load_encoder(encoders[name], "text").eval()
    _, texts = signals_and_tokens()
    with torch.no_grad():
        together = masked_mean(*text_states(model, texts)[:2])
        alone = torch.cat([masked_mean(*text_states(model, [text])[:2]) for text in texts])
        direct = torch.cat([model(text[None]).last_hidden_state.mean(1) for text in texts])
    assert torch.allclose(together, alone, atol=2e-6)
    assert torch.allclose(alone, direct, atol=2e-6)
    assert not torch.allclose(direct[0], direct[1], atol=1e-3)


@pytest.mark.parametrize("name", [name for name in ENCODERS if not name.endswith("layer_norm")])
def test_layers_that_are_computed_again_learn_the_same(encoders, name, monkeypatch):
    signals, texts = signals_and_tokens()
    branch, inputs, states = (
        ("text", texts, text_states) if name in READERS else ("audio", signals, speech_states)
    )
    again = []
    for module in (encoders_module, modeling_utils):

        def recomputed(*given, once=module.checkpoint, **named):
            again.append(1)
            return once(*given, **named)

        monkeypatch.setattr(module, "checkpoint", recomputed)
    gradients = []
    for checkpointed in (False, True):
        set_seed(3)  # of dropout, LayerDrop and SpecAugment
        model = load_encoder(encoders[name], branch).train()
        freeze(model, 0 if name == "albert" else 1)
        if checkpointed:
            checkpoint_gradients(model)
        masked_mean(*states(model, inputs)[:2]).square().sum().backward()
        gradients.append({key: p.grad for key, p in model.named_parameters() if p.grad is not None})
        assert bool(again) is checkpointed
    assert set(gradients[0]) == set(gradients[1])
    learning = {
        found[1] for found in (re.match(r"encoder\.layers?\.(\d)\.", key) for key in gradients[0]) if found
    }
    assert learning == (set() if name == "albert" else {"1"})
    for key, gradient in gradients[0].items():
        assert torch.allclose(gradient, gradients[1][key], atol=1e-5, rtol=1e-4), key


@pytest.mark.parametrize(
    ("audio", "text"), [("wav2vec2_bert", "mpnet"), ("data2vec", "albert")], ids=lambda name: name
)
def test_a_run_of_each_new_family_trains_resumes_and_transfers(
    corpus, encoders, audio, text, tmp_path, monkeypatch
):
    model = {
        "audio": AUDIO | {"encoder": audio, "frozen_layers": 1, "prefix": "kept"},
        "text": WORDS | {"encoder": text}, "fusion": FUSIONS["concatenation"],
    }  # fmt: skip
    recipe = {"max_epochs": 2, "gradient_checkpointing": True}
    whole = trained(corpus, encoders, tmp_path / "whole", model, **recipe)
    with killed_after_epoch(1, monkeypatch):
        trained(corpus, encoders, tmp_path / "killed", model, **recipe)
    resumed = trained(corpus, encoders, tmp_path / "killed", model, **recipe)
    assert resumed["model"].read_bytes() == whole["model"].read_bytes()
    learnt, start = load_file(whole["model"]), load_encoder(encoders[audio]).state_dict()
    same = {key for key in start if torch.equal(start[key], learnt[f"audio.encoder.{key}"])}
    assert any(key.startswith("encoder.layers.0.") for key in same)
    assert not any(key.startswith("encoder.layers.1.") and key.endswith("weight") for key in same)
    shards = CorpusShards(corpus / "manifest.parquet", {"audio": [corpus / "audio.parquet"]})
    transfer({Run(0, 7): tmp_path / "whole"}, shards, 4, 1, {}, to(tmp_path / "t"))
    within, there = (
        store.read(path).set_index("utterance_id") for path in (whole["predictions"], tmp_path / "t")
    )
    ok = within.index[within["status"] == "ok"]
    assert np.allclose(within.loc[ok, "p_sad"], there.loc[ok, "p_sad"], atol=1e-5)


@pytest.mark.parametrize("name", SHAPES)
def test_settings_as_published_give_an_encoder_of_the_published_size(name):
    with torch.device("meta"):  # shapes without memory
        model = AutoModel.from_config(config_of(SHAPES[name]))
    assert sum(p.numel() for p in model.parameters()) == pytest.approx(PARAMETERS[name], rel=0.005)


def test_an_encoder_of_the_other_branch_or_of_no_known_family_says_so(encoders, tmp_path):
    with pytest.raises(SarangiError, match=r"model_type is wavlm, a speech encoder; the branch 'text' takes"):
        load_encoder(encoders["wavlm"], "text")
    with pytest.raises(
        SarangiError, match=r"is roberta, a text encoder; .*one of data2vec-audio, hubert, wav2vec2, "
    ):
        load_encoder(encoders["roberta"])
    with pytest.raises(SarangiError, match=r"model_type is wavlm, and .* states another family \(hubert\)"):
        load_encoder(encoders["wavlm"], "audio", ["hubert"])
    (tmp_path / "config.json").write_text('{"model_type": "gpt2"}')
    with pytest.raises(SarangiError, match=r"model_type is gpt2; the branch 'text' takes a text encoder"):
        load_encoder(tmp_path, "text")
    (tmp_path / "config.json").write_text('{"model_type": "robertta"}')
    with pytest.raises(SarangiError, match=r"config\.json describes no encoder that is known: .*robertta"):
        load_encoder(tmp_path, "text")


def test_weights_of_another_shape_or_broken_say_so(encoders, tmp_path, capfd):
    settings = json.loads((encoders["roberta"] / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps(settings | {"hidden_size": 8}))
    (tmp_path / "model.safetensors").write_bytes((encoders["roberta"] / "model.safetensors").read_bytes())
    told = r"does not fit config\.json: ValueError: \d+ tensors .* first \S+: \(.*16.* in the file, \(.*8"
    with pytest.raises(SarangiError, match=told) as error:
        load_encoder(tmp_path, "text")
    # the head of the stand-in is left over: that is no news, and no report goes to the log
    load_encoder(encoders["roberta"], "text")
    said = f"{error.value}{capfd.readouterr()}"
    assert not any(
        word in said for word in ("REPORT", "Loading", "above report", "ignore_mismatched", "\x1b")
    )
    (tmp_path / "model.safetensors").write_bytes(b"half")
    with pytest.raises(SarangiError, match=r"model\.safetensors does not fit config\.json"):
        load_encoder(tmp_path, "text")


def test_the_longest_text_that_is_taken_can_be_read(encoders):
    model = load_encoder(encoders["roberta"], "text")
    text_states(model, [torch.full((62,), 7)])
    with pytest.raises((IndexError, RuntimeError), match="out of"):
        text_states(model, [torch.full((63,), 7)])


@pytest.mark.parametrize("layers", [0, 1, 2])
@pytest.mark.parametrize("name", HEARERS)
def test_an_encoder_in_two_gives_what_the_whole_gives(encoders, name, layers):
    model = load_encoder(encoders[name]).eval()
    names = set(model.state_dict())
    torch.manual_seed(2)
    signals = [torch.randn(length) for length in (4000, 9000, 700, 3001)]
    with torch.no_grad():
        expected, mask = speech_states(model, signals)
    # in training only what learns draws at random
    split = AudioBranch(model, prefix=layers).train().split
    below = [split.below(signal) for signal in signals]
    assert all(
        torch.equal(split.below(signal), states) for signal, states in zip(signals, below, strict=True)
    )
    split.train(False)
    with torch.no_grad():
        found, found_mask = split.above(below)
    assert torch.equal(mask, found_mask)
    assert torch.allclose(found[mask], expected[mask], atol=1e-5)
    assert set(model.state_dict()) == names
    learning = {key.split(".")[0] for key, p in model.named_parameters() if p.requires_grad}
    assert learning <= {"encoder", "masked_spec_embed"}
    places = {int(key.split(".")[2]) for key, p in model.named_parameters()
              if p.requires_grad and key.startswith("encoder.layers.")}  # fmt: skip
    assert places == set(range(layers, 2))


def test_more_layers_than_there_are_cannot_be_cut_off(encoders):
    with pytest.raises(SarangiError, match="frozen_layers is 3, but the encoder has 2"):
        SplitEncoder(load_encoder(encoders["wavlm"]), 3)


def test_large_states_are_kept_in_the_wider_kind(corpus, encoders, tmp_path, monkeypatch):
    below = SplitEncoder.below
    monkeypatch.setattr(SplitEncoder, "below", lambda split, signal: 1e6 * below(split, signal))
    kept = load_file(cached(corpus, encoders["wavlm"], tmp_path / "states.safetensors"))
    assert {tensor.dtype for tensor in kept.values()} == {torch.bfloat16}
    assert all(tensor.isfinite().all() for tensor in kept.values())


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


def test_a_name_twice_in_settings_is_refused_and_a_mark_in_front_is_not(encoder, tmp_path):
    shutil.copytree(encoder, tmp_path, dirs_exist_ok=True)
    text = (tmp_path / "config.json").read_text()
    (tmp_path / "config.json").write_text(text, encoding="utf-8-sig")
    entry = {"encoder": "tiny", "frozen_layers": 0, "max_audio_s": 1}
    described = describe(
        {"audio": entry, "finetuning": {"dropout": 0}}, {"audio": Encoder(tmp_path)}, ["a", "b"]
    )
    assert described["audio"]["encoder"] == json.loads(text)
    (tmp_path / "config.json").write_text(text.rstrip()[:-1] + ', "hidden_size": 32}')
    with pytest.raises(SarangiError, match=r"config\.json: .*the name 'hidden_size' appears twice"):
        load_encoder(tmp_path)


def test_whole_numbers_as_weights_and_means_that_are_no_numbers_are_refused(encoder, encoders, tmp_path):
    shutil.copytree(encoder, tmp_path, dirs_exist_ok=True)
    state = load_file(tmp_path / "model.safetensors")
    gain = next(name for name in state if name.endswith("original0"))
    save_file(state | {gain: state[gain].to(torch.int8)}, tmp_path / "model.safetensors")
    with pytest.raises(SarangiError, match=r"original0 is of kind I8; expected F16, BF16, F32, F64"):
        load_encoder(tmp_path)
    config = HubertConfig(**ENCODERS["hubert"].to_diff_dict() | {"conv_pos_batch_norm": True})
    config.save_pretrained(tmp_path)
    state = {name: tensor.contiguous() for name, tensor in HubertModel(config).state_dict().items()}
    save_file(state, tmp_path / "model.safetensors")
    load_encoder(tmp_path)
    mean = next(name for name in state if name.endswith("running_mean"))
    save_file(state | {mean: torch.full_like(state[mean], torch.nan)}, tmp_path / "model.safetensors")
    with pytest.raises(SarangiError, match="running_mean hold values that are not numbers"):
        load_encoder(tmp_path)
