"""x-vectors above an encoder of transformers: WavLM, wav2vec 2.0 or UniSpeech-SAT with a head for speakers.

Snyder, D., Garcia-Romero, D., Sell, G., Povey, D., and Khudanpur, S. (2018).  X-vectors: robust DNN
embeddings for speaker recognition.  ICASSP, 5329-5333.  The head is that of SUPERB (Yang et al. 2021):
convolutions over time, mean and deviation of what they give, a linear layer.  No code of the weights'
publisher runs.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import AutoModelForAudioXVector, PreTrainedModel
from transformers.models.auto.modeling_auto import MODEL_FOR_AUDIO_XVECTOR_MAPPING_NAMES as NETWORKS

from sarangi.base.errors import SarangiError
from sarangi.base.sound import SAMPLE_RATE
from sarangi.models.loading import quietly, refuse_other_shapes, said_by
from sarangi.models.refusals import refuse_larger, refuse_no_numbers, settings_in
from sarangi.models.settings import config_of, refuse_odd, size_of_weights, weights_alone
from sarangi.sources.incomplete import WEIGHTS, refuse_incomplete

HEAD = ("tdnn_dim", "tdnn_kernel", "tdnn_dilation", "xvector_output_dim")
OF_TRAINING = ("objective.", "classifier.")  # of the loss: what follows the embedding
OPTIONAL = "masked_spec_embed"
SECONDS = 30  # longer clips are cut at the centre: attention grows with the square of their length


class XVector:
    """The encoder with its weights.

    Parameters
    ----------
    folder
        With ``config.json``, ``preprocessor_config.json`` and ``model.safetensors``.

    Raises
    ------
    SarangiError
        If it holds no encoder with a head for speakers, or its weights do not fit its settings.
    """

    def __init__(self, folder: Path) -> None:
        refuse_incomplete(folder, ["config.json", "preprocessor_config.json", WEIGHTS])
        self._normalise = _normalises(folder / "preprocessor_config.json")
        self.network = _network(folder)
        config = self.network.config
        self.width = int(config.xvector_output_dim)
        # frames that two frames of the last convolution need, since their deviation is taken
        reach = sum((k - 1) * d for k, d in zip(config.tdnn_kernel, config.tdnn_dilation, strict=True))
        self._frames = reach + 2
        self._windows = list(zip(config.conv_kernel, config.conv_stride, strict=True))

    @torch.inference_mode()
    def embed(self, signal: np.ndarray) -> tuple[np.ndarray | None, str | None]:
        """Return the embedding of a clip, and why there is none: see :mod:`sarangi.speakers.registry`."""
        most = SECONDS * SAMPLE_RATE
        start = max(0, (len(signal) - most) // 2)
        signal = signal[start : start + most]
        frames = len(signal)
        for kernel, stride in self._windows:
            frames = max(0, (frames - kernel) // stride + 1)
        if frames < self._frames:
            return None, f"too short for the encoder: {len(signal) / SAMPLE_RATE:.3f} s"
        if self._normalise:
            signal = (signal - signal.mean()) / np.sqrt(signal.var() + 1e-7)
        values = self.network(torch.from_numpy(signal)[None]).embeddings[0].double()
        length = float(values.norm())
        if not np.isfinite(length) or length == 0:
            return None, "the network gives no direction for it"
        return (values / length).float().numpy(), None


def _network(folder: Path) -> PreTrainedModel:
    settings = settings_in(folder / "config.json")
    try:
        if settings.get("model_type") not in NETWORKS:
            raise ValueError(
                f"model_type is {settings.get('model_type')!r}; expected one of {', '.join(sorted(NETWORKS))}"
            )
        config = config_of(settings, **_head(settings))
        with weights_alone(folder) as alone, quietly():
            refuse_larger(lambda: AutoModelForAudioXVector.from_config(config), (), size_of_weights(alone))
            model, found = AutoModelForAudioXVector.from_pretrained(
                alone,
                config=config,
                local_files_only=True,
                trust_remote_code=False,
                use_safetensors=True,
                dtype=torch.float32,
                output_loading_info=True,
                ignore_mismatched_sizes=True,  # they are refused below, by name
            )
        refuse_other_shapes([e for e in found["mismatched_keys"] if not e[0].startswith(OF_TRAINING)])
        lacking = sorted(
            name
            for name in found["missing_keys"]
            if not name.startswith(OF_TRAINING) and not name.endswith(OPTIONAL)
        )
        if lacking:
            raise ValueError(f"the weights lack {len(lacking)} tensors, first {lacking[0]}")
    except Exception as error:  # whatever transformers stumbles over in somebody's settings and weights
        raise SarangiError(
            f"{folder}: not a speaker encoder that can be read: {said_by(error)}; expected config.json and "
            f"{WEIGHTS} of a network with a head for x-vectors, from one place"
        ) from error
    refuse_no_numbers(model, folder)
    return model.eval()


def _head(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the settings say of the head, in bounds."""
    head = {name: settings[name] for name in HEAD if name in settings}
    for name, value in head.items():
        refuse_odd(name, value)
    return head


def _normalises(file: Path) -> bool:
    """Whether it takes signals of zero mean and unit variance."""
    settings = settings_in(file)
    rate, normalise = settings.get("sampling_rate", SAMPLE_RATE), settings.get("do_normalize", True)
    if rate != SAMPLE_RATE or not isinstance(normalise, bool):
        raise SarangiError(
            f"{file}: sampling_rate is {rate!r} and do_normalize {normalise!r}; expected {SAMPLE_RATE}, and "
            "true or false; choose another encoder, or get the file again"
        )
    return normalise


def encoder(weights: Path) -> XVector:
    """Return the encoder with its weights."""
    return XVector(weights)
