"""A classifier of sound of somebody else's that listens, in the form of transformers."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from sarangi.base.errors import SarangiError
from sarangi.base.sound import SAMPLE_RATE
from sarangi.models.devices import device


class Foreign:
    """A classifier of sound in the form of transformers; only tensors and settings are read.

    Parameters
    ----------
    folder
        With ``config.json``, ``preprocessor_config.json`` and ``model.safetensors``.
    name
        As it was asked for.

    Raises
    ------
    SarangiError
        If no such classifier lies there.
    """

    hears, reads, writes, seconds = True, False, False, None

    def __init__(self, folder: Path, name: str):
        from transformers import AutoFeatureExtractor, AutoModelForAudioClassification

        self.name, self.card = name, None
        safe = {"local_files_only": True, "trust_remote_code": False}
        try:
            self.extractor = AutoFeatureExtractor.from_pretrained(folder, **safe)
            self.network, found = AutoModelForAudioClassification.from_pretrained(
                folder, use_safetensors=True, output_loading_info=True, dtype=torch.float32, **safe
            )
        # whatever a stranger's settings make of a library's classes
        except Exception as error:
            reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
            raise SarangiError(
                f"{name}: no audio classifier of transformers can be opened there ({reason}); expected "
                "config.json, preprocessor_config.json and model.safetensors"
            ) from None
        lacking = sorted(found["missing_keys"])
        if lacking:
            raise SarangiError(
                f"{name}: its weights lack {len(lacking)} tensors, first {lacking[0]}, so it is no "
                "classifier that was trained; expected an audio classifier, not an encoder alone"
            )
        self.network = self.network.eval().to(device())
        labels = self.network.config.id2label
        self.emotions = [str(labels[place]) for place in range(self.network.config.num_labels)]
        self.many = self.network.config.problem_type == "multi_label_classification"

    @torch.inference_mode()
    def answer(self, signals: Sequence[np.ndarray], words: Sequence[str]) -> np.ndarray:
        """Return probabilities; multi-label ones add up to anything."""
        from torchaudio.functional import resample

        rate = getattr(self.extractor, "sampling_rate", SAMPLE_RATE)
        found = []
        for signal in signals:
            if rate != SAMPLE_RATE:
                signal = resample(torch.from_numpy(signal), SAMPLE_RATE, rate).numpy()
            inputs = self.extractor(signal, sampling_rate=rate, return_tensors="pt").to(device())
            logits = self.network(**inputs).logits.float()[0]
            found.append(logits.sigmoid() if self.many else logits.softmax(0))
        return torch.stack(found).cpu().numpy()

    def transcribe(self, signals: Sequence[np.ndarray], names: Sequence[str]) -> list[str]:
        """Return nothing: it reads no words."""
        return ["" for _ in signals]
