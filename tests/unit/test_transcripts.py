"""Whisper on batches of clips, and error rates: small networks with random weights, and stand-ins."""

import math
import re
import unicodedata

import numpy as np
import pandas as pd
import pytest
import torch
import whisper
from conftest import MADE_BY_TEST, ROOT, real, sound, to
from hypothesis import given, settings
from hypothesis import strategies as st
from labels import labels
from test_scores import made_manifest
from whisper.decoding import DecodingResult

from sarangi.audio.flac import encode
from sarangi.audio.resampling import AUDIO, resample, to_mono_16k
from sarangi.base import store
from sarangi.base.errors import SarangiError
from sarangi.base.manifest_rows import MANIFEST
from sarangi.base.sound import SAMPLE_RATE
from sarangi.corpora.manifest import manifest
from sarangi.paper.tables.transcripts import transcripts_table
from sarangi.paper.tables.writing import FORMATS
from sarangi.sources.small_weights import random_whisper, unpacked_whisper
from sarangi.transcripts import engines as asr
from sarangi.transcripts.engines import FasterWhisper, Heard, OpenAIWhisper, fails, joined, load, log_mels
from sarangi.transcripts.error_rates import error_rates, normalised
from sarangi.transcripts.transcription import TRANSCRIPTS, Recogniser, batches, transcribe, windows

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


# -- the same text as clip by clip -------------------------------------------------------------


@given(samples=st.one_of(st.integers(1, 60_000), st.integers(478_000, 480_000)), loud=st.booleans())
@settings(max_examples=25, deadline=None)
def test_the_spectrogram_is_whispers_though_silence_is_not_computed(samples, loud):
    signal = noise(samples / SAMPLE_RATE, samples) * (1 if loud else 0)
    whole = whisper.log_mel_spectrogram(signal, 80, padding=480_000)
    expected = whisper.pad_or_trim(whole[:, : whole.shape[1] - 3000], 3000)
    torch.testing.assert_close(log_mels([signal], 80, 3000)[0], expected, atol=1e-5, rtol=0)


def test_a_batch_has_the_text_of_whispers_own_transcription_clip_by_clip(engine):
    signals = [noise(0.1 + 0.37 * n, n) for n in range(9)]
    together = engine.decode(signals, "ur")
    guessed = engine.decode(signals, None)
    for signal, found, guess in zip(signals, together, guessed, strict=True):
        options = {
            "temperature": 0.0, "without_timestamps": True, "sample_len": SETTINGS["tokens"], "fp16": False,
            "logprob_threshold": None, "compression_ratio_threshold": None, "no_speech_threshold": None,
        }  # fmt: skip
        alone = whisper.transcribe(engine.model, signal, language="ur", **options)
        assert found.tokens == alone["segments"][0]["tokens"]
        assert found.avg_logprob == pytest.approx(alone["segments"][0]["avg_logprob"], abs=1e-4)
        assert found.no_speech_prob == pytest.approx(alone["segments"][0]["no_speech_prob"], abs=1e-6)
        # whisper.transcribe pads otherwise to detect than to decode, in a pass of its own
        probabilities = engine.model.detect_language(log_mels([signal], 80, 3000)[0])[1]
        assert guess.language == max(probabilities, key=probabilities.get)
        alone = whisper.transcribe(engine.model, signal, language=guess.language, **options)
        assert guess.tokens == alone["segments"][0]["tokens"]


