"""Branches of audio and text, their fusions, and runs of them, on small networks with random weights."""

import copy
import json

import numpy as np
import pandas as pd
import pytest
import torch
import yaml
from conftest import MADE_BY_TEST, ROOT, add_module, example, to, write_study
from safetensors.torch import load_file, save_file
from test_scores import EMOTIONS, made_manifest
from test_training import RECIPE, files_of_run, killed_after_epoch, record, training_of
from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers
from transformers import (
    AutoModel,
    BertConfig,
    DebertaV2Config,
    HubertConfig,
    RobertaConfig,
    UniSpeechSatConfig,
    Wav2Vec2Config,
    WavLMConfig,
    XLMRobertaConfig,
    modeling_utils,
)

from sarangi.base import store
from sarangi.base.errors import SarangiError
from sarangi.base.manifest_rows import MANIFEST
from sarangi.base.weights_files import ENCODER_FILES
from sarangi.corpora.utterance import turn_of
from sarangi.models import families, trainer
from sarangi.models.encoders import Encoder, freeze, load_encoder, normalises
from sarangi.models.finetuning import describe, finetune
from sarangi.models.fusion import AudioBranch, EmotionClassifier, LayerSum, classifier
from sarangi.models.pooling import masked_mean
from sarangi.models.run_inputs import in_context, inputs_of
from sarangi.models.runs import CorpusShards, Run
from sarangi.models.speech_states import speech_states
from sarangi.models.split_encoder import SplitEncoder
from sarangi.models.text_states import text_states
from sarangi.models.tokenizers import load_tokenizer, tokenizer_files
from sarangi.models.transfer import transfer
from sarangi.sources import weights
from sarangi.splits.protocols import PROTOCOL, protocol
from sarangi.study import references
from sarangi.study.checking import check
from sarangi.study.loaded import families as families_loaded
from sarangi.study.loaded import loaded
from sarangi.transcripts.transcription import TRANSCRIPTS

SCHEMA = ROOT / "workflow/schemas/config.schema.yaml"
SIZE = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}
SPEECH = {
    **SIZE, "conv_dim": (8,) * 7, "num_conv_pos_embeddings": 16, "num_conv_pos_embedding_groups": 4,
}  # fmt: skip
NORMED = {"feat_extract_norm": "layer", "do_stable_layer_norm": True, "conv_bias": True}
TEXT = {**SIZE, "vocab_size": 320, "max_position_embeddings": 64}
ENCODERS = {
    "wav2vec2": Wav2Vec2Config(**SPEECH),
    "wav2vec2_layer_norm": Wav2Vec2Config(**SPEECH, **NORMED),
    "hubert": HubertConfig(**SPEECH),
    "hubert_layer_norm": HubertConfig(**SPEECH, **NORMED),
    "wavlm": WavLMConfig(**SPEECH, num_buckets=16, max_bucket_distance=32),
    "wavlm_layer_norm": WavLMConfig(**SPEECH, **NORMED, num_buckets=16, max_bucket_distance=32),
    "roberta": RobertaConfig(**TEXT, type_vocab_size=1, pad_token_id=1),
    "xlm_roberta": XLMRobertaConfig(**TEXT, type_vocab_size=1, pad_token_id=1),
    "deberta": DebertaV2Config(
        **TEXT, relative_attention=True, pos_att_type=["p2c", "c2p"], position_buckets=8, type_vocab_size=0,
        position_biased_input=False, share_att_key=True, norm_rel_ebd="layer_norm", pad_token_id=1,
    ),
    "bert": BertConfig(**TEXT, pad_token_id=1),
}  # fmt: skip
READERS = ("roberta", "xlm_roberta", "deberta", "bert")
HEARERS = tuple(name for name in ENCODERS if name not in READERS)
SAYINGS = {"angry": "go away from my door", "happy": "what a lovely day", "sad": "oh no not again"}
AUDIO = {"encoder": "wavlm", "frozen_layers": 0, "max_audio_s": 0.5}
WORDS = {"encoder": "roberta", "frozen_layers": 0, "max_tokens": 40, "context_turns": 2, "words": "corpus"}
FUSIONS = {
    "concatenation": {"kind": "concatenation"},
    "gated": {"kind": "gated", "width": 12},
    "cross_attention": {"kind": "cross_attention", "width": 16, "heads": 2},
}
DESCRIBED = {"emotions": ["angry", "happy", "sad"], "dropout": 0.1}
BOTH = {"audio": AUDIO, "text": WORDS, "fusion": FUSIONS["cross_attention"]}


def train_tokenizer(folder, names=("<s>", "<pad>", "</s>", "<unk>", "<mask>")):
    """A byte-level tokeniser whose special tokens have the ids 0 to 4."""
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    learner = trainers.BpeTrainer(
        vocab_size=300, special_tokens=list(names), initial_alphabet=alphabet, show_progress=False
    )
    made.train_from_iterator(SAYINGS.values(), learner)
    first, last = names[0], names[2]
    made.post_processor = processors.TemplateProcessing(
        single=f"{first} $A {last}", special_tokens=[(first, 0), (last, 2)]
    )
    made.save(str(folder / "tokenizer.json"))


