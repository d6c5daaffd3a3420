"""A fine-tuned run of the study that listens, wherever its folder lies."""

import os
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from sarangi.app.card_files import read_card
from sarangi.base.errors import SarangiError
from sarangi.base.sound import SAMPLE_RATE
from sarangi.models.encoders import load_encoder
from sarangi.models.fusion import CONTEXT, EmotionClassifier
from sarangi.models.pooling import masked_mean
from sarangi.models.run_inputs import samples_heard, sound_of
from sarangi.models.speech_states import speech_states
from sarangi.models.tokenizers import load_tokenizer, tokens_of
from sarangi.runtime.devices import device


class Run:
    """A fine-tuned run; a :class:`~sarangi.app.listening.Listener`.

    Parameters
    ----------
    folder
        With ``config.json`` and ``model.safetensors``.
    name
        As it was asked for.
    places
        Folders of studies, in which a Whisper or a frozen encoder that the card names may lie.

    Raises
    ------
    SarangiError
        If no whole run lies there, or it needs an encoder that is not available.
    """

    own_words = None

    def __init__(self, folder: Path, name: str, places: Sequence[Path]):
        self.name, self.card, self._places = name, read_card(folder), places
        self.network = EmotionClassifier.from_pretrained(folder).to(device())
        described = self.network.described
        self.emotions = list(described["emotions"])
        self.hears, self.reads = "audio" in described, "text" in described
        self.seconds = described["audio"]["max_audio_s"] if self.hears else None
        self.shortest = samples_heard(described) if self.hears else 0
        if self.hears and self.seconds * SAMPLE_RATE < self.shortest:
            raise SarangiError(
                f"{name}: max_audio_s is {self.seconds}, too short for the encoder, which needs "
                f"{self.shortest / SAMPLE_RATE} s; get the run's config.json again"
            )
        self._audio, self._text = described.get("audio"), described.get("text")
        if self.reads:
            self._tokenizer = load_tokenizer(
                self._text["tokenizer"], self._text["encoder"], self._text["max_tokens"], self._text["name"]
            )
        if self.hears and "states" in self._audio:
            self._frozen = self._frozen_encoder()

    @torch.inference_mode()
    def answer(self, signals: Sequence[np.ndarray], words: Sequence[str]) -> np.ndarray:
        """Return probabilities; see :meth:`~sarangi.app.listening.Listener.answer`."""
        inputs: dict[str, list[Tensor]] = {}
        if self.hears:
            inputs["signals"] = [self._heard(signal) for signal in signals]
        if self.reads:
            inputs["tokens"] = [self._tokens(text) for text in words]
        return self.network(**inputs)["logits"].float().softmax(1).cpu().numpy()

    def _heard(self, signal: np.ndarray) -> Tensor:
        """Return what the audio branch takes, rounded as what was kept on disk for the training."""
        clip = sound_of(self.network.described, signal).to(device())
        if "states" in self._audio:
            states, mask = speech_states(self._frozen, [clip], True, self._audio.get(CONTEXT, 0))
            return torch.stack([masked_mean(layer, mask) for layer in states], 1)[0].half().float()
        if "prefix" in self._audio:
            states = self.network.audio.split.below(clip)
            half = states.half()
            return (half if half.isfinite().all() else states.bfloat16()).float()
        return clip

    def _tokens(self, text: str) -> Tensor:
        return torch.tensor(tokens_of(self._tokenizer, text, self._text["max_tokens"], self._text["name"]))

    def _frozen_encoder(self) -> Any:
        entry = (self.card or {}).get("encoders", {}).get("audio", {})
        folder = self._beside(entry.get("folder"))
        if folder is None:
            raise SarangiError(
                f"{self.name} was trained on the states of the frozen encoder {self._audio['name']}, which "
                f"is not available; make the card with snakemake --cores 2 app, and have "
                f"{entry.get('folder', 'the folder of the encoder')} in the folder given by --directory"
            )
        return load_encoder(folder).eval().to(device())

    def _beside(self, name: str | None) -> Path | None:
        """Return where a file that a card names lies; a card may not name what is elsewhere."""
        if not name or Path(name).is_absolute() or os.pardir in Path(name).parts:
            return None
        return next((place / name for place in self._places if (place / name).exists()), None)

    @property
    def writes(self) -> bool:
        """Whether its Whisper is at hand."""
        return self._checkpoint is not None

    @cached_property
    def _checkpoint(self) -> Path | None:
        return self._beside(((self.card or {}).get("asr") or {}).get("checkpoint"))

    @cached_property
    def _engine(self) -> Any:
        from sarangi.transcripts.engines import ENGINES

        settings = self.card["asr"]["settings"]
        return ENGINES[settings["engine"]](self._checkpoint, settings, torch.get_num_threads())

    def transcribe(self, signals: Sequence[np.ndarray], names: Sequence[str]) -> list[str]:
        """Return the words of clips; in the language of the corpus, if it is one."""
        languages = self.card["languages"]
        guessed = self.card["asr"]["settings"]["language"] == "detect" or len(languages) != 1
        return [heard.text for heard in self._engine.hear(signals, None if guessed else languages[0], names)]
