"""Whisper on batches of short clips: openai-whisper, and faster-whisper behind the same answers.

What openai-whisper does clip by clip (``whisper.transcribe``) is done here for many clips at once, by
means that leave the text as it is: one pass of the encoder, from which the language is detected too and
which a failed decoding starts from again; decoding side by side; no spectrogram of the silence behind a
clip.
"""

import contextlib
import hashlib
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
import torch
import whisper

from sarangi.base.documents import DocumentError, json_in
from sarangi.base.errors import SarangiError
from sarangi.base.sound import SAMPLE_RATE
from sarangi.base.weights_files import FASTER_WHISPER_FILES
from sarangi.runtime.devices import CPU, CUDA, device, half_precision, lacks_memory, placed
from sarangi.sources.checkpoints import checkpoint_in, refuse_no_plain, refuse_swollen

WINDOW_S = 30.0  # what Whisper hears at once
FRAME = 160  # samples a frame of the spectrogram
STRIDE = 2  # frames a position of the encoder
FFT = 400

# the ladder and the limits of whisper.transcribe
TEMPERATURES = (0.2, 0.4, 0.6, 0.8, 1.0)
MOST_REPEATED, LEAST_CERTAIN, SILENT = 2.4, -1.0, 0.6

SPARE = 50  # positions left to the encoder behind the end of a clip, where its context is cut: 1 s
ENCODED_AT_ONCE = 4  # on a processor more clips at once only fill its caches

PREPARATION = "preprocessor_config.json"
PREPARED = {
    "sampling_rate": (SAMPLE_RATE, SAMPLE_RATE), "feature_size": (80, 128), "hop_length": (FRAME, FRAME),
    "n_fft": (FFT, FFT), "chunk_length": (30, 30),
}  # fmt: skip
"""Least and most of what says how clips are prepared; all Whispers have the same, but for the bands."""
BANDS, POSITIONS, FEWEST_POSITIONS = (80, 128), 1500, 8
VOCABULARY = (51_864, 51_766 + len(whisper.tokenizer.LANGUAGES))
"""Sizes of Whisper's vocabularies, the least of English alone."""

MOST, MOST_POSITIONS = 2**20, 2**13  # of any number in a checkpoint's dims, and of the decoder's positions

HUGGING_FACE = ("model.encoder.", "model.decoder.", "proj_out.")
"""How names of tensors begin in the form of transformers."""

ENGLISH = "en"
NO_SPEECH = "no speech"
WINDOWS = "transcribed in windows of 30 s"


class Heard(NamedTuple):
    """What Whisper makes of a clip."""

    text: str
    language: str
    avg_logprob: float  # natural logarithm, mean over tokens
    no_speech_prob: float
    temperature: float  # of the decoding that was kept
    compression_ratio: float
    note: str | None  # what is to be known of a text that is no error


class Engine(Protocol):
    """A Whisper that is loaded."""

    def hear(self, signals: Sequence[np.ndarray], language: str | None, names: Sequence[str]) -> list[Heard]:
        """Transcribe clips of one language; see :meth:`OpenAIWhisper.hear`."""