@pytest.fixture(scope="module")
def encoders(tmp_path_factory):
    """A folder of each encoder; as published, the tensors name the encoder and there are heads."""
    torch.set_num_threads(1)
    found = {}
    for name, config in ENCODERS.items():
        folder = found[name] = tmp_path_factory.mktemp(name)
        torch.manual_seed(0)
        network = AutoModel.from_config(config)
        config.save_pretrained(folder)
        state = {
            f"{network.base_model_prefix}.{key}": tensor.contiguous()
            for key, tensor in network.state_dict().items()
            if not key.startswith(("masked_spec_embed", "pooler"))
        }
        save_file(state | {"head.weight": torch.ones(2)}, folder / "model.safetensors")
        if name in HEARERS:
            text = json.dumps({"do_normalize": True, "sampling_rate": 16_000, "feature_size": 1})
            (folder / "preprocessor_config.json").write_text(text)
        elif name in ("roberta", "xlm_roberta"):
            train_tokenizer(folder)
        else:
            train_tokenizer(folder, ("[CLS]", "[PAD]", "[SEP]", "[UNK]", "[MASK]"))
    return found


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """Dialogues whose pitch and words say the emotion; one utterance has no words, one no sound."""
    folder = tmp_path_factory.mktemp("corpus")
    rows = store.read(made_manifest(folder / "m.parquet", speakers=6, clips=6))
    rows["utterance_id"] = [f"made/dia{place // 6}_utt{place % 6}.wav" for place in range(len(rows))]
    rows["text"] = [SAYINGS[emotion] for emotion in rows["emotion"]]
    rows.loc[8, "text"] = None
    write_corpus(folder, rows)
    record(folder / "manifest.parquet", folder / "audio.parquet")
    return folder


def write_corpus(folder, rows):
    store.write(folder / "manifest.parquet", rows, MANIFEST, MADE_BY_TEST)
    settings = {"kind": "stratified_group_kfold", "folds": 2, "seed": 1, "validation": 0.34, "leaks": False}
    protocol(folder / "manifest.parquet", "p", settings, to(folder / "protocol.parquet"))


def trained(corpus, encoders, folder, model=BOTH, transcripts=(), files=None, **changes):
    folder.mkdir(exist_ok=True)
    output = {
        "model": folder / "model.safetensors", "config": folder / "config.json",
        "log": folder / "log.parquet", "predictions": folder / "within.parquet",
    }  # fmt: skip
    training = training_of(
        corpus,
        files or {"audio": [corpus / "audio.parquet"], "transcripts": transcripts},
        {branch: encoders[model[branch]["encoder"]] for branch in ("audio", "text") if branch in model},
        {**model, "finetuning": RECIPE | changes},
        folder / "checkpoints",
    )
    finetune(training, Run(0, 7), files_of_run(output))
    return output


def signals_and_tokens():
    """Eight signals and eight texts, long and short ones together."""
    torch.manual_seed(1)
    lengths = (3000, 8000, 4500, 700, 2500, 1000, 6001, 800)
    tokens = [torch.tensor([0, *range(5, 5 + n), 2]) for n in (0, 30, 1, 7, 3, 12, 20, 2)]
    return [torch.randn(length) for length in lengths], tokens


# -- encoders ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", HEARERS)
def test_a_batch_of_eight_clips_equals_single_clips(encoders, name):
    model = load_encoder(encoders[name]).eval()
    signals, _ = signals_and_tokens()
    with torch.no_grad():
        together = masked_mean(*speech_states(model, signals))
        alone = torch.cat([masked_mean(*speech_states(model, [signal])) for signal in signals])
        # the long way: transformers' own forward on one clip, plain mean over time
        direct = torch.cat([model(signal[None]).last_hidden_state.mean(1) for signal in signals])
    assert torch.allclose(together, alone, atol=2e-6)
    assert torch.allclose(alone, direct, atol=2e-6)
    assert not torch.allclose(direct[0], direct[1], atol=1e-3)


@pytest.mark.parametrize("name", READERS)
def test_a_batch_of_eight_texts_equals_single_texts(encoders, name):
    model = load_encoder(encoders[name], "text").eval()
    _, texts = signals_and_tokens()
    with torch.no_grad():
        together = masked_mean(*text_states(model, texts))
        alone = torch.cat([masked_mean(*text_states(model, [text])) for text in texts])
        direct = torch.cat([model(text[None]).last_hidden_state.mean(1) for text in texts])
    assert torch.allclose(together, alone, atol=2e-6)
    assert torch.allclose(alone, direct, atol=2e-6)
    assert not torch.allclose(direct[0], direct[1], atol=1e-3)


@pytest.mark.parametrize("name", READERS)
def test_a_tokeniser_gives_what_its_file_says(encoders, name):
    loaded = load_tokenizer(tokenizer_files(encoders[name]), ENCODERS[name].to_dict(), 40, name)
    plain = Tokenizer.from_file(str(encoders[name] / "tokenizer.json"))
    for text in ("", "What a lovely day, été!", f"oh no{loaded.sep_token}go away", "دن"):
        assert loaded(text)["input_ids"] == plain.encode(text).ids
    assert loaded(SAYINGS["sad"], truncation=True, max_length=5)["input_ids"] == [
        0, *plain.encode(SAYINGS["sad"]).ids[-4:],
    ]  # fmt: skip


def test_an_encoder_of_the_other_branch_or_of_no_known_family_says_so(encoders, tmp_path):
    with pytest.raises(SarangiError, match=r"model_type is wavlm, a speech encoder; the branch 'text' takes"):
        load_encoder(encoders["wavlm"], "text")
    with pytest.raises(SarangiError, match=r"is roberta, a text encoder; .*one of hubert, wav2vec2, wavlm"):
        load_encoder(encoders["roberta"])
    with pytest.raises(SarangiError, match=r"model_type is wavlm, and .* states another family \(hubert\)"):
        load_encoder(encoders["wavlm"], "audio", ["hubert"])
    (tmp_path / "config.json").write_text('{"model_type": "gpt2"}')
    with pytest.raises(SarangiError, match=r"model_type is gpt2; the branch 'text' takes a text encoder"):
        load_encoder(tmp_path, "text")
    (tmp_path / "config.json").write_text('{"model_type": "robertta"}')
    with pytest.raises(SarangiError, match=r"config\.json describes no encoder that is known: .*robertta"):
        load_encoder(tmp_path, "text")