def test_the_ladder_is_climbed_by_those_that_fail_alone_and_draws_by_name(engine, monkeypatch):
    signals, names = [noise(0.5, n) for n in range(4)], ["a", "b", "c", "d"]
    encoded, decoded = [], []
    forward = engine.model.encoder.forward
    monkeypatch.setattr(engine.model.encoder, "forward", lambda x: encoded.append(len(x)) or forward(x))
    decode = whisper.decode
    monkeypatch.setattr(
        whisper, "decode", lambda m, f, o: decoded.append((len(f.shape), o.temperature)) or decode(m, f, o)
    )
    # random weights are sure of nothing: all climb to the top
    found = engine.hear(signals, "ur", names)
    assert [heard.temperature for heard in found] == [1.0] * 4
    assert decoded == [(3, 0.0)] + [(2, temperature) for temperature in asr.TEMPERATURES] * 4
    assert encoded == [4]
    again = engine.hear(signals[::-1], "ur", names[::-1])[::-1]
    assert [heard.text for heard in again] == [heard.text for heard in found]
    torch.manual_seed(3)
    assert engine.hear(signals[:1], "ur", ["a"])[0].text == found[0].text
    assert engine.hear(signals[:1], "ur", ["another name"])[0].text != found[0].text
    # one that passes stays at 0
    monkeypatch.setattr(asr, "fails", lambda answer: answer.temperature < 0.3 and answer.language == "fa")
    for language, temperature in (("ur", 0.0), ("fa", 0.4)):
        assert {heard.temperature for heard in engine.hear(signals, language, names)} == {temperature}


def answer(**known):
    return DecodingResult(
        audio_features=torch.zeros(1500, 16), language="ur", text="a text",
        **{"avg_logprob": -0.5, "no_speech_prob": 0.1, "compression_ratio": 1.0, "temperature": 0.0} | known,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("known", "again", "text"),
    [
        ({}, False, "a text"),
        ({"no_speech_prob": 0.9}, False, "a text"),  # but it is sure of its words
        ({"no_speech_prob": 0.9, "avg_logprob": -1.5}, False, ""),
        ({"avg_logprob": -1.5}, True, None),
        ({"compression_ratio": 2.5}, True, None),
        ({"no_speech_prob": 0.9, "compression_ratio": 2.5}, True, None),
    ],
)
def test_the_checks_are_those_of_whispers_transcription(engine, known, again, text):
    assert fails(answer(**known)) == again
    if not again:
        heard = engine._checked(answer(**known), "a")
        assert (heard.text, heard.note) == (text, None if text else "no speech")


def test_a_long_clip_goes_window_by_window_and_the_others_go_on(engine):
    found = engine.hear([noise(0.5), noise(61), noise(0.7)], "ur", ["a", "b", "c"])
    assert [heard.note for heard in found] == [None, "transcribed in windows of 30 s", None]
    assert -20 < found[1].avg_logprob < 0


def test_segments_are_joined_with_the_worst_of_them():
    assert joined([], "ur") == Heard("", "ur", *[pytest.approx(math.nan, nan_ok=True)] * 4, "no speech")
    one = {"text": " a", "tokens": [1, 2], "avg_logprob": -1.0, "no_speech_prob": 0.2}
    one |= {"temperature": 0.0, "compression_ratio": 0.8}
    other = one | {"text": " b c", "tokens": [1], "avg_logprob": -0.5, "temperature": 0.4}
    assert joined([one], "ur").note is None
    heard = joined([one, other], "ur")
    assert heard[:5] == ("a b c", "ur", pytest.approx(-0.8), pytest.approx(0.2), 0.4)


