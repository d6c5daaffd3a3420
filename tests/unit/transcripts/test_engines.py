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

from sarangi.base import store
from sarangi.base.errors import SarangiError
from sarangi.base.sound import SAMPLE_RATE
from sarangi.base.text_checks import Check
from sarangi.sources.small_weights import random_whisper
from sarangi.transcripts import openai_whisper as asr
from sarangi.transcripts import tries
from sarangi.transcripts.ctranslate2_whisper import SEARCHES, FasterWhisper
from sarangi.transcripts.openai_whisper import OpenAIWhisper, log_mels
from sarangi.transcripts.tries import Kept, Try, context_of, failed_check, joined, kept
from sarangi.transcripts.whisper_checkpoint import load


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
@settings(max_examples=6, deadline=None)
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
    encoded, decoded, answers = [], [], []
    forward = engine.model.encoder.forward
    monkeypatch.setattr(engine.model.encoder, "forward", lambda x: encoded.append(len(x)) or forward(x))
    decode = whisper.decode

    def noted(model, features, options):
        decoded.append((len(features.shape), options.temperature))
        found = decode(model, features, options)
        answers.append(found)
        return found

    monkeypatch.setattr(whisper, "decode", noted)
    # random weights are sure of nothing: all climb to the top, and the most probable try is kept
    found = engine.hear(signals, "ur", names)
    assert [heard.tries for heard in found] == [6] * 4
    assert {heard.failed_check for heard in found} == {Check.PROBABILITY}
    assert decoded == [(3, 0.0)] + [(2, temperature) for temperature in asr.TEMPERATURES] * 4
    assert encoded == [4]
    for place, result in enumerate(found):
        of_clip = [answers[0][place], *answers[1 + 5 * place : 6 + 5 * place]]
        best = max(of_clip, key=lambda answer: answer.avg_logprob)
        assert (result.text, result.temperature) == (best.text, best.temperature)
    drawn = [answer.text for answer in answers[1:6]]
    answers.clear()
    again = engine.hear(signals[::-1], "ur", names[::-1])[::-1]
    assert [heard.text for heard in again] == [heard.text for heard in found]
    for name, same in (("a", True), ("another name", False)):
        answers.clear()
        torch.manual_seed(3)
        engine.hear(signals[:1], "ur", [name])
        assert ([answer.text for answer in answers[1:6]] == drawn) == same
    # the first that passes is kept, and nothing is decoded behind it
    monkeypatch.setattr(
        tries, "failed_check", lambda found: None if found.temperature > 0.3 else Check.PROBABILITY
    )
    assert {heard[4:7:2] for heard in engine.hear(signals, "fa", names)} == {(0.4, 3)}


def a_try(**known):
    plain = Try("a text", "ur", -0.5, 0.1, 0.0, 1.0, 3)
    return plain._replace(**known)


@pytest.mark.parametrize(
    ("known", "check", "text"),
    [
        ({}, None, "a text"),
        ({"no_speech_prob": 0.9}, None, "a text"),  # but it is sure of its words
        ({"no_speech_prob": 0.9, "avg_logprob": -1.5}, None, ""),
        ({"avg_logprob": -1.5}, Check.PROBABILITY, "a text"),
        ({"compression_ratio": 2.5}, Check.REPETITION, "a text"),
        ({"no_speech_prob": 0.9, "compression_ratio": 2.5}, Check.REPETITION, "a text"),
    ],
)
def test_the_checks_are_those_of_whispers_transcription(known, check, text):
    assert failed_check(a_try(**known)) == check
    heard = joined([Kept(a_try(**known), 6)])
    assert heard[:2] == (text, "ur")
    assert heard[6:] == (6, check, None if text else "no speech")


def test_the_best_try_is_kept_and_not_the_last():
    worse = [a_try(avg_logprob=value, temperature=place / 5) for place, value in enumerate((-1.4, -1.2, -5))]
    loop = a_try(avg_logprob=-0.1, compression_ratio=20)
    assert kept([loop, *worse], "a") == Kept(worse[1], 4)
    assert kept([loop, loop._replace(avg_logprob=-0.05)], "a").best.avg_logprob == -0.05
    assert kept(iter([worse[0], a_try(), a_try(text="not asked for")]), "a") == Kept(a_try(), 2)


def test_a_long_clip_is_transcribed_window_by_window_as_by_whisper(engine, monkeypatch):
    monkeypatch.setattr(tries, "failed_check", lambda found: None)
    signals = [noise(0.5), noise(31), noise(0.7)]
    found = engine.hear(signals, "ur", ["a", "b", "c"])
    assert [result.note for result in found] == [None, "transcribed in windows of 30 s", None]
    segments = whisper.transcribe(
        engine.model, signals[1], language="ur", temperature=0.0, without_timestamps=True, fp16=False,
        sample_len=SETTINGS["tokens"], condition_on_previous_text=False, no_speech_threshold=None,
    )["segments"]  # fmt: skip
    assert found[1].text == " ".join(segment["text"].strip() for segment in segments)
    expected = np.mean([segment["avg_logprob"] for segment in segments])
    assert found[1].avg_logprob == pytest.approx(expected, abs=1e-4)


def test_windows_are_joined_with_the_worst_of_them():
    one, other = a_try(text="a", tokens=2, avg_logprob=-1.0, no_speech_prob=0.2), a_try(text="b c", tokens=1)
    assert joined([Kept(one, 1)]).note is None
    quiet = a_try(text="x", no_speech_prob=0.9, avg_logprob=-2.0)
    assert joined([Kept(quiet, 1)] * 2)[::8] == ("", "no speech")
    other = other._replace(temperature=0.4, no_speech_prob=0.2, compression_ratio=3)
    heard = joined([Kept(one, 1), Kept(quiet, 1), Kept(other, 6)])
    assert heard[:5] == ("a b c", "ur", pytest.approx(-0.8), pytest.approx(0.2), 0.4)
    assert heard[5:] == (3, 6, Check.REPETITION, "transcribed in windows of 30 s")


