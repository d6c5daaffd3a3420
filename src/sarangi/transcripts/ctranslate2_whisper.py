"""faster-whisper: a Whisper in the form of CTranslate2, with the checks and windows of openai-whisper.

CTranslate2 seeds its draws once a thread, so that a text that was sampled would follow from the clips
before it.  What fails the checks is therefore searched for, and never sampled.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sarangi.base.device_names import CPU, CUDA
from sarangi.base.documents import DocumentError, json_in
from sarangi.base.errors import SarangiError
from sarangi.base.sound import SAMPLE_RATE
from sarangi.base.weights_files import FASTER_WHISPER_FOLDER, faster_whisper_lacks
from sarangi.runtime.devices import device
from sarangi.transcripts.tries import (
    FRAME,
    MOST_REPEATED,
    WINDOW,
    Heard,
    Kept,
    Try,
    context_of,
    joined,
    kept,
    refuse_unknown,
    silent,
)

PREPARATION = "preprocessor_config.json"
PREPARED = {
    "sampling_rate": (SAMPLE_RATE, SAMPLE_RATE), "feature_size": (80, 128), "hop_length": (FRAME, FRAME),
    "n_fft": (400, 400), "chunk_length": (30, 30),
}  # fmt: skip
"""Least and most of what says how clips are prepared; all Whispers have the same, but for the bands."""

SEARCHES = (
    {"beam_size": 1},
    {"beam_size": 5},
    {"beam_size": 5, "no_repeat_ngram_size": 3},
)
"""The greedy text, then the best of five beams, and if that repeats itself one of no three tokens twice."""

FULL = "full"
PRECISIONS = {FULL: {CPU: "float32", CUDA: "float16"}, "int8": {CPU: "int8", CUDA: "int8_float16"}}
"""Numbers that CTranslate2 computes with, by the setting and the device."""


class FasterWhisper:
    """A Whisper in the form of CTranslate2, by the package faster-whisper.

    Parameters
    ----------
    folder
        With :data:`sarangi.base.weights_files.FASTER_WHISPER_FOLDER`.
    settings
        ``tokens`` (at most, a clip); ``context``: see :func:`sarangi.transcripts.tries.context_of`;
        ``precision``: one of :data:`PRECISIONS`, the first where it is not given.
    threads
        Threads of CTranslate2.

    Raises
    ------
    SarangiError
        If the folder lacks a file or holds no such model.
    """

    def __init__(self, folder: Path, settings: Mapping[str, Any], threads: int):
        # it loads libraries that no other step needs
        from faster_whisper import WhisperModel

        if lacking := faster_whisper_lacks(folder):
            raise SarangiError(
                f"{folder}: no {lacking[0]}; expected a Whisper in the form of CTranslate2, with "
                f"{FASTER_WHISPER_FOLDER}"
            )
        _refuse_odd_preparation(folder / PREPARATION)
        try:
            # CTranslate2 runs on no GPU of Apple's
            where = CUDA if device() == CUDA else CPU
            numbers = PRECISIONS[settings.get("precision", FULL)][where]
            self.model = WhisperModel(str(folder), where, 0, numbers, threads, local_files_only=True)
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
        self.settings = settings

    def hear(self, signals: Sequence[np.ndarray], language: str | None, names: Sequence[str]) -> list[Heard]:
        """Transcribe clips one after another; see :class:`sarangi.transcripts.tries.Engine`.

        A clip that fails the checks of repetition or probability is decoded again: with the whole context
        where it was cut, then by the :data:`SEARCHES`.

        Raises
        ------
        SarangiError
            If the model does not know the language.
        """
        refuse_unknown(language, self.languages)
        return [self._heard(signal, language, name) for signal, name in zip(signals, names, strict=True)]

    def _heard(self, signal: np.ndarray, language: str | None, name: str) -> Heard:
        try:
            windows: list[Kept] = []
            for mel in self.windows(signal):
                windows.append(kept(self._tries(mel, language), name))
                language = windows[0].best.language
            return joined(windows)
        # of C++, and of what its files have in them
        except (RuntimeError, ValueError, LookupError, TypeError) as error:
            raise SarangiError(
                f"{self.folder}: this Whisper fails at {name} ({type(error).__name__}: {error}); its files "
                "do not go with each other: get them again"
            ) from error

    def windows(self, signal: np.ndarray) -> Iterator[np.ndarray]:
        """Yield the spectrograms of the windows of a clip, each of shape (bands, frames)."""
        mel = self.model.feature_extractor(signal)[:, :-1]  # the last frame is of the padding
        for start in range(0, max(mel.shape[1], 1), WINDOW):
            yield mel[:, start : start + WINDOW]

    def _tries(self, mel: np.ndarray, language: str | None) -> Iterator[Try]:
        """Yield the tries of a window; what nobody asks for is not decoded."""
        frames = context_of(mel.shape[1], self.settings["context"])
        encoded = self.encoded(mel, frames)
        first = self.decoded(encoded, language, SEARCHES[0])
        # whether nobody speaks is for the whole context to say
        if not (frames < WINDOW and silent(first)):
            yield first
        if frames < WINDOW:
            encoded = self.encoded(mel, WINDOW)
            yield self.decoded(encoded, language, SEARCHES[0])
        best = self.decoded(encoded, language, SEARCHES[1])
        yield best
        if best.compression_ratio > MOST_REPEATED:
            yield self.decoded(encoded, language, SEARCHES[2])

    def encoded(self, mel: np.ndarray, frames: int) -> Any:
        """Return what the encoder makes of a spectrogram with zeros behind it, of so many frames in all."""
        return self.model.encode(np.pad(mel, ((0, 0), (0, frames - mel.shape[1]))))

    def decoded(self, encoded: Any, language: str | None, search: Mapping[str, int]) -> Try:
        """Decode what the encoder made of a window, in a language or in the one that it detects."""
        from faster_whisper.tokenizer import Tokenizer
        from faster_whisper.transcribe import get_compression_ratio, get_suppressed_tokens

        network = self.model.model
        if not network.is_multilingual:
            language = "en"
        elif language is None:
            language = network.detect_language(encoded)[0][0][0].strip("<|>")
        tokenizer = Tokenizer(self.model.hf_tokenizer, network.is_multilingual, "transcribe", language)
        prompt = self.model.get_prompt(tokenizer, [], without_timestamps=True)
        (found,) = network.generate(
            encoded,
            [prompt],
            max_length=len(prompt) + self.settings["tokens"],
            return_scores=True,
            return_no_speech_prob=True,
            suppress_tokens=get_suppressed_tokens(tokenizer, [-1]),
            **search,
        )
        tokens = found.sequences_ids[0]
        text = tokenizer.decode(tokens).strip()
        # the score is the mean over the tokens without the last, which says that the text ends
        logprob = found.scores[0] * len(tokens) / (len(tokens) + 1)
        return Try(
            text, language, logprob, found.no_speech_prob, 0.0, get_compression_ratio(text), len(tokens)
        )


def _refuse_odd_preparation(file: Path) -> None:
    """Refuse settings by which faster-whisper would hear clips at another rate, or not at all."""
    if not file.exists():
        return
    try:
        found = json_in(file)
        if not isinstance(found, dict):
            raise DocumentError("it is not an object")
        for key, (least, most) in PREPARED.items():
            value = found.get(key, least)
            if type(value) is not int or not least <= value <= most:
                wanted = least if least == most else f"a whole number from {least} to {most}"
                raise DocumentError(f"{key} is {value!r}, expected {wanted}")
    except (OSError, DocumentError) as error:
        raise SarangiError(f"{file}: expected the settings of a Whisper ({error}); get it again") from error