def test_a_family_is_one_module_and_one_entry(tmp_path, monkeypatch, study):
    said = example("A family of encoders")
    added = add_module(families, "unispeech_sat", said["python"][0], tmp_path / "added", monkeypatch)
    monkeypatch.setattr(references, "FAMILIES", (*references.FAMILIES, "unispeech_sat"))
    study["encoders"] |= yaml.safe_load(said["yaml"][0])["encoders"]
    found = check(study, SCHEMA, [], probe=False)
    stated = families_loaded(found, ["unispeech_sat_base"])
    assert ("sarangi.models.family", (added,)) in loaded(found, {}, stated)
    config = UniSpeechSatConfig(**SPEECH)
    torch.manual_seed(0)
    network = AutoModel.from_config(config).eval()
    network.save_pretrained(tmp_path / "encoder")
    model = load_encoder(tmp_path / "encoder", "audio", stated["families"]).eval()
    signals, _ = signals_and_tokens()
    split = SplitEncoder(copy.deepcopy(model), 1)
    split.train(False)
    with torch.no_grad():
        states, mask = speech_states(model, signals)
        above, _ = split.above([split.below(signal) for signal in signals])
        for place, signal in enumerate(signals):
            expected = network(signal[None]).last_hidden_state[0]
            assert torch.allclose(states[place][mask[place]], expected, atol=1e-5)
            assert torch.allclose(above[place][mask[place]], expected, atol=1e-5)
    study["encoders"]["tiny"]["family"] = "wav2vec"
    with pytest.raises(SarangiError, match=r"encoders\.tiny\.family.*no family 'wav2vec'; .*wav2vec2"):
        check(study, SCHEMA, [], probe=False)