def test_a_cut_context_ends_behind_the_longest_clip_and_leaves_the_model_whole(checkpoint, monkeypatch):
    engine = OpenAIWhisper(checkpoint, SETTINGS | {"context": "clip"}, 1)
    lengths = []
    forward = engine.model.encoder.forward
    monkeypatch.setattr(engine.model.encoder, "forward", lambda x: lengths.append(x.shape[2]) or forward(x))
    assert len(engine.hear([noise(1.0), noise(2.0)], "ur", ["a", "b"])) == 2
    assert lengths == [2 * (100 + asr.SPARE)]
    engine.decode([noise(29.9)], None)
    assert lengths[1:] == [3000]
    monkeypatch.setattr(engine.model.encoder, "forward", lambda x: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        engine.decode([noise(1.0)], "ur")
    assert engine.model.dims.n_audio_ctx == len(engine.model.encoder.positional_embedding) == 1500


def test_weights_kept_in_half_precision_are_those_that_whisper_rounds_each_time(checkpoint):
    plain, halved = load(checkpoint), load(checkpoint)
    asr.halve(halved)
    assert halved.encoder.blocks[0].mlp[0].weight.dtype == torch.float16
    mels = log_mels([noise(1.0)], 80, 3000).half()
    tokens = torch.tensor([[50258, 50290, 50359, 50363]])
    with torch.no_grad():
        assert torch.equal(plain(mels, tokens), halved(mels, tokens))


# -- shards ------------------------------------------------------------------------------------


def test_transcripts_have_a_row_an_utterance_in_order_whatever_the_batch(checkpoint, corpus, tmp_path):
    found = run(corpus, tmp_path, checkpoint=checkpoint)
    other = run(corpus, tmp_path, checkpoint=checkpoint, batch=7, output="other.parquet")
    assert found["text"].equals(other["text"])
    manifest = store.read(corpus / "m.parquet")
    assert found["utterance_id"].tolist() == manifest["utterance_id"].tolist()
    assert found.loc[3, ["status", "reason"]].tolist() == ["failed", "broken"]
    assert pd.isna(found.loc[3, "text"])
    assert found.loc[5, "reason"].startswith("mono of 2 channels")
    ok = found[found["status"] == "ok"]
    assert ok["language"].equals(manifest["language"][ok.index])
    assert ok["wer"].notna().equals(manifest["text"][ok.index].notna())
    assert ok["avg_logprob"].between(-20, 0, inclusive="neither").all()
    assert ok["reason"].notna()[ok["text"].eq("")].all()


def test_batches_are_of_one_language_and_sorted_by_length(corpus):
    rows = list(store.rows(corpus / "a.parquet"))
    language = store.read(corpus / "m.parquet").set_index("utterance_id")["language"].to_dict()
    found = list(batches(rows, language, 5))
    assert [len(batch) for _, batch in found] == [5, 5, 2, 5, 5, 1]
    for spoken in ("en", "ur"):
        sizes = [len(row["audio"]["bytes"]) for lang, batch in found if lang == spoken for row in batch]
        assert np.corrcoef(sizes, np.arange(len(sizes)))[0, 1] > 0.9
        assert {
            language[row["utterance_id"]] for lang, batch in found if lang == spoken for row in batch
        } == {spoken}
    assert [lang for lang, _ in batches(rows, {}, 100)] == [None]
    assert [len(window) for window in windows(range(7), 3)] == [3, 3, 1]


def test_a_killed_run_goes_on_behind_its_last_batch_and_ends_in_the_same_bytes(
    checkpoint, corpus, tmp_path, monkeypatch
):
    run(corpus, tmp_path, checkpoint=checkpoint, output="whole.parquet")
    heard = []
    hear = OpenAIWhisper.hear

    def killed_at_the_fourth(self, signals, language, names):
        if len(heard) == 3:
            raise KeyboardInterrupt
        heard.append(tuple(names))
        return hear(self, signals, language, names)

    monkeypatch.setattr(OpenAIWhisper, "hear", killed_at_the_fourth)
    with pytest.raises(KeyboardInterrupt):
        run(corpus, tmp_path, checkpoint=checkpoint)
    pieces = sorted((tmp_path / "unfinished").glob("*/*.parquet"))
    assert len(pieces) == 3
    pieces[1].write_bytes(b"")  # a power cut
    (tmp_path / "unfinished/of_other_parameters").mkdir()

    def counted(self, signals, language, names):
        heard.append(tuple(names))
        return hear(self, signals, language, names)

    monkeypatch.setattr(OpenAIWhisper, "hear", counted)
    run(corpus, tmp_path, checkpoint=checkpoint)
    assert (tmp_path / "t.parquet").read_bytes() == (tmp_path / "whole.parquet").read_bytes()
    assert sorted(heard) == sorted([*set(heard), heard[1]])  # the cut one twice, all others once


def test_the_language_is_guessed_where_the_configuration_says_so(checkpoint, corpus, tmp_path, engine):
    found = run(corpus, tmp_path, checkpoint=checkpoint, language="detect").set_index("utterance_id")
    row = next(store.rows(corpus / "a.parquet"))
    from sarangi.audio.flac import decode

    _, probabilities = engine.model.detect_language(log_mels([decode(row["audio"]["bytes"])], 80, 3000)[0])
    assert found.loc[row["utterance_id"], "language"] == max(probabilities, key=probabilities.get)


@pytest.mark.parametrize(
    "signal",
    [np.zeros(1600, np.float32), np.zeros(48_000, np.float32), noise(0.1), noise(3), noise(305)],
    ids=["0.1 s of silence", "silence", "0.1 s", "noise", "305 s"],
)
def test_odd_sound_ends_in_a_row(engine, signal):
    (heard,) = engine.hear([signal], "fa", ["odd"])
    assert isinstance(heard.text, str)
    assert heard.language == "fa"


def test_an_unknown_language_or_a_foreign_checkpoint_says_so(engine, corpus, tmp_path):
    with pytest.raises(SarangiError, match=r"does not know the language 'xx'.*`language: detect`"):
        engine.hear([noise(0.1)], "xx", ["a"])
    torch.save({"weights": torch.zeros(3)}, tmp_path / "other.pt")
    with pytest.raises(SarangiError, match=r"other\.pt: not a Whisper checkpoint"):
        run(corpus, tmp_path, checkpoint=tmp_path / "other.pt")
    assert list(tmp_path.iterdir()) == [tmp_path / "other.pt"]


# -- faster-whisper ----------------------------------------------------------------------------

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


def test_faster_whisper_stands_behind_the_same_table(checkpoint, corpus, tmp_path):
    folder = converted(checkpoint, tmp_path / "model")
    found = run(corpus, tmp_path, checkpoint=folder, engine="faster-whisper", batch=7)
    again = run(corpus, tmp_path, checkpoint=folder, engine="faster-whisper", output="again.parquet")
    assert found.equals(again)
    ours = run(corpus, tmp_path, checkpoint=checkpoint, output="ours.parquet")
    same = ["utterance_id", "status", "language", "reference"]
    assert found[same].equals(ours[same])
    assert np.allclose(found["no_speech_prob"], ours["no_speech_prob"], atol=1e-4, equal_nan=True)
    with pytest.raises(SarangiError, match="does not know the language 'xx'"):
        FasterWhisper(folder, SETTINGS, 1).hear([noise(0.1)], "xx", ["a"])
    with pytest.raises(SarangiError, match="context: clip is for openai-whisper"):
        FasterWhisper(folder, SETTINGS | {"context": "clip"}, 1)
    (folder / "model.bin").write_bytes(b"no model")
    with pytest.raises(SarangiError, match="model: not a Whisper in the form of CTranslate2"):
        FasterWhisper(folder, SETTINGS, 1)
    (folder / "tokenizer.json").unlink()
    with pytest.raises(SarangiError, match=r"model: no tokenizer\.json"):
        FasterWhisper(folder, SETTINGS, 1)


# -- error rates -------------------------------------------------------------------------------


def test_english_is_compared_after_whispers_normaliser():
    found = error_rates("Kids are talking, by the door!", "kids are talking by the door", "en")
    assert found == {"wer": 0, "cer": 0, "words": 6, "characters": 28}
    assert error_rates("colour", "color", "en")["wer"] == 0
    assert set(error_rates(None, "x", "en").values()) == set(error_rates("…", "x", "ur").values()) == {None}


@pytest.mark.parametrize(
    ("said", "heard", "wer"),
    [
        ("آج موسم", "آج", 0.5),
        ("يه كتاب", "یه کتاب؟", 0.0),  # the letters of an Arabic keyboard
        ("می\u200cروم", "می روم", 0.0),
        ("مُحَمَّد", "محمد", 0.0),
        ("۱۲", "12", 0.0),
        ("किताब मेज़ पर", "किताब मेज पर।", 1 / 3),  # a nukta is a letter's, not punctuation
        ("किताब", "कताब", 1.0),
        ("ਬਾਗ਼", "ਬਾਗ\u0a3c", 0.0),  # one letter, composed and not
        ("Straße", "STRASSE", 0.0),
    ],
)
def test_other_scripts_are_compared_by_letters_and_vowel_signs(said, heard, wer):
    assert error_rates(said, heard, "hi")["wer"] == pytest.approx(wer)


@given(st.text(max_size=40))
def test_normalising_twice_changes_nothing_and_leaves_no_punctuation(text):
    once = normalised(text, "ur")
    assert normalised(once, "ur") == once
    assert not any(unicodedata.category(character)[0] in "PSC" for character in once)


def test_whispers_other_normaliser_would_take_vowels_away():
    from whisper.normalizers import BasicTextNormalizer

    assert BasicTextNormalizer()("कि") == BasicTextNormalizer()("के")
    assert error_rates("कि", "के", "hi")["wer"] == 1


def test_the_table_weighs_words_and_says_what_is_empty_or_was_decoded_again(tmp_path):
    manifest = made_manifest(tmp_path / "m.parquet", speakers=3, clips=2)
    folder = tmp_path / "results/transcripts/small/ravdess"
    folder.mkdir(parents=True)
    said, heard = "red green blue black", ["red green blue black", "", "red"]
    with store.Writer(folder / "0.parquet", TRANSCRIPTS, MADE_BY_TEST) as writer:
        for place, name in enumerate(store.read(manifest)["utterance_id"]):
            line = dict.fromkeys(TRANSCRIPTS.names) | {"utterance_id": name, "status": "ok"}
            # the third speaker says one word, and it is understood
            text, reference = (
                (heard[place], said) if place < 3 else (("red", "red") if place < 5 else ("x", None))
            )
            line |= {"text": text, "temperature": 0.2 * (place == 2), "avg_logprob": -0.5}
            writer.add(line | error_rates(reference, text, "en"))
    output = {suffix: tmp_path / f"t.{suffix}" for suffix in FORMATS}
    transcripts_table(
        [folder / "0.parquet"], {"ravdess": manifest}, {"draws": 200, "seed": 1, "confidence": 0.95},
        {}, [], labels(asr={"small": "small"}), output,
    )  # fmt: skip
    row = pd.read_csv(output["csv"], dtype=str).iloc[0]
    assert row[["Utterances", "Empty", "Again", "With reference", "WER"]].tolist() == [
        "6",
        "1",
        "1",
        "5",
        "0.500",
    ]
    low, high = map(float, row["Interval"].strip("[]").split(","))
    assert low <= 0.5 <= high
    assert float(row["CER"]) == pytest.approx((20 + 17) / (3 * 20 + 2 * 3), abs=1e-3)


# -- real recordings, with the demo's weights ---------------------------------------------------


@pytest.mark.parametrize("name", ["urdu_latif", "ravdess"])
def test_real_recordings_go_through_though_the_demos_whisper_does_not_know_their_sentences(name, tmp_path):
    source = real(name)
    for file in sorted(source.rglob("*.wav"))[::30]:
        place = tmp_path / "corpus" / file.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(file)
    corpus, rows = tmp_path / "corpus", tmp_path / "m.parquet"
    manifest(corpus, name, 1, to(rows))
    resample(corpus, rows, 0, to(tmp_path / "a.parquet"), to(tmp_path / "l.parquet"))
    unpacked_whisper(ROOT / "demo/weights/tiny_whisper.safetensors", tmp_path / "demo.pt")
    found = run(tmp_path, tmp_path, checkpoint=tmp_path / "demo.pt", tokens=60, batch=8)
    assert len(found) > 10
    assert set(found["status"]) == {"ok"}
    assert set(found["language"]) == {"ur" if name == "urdu_latif" else "en"}
    assert found["reason"].notna()[found["text"] == ""].all()
    assert found["wer"].notna().all() == (name == "ravdess")
