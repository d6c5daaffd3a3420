"""A small Whisper and a corpus of two languages, for tests of transcripts."""

import re

import numpy as np
import pytest
import whisper

from sarangi.audio.flac import encode
from sarangi.audio.resampling import to_mono_16k
from sarangi.audio.shard_rows import AUDIO
from sarangi.base import store
from sarangi.base.manifest_rows import MANIFEST
from sarangi.base.sound import SAMPLE_RATE
from sarangi.sources.small_weights import random_whisper
from sarangi.transcripts.openai_whisper import OpenAIWhisper
from sarangi.transcripts.transcription import Recogniser, transcribe
from sarangi.transcripts.whisper_checkpoint import load
from support.places import MADE_BY_TEST, to
from support.recordings import sound
from support.small_manifests import made_manifest

SETTINGS = {"engine": "openai-whisper", "language": "manifest", "context": "whole", "batch": 4, "tokens": 6}


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    path = tmp_path_factory.mktemp("whisper") / "small.pt"
    random_whisper({"width": 16, "layers": 1, "heads": 2, "seed": 1}, path)
    return path


@pytest.fixture(scope="module")
def engine(checkpoint):
    return OpenAIWhisper(checkpoint, SETTINGS, 1)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """Manifest and audio of 24 clips in two languages, with words; one clip is broken, one is silent."""
    folder = tmp_path_factory.mktemp("corpus")
    manifest = made_manifest(folder / "m.parquet", speakers=4, clips=6)
    rows = store.read(manifest).assign(text="Kids are talking by the door", language="en")
    rows.loc[rows.index % 2 == 1, "language"] = "ur"
    rows.loc[rows.index % 5 == 1, "text"] = None
    store.write(folder / "m.parquet", rows, MANIFEST, MADE_BY_TEST)
    with store.Writer(folder / "a.parquet", AUDIO, MADE_BY_TEST) as writer:
        for place, name in enumerate(rows["utterance_id"]):
            tone = sound(0.3 + 0.1 * (place * 7 % 11), frequency=120 + 20 * place, seed=place)
            line = {
                "utterance_id": name,
                "status": "ok",
                "reason": "mono of 2 channels" if place == 5 else None,
            }
            line["audio"] = {"bytes": encode(to_mono_16k(tone)[0]), "path": "x"}
            if place == 3:
                line |= {"status": "failed", "reason": "broken", "audio": None}
            writer.add(line)
    return folder


def noise(seconds, seed=0):
    return np.random.default_rng(seed).normal(0, 0.1, round(seconds * SAMPLE_RATE)).astype(np.float32)


def run(corpus, folder, output="t.parquet", checkpoint=None, **changes):
    recogniser = Recogniser(checkpoint, SETTINGS | changes, 1)
    unfinished = folder / "unfinished"
    transcribe(corpus / "a.parquet", corpus / "m.parquet", recogniser, unfinished, to(folder / output))
    assert not (folder / "unfinished").exists()
    return store.read(folder / output)


RENAMED = [
    (r"blocks\.", "layers."), (r"mlp\.0", "fc1"), (r"mlp\.2", "fc2"), (r"mlp_ln", "final_layer_norm"),
    (r"cross_attn_ln", "encoder_attn_layer_norm"), (r"attn_ln", "self_attn_layer_norm"),
    (r"cross_attn\.", "encoder_attn."), (r"\.attn\.", ".self_attn."), (r"query", "q_proj"),
    (r"\.key", ".k_proj"), (r"\.value", ".v_proj"), (r"attn\.out", "attn.out_proj"),
    (r"ln_post", "layer_norm"),
    (r"decoder\.ln\.", "decoder.layer_norm."), (r"token_embedding", "embed_tokens"),
    (r"positional_embedding", "embed_positions.weight"),
]  # fmt: skip


def converted(checkpoint, folder):
    """A checkpoint of openai-whisper as a folder of CTranslate2, with its tokeniser."""
    from ctranslate2.converters.transformers import WhisperLoader
    from transformers import WhisperConfig, WhisperForConditionalGeneration
    from transformers.convert_slow_tokenizer import TikTokenConverter
    from whisper.tokenizer import get_tokenizer

    model = load(checkpoint)
    dims = model.dims
    config = WhisperConfig(
        vocab_size=dims.n_vocab, num_mel_bins=dims.n_mels, d_model=dims.n_audio_state,
        encoder_layers=dims.n_audio_layer, encoder_attention_heads=dims.n_audio_head,
        decoder_layers=dims.n_text_layer, decoder_attention_heads=dims.n_text_head,
        encoder_ffn_dim=4 * dims.n_audio_state, decoder_ffn_dim=4 * dims.n_text_state,
        max_source_positions=dims.n_audio_ctx, max_target_positions=dims.n_text_ctx,
    )  # fmt: skip
    state = {}
    for name, tensor in model.state_dict().items():
        for pattern, new in RENAMED:
            name = re.sub(pattern, new, name)
        state[f"model.{name}"] = tensor
    twin = WhisperForConditionalGeneration(config).eval()
    missing, unexpected = twin.load_state_dict(state, strict=False)
    assert (missing, unexpected) == (["proj_out.weight"], [])
    tokenizer = get_tokenizer(multilingual=True)
    encoding = tokenizer.encoding
    special = sorted(encoding._special_tokens, key=encoding._special_tokens.get)
    vocabulary = f"{whisper.__path__[0]}/assets/multilingual.tiktoken"
    of_hub = TikTokenConverter(
        vocabulary, pattern=encoding._pat_str, extra_special_tokens=special
    ).converted()
    folder.mkdir()
    of_hub.save(str(folder / "tokenizer.json"))
    spec = WhisperLoader().get_model_spec(twin)
    spec.register_vocabulary([of_hub.id_to_token(number) for number in range(dims.n_vocab)])
    spec.config.suppress_ids, spec.config.suppress_ids_begin = [], [220, tokenizer.eot]
    spec.config.lang_ids = list(tokenizer.all_language_tokens)
    spec.config.alignment_heads = [(0, 0)]
    spec.validate()
    spec.save(str(folder))
    return folder