@pytest.mark.parametrize(("frames", "cut"), [(0, 1600), (1, 1800), (400, 2000), (1399, 3000), (3000, 3000)])
def test_a_cut_context_has_16_s_of_silence_and_follows_from_the_clip(frames, cut):
    assert context_of(frames, "clip") == cut
    assert context_of(frames, "whole") == 3000
    assert context_of(frames, 1) == min(3000, -(-(frames + 100) // 200) * 200)


def test_what_fails_with_its_context_cut_has_the_whole_context(checkpoint, monkeypatch):
    engine = OpenAIWhisper(checkpoint, SETTINGS | {"context": "clip"}, 1)
    shapes = []
    forward = engine.model.encoder.forward
    monkeypatch.setattr(
        engine.model.encoder, "forward", lambda x: shapes.append(tuple(x.shape)) or forward(x)
    )
    signals = [noise(1.0), noise(12.0), noise(1.9)]
    found = engine.hear(signals, "ur", ["a", "b", "c"])
    # one pass for those of one context, whatever is between them, and one for each that fails
    assert shapes == [(2, 80, 1800), (1, 80, 2800), *[(1, 80, 3000)] * 3]
    assert [heard.tries for heard in found] == [7] * 3
    whole = OpenAIWhisper(checkpoint, SETTINGS, 1).hear(signals, "ur", ["a", "b", "c"])
    for cut, expected in zip(found, whole, strict=True):
        assert cut.avg_logprob >= expected.avg_logprob - 1e-4
    # so has what is taken for silence
    shapes.clear()
    silence = a_try(no_speech_prob=0.9, avg_logprob=-2.0)
    monkeypatch.setattr(asr, "try_of", lambda answer: silence)
    assert engine.hear(signals[:1], "ur", ["a"])[0].note == "no speech"
    assert [shape[2] for shape in shapes] == [1800, 3000]
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
    found = run(corpus, tmp_path, checkpoint=folder, engine="faster-whisper", batch=7, context="clip")
    again = run(
        corpus, tmp_path, checkpoint=folder, engine="faster-whisper", context="clip", output="again.parquet"
    )
    assert found.equals(again)
    manifest = store.read(corpus / "m.parquet")
    assert found["utterance_id"].tolist() == manifest["utterance_id"].tolist()
    heard = found[found["status"] == "ok"]
    assert len(heard) == len(found) - 1
    assert heard["language"].equals(manifest["language"][heard.index])
    assert set(heard["temperature"]) == {0.0}
    assert heard["failed_check"].notna().equals(heard["reason"].fillna("").str.contains("in every try"))


def test_faster_whispers_text_is_the_packages_own_and_follows_from_the_clip(
    checkpoint, tmp_path, monkeypatch
):
    faster = FasterWhisper(converted(checkpoint, tmp_path / "model"), SETTINGS, 1)
    signals, names = [noise(0.1 + 0.9 * n, n) for n in range(3)], ["a", "b", "c"]
    found = faster.hear(signals, "ur", names)
    # random weights are sure of nothing: beams are searched, and nothing is drawn
    assert min(result.tries for result in found) > 1
    assert all(result.failed_check in set(Check) for result in found)
    for place in (2, 0, 1, 0):
        assert faster.hear(signals[place : place + 1], "ur", ["another name"]) == [found[place]]
    encoded = faster.encoded(next(faster.windows(signals[2])), 3000)
    for search in SEARCHES:
        assert len({faster.decoded(encoded, "ur", search) for _ in range(4)}) == 1
    monkeypatch.setattr(tries, "failed_check", lambda found: None)
    signals.append(noise(31, 4))
    for language in ("ur", None):
        for result, signal in zip(faster.hear(signals, language, [*names, "d"]), signals, strict=True):
            segments, about = faster.model.transcribe(
                signal, language=language, beam_size=1, temperature=0.0, without_timestamps=True,
                condition_on_previous_text=False, max_new_tokens=SETTINGS["tokens"],
                compression_ratio_threshold=None, log_prob_threshold=None, no_speech_threshold=None,
            )  # fmt: skip
            segments = list(segments)
            assert result.text == " ".join(segment.text.strip() for segment in segments)
            assert result.language == about.language
            expected = [segment.no_speech_prob for segment in segments]
            assert result.no_speech_prob == pytest.approx(np.mean(expected), abs=1e-5)
            tokens = [len(segment.tokens) + 1 for segment in segments]
            expected = np.average([segment.avg_logprob for segment in segments], weights=tokens)
            assert result.avg_logprob == pytest.approx(expected, abs=1e-4)


def test_what_is_no_whisper_of_ctranslate2_is_refused(checkpoint, tmp_path):
    folder = converted(checkpoint, tmp_path / "model")
    with pytest.raises(SarangiError, match="does not know the language 'xx'"):
        FasterWhisper(folder, SETTINGS, 1).hear([noise(0.1)], "xx", ["a"])
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
    for name in ("vocabulary.json", "tokenizer.json"):
        (folder / name).unlink()
        with pytest.raises(SarangiError, match=rf"model: no {name}; expected .* or vocabulary\.txt"):
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
        (torch.full((4,), 1e300, dtype=torch.float64), "values that are not numbers"),
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


def test_words_without_a_probability_are_none():
    with pytest.raises(SarangiError, match="the words of clip a probability that is not a number"):
        kept([a_try(avg_logprob=math.nan)], "clip")
