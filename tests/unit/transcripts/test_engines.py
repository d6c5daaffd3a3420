"""Engines of ASR: what they decode, and what they refuse."""

import json
import math

import jiwer
import numpy as np
import pytest
import torch
import whisper
from hypothesis import given, settings
from hypothesis import strategies as st
from support.demo_whisper import (
    PACKED,
    demo_whisper,  # noqa: F401  (fixtures)
    heard,
    newly_spoken,
)
from support.small_whisper import (  # noqa: F401  (fixtures)
    SETTINGS,
    checkpoint,
    converted,
    corpus,
    engine,
    noise,
    run,
)
from whisper.decoding import DecodingResult

from sarangi.base.errors import SarangiError
from sarangi.base.sound import SAMPLE_RATE
from sarangi.sources.small_weights import random_whisper
from sarangi.transcripts import engines as asr
from sarangi.transcripts.engines import FasterWhisper, Heard, OpenAIWhisper, fails, joined, load, log_mels


def test_a_checkpoint_that_would_run_code_is_refused(tmp_path):
    import pickle

    class Harm:
        def __reduce__(self):
            return print, ("this ran",)

    with (tmp_path / "harm.pt").open("wb") as file:
        pickle.dump({"dims": Harm(), "model_state_dict": {}}, file)
    with pytest.raises(SarangiError, match="not a Whisper checkpoint"):
        load(tmp_path / "harm.pt")


def whisper_checkpoint(folder, **dims):
    random_whisper({"width": 4, "layers": 1, "heads": 2, "seed": 1}, folder / "w.pt")
    state = torch.load(folder / "w.pt", weights_only=True)
    torch.save({**state, "dims": state["dims"] | dims}, folder / "w.pt")
    return folder / "w.pt"


@pytest.mark.parametrize(
    "dims",
    [{"n_vocab": 2**40}, {"n_text_layer": 10**9}, {"n_text_ctx": 2**20}, {"n_audio_state": "x"},
    {"n_audio_head": 0},
     {"n_mels": 2**18}, {"n_audio_layer": -1}],
)  # fmt: skip
def test_dims_that_the_tensors_do_not_have_take_no_memory(dims, tmp_path):
    with pytest.raises(SarangiError, match=r"w\.pt: not a Whisper checkpoint"):
        load(whisper_checkpoint(tmp_path, **dims))


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


def test_an_unknown_language_or_a_foreign_checkpoint_says_so(engine, corpus, tmp_path):
    with pytest.raises(SarangiError, match=r"does not know the language 'xx'.*`language: detect`"):
        engine.hear([noise(0.1)], "xx", ["a"])
    torch.save({"weights": torch.zeros(3)}, tmp_path / "other.pt")
    with pytest.raises(SarangiError, match=r"other\.pt: not a Whisper checkpoint"):
        run(corpus, tmp_path, checkpoint=tmp_path / "other.pt")
    assert list(tmp_path.iterdir()) == [tmp_path / "other.pt"]


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
    prepared = {"sampling_rate": 16_000, "feature_size": 80}
    for odd in ({"sampling_rate": 8000}, {"hop_length": 0}, {"feature_size": "x"}, {"feature_size": 128}):
        (folder / "preprocessor_config.json").write_text(json.dumps(prepared | odd))
        with pytest.raises(
            SarangiError,
            match=rf"{next(iter(odd))}.*preprocessor_config|preprocessor_config.*{next(iter(odd))}",
        ):
            FasterWhisper(folder, SETTINGS, 1)
    (folder / "preprocessor_config.json").unlink()
    for name, text in (("tokenizer.json", "{}"), ("model.bin", "no model")):
        kept = (folder / name).read_bytes()
        (folder / name).write_text(text)
        with pytest.raises(SarangiError, match="not a Whisper in the form of CTranslate2"):
            FasterWhisper(folder, SETTINGS, 1)
        (folder / name).write_bytes(kept)
    (folder / "vocabulary.json").write_text("[]")
    with pytest.raises(SarangiError, match=r"this Whisper fails at a .*get them again"):
        FasterWhisper(folder, SETTINGS, 1).hear([noise(0.1)], "en", ["a"])
    (folder / "model.bin").write_bytes(b"no model")
    with pytest.raises(SarangiError, match="model: not a Whisper in the form of CTranslate2"):
        FasterWhisper(folder, SETTINGS, 1)
    (folder / "tokenizer.json").unlink()
    with pytest.raises(SarangiError, match=r"model: no tokenizer\.json"):
        FasterWhisper(folder, SETTINGS, 1)


