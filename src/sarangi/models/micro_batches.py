"""How many clips go through a network at once on a GPU: what its memory takes, whatever a recipe's batch is.

A recipe counts by its gradients: those of ``batch`` times ``accumulate`` clips, of which each ``batch`` is a
group with a mean loss of its own.  How these clips are cut for the network changes them by rounding, and by
what is drawn at random a batch (LayerDrop, SpecAugment).
"""

import json
import logging
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import torch
from torch import Tensor

from sarangi.base.device_names import CUDA
from sarangi.base.parts import TRAIN
from sarangi.models.fusion import EmotionClassifier
from sarangi.models.utterances import Utterances
from sarangi.runtime.devices import device, lacks_memory, training_precision

log = logging.getLogger("sarangi")

MOST_ANSWERED = 128  # clips at once, in validation and test
SPARE = 1.25  # of an attempt's memory: it may drop a layer at random, and a long training leaves gaps
ADAM = 2 * 4  # bytes of the two float32 means of a parameter that learns


class TrainedOn(NamedTuple):
    """What a GPU decides of a training; a run's ``config.json`` has it, as ``trained_on``."""

    device: str
    """Name of the GPU."""
    precision: str
    """``bf16`` or ``fp16``, of what is computed in training; weights and answers have 32 bits."""
    micro_batch: int
    """Clips at once in training."""
    evaluation_batch: int
    """Clips at once in validation and test."""


_found: dict[str, tuple[float, TrainedOn]] = {}
"""By GPU, its share and network: the longest clip that was tried, and what fitted."""


def trained_on(
    network: EmotionClassifier, data: Mapping[str, Utterances], recipe: Mapping[str, Any]
) -> TrainedOn | None:
    """Return how a network is trained on this machine's GPU; None without CUDA, where the recipe says all.

    Batches of a part's longest clip are tried, with texts of the most tokens: training doubles the recipe's
    ``batch`` up to ``batch`` times ``accumulate``, or halves it.  It is found once a process, model and GPU.

    Parameters
    ----------
    network
        To be trained; it is moved to the GPU.
    data
        Utterances of each part, with the frames that are kept.
    recipe
        ``finetuning`` of the model's entry.
    """
    if device() != CUDA:
        return None
    name, precision = torch.cuda.get_device_name(), training_precision()
    most = recipe["batch"] * recipe["accumulate"]
    shape = [network.described, recipe["batch"], most, bool(recipe.get("gradient_checkpointing"))]
    shared = torch.cuda.get_per_process_memory_fraction()
    key = json.dumps([name, shared, *shape], sort_keys=True, default=str)
    length = max(max(part.lengths, default=0.0) for part in data.values())
    if key in _found and _found[key][0] >= length:
        return _found[key][1]
    network.to(CUDA)
    longest = {part: _longest(utterances, network) for part, utterances in data.items() if len(utterances)}

    def learn(size: int) -> None:
        network.train()
        with torch.autocast(CUDA, {"bf16": torch.bfloat16, "fp16": torch.float16}[precision]):
            logits = network(**{key: [clip] * size for key, clip in longest[TRAIN].items()})["logits"]
        logits.float().logsumexp(1).sum().backward()

    @torch.inference_mode()
    def answer(size: int) -> None:
        network.eval()
        for part in longest.keys() - {TRAIN}:
            network(**{key: [clip] * size for key, clip in longest[part].items()})

    found = TrainedOn(
        name,
        precision,
        largest(lambda size: _fits(network, learn, size), recipe["batch"], most),
        largest(lambda size: _fits(network, answer, size), recipe["batch"], MOST_ANSWERED),
    )
    log.info(
        "%s: in training %d clips at once in %s (%d make an update), in answering %d",
        name, found.micro_batch, precision, most, found.evaluation_batch,
    )  # fmt: skip
    torch.cuda.reset_peak_memory_stats()  # what was tried is no part of the training
    _found[key] = length, found
    return found


def largest(fits: Callable[[int], bool], start: int, most: int) -> int:
    """Return how many clips fit: ``start`` doubled, but no more than ``most``, or halved, but not below 1.

    That one clip fits is not tried, as there is nothing smaller.
    """
    size = start
    while size > 1 and not fits(size):
        size //= 2
    if size < start:
        return size
    while size < most and fits(min(2 * size, most)):
        size = min(2 * size, most)
    return size


def _fits(network: EmotionClassifier, attempt: Callable[[int], None], size: int) -> bool:
    """Return whether the GPU's memory suffices for an attempt, with room for what Adam keeps."""
    torch.cuda.reset_peak_memory_stats()
    enough = False
    try:
        attempt(size)
        free, all_of_it = torch.cuda.mem_get_info()
        allowed = torch.cuda.get_per_process_memory_fraction() * all_of_it
        room = min(free + torch.cuda.memory_reserved(), allowed)
        kept = ADAM * sum(p.numel() for p in network.parameters() if p.requires_grad)
        enough = SPARE * torch.cuda.max_memory_allocated() + kept <= room
    except RuntimeError as error:
        if not lacks_memory(error):
            raise
    network.zero_grad()
    torch.cuda.empty_cache()
    return enough


def _longest(utterances: Utterances, network: EmotionClassifier) -> dict[str, Tensor]:
    """Return the inputs of the longest utterance, its text repeated to the most tokens."""
    entry = utterances[max(range(len(utterances)), key=utterances.lengths.__getitem__)]
    inputs = {name: entry[name].to(CUDA) for name in utterances.inputs}
    if "tokens" in inputs:
        tokens, most = inputs["tokens"], network.described["text"]["max_tokens"]
        inputs["tokens"] = tokens.repeat(-(-most // len(tokens)))[:most]
    return inputs
