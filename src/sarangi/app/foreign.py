"""A classifier of sound of somebody else's that listens, in the form of transformers."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from sarangi.app.clips import SHORTEST_S
from sarangi.app.foreign_settings import MULTI, extractor_of, kind_of_problem, labels_of
from sarangi.app.own_words import own_words
from sarangi.base.errors import SarangiError
from sarangi.base.sound import SAMPLE_RATE
from sarangi.models.loading import quietly, refuse_other_shapes, said_by
from sarangi.models.refusals import refuse_larger, settings_in
from sarangi.models.settings import config_of, size_of_weights, weights_alone
from sarangi.runtime.devices import device

if TYPE_CHECKING:
    from transformers import PreTrainedModel


class Foreign:
    """A classifier of sound in the form of transformers; only tensors and settings are read.

    Parameters
    ----------
    folder
        With ``config.json``, ``preprocessor_config.json`` and ``model.safetensors``; ``README.md``, its model
        card, may be there, too.
    name
        As it was asked for.

    Raises
    ------
    SarangiError
        If no such classifier lies there.
    """

    hears, reads, writes, seconds = True, False, False, None
    # it has answered to the shortest clip that is read
    shortest = 0

    def __init__(self, folder: Path, name: str):
        self.name, self.card, self.own_words = name, None, own_words(folder)
        try:
            settings = settings_in(folder / "config.json")
            self.emotions = labels_of(settings)
            self.many = kind_of_problem(settings) == MULTI
            self.extractor = extractor_of(folder, settings.get("model_type", ""))
            self.network = _network(folder, settings, self.emotions).to(device())
        except SarangiError as error:
            raise SarangiError(f"{name}: not an audio classifier that can be opened: {error}") from None
        # whatever a stranger's settings make of a library's classes
        except Exception as error:
            reason = said_by(error)
            raise SarangiError(
                f"{name}: no audio classifier of transformers can be opened there ({reason}); expected "
                "config.json, preprocessor_config.json and model.safetensors"
            ) from None
        self._try()

    def _try(self) -> None:
        """Refuse a network that gives no probabilities of the shortest clip, whatever its settings say."""
        signal = np.random.default_rng(0).normal(0, 0.1, round(SHORTEST_S * SAMPLE_RATE)).astype(np.float32)
        try:
            found = self.answer([signal], [""])
        except Exception as error:
            reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
            raise SarangiError(
                f"{self.name}: it cannot answer to a clip of {SHORTEST_S} s ({reason}); its settings do not "
                "go with each other; get it again"
            ) from None
        if found.shape != (1, len(self.emotions)) or not np.isfinite(found).all():
            raise SarangiError(
                f"{self.name}: its answer to a clip is not a probability for each of its "
                f"{len(self.emotions)} "
                "labels; its weights are broken; get it again"
            )

    @torch.inference_mode()
    def answer(self, signals: Sequence[np.ndarray], words: Sequence[str]) -> np.ndarray:
        """Return probabilities; multi-label ones add up to anything."""
        import soxr

        rate = self.extractor.sampling_rate
        found = []
        for signal in signals:
            if rate != SAMPLE_RATE:
                signal = soxr.resample(signal, SAMPLE_RATE, rate)
            inputs = self.extractor(signal, sampling_rate=rate, return_tensors="pt").to(device())
            logits = self.network(**inputs).logits.float()[0]
            found.append(logits.sigmoid() if self.many else logits.softmax(0))
        return torch.stack(found).cpu().numpy()

    def transcribe(self, signals: Sequence[np.ndarray], names: Sequence[str]) -> list[str]:
        """Return nothing: it reads no words."""
        return ["" for _ in signals]


def _network(folder: Path, settings: Mapping[str, Any], labels: Sequence[str]) -> "PreTrainedModel":
    """Return the network, of which nothing is made before its size is known to go with the weights."""
    from transformers import AutoModelForAudioClassification

    config = config_of(
        settings, id2label=dict(enumerate(labels)), label2id={v: k for k, v in enumerate(labels)}
    )
    with weights_alone(folder) as alone, quietly():
        refuse_larger(lambda: AutoModelForAudioClassification.from_config(config), (), size_of_weights(alone))
        network, found = AutoModelForAudioClassification.from_pretrained(
            alone,
            config=config,
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=True,
            output_loading_info=True,
            ignore_mismatched_sizes=True,  # they are refused below, by name
            dtype=torch.float32,
        )
    refuse_other_shapes(found["mismatched_keys"])
    # the vector of masked stretches serves training alone
    lacking = sorted(name for name in found["missing_keys"] if not name.endswith("masked_spec_embed"))
    if lacking:
        raise SarangiError(
            f"its weights lack {len(lacking)} tensors, first {lacking[0]}, so it is not a "
            "classifier that was "
            "trained; expected an audio classifier, not an encoder alone"
        )
    return network.eval()