@pytest.mark.parametrize("corpus", ["ravdess", "urdu_latif", "iitkgp_sehsc"])
def test_the_demos_whisper_transcribes_speech_it_has_not_heard(corpus, demo_whisper):
    clips, signals = newly_spoken(corpus, 8)
    found = heard(demo_whisper, signals, clips[0].language)
    assert jiwer.wer([clip.text for clip in clips], [result.text for result in found]) < 0.2
    assert max(result.no_speech_prob for result in found) < 0.5
    assert {result.temperature for result in found} == {0.0}
    guessed = heard(demo_whisper, signals, None)
    assert {result.language for result in guessed} == {clips[0].language}
    # as the package does it clip by clip, by its own defaults
    alone = [
        whisper.transcribe(
            demo_whisper.model,
            signal,
            language=clips[0].language,
            without_timestamps=True,
            fp16=demo_whisper.fp16,
        )
        for signal in signals
    ]
    assert [result.text for result in found] == [result["text"].strip() for result in alone]


def test_the_demos_whisper_knows_when_nobody_speaks(demo_whisper):
    draw = np.random.default_rng(5)
    noise = [draw.normal(0, 0.001, length).astype(np.float32) for length in (8000, 64_000)]
    for result in heard(demo_whisper, noise, "en"):
        assert result.no_speech_prob > 0.8
        assert result.text == ""


def test_the_demos_whisper_stays_small():
    assert PACKED.stat().st_size < 3e6


def test_a_checkpoint_of_hugging_face_is_called_that(tmp_path):
    torch.save({"model.encoder.conv1.weight": torch.zeros(2)}, tmp_path / "w.pt")
    with pytest.raises(SarangiError, match=r"w\.pt: not a Whisper .*it is a Whisper of Hugging Face"):
        load(tmp_path / "w.pt")
    torch.save({"a": torch.zeros(2)}, tmp_path / "w.pt")
    with pytest.raises(SarangiError, match="it has a"):
        load(tmp_path / "w.pt")


def resized(folder, **sizes):
    """A checkpoint whose dims and tensors have other sizes, which go with each other."""
    random_whisper({"width": 4, "layers": 1, "heads": 2, "seed": 1}, folder / "w.pt")
    found = torch.load(folder / "w.pt", weights_only=True)
    dims, state = found["dims"] | sizes, found["model_state_dict"]
    state["encoder.conv1.weight"] = torch.zeros(4, dims["n_mels"], 3)
    state["encoder.positional_embedding"] = torch.zeros(dims["n_audio_ctx"], 4)
    state["decoder.positional_embedding"] = torch.zeros(dims["n_text_ctx"], 4)
    state["decoder.token_embedding.weight"] = torch.zeros(dims["n_vocab"], 4)
    torch.save({"dims": dims, "model_state_dict": state}, folder / "w.pt")
    return folder / "w.pt"


@pytest.mark.parametrize("dims", [{"n_mels": 64}, {"n_audio_ctx": 100}, {"n_vocab": 1000}, {"n_text_ctx": 2}])
def test_dims_of_no_whisper_are_refused_before_a_clip_fails_at_them(dims, tmp_path):
    (name,) = dims
    with pytest.raises(SarangiError, match=rf"w\.pt: not a Whisper checkpoint .*{name} .*expected"):
        load(resized(tmp_path, **dims))


def test_weights_that_are_quantised_or_become_infinite_are_refused(tmp_path):
    path = resized(tmp_path)
    whole = torch.load(path, weights_only=True)
    for values, said in (
        (torch.ones(4, dtype=torch.int8), "of kind torch.int8"),
        (torch.full((4,), 1e300, dtype=torch.float64), "what is no number"),
        (torch.ones(4, dtype=torch.complex64), "is complex"),
    ):
        state = whole["model_state_dict"] | {"decoder.ln.bias": values}
        torch.save(whole | {"model_state_dict": state}, path)
        with pytest.raises(SarangiError, match=f"ln.bias .*{said}"):
            load(path)


def test_a_whisper_of_english_alone_writes_english_and_detects_nothing(tmp_path):
    engine = OpenAIWhisper(resized(tmp_path, n_vocab=51_864), SETTINGS, 1)
    assert [found.language for found in engine.hear([noise(0.1)], None, ["a"])] == ["en"]
    with pytest.raises(SarangiError, match=r"does not know the language 'ur' .*it knows en"):
        engine.hear([noise(0.1)], "ur", ["a"])


def test_words_without_a_probability_are_none(engine, monkeypatch):
    monkeypatch.setattr(engine, "decode", lambda signals, language: [answer(avg_logprob=math.nan)])
    with pytest.raises(SarangiError, match="the words of clip a probability that is no number"):
        engine.hear([noise(0.1)], "ur", ["clip"])
