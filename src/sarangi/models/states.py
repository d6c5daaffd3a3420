"""States of frozen speech encoders, computed once: pooled over each clip, or below the layers that learn."""

import io
import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import soundfile
import torch
from safetensors.torch import save_file
from torch import Tensor
from transformers import PreTrainedModel

from sarangi.audio.flac import decode
from sarangi.base import store
from sarangi.base.progress import progress
from sarangi.base.sound import SAMPLE_RATE
from sarangi.models.encoders import (
    SplitEncoder,
    device,
    layers_of,
    load_encoder,
    normalises,
    prepared,
    speech_states,
)
from sarangi.models.fusion import masked_mean

log = logging.getLogger("sarangi")

BATCH = 8  # clips at once
BATCHES = 16  # read at once, to put clips of about the same length into one
HALF = 2  # bytes of a number
TOO_LARGE = "its states are beyond the range of float16"


def pooled_schema(layers: int, width: int) -> pa.Schema:
    """Return the schema of pooled states: the mean over time of each state, the lowest first."""
    pooled = pa.field("pooled", pa.list_(pa.float16(), layers * width))
    return pa.schema([pa.field("utterance_id", pa.string(), nullable=False), *store.STATUS, pooled])


def pooled_states(
    audio: Path, encoder: Path, seconds: float, threads: int, output: Path, provenance: dict
) -> None:
    """Write the mean over time of every layer's states of each clip, of an encoder that learns nothing.

    Parameters
    ----------
    audio
        Audio shard.
    encoder
        Folder of a speech encoder.
    seconds
        Longest clip; longer ones are cut at the centre.
    threads
        Threads of torch.
    output
        Parquet file to write, of :func:`pooled_schema`: as many rows as the shard; one whose states are
        beyond the range of float16 has failed.
    provenance
        Passed to the store.
    """
    torch.set_num_threads(threads)
    model = load_encoder(encoder).eval().to(device())
    normalise = normalises(encoder)
    schema = pooled_schema(len(layers_of(model)) + 1, model.config.hidden_size)
    with store.Writer(output, schema, provenance, row_group=256) as writer:
        for some in _batched(audio, BATCHES * BATCH):
            signals = {
                n: prepared(decode(row["audio"]["bytes"]), seconds, normalise).to(device())
                for n, row in enumerate(some)
                if row["status"] == store.OK
            }
            means = _means(model, signals)
            for n, row in enumerate(some):
                line = {name: row[name] for name in ("utterance_id", "status", "reason")} | {"pooled": None}
                if n in means:
                    values = means[n].half().flatten()
                    if values.isfinite().all():
                        line["pooled"] = values.numpy()
                    else:
                        line |= {"status": store.FAILED, "reason": TOO_LARGE}
                writer.add(line)


@torch.inference_mode()
def _means(model: PreTrainedModel, signals: Mapping[int, Tensor]) -> dict[int, Tensor]:
    """Return the mean over time of each layer, (layers, width), of clips by number."""
    order = sorted(signals, key=lambda n: len(signals[n]))
    found = {}
    for start in range(0, len(order), BATCH):
        chosen = order[start : start + BATCH]
        states, mask = speech_states(model, [signals[n] for n in chosen], every_layer=True)
        # layer by layer, and not all of them at once in another copy
        means = torch.stack([masked_mean(layer, mask) for layer in states], 1).cpu()
        found |= dict(zip(chosen, means, strict=True))
    return found


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
    return int(frames_of(np.array(samples, dtype=int), config).sum()) * config["hidden_size"] * HALF / 1e9


def frames_of(samples: np.ndarray, config: Mapping[str, Any]) -> np.ndarray:
    """Return the number of frames of clips, by the convolutions of an encoder's ``config.json``.

    Parameters
    ----------
    samples : array of int of shape (clips,)
    config
        With ``conv_kernel`` and ``conv_stride``.
    """
    for kernel, stride in zip(config["conv_kernel"], config["conv_stride"], strict=True):
        samples = np.maximum((samples - kernel) // stride + 1, 0)
    return samples


def prefix_states(
    audio: Path,
    encoder: Path,
    layers: int,
    seconds: float,
    most_gb: float,
    threads: int,
    output: Path,
    provenance: dict,
) -> None:
    """Write what goes into the lowest layer that learns, of each clip, from the frozen layers below.

    Parameters
    ----------
    audio
        Audio shard.
    encoder
        Folder of a speech encoder.
    layers
        Number of frozen layers.
    seconds
        Longest clip; longer ones are cut at the centre.
    most_gb
        Largest size to keep, in 10⁹ bytes; it is foreseen, and of a shard that would be larger nothing is
        kept: the file is empty, and training computes the states anew in each epoch.
    threads
        Threads of torch.
    output
        File of safetensors to write: a tensor of shape (frames, width) for each usable clip under its
        utterance_id, float16, or bfloat16 where float16 has no such large numbers.
    provenance
        Into the file's metadata.

    Raises
    ------
    SarangiError
        If the encoder has fewer layers.
    """
    torch.set_num_threads(threads)
    model = load_encoder(encoder)
    split = SplitEncoder(model.to(device()), layers)
    split.train(False)
    normalise = normalises(encoder)
    kept: dict[str, Tensor] = {}
    gb = prefix_gb(audio, model.config.to_dict(), seconds)
    log.info("%s: what the frozen layers give is %.3f GB", audio, gb)
    if gb > most_gb:
        log.warning(
            "more than the %.3f GB that cache_gb leaves a shard: each epoch computes it anew; "
            "to keep it, raise cache_gb and add --forcerun prefix_states",
            most_gb,
        )
    else:
        for row in progress(store.rows(audio), store.count(audio), str(audio)):
            if row["status"] == store.OK:
                signal = prepared(decode(row["audio"]["bytes"]), seconds, normalise)
                states = split.below(signal.to(device())).cpu()
                half = states.half()
                kept[row["utterance_id"]] = half if half.isfinite().all() else states.bfloat16()
    save_file(kept, output, metadata={"sarangi": json.dumps(provenance, sort_keys=True)})


def _batched(audio: Path, count: int) -> Iterator[Sequence[Mapping[str, Any]]]:
    rows = iter(progress(store.rows(audio), store.count(audio), str(audio)))
    while some := list(islice(rows, count)):
        yield some
