"""States of frozen speech encoders, pooled over each clip, computed once."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import torch
from torch import Tensor
from transformers import PreTrainedModel

from sarangi.audio.flac import decode
from sarangi.base import store
from sarangi.base.progress import progress
from sarangi.models.encoders import Encoder, layers_of, normalises
from sarangi.models.pooling import masked_mean
from sarangi.models.shortest import refuse_longer, samples_needed, too_short
from sarangi.models.speech_states import prepared, speech_states
from sarangi.runtime.devices import device

BATCH = 8  # clips at once
BATCHES = 16  # read at once, to put clips of about the same length into one
TOO_LARGE = "its states are beyond the range of float16"


def pooled_schema(layers: int, width: int) -> pa.Schema:
    """Return the schema of pooled states: the mean over time of each state, the lowest first.

    Its metadata say how many ``states`` there are, since a row holds them one after the other.
    """
    pooled = pa.field("pooled", pa.list_(pa.float16(), layers * width))
    return pa.schema(
        [pa.field("utterance_id", pa.string(), nullable=False), *store.STATUS, pooled],
        {"states": str(layers)},
    )


def pooled_states(
    audio: Path, encoder: Encoder, seconds: float, threads: int, output: store.Output, context: float = 0.0
) -> None:
    """Write the mean over time of every layer's states of each clip, of an encoder that learns nothing.

    Parameters
    ----------
    audio
        Audio shard.
    encoder
        A speech encoder.
    seconds
        Longest clip; longer ones are cut at the centre.
    threads
        Threads of torch.
    output
        Parquet file to write, of :func:`pooled_schema`: as many rows as the shard; one whose states are
        beyond the range of float16, or that is too short for a frame, has failed.
    context
        Seconds of silence behind each clip, of :func:`sarangi.models.speech_states.speech_states`.
    """
    torch.set_num_threads(threads)
    model = encoder.load().eval().to(device())
    refuse_longer(model.config.to_dict(), seconds)
    normalise, needed = normalises(encoder.folder), samples_needed(model.config)
    schema = pooled_schema(len(layers_of(model)) + 1, model.config.hidden_size)
    with output.writer(schema, row_group=256) as writer:
        for some in _batched(audio, BATCHES * BATCH):
            signals = {
                n: prepared(decode(row["audio"]["bytes"]), seconds, normalise).to(device())
                for n, row in enumerate(some)
                if row["status"] == store.OK
            }
            why = {n: too_short(len(signal), needed) for n, signal in signals.items()}
            means = _means(model, {n: signal for n, signal in signals.items() if why[n] is None}, context)
            for n, row in enumerate(some):
                line = {name: row[name] for name in ("utterance_id", "status", "reason")} | {"pooled": None}
                if n in means:
                    values = means[n].half().flatten()
                    if values.isfinite().all():
                        line["pooled"] = values.numpy()
                    else:
                        line |= {"status": store.FAILED, "reason": TOO_LARGE}
                elif why.get(n):
                    line |= {"status": store.FAILED, "reason": why[n]}
                writer.add(line)


@torch.inference_mode()
def _means(model: PreTrainedModel, signals: Mapping[int, Tensor], context: float) -> dict[int, Tensor]:
    """Return the mean over time of each layer, (layers, width), of clips by number."""
    order = sorted(signals, key=lambda n: len(signals[n]))
    found: dict[int, Tensor] = {}
    for start in range(0, len(order), BATCH):
        chosen = order[start : start + BATCH]
        states, mask = speech_states(model, [signals[n] for n in chosen], every_layer=True, context=context)
        # layer by layer, and not all of them at once in another copy
        means = torch.stack([masked_mean(layer, mask) for layer in states], 1).cpu()
        found |= dict(zip(chosen, means, strict=True))
    return found


def _batched(audio: Path, count: int) -> Iterator[Sequence[Mapping[str, Any]]]:
    rows = iter(progress(store.rows(audio), store.count(audio), str(audio)))
    while some := list(islice(rows, count)):
        yield some
