"""openai-whisper on batches of short clips.

What the package does clip by clip (``whisper.transcribe``) is done here for many clips at once, by means
that leave the text as it is: one pass of the encoder, from which the language is detected too and which a
failed decoding starts from again; decoding side by side; no spectrogram of the silence behind a clip.
"""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import torch
import whisper

from sarangi.base.errors import SarangiError
from sarangi.runtime.devices import half_precision, lacks_memory
from sarangi.transcripts.tries import (
    FRAME,
    WINDOW,
    Heard,
    Try,
    context_of,
    joined,
    kept,
    refuse_unknown,
    seed_of,
    silent,
)
from sarangi.transcripts.whisper_checkpoint import load

STRIDE = 2  # frames a position of the encoder
FFT = 400

TEMPERATURES = (0.2, 0.4, 0.6, 0.8, 1.0)  # of whisper.transcribe, for what fails its checks
ENCODED_AT_ONCE = 4  # on a processor more clips at once only fill its caches
ENGLISH = "en"


class OpenAIWhisper:
    """A checkpoint of openai-whisper, on the GPU where there is one.

    Parameters
    ----------
    checkpoint
        File with ``dims`` and ``model_state_dict``.
    settings
        ``tokens`` (at most, a clip) and ``context``: see :func:`sarangi.transcripts.tries.context_of`.
    threads
        Threads of torch.

    Raises
    ------
    SarangiError
        If the file is no such checkpoint.
    """

    def __init__(self, checkpoint: Path, settings: Mapping[str, Any], threads: int):
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
        """Transcribe clips of one language together; see :class:`sarangi.transcripts.tries.Engine`.

        A clip that fails the checks of repetition or probability is decoded again: with the whole context
        where it was cut, then along the ladder of temperatures; the draws follow the clip's name alone.

        Raises
        ------
        SarangiError
            If the checkpoint does not know the language, or the GPU has too little memory.
        """
        refuse_unknown(language, self.languages)
        language = language if self.model.is_multilingual else ENGLISH
        try:
            mels = [log_mel(signal, self.model.dims.n_mels) for signal in signals]
            short = [place for place, mel in enumerate(mels) if mel.shape[1] <= WINDOW]
            answers = self._decoded([mels[place] for place in short], language)
            found = {
                place: joined([kept(self._tries(answer, mels[place], language, names[place]), names[place])])
                for place, answer in zip(short, answers, strict=True)
            }
            for place in sorted(set(range(len(signals))) - set(short)):
                found[place] = self._in_windows(mels[place], language, names[place])
        except RuntimeError as error:
            if not lacks_memory(error):
                raise
            raise SarangiError(
                f"the GPU has too little memory for {len(signals)} clips at once; lower `batch` of this "
                "Whisper in the configuration"
            ) from error
        return [found[place] for place in range(len(signals))]

    def decode(self, signals: Sequence[np.ndarray], language: str | None) -> list[whisper.DecodingResult]:
        """Decode clips of up to 30 s together and greedily, once.

        Parameters
        ----------
        signals, language
            As for :meth:`hear`.
        """
        return self._decoded([log_mel(signal, self.model.dims.n_mels) for signal in signals], language)

    def _decoded(self, mels: Sequence[torch.Tensor], language: str | None) -> list[whisper.DecodingResult]:
        """Decode spectrograms, those of one context together, so that it follows from the clip alone."""
        contexts = [context_of(mel.shape[1], self.settings["context"]) for mel in mels]
        order = sorted(range(len(mels)), key=contexts.__getitem__)
        found: dict[int, whisper.DecodingResult] = {}
        for frames, places in groupby(order, key=contexts.__getitem__):
            same = list(places)
            answers = self._encoded_and_decoded([mels[place] for place in same], frames, language)
            found |= dict(zip(same, answers, strict=True))
        return [found[place] for place in range(len(mels))]

    @torch.no_grad()
    def _encoded_and_decoded(
        self, mels: Sequence[torch.Tensor], frames: int, language: str | None
    ) -> list[whisper.DecodingResult]:
        padded = torch.stack([whisper.pad_or_trim(mel, frames) for mel in mels]).to(self.model.device)
        padded = padded.half() if self.fp16 else padded
        with context(self.model, frames // STRIDE):
            at_once = len(padded) if self.fp16 else ENCODED_AT_ONCE
            features = torch.cat([self.model.encoder(part) for part in padded.split(at_once)])
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

    def _tries(
        self, answer: whisper.DecodingResult, mel: torch.Tensor, language: str | None, name: str
    ) -> Iterator[Try]:
        """Yield the tries of a window from the first answer on; what nobody asks for is not decoded."""
        first = try_of(answer)
        cut = STRIDE * len(answer.audio_features) < WINDOW
        # whether nobody speaks is for the whole context to say
        if not (cut and silent(first)):
            yield first
        if cut:
            (answer,) = self._encoded_and_decoded([mel], WINDOW, language)
            yield try_of(answer)
        for temperature in TEMPERATURES:
            torch.manual_seed(seed_of(name, temperature))
            with context(self.model, len(answer.audio_features)):
                options = self._options(answer.language, temperature)
                yield try_of(whisper.decode(self.model, answer.audio_features, options))

    def _in_windows(self, mel: torch.Tensor, language: str | None, name: str) -> Heard:
        """Transcribe a clip of more than 30 s as ``whisper.transcribe`` does, no window leading the next."""
        windows = []
        for place, window in enumerate(mel.split(WINDOW, dim=1)):
            (answer,) = self._decoded([window], language)
            language = answer.language
            windows.append(kept(self._tries(answer, window, language, f"{name}/{place}"), name))
        return joined(windows)


def try_of(answer: whisper.DecodingResult) -> Try:
    """Return the answer of the package as a try."""
    return Try(
        answer.text,
        answer.language,
        answer.avg_logprob,
        answer.no_speech_prob,
        answer.temperature,
        answer.compression_ratio,
        len(answer.tokens),
    )


def halve(model: whisper.model.Whisper) -> None:
    """Keep the weights in float16 that Whisper would round to it again for every token."""
    for module in model.modules():
        if isinstance(module, whisper.model.Linear | whisper.model.Conv1d):
            module.half()


def log_mel(signal: np.ndarray, mels: int) -> torch.Tensor:
    """Return the log-mel spectrogram of a clip as ``whisper.transcribe`` has it, without its silence.

    It takes the spectrogram of a clip and 30 s of silence, and puts zeros in the place of all frames
    behind the clip.

    Parameters
    ----------
    signal : float32 array of shape (samples,)
        At 16 kHz.
    mels
        Bands.

    Returns
    -------
    torch.Tensor
        float32 of shape (mels, frames of 10 ms).
    """
    # so much silence counts in the loudest frame, to which the spectrogram is related
    return whisper.log_mel_spectrogram(signal, mels, padding=2 * FFT)[:, : len(signal) // FRAME]


def log_mels(signals: Sequence[np.ndarray], mels: int, frames: int) -> torch.Tensor:
    """Return the log-mel spectrograms of clips of up to so many frames, with zeros behind each.

    Parameters
    ----------
    signals, mels
        As for :func:`log_mel`.
    frames
        Frames of each.

    Returns
    -------
    torch.Tensor
        float32 of shape (clips, mels, frames).
    """
    return torch.stack([whisper.pad_or_trim(log_mel(signal, mels), frames) for signal in signals])


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