def test_weights_of_another_shape_or_broken_say_so(encoders, tmp_path):
    settings = json.loads((encoders["roberta"] / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps(settings | {"hidden_size": 8}))
    (tmp_path / "model.safetensors").write_bytes((encoders["roberta"] / "model.safetensors").read_bytes())
    with pytest.raises(SarangiError, match=r"model\.safetensors does not fit config\.json"):
        load_encoder(tmp_path, "text")
    (tmp_path / "model.safetensors").write_bytes(b"half")
    with pytest.raises(SarangiError, match=r"model\.safetensors does not fit config\.json"):
        load_encoder(tmp_path, "text")


def test_a_tokeniser_or_preprocessor_that_does_not_go_with_the_encoder_says_so(encoders, tmp_path):
    files, settings = tokenizer_files(encoders["roberta"]), ENCODERS["roberta"].to_dict()
    with pytest.raises(SarangiError, match=r"encoder x: no tokenizer\.json"):
        load_tokenizer({}, settings, 40, "x")
    known = max(json.loads(files["tokenizer.json"])["model"]["vocab"].values()) + 1
    with pytest.raises(
        SarangiError, match=f"encoder x: the tokeniser knows {known} tokens, and the encoder 9"
    ):
        load_tokenizer(files, settings | {"vocab_size": 9}, 40, "x")
    with pytest.raises(SarangiError, match=r"pads with 1, and the encoder expects .* padding with 3"):
        load_tokenizer(files, settings | {"pad_token_id": 3}, 40, "x")
    with pytest.raises(SarangiError, match="max_tokens is 63, but the encoder takes 62"):
        load_tokenizer(files, settings, 63, "x")
    (tmp_path / "preprocessor_config.json").write_text('{"sampling_rate": 8000}')
    with pytest.raises(SarangiError, match="sampling_rate is 8000, and the audio is mono at 16000 Hz"):
        normalises(tmp_path)
    with pytest.raises(SarangiError, match="frozen_layers is 3, but the encoder has 2"):
        freeze(load_encoder(encoders["deberta"], "text"), 3)


def test_a_text_encoder_is_fetched_with_its_tokeniser(encoders, tmp_path, monkeypatch):
    state = load_file(encoders["roberta"] / "model.safetensors")
    # as published: tied weights are one tensor under two names
    state["lm_head.decoder.weight"] = state["roberta.embeddings.word_embeddings.weight"]
    hub = tmp_path / "hub"
    hub.mkdir()
    torch.save(state, hub / "pytorch_model.bin")
    for name in ("config.json", "tokenizer.json"):
        (hub / name).write_bytes((encoders["roberta"] / name).read_bytes())
    asked = {}

    def fetch(address, output, checksum):
        name = address.rpartition("/")[2]
        asked[name] = (address, checksum)
        output.write_bytes((hub / name).read_bytes())

    monkeypatch.setattr(weights, "fetch", fetch)
    source = {
        "hub": "a/b", "revision": "0" * 40, "file": "pytorch_model.bin",
        "checksums": {"config.json": "md5:x"},
    }  # fmt: skip
    weights.encoder_weights(source, {name: tmp_path / name for name in ENCODER_FILES["text"]})
    assert asked["config.json"] == (f"https://huggingface.co/a/b/resolve/{'0' * 40}/config.json", "md5:x")
    assert set(asked) == {"config.json", "tokenizer.json", "pytorch_model.bin"}
    same, own = (
        load_encoder(tmp_path, "text").state_dict(),
        load_encoder(encoders["roberta"], "text").state_dict(),
    )
    assert all(torch.equal(same[name], tensor) for name, tensor in own.items())
    assert not (tmp_path / "pytorch_model.bin").exists()


def test_the_longest_text_that_is_taken_can_be_read(encoders):
    model = load_encoder(encoders["roberta"], "text")
    text_states(model, [torch.full((62,), 7)])
    with pytest.raises((IndexError, RuntimeError), match="out of"):
        text_states(model, [torch.full((63,), 7)])


# -- pooling and fusion -----------------------------------------------------------------------


def test_a_masked_mean_is_that_of_what_counts():
    states = torch.tensor([[[1.0, 2.0], [3.0, 4.0], [90.0, 90.0]], [[5.0, 6.0], [90.0, 90.0], [90.0, 90.0]]])
    mask = torch.tensor([[True, True, False], [True, False, False]])
    assert masked_mean(states, mask).tolist() == [[2.0, 3.0], [5.0, 6.0]]


@pytest.mark.parametrize("name", HEARERS)
def test_padded_pooling_is_the_plain_mean_over_a_clip_padded_to_the_full_length(encoders, name):
    model = load_encoder(encoders[name]).eval()
    signals, _ = signals_and_tokens()
    padded = torch.stack([torch.nn.functional.pad(s, (0, 8000 - len(s))) for s in signals])
    with torch.no_grad():
        study = model(padded).last_hidden_state.mean(1)
        ours = masked_mean(*AudioBranch(model, 8000)(signals))
        masked = masked_mean(*AudioBranch(model)(signals))
    assert torch.allclose(ours, study, atol=2e-6)
    assert torch.allclose(ours[1], masked[1], atol=2e-6)
    assert not torch.allclose(ours[0], masked[0], atol=1e-3)


@pytest.mark.parametrize("name", ["wav2vec2", "hubert", "wavlm"])
def test_the_weighted_sum_is_over_the_states_that_transformers_names(encoders, name):
    model = load_encoder(encoders[name]).eval()
    signals, _ = signals_and_tokens()
    states, mask = speech_states(model, signals[:1], every_layer=True)
    theirs = torch.stack(model(signals[0][None], output_hidden_states=True).hidden_states)
    assert torch.equal(states, theirs)
    summed = LayerSum(3)
    assert torch.allclose(summed(states), theirs.mean(0), atol=1e-6)
    summed.scores.data = torch.tensor([0.0, 50.0, 0.0])
    assert torch.allclose(summed(states), theirs[1], atol=1e-6)
    assert mask.all()


@pytest.mark.parametrize("fusion", FUSIONS)
@pytest.mark.parametrize("pooling", ["masked", "padded"])
def test_a_batch_of_eight_equals_single_utterances_in_each_fusion(encoders, fusion, pooling):
    torch.manual_seed(0)
    loaded = {"audio": load_encoder(encoders["wavlm"]), "text": load_encoder(encoders["roberta"], "text")}
    model = {
        "audio": AUDIO | {"max_audio_s": 0.5, "pooling": pooling},
        "text": WORDS,
        "fusion": FUSIONS[fusion],
    }
    network = classifier(model | DESCRIBED, loaded).eval()
    signals, tokens = signals_and_tokens()
    with torch.no_grad():
        together = network(signals, tokens)["logits"]
        alone = torch.cat([network([s], [t])["logits"] for s, t in zip(signals, tokens, strict=True)])
        other = network(signals, tokens[::-1])["logits"]
        deaf = network(signals[::-1], tokens)["logits"]
    assert together.shape == (8, 3)
    assert torch.allclose(together, alone, atol=5e-6)
    # both sides are heeded
    assert not torch.allclose(together, other, atol=1e-4)
    assert not torch.allclose(together, deaf, atol=1e-4)


@pytest.mark.parametrize("fusion", FUSIONS)
def test_half_precision_gives_about_the_same(encoders, fusion):
    torch.manual_seed(0)
    loaded = {"audio": load_encoder(encoders["wavlm"]), "text": load_encoder(encoders["deberta"], "text")}
    audio = AUDIO | {"frozen_layers": "all", "layers": "weighted"}
    model = {"audio": audio, "text": WORDS, "fusion": FUSIONS[fusion]}
    network = classifier(model | DESCRIBED | {"dropout": 0.0}, loaded, torch.ones(3)).eval()
    signals, tokens = signals_and_tokens()
    labels = torch.arange(8) % 3
    whole = network(signals, tokens, labels)
    with torch.autocast("cpu", torch.bfloat16):
        half = network(signals, tokens, labels)
    half["loss"].backward()
    assert torch.allclose(half["logits"].float(), whole["logits"], atol=0.1)
    assert network.audio.layers.scores.grad.isfinite().all()
    assert network.classifier.weight.grad.isfinite().all()


def test_the_gate_weighs_the_two_sides(encoders):
    loaded = {"audio": load_encoder(encoders["wav2vec2"]), "text": load_encoder(encoders["bert"], "text")}
    fusion = classifier(BOTH | {"fusion": FUSIONS["gated"]} | DESCRIBED, loaded).fusion
    audio, text = torch.randn(2, 5, 16), torch.randn(2, 4, 16)
    masks = torch.ones(2, 5, dtype=torch.bool), torch.ones(2, 4, dtype=torch.bool)
    heard, read = fusion.audio(audio.mean(1)).tanh(), fusion.text(text.mean(1)).tanh()
    gate = torch.sigmoid(torch.cat([audio.mean(1), text.mean(1)], 1) @ fusion.gate.weight.T)
    expected = gate * heard + (1 - gate) * read
    assert torch.allclose(fusion(audio, masks[0], text, masks[1]), expected, atol=1e-6)


def test_what_is_masked_is_not_attended_to(encoders):
    loaded = {"audio": load_encoder(encoders["wavlm"]), "text": load_encoder(encoders["roberta"], "text")}
    fusion = classifier(BOTH | DESCRIBED, loaded).fusion
    audio, text = torch.randn(1, 6, 16), torch.randn(1, 5, 16)
    masks = torch.arange(6)[None] < 4, torch.arange(5)[None] < 3
    before = fusion(audio, masks[0], text, masks[1])
    audio[:, 4:], text[:, 3:] = 99, -99
    assert torch.allclose(fusion(audio, masks[0], text, masks[1]), before, atol=1e-6)
    audio[:, 3] = 99
    assert not torch.allclose(fusion(audio, masks[0], text, masks[1]), before, atol=1e-3)


# -- words ------------------------------------------------------------------------------------


def test_turns_are_those_of_melds_names():
    assert turn_of("meld/train_splits/dia12_utt3.mp4") == ("meld/train_splits/dia12", 3)
    assert turn_of("meld/dev_splits_complete/dia12_utt10.mp4") == ("meld/dev_splits_complete/dia12", 10)
    for other in ("ravdess/Actor_01/03-01-01-01-01-01-01.wav", "iemocap/Ses01F_impro01_F000.wav", ""):
        assert turn_of(other) is None


def test_context_is_of_the_same_dialogue_earlier_and_in_the_manifest():
    names = [f"meld/train_splits/dia1_utt{turn}.mp4" for turn in (0, 2, 9, 10, 11)]
    other = "meld/test/dia1_utt1.mp4"
    words = dict(zip(names, ("zero", "two", " ", "ten", "eleven"), strict=True)) | {other: "alien"}
    found = in_context([*reversed(names), other, "x.wav"], words, 2)
    assert found[names[0]] == ["zero"]
    assert found[names[1]] == ["zero", "two"]
    assert found[names[3]] == ["two", "ten"]
    assert found[names[4]] == ["ten", "eleven"]
    assert found[other] == ["alien"]
    assert found["x.wav"] == [""]
    assert in_context(names, words, 0)[names[4]] == ["eleven"]


def test_the_utterance_itself_stays_where_the_context_is_cut(corpus, encoders):
    rows = store.read(corpus / "manifest.parquet")
    ids = list(rows["utterance_id"])
    plain = Tokenizer.from_file(str(encoders["roberta"] / "tokenizer.json"))
    own = plain.encode(SAYINGS["sad"]).ids[1:]
    before = [plain.encode(SAYINGS[emotion]).ids[1:-1] for emotion in ("angry", "happy")]
    for most in (40, len(own) + 4):
        described = describe({"text": WORDS | {"max_tokens": most}, "finetuning": RECIPE},
                             {"text": Encoder(encoders["roberta"], "text")}, list(EMOTIONS))  # fmt: skip
        here = CorpusShards(corpus / "manifest.parquet", {})
        with inputs_of(described, rows, here, set(ids)) as (found, _):
            tokens = found["tokens"](ids[2]).tolist()
            whole = [0, *before[0], 2, *before[1], 2, *own]
            assert tokens == (whole if most == 40 else [0, *whole[-(len(own) + 3) :]])
            # the ninth has no words
            assert found["tokens"](ids[8]).tolist()[-2:] == [2, 2]


@pytest.mark.parametrize("name", ["wav2vec2", "hubert_layer_norm", "wavlm"])
def test_stretches_are_masked_in_training_as_the_encoder_itself_does(encoders, name):
    model = load_encoder(encoders[name]).train()
    config = model.config
    for key in (
        "hidden_dropout",
        "attention_dropout",
        "activation_dropout",
        "feat_proj_dropout",
        "layerdrop",
    ):
        setattr(config, key, 0.0)
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
        if hasattr(module, "dropout") and isinstance(module.dropout, float):
            module.dropout = 0.0
    config.mask_time_prob, config.apply_spec_augment = 0.4, True
    signal = torch.randn(12_000, generator=torch.Generator().manual_seed(3))
    with torch.no_grad():
        np.random.seed(5)
        expected = model(signal[None]).last_hidden_state
        np.random.seed(5)
        masked, _ = speech_states(model, [signal])
        assert torch.allclose(masked, expected, atol=1e-5)
        whole, _ = speech_states(model.eval(), [signal])
        assert not torch.allclose(masked, whole, atol=1e-3)
        speech_states(model.train(), [signal[:500]])  # too short to be masked
        classifier({"audio": AUDIO | {"spec_augment": False}} | DESCRIBED, {"audio": model})
        assert torch.allclose(speech_states(model, [signal])[0], whole, atol=1e-5)


# -- runs -------------------------------------------------------------------------------------


def test_a_fusion_learns_and_writes_all_that_it_takes_to_build_it_anew(corpus, encoders, tmp_path):
    output = trained(corpus, encoders, tmp_path / "run", max_epochs=8, patience=8)
    log = store.read(output["log"])
    assert log["training_loss"].iloc[-1] < 0.7 * log["training_loss"].iloc[0]
    rows = store.read(output["predictions"])
    split = store.read(corpus / "protocol.parquet")
    tested = split[(split["fold"] == 0) & (split["part"] == "test")]["utterance_id"]
    assert list(rows["utterance_id"]) == sorted(tested)
    described = json.loads(output["config"].read_text())
    assert set(described) == {"emotions", "dropout", "audio", "text", "fusion"}
    tensors = load_file(output["model"])
    network = EmotionClassifier.from_pretrained(tmp_path / "run")
    # transformers opens each encoder of the run
    for branch, name in (("audio", "wavlm"), ("text", "roberta")):
        folder = tmp_path / branch
        folder.mkdir()
        (folder / "config.json").write_text(json.dumps(described[branch]["encoder"]))
        prefix = f"{branch}.encoder."
        own = {key.removeprefix(prefix): tensor for key, tensor in tensors.items() if key.startswith(prefix)}
        save_file(own, folder / "model.safetensors")
        opened, found = AutoModel.from_pretrained(folder, output_loading_info=True)
        assert {key.split(".")[0] for key in found["missing_keys"]} <= {"pooler"}
        assert not found["unexpected_keys"]
        before = load_encoder(encoders[name], branch).state_dict()
        after = opened.state_dict()
        assert any(not torch.equal(after[key], before[key]) for key in before)
        assert all(torch.equal(after[key], tensor) for key, tensor in own.items())
    # the files of the encoders are not needed any more
    transfer(
        {Run(0, 7): tmp_path / "run"},
        CorpusShards(corpus / "manifest.parquet", {"audio": [corpus / "audio.parquet"]}),
        5,
        1,
        {},
        to(tmp_path / "again.parquet"),
    )
    again = store.read(tmp_path / "again.parquet").set_index("utterance_id").loc[rows["utterance_id"]]
    assert np.allclose(again["p_sad"], rows["p_sad"], atol=1e-5, equal_nan=True)
    assert network.text.encoder.config.vocab_size == 320
    # half a run is refused with its folder
    output["model"].write_bytes(output["model"].read_bytes()[:-100])
    with pytest.raises(SarangiError, match="run: no whole run of fine-tuning"):
        EmotionClassifier.from_pretrained(tmp_path / "run")


def test_a_killed_fusion_goes_on_and_ends_in_the_same_weights(corpus, encoders, tmp_path, monkeypatch):
    whole = trained(corpus, encoders, tmp_path / "whole")
    with killed_after_epoch(2, monkeypatch):
        trained(corpus, encoders, tmp_path / "killed")
    assert len(list((tmp_path / "killed/checkpoints").glob("*/checkpoint-*"))) == 2
    resumed = trained(corpus, encoders, tmp_path / "killed")
    for name in ("model", "log", "predictions", "config"):
        assert resumed[name].read_bytes() == whole[name].read_bytes(), name


@pytest.mark.parametrize("layers", [0, 1, "all"])
def test_frozen_layers_stay_and_the_others_learn(corpus, encoders, tmp_path, layers):
    weighted = {"layers": "weighted", "pooling": "padded"} if layers == "all" else {}
    model = {
        "audio": AUDIO | {"frozen_layers": layers} | weighted, "text": WORDS | {"frozen_layers": layers},
        "fusion": FUSIONS["gated"],
    }  # fmt: skip
    output = trained(corpus, encoders, tmp_path / "run", model, max_epochs=1)
    after = load_file(output["model"])
    frozen = {
        0: ("audio.encoder.feature_extractor",),
        1: ("audio.encoder.feature_extractor", "audio.encoder.encoder.layers.0.",
            "text.encoder.embeddings", "text.encoder.encoder.layer.0."),
        "all": ("audio.encoder.", "text.encoder."),
    }[layers]  # fmt: skip
    learned = 0
    for branch, name in (("audio", "wavlm"), ("text", "roberta")):
        for key, tensor in load_encoder(encoders[name], branch).state_dict().items():
            full = f"{branch}.encoder.{key}"
            if key == "masked_spec_embed":
                continue  # of SpecAugment, which is not used
            if full.startswith(frozen):
                assert torch.equal(after[full], tensor), full
            # the gradient of a key's bias is zero
            elif not key.endswith(("k_proj.bias", "key.bias")) and tensor.is_floating_point():
                assert not torch.equal(after[full], tensor), full
                learned += 1
    assert (learned > 0) == (layers != "all")
    if layers == "all":
        assert after["audio.layers.scores"].abs().max() > 0
        network = EmotionClassifier.from_pretrained(tmp_path / "run").train()
        assert network.audio.samples == 8000
        assert not network.audio.encoder.training


def test_a_text_model_needs_no_sound_and_another_corpus_no_dialogues(corpus, encoders, tmp_path):
    output = trained(
        corpus, encoders, tmp_path / "run", {"text": WORDS | {"context_turns": 0}}, max_epochs=10, patience=10
    )
    rows = store.read(output["predictions"])
    # sound that is broken hinders no reading
    assert set(rows["status"]) == {"ok"}
    known = rows[rows["utterance_id"] != "made/dia1_utt2.wav"]
    assert (known["predicted"] == known["emotion"]).mean() > 0.8
    found = []
    other = store.read(corpus / "manifest.parquet")
    other["utterance_id"] = [f"made/{place:02}.wav" for place in range(len(other))]
    store.write(tmp_path / "other.parquet", other, MANIFEST, MADE_BY_TEST)
    for batch in (3, 36):
        transfer(
            {Run(0, 7): tmp_path / "run"},
            CorpusShards(tmp_path / "other.parquet", {}),
            batch,
            1,
            {},
            to(tmp_path / f"{batch}.parquet"),
        )
        found.append(store.read(tmp_path / f"{batch}.parquet"))
    assert np.allclose(found[0]["p_angry"], found[1]["p_angry"], atol=1e-5)
    assert len(found[0]) == 36


def write_transcripts(rows, path, texts):
    blank = dict.fromkeys(TRANSCRIPTS.names)
    lines = [
        blank | {"utterance_id": utterance_id, "status": "ok" if text is not None else "failed",
                 "reason": None if text is not None else "broken", "text": text}
        for utterance_id, text in zip(rows["utterance_id"], texts, strict=True)
    ]  # fmt: skip
    store.write(path, pd.DataFrame(lines), TRANSCRIPTS, MADE_BY_TEST)


def test_transcripts_can_be_read_in_place_of_the_corpus_own_words(corpus, encoders, tmp_path):
    rows = store.read(corpus / "manifest.parquet")
    texts = [SAYINGS[emotion] for emotion in rows["emotion"]]
    texts[3] = None
    parts = [tmp_path / "000.parquet", tmp_path / "001.parquet"]
    write_transcripts(rows[:20], parts[0], texts[:20])
    write_transcripts(rows[20:], parts[1], texts[20:])
    silent = tmp_path / "silent"
    silent.mkdir()
    write_corpus(silent, rows.assign(text=None))
    model = {"text": WORDS | {"words": "tiny_whisper"}}
    output = trained(silent, encoders, tmp_path / "run", model, parts, max_epochs=1)
    described = json.loads(output["config"].read_text())
    here = CorpusShards(silent, {"transcripts": parts})
    with inputs_of(described, rows.assign(text="x"), here, set(rows["utterance_id"])) as (found, present):
        assert present["status"].value_counts().to_dict() == {"ok": 35, "failed": 1}
        tokens = found["tokens"](rows["utterance_id"][1]).tolist()
    plain = Tokenizer.from_file(str(encoders["roberta"] / "tokenizer.json"))
    assert tokens == plain.encode(f"{SAYINGS['angry']}</s>{SAYINGS['happy']}").ids
    with pytest.raises(SarangiError, match=r"manifest\.parquet: no utterance has words, .*words: <name>"):
        trained(silent, encoders, tmp_path / "none", {"text": WORDS})
    write_transcripts(rows, tmp_path / "empty.parquet", [" "] * len(rows))
    with pytest.raises(SarangiError, match="no utterance has words"):
        trained(silent, encoders, tmp_path / "none", model, [tmp_path / "empty.parquet"])


def test_context_that_no_utterance_states_is_refused(corpus, encoders, tmp_path):
    rows = store.read(corpus / "manifest.parquet")
    rows["utterance_id"] = [f"made/{place:02}.wav" for place in range(len(rows))]
    write_corpus(tmp_path, rows)
    with pytest.raises(SarangiError, match=r"text\.context_turns is 2, and no utterance states its dialogue"):
        trained(tmp_path, encoders, tmp_path / "run", {"text": WORDS})


def test_gradient_checkpointing_changes_no_weights(corpus, encoders, tmp_path, monkeypatch):
    plain = load_file(trained(corpus, encoders, tmp_path / "a", max_epochs=1)["model"])
    recomputed = []
    once = modeling_utils.checkpoint
    monkeypatch.setattr(
        modeling_utils, "checkpoint", lambda *given, **named: recomputed.append(1) or once(*given, **named)
    )
    output = trained(corpus, encoders, tmp_path / "b", max_epochs=1, gradient_checkpointing=True)
    assert recomputed
    for name, tensor in load_file(output["model"]).items():
        assert torch.allclose(tensor, plain[name], atol=1e-5), name


def test_a_loss_that_is_no_number_stops_the_run_and_the_last_good_checkpoint_stays(
    corpus, encoders, tmp_path, monkeypatch
):
    class Trainer(trainer.Trainer):
        def training_step(self, model, *arguments):
            if self.state.epoch >= 1:
                model.classifier.weight.data.fill_(float("nan"))
            return super().training_step(model, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(trainer, "Trainer", Trainer)
        with pytest.raises(
            SarangiError,
            match=r"the loss is nan in epoch 2 after step \d+, on (made/dia\d_utt\d\.wav(, )?){4};",
        ):
            trained(corpus, encoders, tmp_path / "run")
    (kept,) = (tmp_path / "run/checkpoints").glob("*/checkpoint-*")
    assert not any(tensor.isnan().any() for tensor in load_file(kept / "model.safetensors").values())
    assert not (tmp_path / "run/model.safetensors").exists()


@pytest.mark.parametrize("step", ["to", "forward"])
def test_a_full_gpu_says_which_settings_to_lower(corpus, encoders, tmp_path, monkeypatch, step):
    def full(*_, **__):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB.\nmore")

    monkeypatch.setattr(EmotionClassifier, step, full)
    with pytest.raises(SarangiError) as error:
        trained(corpus, encoders, tmp_path / "run")
    for text in (
        "finetuning.batch (4)",
        "gradient_checkpointing",
        "audio.max_audio_s (0.5)",
        "text.max_tokens (40)",
    ):
        assert text in str(error.value)


@pytest.mark.parametrize(
    ("part", "kept", "message"),
    [
        ("validation", ["angry"], "only angry in the validation part, and the best epoch cannot be chosen"),
        ("train", ["angry", "happy"], "no sad in the training part"),
    ],
)
def test_a_part_that_lacks_emotions_stops_the_run(corpus, encoders, tmp_path, part, kept, message):
    split = store.read(corpus / "protocol.parquet")
    rows = store.read(corpus / "manifest.parquet").set_index("utterance_id")
    lacking = (split["part"] == part) & ~split["utterance_id"].map(rows["emotion"]).isin(kept)
    split.loc[lacking, "part"] = "test"
    for name in ("manifest", "audio"):
        (tmp_path / f"{name}.parquet").symlink_to(corpus / f"{name}.parquet")
    store.write(tmp_path / "protocol.parquet", split, PROTOCOL, MADE_BY_TEST)
    with pytest.raises(SarangiError, match=message):
        trained(tmp_path, encoders, tmp_path / "run")


# -- configuration ----------------------------------------------------------------------------


def with_models(study):
    """The demo's configuration with a model of text and one of both."""
    study["encoders"]["tiny_text"] = {
        "title": "tiny RoBERTa", "licence": "MIT", "modality": "text", "source": {"request": "make it"},
    }  # fmt: skip
    study["encoders"]["tiny"]["source"] = {
        "random": {"hidden_size": 16, "layers": 1, "heads": 2, "channels": 8, "seed": 1}
    }
    recipe = study["models"]["audio_tiny"]["finetuning"]
    text = {**WORDS, "encoder": "tiny_text"}
    study["models"]["words_tiny"] = {"title": "text", "text": text, "finetuning": recipe}
    study["models"]["both_tiny"] = {
        "title": "both", "audio": {"encoder": "tiny", "frozen_layers": "all", "max_audio_s": 3,
                                   "pooling": "padded", "layers": "weighted"},
        "text": {**text, "words": "tiny_whisper"}, "fusion": FUSIONS["cross_attention"],
        "finetuning": {**recipe, "gradient_checkpointing": True},
    }  # fmt: skip
    study["experiments"].append(
        {"corpora": ["ravdess"], "protocols": ["grouped3"], "models": ["words_tiny", "both_tiny"]}
    )
    return copy.deepcopy(study)


@pytest.fixture
def study():
    return with_models(yaml.safe_load((ROOT / "demo/config.yaml").read_text()))


def test_models_of_text_can_be_configured_and_wait_for_what_is_not_there(study, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    study["asr"]["tiny_whisper"]["source"] = {"request": "fetch it"}
    found = check(study, SCHEMA, [])
    text, both = (found.experiments[f"ravdess_grouped3_{name}_tiny"] for name in ("words", "both"))
    place = "resources/models/tiny_text (config.json, tokenizer.json, model.safetensors)"
    wait = f"weights of tiny_text: make it, put it at {place}"
    assert list(map(str, found.waits_for(text))) == [wait]
    assert list(map(str, found.waits_for(both))) == [
        wait, "transcripts by tiny_whisper: fetch it, put it at resources/models/tiny_whisper.pt",
    ]  # fmt: skip
    assert found.untrained("both_tiny")
    assert not found.untrained("words_tiny")
    (tmp_path / "resources/models/tiny_text").mkdir(parents=True)
    (tmp_path / "resources/models/tiny_whisper.pt").touch()
    found = check(study, SCHEMA, [])
    assert {text.name, both.name} <= set(found.runnable)
    demo = [e for e in found.experiments.values() if e.model.startswith(("text_", "fusion_"))]
    assert len(demo) == 4
    # a run follows from its encoders and from what transcribed its words
    for kind, name, changed in (
        ("asr", "tiny_whisper", [both, *demo]),
        ("encoders", "tiny_text", [text, both]),
    ):
        before = found.identities
        study[kind][name]["licence"] = "another"
        after = check(study, SCHEMA, []).identities
        differ = {key for key in before if key.startswith("experiments/") and before[key] != after[key]}
        assert differ == {f"experiments/{e.name}" for e in changed}
        study[kind][name]["licence"] = "MIT"


@pytest.mark.parametrize(
    ("change", "place", "message"),
    [
        (lambda m: m["both_tiny"].pop("fusion"), "models.both_tiny", "expected one of: a baseline"),
        (
            lambda m: m["words_tiny"].update(fusion=FUSIONS["gated"]),
            "models.words_tiny",
            "the key with value {'kind': 'gated', 'width': 12} does not go with the others of this entry",
        ),
        (lambda m: m["both_tiny"]["fusion"].update(kind="cros_attention"), "models.both_tiny.fusion.kind",
         "did you mean cross_attention?"),
        (lambda m: m["both_tiny"]["fusion"].pop("heads"), "models.both_tiny.fusion",
         "the key 'heads' is missing"),
        (lambda m: m["both_tiny"]["fusion"].update(heads=3), "models.both_tiny.fusion.heads",
         "3 is no divisor of the width 16"),
        (lambda m: m["both_tiny"]["audio"].update(frozen_layers=2), "models.both_tiny.audio.frozen_layers",
         "'all' was expected"),
        (lambda m: m["both_tiny"]["text"].update(words="tinny_whisper"), "models.both_tiny.text.words",
         "unknown words 'tinny_whisper'; did you mean tiny_whisper?"),
        (lambda m: m["both_tiny"]["text"].update(encoder="tiny"), "models.both_tiny.text.encoder",
         "'tiny' is an encoder of speech, and this branch takes one of text"),
        (lambda m: m["words_tiny"]["text"].update(encoder="tiny_txt"), "models.words_tiny.text.encoder",
         "unknown encoder 'tiny_txt'; did you mean tiny_text?"),
        (lambda m: m["audio_tiny"]["audio"].pop("max_audio_s"), "models.audio_tiny.audio",
         "the key 'max_audio_s' is missing"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_model_is_named(study, change, place, message, tmp_path):
    change(study["models"])
    file = write_study(study, tmp_path) / "config.yaml"
    with pytest.raises(SarangiError) as error:
        check(study, SCHEMA, [file])
    assert message in str(error.value)
    assert f": {place}: " in str(error.value)
