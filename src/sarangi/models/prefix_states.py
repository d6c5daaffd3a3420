"""States below the layers of a speech encoder that learn, computed once."""

import io
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import soundfile
import torch
from safetensors.torch import save_file
from torch import Tensor

from sarangi.audio.flac import decode
from sarangi.base import store
from sarangi.base.progress import progress
from sarangi.base.sound import SAMPLE_RATE
from sarangi.models.encoders import Encoder, normalises
from sarangi.models.settings import layers_and_width
from sarangi.models.shortest import frames_of, refuse_longer, samples_needed, too_short
from sarangi.models.speech_states import prepared
from sarangi.models.split_encoder import SplitEncoder
from sarangi.runtime.devices import device

log = logging.getLogger("sarangi")

HALF = 2  # bytes of a number


def prefix_gb(audio: Path, config: Mapping[str, Any], seconds: float) -> float:
    """Return the size of what :func:`prefix_states` would keep of a shard, in 10⁹ bytes.

    Parameters
    ----------
    audio
        Audio shard.
    config
        ``config.json`` of the encoder.
    seconds
        Longest clip.
    """
    samples = [
        min(soundfile.info(io.BytesIO(row["audio"]["bytes"])).frames, round(seconds * SAMPLE_RATE))
        for row in store.rows(audio)
        if row["status"] == store.OK
    ]
    return (
        int(frames_of(np.array(samples, dtype=int), config).sum()) * layers_and_width(config)[1] * HALF / 1e9
    )


class Prefix(NamedTuple):
    """What of an encoder is computed once, and how much of it is kept.

    ``layers`` of ``encoder`` are frozen; clips longer than ``seconds`` are cut at the centre.  ``most_gb`` is
    the largest size to keep of a shard, in 10⁹ bytes; it is foreseen, and of a shard that would be larger
    nothing is kept: the file is empty, and training recomputes the states in each epoch.
    """

    encoder: Encoder
    layers: int
    seconds: float
    most_gb: float


def prefix_states(audio: Path, prefix: Prefix, threads: int, output: store.Output) -> None:
    """Write what goes into the lowest layer that learns, of each clip, from the frozen layers below.

    Parameters
    ----------
    audio
        Audio shard.
    prefix
        Of a speech encoder.
    threads
        Threads of torch.
    output
        File of safetensors to write: a tensor of shape (frames, width) for each usable clip that is long
        enough, under its utterance_id, float16, or bfloat16 where float16 has no such large numbers.

    Raises
    ------
    SarangiError
        If the encoder has fewer layers.
    """
    torch.set_num_threads(threads)
    encoder, layers, seconds, most_gb = prefix
    model = encoder.load()
    split = SplitEncoder(model.to(device()), layers)
    split.train(False)
    refuse_longer(model.config.to_dict(), seconds)
    normalise, needed = normalises(encoder.folder), samples_needed(model.config)
    kept: dict[str, Tensor] = {}
    gb = prefix_gb(audio, model.config.to_dict(), seconds)
    log.info("%s: what the frozen layers give is %.3f GB", audio, gb)
    if gb > most_gb:
        log.warning(
            "more than the %.3f GB that cache_gb leaves a shard: each epoch recomputes it; "
            "to keep it, raise cache_gb and add --forcerun prefix_states",
            most_gb,
        )
    else:
        for row in progress(store.rows(audio), store.count(audio), str(audio)):
            if row["status"] == store.OK:
                signal = prepared(decode(row["audio"]["bytes"]), seconds, normalise)
                if too_short(len(signal), needed):
                    continue  # which fails in training, too
                states = split.below(signal.to(device())).cpu()
                half = states.half()
                kept[row["utterance_id"]] = half if half.isfinite().all() else states.bfloat16()
    save_file(kept, output.path, metadata=output.metadata)
