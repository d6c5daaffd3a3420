"""Small encoders and a corpus of dialogues, for tests of fusion."""

import copy
import json

import pytest
import torch
import yaml
from safetensors.torch import save_file
from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers
from transformers import (
    AlbertConfig,
    AutoModel,
    BertConfig,
    Data2VecAudioConfig,
    DebertaV2Config,
    HubertConfig,
    MPNetConfig,
    RobertaConfig,
    Wav2Vec2BertConfig,
    Wav2Vec2Config,
    WavLMConfig,
    WhisperConfig,
    XLMRobertaConfig,
)

from sarangi.base import store
from sarangi.base.manifest_rows import MANIFEST
from sarangi.models.finetuning import finetune
from sarangi.models.runs import Run
from sarangi.splits.protocols import protocol
from support.places import MADE_BY_TEST, ROOT, to
from support.small_manifests import made_manifest
from support.small_training import RECIPE, files_of_run, record, training_of

SCHEMA = ROOT / "workflow/schemas/config.schema.yaml"
SIZE = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}
SPEECH = {
    **SIZE, "conv_dim": (8,) * 7, "num_conv_pos_embeddings": 16, "num_conv_pos_embedding_groups": 4,
}  # fmt: skip
NORMED = {"feat_extract_norm": "layer", "do_stable_layer_norm": True, "conv_bias": True}
TEXT = {**SIZE, "vocab_size": 320, "max_position_embeddings": 64}
WHISPER = {
    "d_model": 16, "encoder_layers": 2, "encoder_attention_heads": 2, "encoder_ffn_dim": 32,
    "decoder_layers": 1, "decoder_attention_heads": 2, "decoder_ffn_dim": 16, "vocab_size": 320,
    "max_source_positions": 100, "pad_token_id": 0, "bos_token_id": 0, "eos_token_id": 0,
    "decoder_start_token_id": 1,
}  # fmt: skip
ENCODERS = {
    "wav2vec2": Wav2Vec2Config(**SPEECH),
    "wav2vec2_layer_norm": Wav2Vec2Config(**SPEECH, **NORMED),
    "hubert": HubertConfig(**SPEECH),
    "hubert_layer_norm": HubertConfig(**SPEECH, **NORMED),
    "wavlm": WavLMConfig(**SPEECH, num_buckets=16, max_bucket_distance=32),
    "wavlm_layer_norm": WavLMConfig(**SPEECH, **NORMED, num_buckets=16, max_bucket_distance=32),
    "mms": Wav2Vec2Config(**SPEECH, **NORMED, adapter_attn_dim=4),
    "data2vec": Data2VecAudioConfig(**SIZE, conv_dim=(8,) * 7, num_conv_pos_embedding_groups=4),
    "wav2vec2_bert": Wav2Vec2BertConfig(**SIZE),
    "whisper": WhisperConfig(**WHISPER),
    "roberta": RobertaConfig(**TEXT, type_vocab_size=1, pad_token_id=1),
    "xlm_roberta": XLMRobertaConfig(**TEXT, type_vocab_size=1, pad_token_id=1),
    "deberta": DebertaV2Config(
        **TEXT, relative_attention=True, pos_att_type=["p2c", "c2p"], position_buckets=8, type_vocab_size=0,
        position_biased_input=False, share_att_key=True, norm_rel_ebd="layer_norm", pad_token_id=1,
    ),
    "bert": BertConfig(**TEXT, pad_token_id=1),
    "mpnet": MPNetConfig(**TEXT),
    "albert": AlbertConfig(**TEXT, embedding_size=8, pad_token_id=1),
}  # fmt: skip
READERS = ("roberta", "xlm_roberta", "deberta", "bert", "mpnet", "albert")
HEARERS = tuple(name for name in ENCODERS if name not in READERS)
SAYINGS = {"angry": "go away from my door", "happy": "what a lovely day", "sad": "oh no not again"}
AUDIO = {"encoder": "wavlm", "frozen_layers": 0, "max_audio_s": 0.5}
WORDS = {"encoder": "roberta", "frozen_layers": 0, "max_tokens": 40, "context_turns": 2, "words": "corpus"}
FUSIONS = {
    "concatenation": {"kind": "concatenation"},
    "gated": {"kind": "gated", "width": 12},
    "cross_attention": {"kind": "cross_attention", "width": 16, "heads": 2},
}
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
            bands = {"feature_size": 80, "num_mel_bins": 80, "stride": 2}
            of_family = {"wav2vec2_bert": bands, "whisper": {"feature_size": 80, "n_fft": 400}}
            signal = {"do_normalize": True, "feature_size": 1}
            text = json.dumps({"sampling_rate": 16_000, **of_family.get(name, signal)})
            (folder / "preprocessor_config.json").write_text(text)
        elif name in ("roberta", "xlm_roberta", "mpnet"):
            train_tokenizer(folder)
        elif name == "albert":
            train_tokenizer(folder, ("[CLS]", "<pad>", "[SEP]", "<unk>", "[MASK]"))
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
                                   "layers": "weighted"},
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