class OpenAIWhisper:
    """A checkpoint of openai-whisper, on the GPU where there is one.

    Parameters
    ----------
    checkpoint
        File with ``dims`` and ``model_state_dict``.
    settings
        ``tokens`` (at most, a clip) and ``context``: ``whole``, the 30 s that Whisper was trained on, or
        ``clip``, cut behind the longest clip of a batch, which is faster and another computation.
    threads
        Threads of torch.

    Raises
    ------
    SarangiError
        If the file is no such checkpoint.
    """

    def __init__(self, checkpoint: Path, settings: dict, threads: int):
        torch.set_num_threads(threads)
        self.model, self.settings = load(checkpoint), settings
        known = whisper.tokenizer.get_tokenizer(
            self.model.is_multilingual, num_languages=self.model.num_languages
        ).all_language_codes
        # one of English alone would write English of any language, and can detect none
        self.languages = known if self.model.is_multilingual else (ENGLISH,)
        self.fp16 = half_precision()
        if self.fp16:
            halve(self.model)

    def hear(self, signals: Sequence[np.ndarray], language: str | None, names: Sequence[str]) -> list[Heard]:
        """Transcribe clips of one language together.

        A clip that fails the checks of repetition or probability is decoded again along the ladder of
        temperatures, from what the encoder has made of it; the draws follow the clip's name alone.
        Clips of more than 30 s are transcribed window by window.

        Parameters
        ----------
        signals : sequence of float32 arrays of shape (samples,)
            At 16 kHz.
        language
            Code as Whisper has it; None detects that of each clip.
        names
            Of the clips.

        Raises
        ------
        SarangiError
            If the checkpoint does not know the language, or the GPU has too little memory.
        """
        refuse_unknown(language, self.languages)
        language = language if self.model.is_multilingual else ENGLISH
        short = [place for place, signal in enumerate(signals) if len(signal) <= WINDOW_S * SAMPLE_RATE]
        found: dict[int, Heard] = {}
        try:
            if short:
                answers = self.decode([signals[place] for place in short], language)
                for place, answer in zip(short, answers, strict=True):
                    found[place] = self._checked(answer, names[place])
            for place in sorted(set(range(len(signals))) - set(short)):
                found[place] = self._in_windows(signals[place], language, names[place])
        except RuntimeError as error:
            if not lacks_memory(error):
                raise
            raise SarangiError(
                f"the GPU has too little memory for {len(signals)} clips at once; lower `batch` of this "
                "Whisper in the configuration"
            ) from error
        return [found[place] for place in range(len(signals))]

    @torch.no_grad()
    def decode(self, signals: Sequence[np.ndarray], language: str | None) -> list[whisper.DecodingResult]:
        """Decode clips of up to 30 s together and greedily, without the ladder.

        Parameters
        ----------
        signals, language
            As for :meth:`hear`.
        """
        frames = round(WINDOW_S * SAMPLE_RATE) // FRAME
        if self.settings["context"] == "clip":
            longest = max(map(len, signals))
            frames = min(frames, STRIDE * (math.ceil(longest / (STRIDE * FRAME)) + SPARE))
        mels = log_mels(signals, self.model.dims.n_mels, frames).to(self.model.device)
        with context(self.model, frames // STRIDE):
            at_once = len(mels) if self.fp16 else ENCODED_AT_ONCE
            mels = mels.half() if self.fp16 else mels
            features = torch.cat([self.model.encoder(part) for part in mels.split(at_once)])
            return whisper.decode(self.model, features, self._options(language))

    def _options(self, language: str | None, temperature: float = 0.0) -> whisper.DecodingOptions:
        return whisper.DecodingOptions(
            task="transcribe",
            language=language,
            temperature=temperature,
            sample_len=self.settings["tokens"],
            without_timestamps=True,
            fp16=self.fp16,
        )

    def _checked(self, answer: whisper.DecodingResult, name: str) -> Heard:
        for temperature in TEMPERATURES:
            refuse_improbable(answer.avg_logprob, name)
            if not fails(answer):
                break
            seed_by(name, temperature)
            with context(self.model, len(answer.audio_features)):
                answer = whisper.decode(
                    self.model, answer.audio_features, self._options(answer.language, temperature)
                )
        silent = answer.no_speech_prob > SILENT and answer.avg_logprob <= LEAST_CERTAIN
        return Heard(
            "" if silent else answer.text,
            answer.language,
            answer.avg_logprob,
            answer.no_speech_prob,
            answer.temperature,
            answer.compression_ratio,
            NO_SPEECH if silent else None,
        )

    def _in_windows(self, signal: np.ndarray, language: str | None, name: str) -> Heard:
        seed_by(name, 0.0)
        found = whisper.transcribe(
            self.model,
            signal,
            language=language,
            without_timestamps=True,
            # a window that went wrong must not lead the next one astray
            condition_on_previous_text=False,
            sample_len=self.settings["tokens"],
            fp16=self.fp16,
        )
        return joined(found["segments"], found["language"])


class FasterWhisper:
    """A Whisper in the form of CTranslate2, by the package faster-whisper.

    Parameters
    ----------
    folder
        With ``model.bin``, ``config.json`` and ``tokenizer.json``.
    settings
        ``tokens`` (at most, a clip); ``context`` must be ``whole``.
    threads
        Threads of CTranslate2.

    Raises
    ------
    SarangiError
        If the folder lacks a file or holds no such model, or the settings ask for what it cannot do.
    """

    def __init__(self, folder: Path, settings: dict, threads: int):
        # it loads libraries that no other step needs
        from faster_whisper import WhisperModel

        if settings["context"] != "whole":
            raise SarangiError(
                f"context: {settings['context']} is for openai-whisper; take it out of the entry"
            )
        for name in FASTER_WHISPER_FILES:
            if not (folder / name).is_file():
                raise SarangiError(
                    f"{folder}: no {name}; expected a Whisper in the form of CTranslate2, with "
                    f"{', '.join(FASTER_WHISPER_FILES)}"
                )
        _refuse_odd_preparation(folder / PREPARATION)
        try:
            # CTranslate2 runs on no GPU of Apple's
            where = CUDA if device() == CUDA else CPU
            self.model = WhisperModel(str(folder), where, cpu_threads=threads, local_files_only=True)
        except Exception as error:  # of C++ and of Rust, whose own are no others
            raise SarangiError(
                f"{folder}: not a Whisper in the form of CTranslate2: {error}; get it again"
            ) from error
        bands, expected = len(self.model.feature_extractor.mel_filters), self.model.model.n_mels
        if bands != expected:
            raise SarangiError(
                f"{folder}: clips are prepared with {bands} bands (feature_size in {PREPARATION}, 80 without "
                f"that file), and the model takes {expected}; get that file from where the model is from"
            )
        self.folder, self.languages = folder, self.model.supported_languages
        self.tokens = settings["tokens"]

    def hear(self, signals: Sequence[np.ndarray], language: str | None, names: Sequence[str]) -> list[Heard]:
        """Transcribe clips one after another, with the checks and the ladder of :class:`OpenAIWhisper`.

        Parameters
        ----------
        signals, language, names
            As there.

        Raises
        ------
        SarangiError
            If the model does not know the language.
        """
        import ctranslate2

        refuse_unknown(language, self.languages)
        found = []
        for signal, name in zip(signals, names, strict=True):
            ctranslate2.set_random_seed(_seed(name, 0.0))
            found.append(self._joined(signal, language, name))
        return found

    def _joined(self, signal: np.ndarray, language: str | None, name: str) -> Heard:
        try:
            segments, about = self.model.transcribe(
                signal,
                language=language,
                beam_size=1,
                best_of=1,
                temperature=[0.0, *TEMPERATURES],
                compression_ratio_threshold=MOST_REPEATED,
                log_prob_threshold=LEAST_CERTAIN,
                no_speech_threshold=SILENT,
                condition_on_previous_text=False,
                without_timestamps=True,
                max_new_tokens=self.tokens,
            )
            answer = joined([vars(segment) for segment in segments], about.language)
        # of C++, and of what its files have in them
        except (RuntimeError, ValueError, LookupError, TypeError) as error:
            raise SarangiError(
                f"{self.folder}: this Whisper fails at {name} ({type(error).__name__}: {error}); its files "
                "do not go with each other: get them again"
            ) from error
        if answer.note != NO_SPEECH:
            refuse_improbable(answer.avg_logprob, name)
        return answer


def refuse_improbable(avg_logprob: float, name: str) -> None:
    """Refuse words whose probability is no number, of which none could be told from the right ones.

    Raises
    ------
    SarangiError
        Says of which clip.
    """
    if not math.isfinite(avg_logprob):
        raise SarangiError(
            f"this Whisper gives the words of {name} a probability that is no number; its weights are "
            "broken: fetch it again"
        )


def _refuse_odd_preparation(file: Path) -> None:
    """Refuse settings by which faster-whisper would hear clips at another rate, or not at all."""
    if not file.exists():
        return
    try:
        found = json_in(file)
        if not isinstance(found, dict):
            raise DocumentError("it is no object")
        for key, (least, most) in PREPARED.items():
            value = found.get(key, least)
            if type(value) is not int or not least <= value <= most:
                wanted = least if least == most else f"a whole number from {least} to {most}"
                raise DocumentError(f"{key} is {value!r}, expected {wanted}")
    except (OSError, DocumentError) as error:
        raise SarangiError(f"{file}: expected the settings of a Whisper ({error}); get it again") from error


ENGINES = {"openai-whisper": OpenAIWhisper, "faster-whisper": FasterWhisper}


def load(checkpoint: Path) -> whisper.model.Whisper:
    """Load a checkpoint of Whisper; nothing in it can run.

    Raises
    ------
    SarangiError
        If the file is no such checkpoint.
    """
    try:
        state = checkpoint_in(checkpoint)
        _refuse_other_form(state)
        refuse_swollen(state["model_state_dict"], checkpoint)
        dims = whisper.ModelDimensions(**state["dims"])
        _refuse_unlike(dims, state["model_state_dict"])
        model = whisper.model.Whisper(dims)
        model.load_state_dict(state["model_state_dict"])
        refuse_no_finite(model.state_dict())
    except (
        SarangiError,
        LookupError,
        TypeError,
        ValueError,
        AttributeError,
        RuntimeError,
        ZeroDivisionError,
    ) as error:
        raise SarangiError(
            f"{checkpoint}: not a Whisper checkpoint (expected dims and model_state_dict): {error}; "
            "fetch it again"
        ) from error
    return placed(model.eval())


def _refuse_other_form(state: Any) -> None:
    """Refuse a checkpoint in the form of another library, by its name."""
    if isinstance(state, dict) and "dims" not in state:
        names = [str(name) for name in list(state)[:100]]
        if any(name.startswith(HUGGING_FACE) for name in names):
            raise ValueError("it is a Whisper of Hugging Face; fetch it with the package openai-whisper")
        raise ValueError(f"it has {', '.join(names[:3]) or 'nothing in it'}")


def _refuse_unlike(dims: whisper.ModelDimensions, state: Mapping[str, torch.Tensor]) -> None:
    """Refuse dimensions that the tensors do not have, before a network of them is made."""
    if any(type(number) is not int or not 0 < number <= MOST for number in vars(dims).values()):
        raise ValueError(f"dims {vars(dims)} are no numbers from 1 to {MOST}")
    expected = {
        "encoder.conv1.weight": (dims.n_audio_state, dims.n_mels, 3),
        "encoder.positional_embedding": (dims.n_audio_ctx, dims.n_audio_state),
        "decoder.positional_embedding": (dims.n_text_ctx, dims.n_text_state),
        "decoder.token_embedding.weight": (dims.n_vocab, dims.n_text_state),
    }
    parts = (
        ("encoder", dims.n_audio_layer, dims.n_audio_state),
        ("decoder", dims.n_text_layer, dims.n_text_state),
    )
    for width, heads in (
        (dims.n_audio_state, dims.n_audio_head),
        (dims.n_text_state, dims.n_text_head),
    ):
        if width % heads:
            raise ValueError(f"{heads} heads do not divide a width of {width}")
    if dims.n_mels not in BANDS or dims.n_audio_ctx != POSITIONS:
        raise ValueError(
            f"n_mels is {dims.n_mels} and n_audio_ctx {dims.n_audio_ctx}, expected one of {BANDS} and "
            f"{POSITIONS}"
        )
    if not VOCABULARY[0] <= dims.n_vocab <= VOCABULARY[1]:
        raise ValueError(f"n_vocab is {dims.n_vocab}, expected one from {VOCABULARY[0]} to {VOCABULARY[1]}")
    if dims.n_text_ctx < FEWEST_POSITIONS:
        raise ValueError(f"n_text_ctx is {dims.n_text_ctx}, expected {FEWEST_POSITIONS} at least")
    for name, tensor in state.items():
        refuse_no_plain(name, tensor)
        if not tensor.is_floating_point():
            raise ValueError(f"{name} is of kind {tensor.dtype}, expected numbers with a point")
    for part, layers, width in parts:
        for layer in range(min(layers, len(state))):
            expected[f"{part}.blocks.{layer}.mlp.0.weight"] = (4 * width, width)
    for name, shape in expected.items():
        if tuple(state[name].shape) != shape:
            raise ValueError(f"{name} has shape {tuple(state[name].shape)}, and dims say {shape}")
    if max(dims.n_audio_layer, dims.n_text_layer) > len(state) or dims.n_text_ctx > MOST_POSITIONS:
        raise ValueError(f"dims {vars(dims)} are those of no Whisper")


def refuse_no_finite(state: Mapping[str, torch.Tensor]) -> None:
    """Refuse tensors that hold what is infinite or no number, once they have the precision that counts."""
    for name, tensor in state.items():
        if not torch.isfinite(tensor).all():
            raise ValueError(f"{name} holds what is no number")


def halve(model: whisper.model.Whisper) -> None:
    """Keep the weights in float16 that Whisper would round to it again for every token."""
    for module in model.modules():
        if isinstance(module, whisper.model.Linear | whisper.model.Conv1d):
            module.half()


def log_mels(signals: Sequence[np.ndarray], mels: int, frames: int) -> torch.Tensor:
    """Return log-mel spectrograms as ``whisper.transcribe`` decodes them, without computing its silence.

    It takes the spectrogram of a clip and 30 s of silence, and puts zeros in the place of all frames
    behind the clip.

    Parameters
    ----------
    signals : sequence of float32 arrays of shape (samples,)
        At 16 kHz, of up to ``frames`` frames of 10 ms.
    mels
        Bands.
    frames
        Frames of each.

    Returns
    -------
    torch.Tensor
        float32 of shape (clips, mels, frames).
    """
    found = []
    for signal in signals:
        # so much silence counts in the loudest frame, to which the spectrogram is related
        mel = whisper.log_mel_spectrogram(signal, mels, padding=2 * FFT)[:, : len(signal) // FRAME]
        found.append(whisper.pad_or_trim(mel, frames))
    return torch.stack(found)


@contextlib.contextmanager
def context(model: whisper.model.Whisper, positions: int) -> Iterator[None]:
    """Let the encoder of a Whisper take so many positions (20 ms each), counted from its first."""
    encoder, dims = model.encoder, model.dims
    whole = encoder.positional_embedding
    dims.n_audio_ctx, encoder.positional_embedding = positions, whole[:positions]
    try:
        yield
    finally:
        dims.n_audio_ctx, encoder.positional_embedding = len(whole), whole


def fails(answer: whisper.DecodingResult) -> bool:
    """Return whether ``whisper.transcribe`` would decode a clip again: repetitive, or too improbable."""
    if answer.no_speech_prob > SILENT and answer.avg_logprob < LEAST_CERTAIN:
        return False
    return answer.compression_ratio > MOST_REPEATED or answer.avg_logprob < LEAST_CERTAIN


def joined(segments: Sequence[dict], language: str) -> Heard:
    """Return the segments of a clip as one answer; none are silence.

    Probabilities are means over the tokens and over the segments, temperature and repetition those of
    the worst segment.

    Parameters
    ----------
    segments
        ``text``, ``tokens``, ``avg_logprob``, ``no_speech_prob``, ``temperature`` and
        ``compression_ratio`` of each.
    language
        Of the clip.
    """
    if not segments:
        return Heard("", language, math.nan, math.nan, math.nan, math.nan, NO_SPEECH)
    tokens = [len(segment["tokens"]) + 1 for segment in segments]
    return Heard(
        " ".join(segment["text"].strip() for segment in segments),
        language,
        float(np.average([segment["avg_logprob"] for segment in segments], weights=tokens)),
        float(np.mean([segment["no_speech_prob"] for segment in segments])),
        max(segment["temperature"] for segment in segments),
        max(segment["compression_ratio"] for segment in segments),
        WINDOWS if len(segments) > 1 else None,
    )


def refuse_unknown(language: str | None, known: Sequence[str]) -> None:
    """Raise a SarangiError for a language that a Whisper does not know."""
    if language is not None and language not in known:
        raise SarangiError(
            f"this Whisper does not know the language {language!r} of the manifest; it knows "
            f"{', '.join(sorted(known))}. Set `language: detect` in its entry of `asr` to have it guess"
        )


def seed_by(name: str, temperature: float) -> None:
    """Seed torch for the draws of one clip, so that they are the same in any batch and after any break."""
    torch.manual_seed(_seed(name, temperature))


def _seed(name: str, temperature: float) -> int:
    return int.from_bytes(hashlib.sha256(f"{name}/{temperature}".encode()).digest()[:4], "big") // 2
