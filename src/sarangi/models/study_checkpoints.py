"""The published study's own checkpoints, of PyTorch Lightning: tested by the replay, without training.

The names of their tensors are those of the study's code: ``model.audio_encoder.model.*``,
``model.text_encoder.model.*``, ``model.fusion.*`` and ``model.classifier.1.*``.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from sarangi.base.errors import SarangiError
from sarangi.base.parts import TEST, VALIDATION
from sarangi.models.answers import logits_of
from sarangi.models.encoders import build_encoder
from sarangi.models.finetuning import parts_of_run, write_run
from sarangi.models.fusion import EmotionClassifier, classifier, with_encoder
from sarangi.models.refusals import refuse_larger, refuse_no_numbers
from sarangi.models.replay import needs_pooler
from sarangi.models.runs import Run, RunFiles, Training
from sarangi.models.trainer import LOG, advice_on_memory
from sarangi.runtime.devices import device
from sarangi.sources.checkpoints import checkpoint_in, refuse_no_plain, refuse_swollen
from sarangi.statistics.confusions import uar, wf1

NAMES = {
    "model.audio_encoder.model.": "audio.encoder.",
    "model.text_encoder.model.": "text.encoder.",
    "model.fusion.": "fusion.",
    "model.classifier.1.": "classifier.",
}
"""How names begin there, and how here."""
CLASS_WEIGHTS = "class_weights"
NOT_ANSWERING = re.compile(r"text\.encoder\.(pooler\..*|embeddings\.(position_ids|token_type_ids))")
"""What gives no answers in a network of the study: positions, and a pooler next to a cross-attention."""
OLDER = {
    "conv.weight_g": "conv.parametrizations.weight.original0",
    "conv.weight_v": "conv.parametrizations.weight.original1",
}
"""What torch called the two tensors of a normalised weight before."""


def evaluate_checkpoint(training: Training, run: Run, checkpoint: Path, output: RunFiles) -> None:
    """Predict a fold's test part by a checkpoint of the study; what is left is a run like those trained here.

    Parameters
    ----------
    training
        What the runs of the experiment share; its model has ``replay`` and ``checkpoints``.
    run
        Which it is.
    checkpoint
        File of PyTorch Lightning.
    output
        What it leaves; the log has one row, of the checkpoint's epoch, with the validation part's scores.

    Raises
    ------
    SarangiError
        If the checkpoint is none, or is not of this network and these emotions, or as
        :func:`sarangi.models.finetuning.finetune` says.
    """
    torch.set_num_threads(training.threads)
    with parts_of_run(training, run) as parts:
        found = checkpoint_in(checkpoint)
        order = training.model["checkpoints"]["emotions"]
        network = network_of(found, parts.described, order, checkpoint).to(device())
        batch = training.model["finetuning"]["batch"]
        with advice_on_memory(parts.described, batch):
            validated, tested = (
                torch.softmax(logits_of(network, parts.data[part], batch), 1).numpy()
                for part in (VALIDATION, TEST)
            )
        truth = parts.data[VALIDATION].labels
    counts = np.zeros((len(parts.emotions), len(parts.emotions)))
    np.add.at(counts, (truth, validated.argmax(1)), 1)
    logged = {"validation_wf1": float(wf1(counts)), "validation_uar": float(uar(counts)), "best": True}
    # Lightning counts its epochs from 0
    logged |= {"epoch": _count(found, "epoch", 1), "step": _count(found, "global_step")}
    write_run(parts, run, tested, network, pd.DataFrame([logged], columns=LOG.names), output)


def network_of(
    found: Any, described: Mapping[str, Any], order: Sequence[str], where: Path
) -> EmotionClassifier:
    """Return the network of a checkpoint, ready to answer.

    Parameters
    ----------
    found
        What the file holds, from :func:`sarangi.sources.checkpoints.checkpoint_in`.
    described
        From :func:`sarangi.models.finetuning.describe`; its emotions are the order of the outputs.
    order
        The emotions in the order of the checkpoint's outputs.
    where
        The file, for what is said of it.

    Raises
    ------
    SarangiError
        If it lacks a tensor, has one too many or of another shape, or another number of classes.
    """
    emotions = described["emotions"]
    if sorted(order) != sorted(emotions):
        raise SarangiError(
            f"checkpoints.emotions are {', '.join(order)}; expected those of the protocol "
            f"({', '.join(emotions)}) in the order of the outputs of {where}"
        )
    try:
        given = _tensors(found)
        refuse_swollen(given, where)

        def build() -> EmotionClassifier:
            pooler = needs_pooler(described)
            return classifier(
                described,
                {b: build_encoder(described[b]["encoder"], pooler) for b in with_encoder(described)},
            )

        refuse_larger(build, (described,), where.stat().st_size)
        network = build()
        state = _renamed(given, network)
        _refuse_other(state, network.state_dict(), len(emotions))
    except ValueError as error:
        raise SarangiError(
            f"{where}: it is not a checkpoint of this experiment: {error}; compare its recipe with "
            "the model's, "
            "or get it again"
        ) from error
    rows = [list(order).index(emotion) for emotion in emotions]
    for name in ("classifier.weight", "classifier.bias"):
        state[name] = state[name][rows]
    network.load_state_dict(state)
    refuse_no_numbers(network, where)
    return network.eval()


def _tensors(found: Any) -> dict[str, Tensor]:
    """Return the named tensors of a checkpoint."""
    state = found.get("state_dict") if isinstance(found, dict) else None
    if not isinstance(state, dict) or not state:
        raise ValueError("it has no state_dict, as one of PyTorch Lightning has")
    for name, tensor in state.items():
        if not isinstance(name, str) or not isinstance(tensor, Tensor):
            raise ValueError(f"its state_dict holds {str(name)[:200]}, which is not a named tensor")
        refuse_no_plain(name, tensor)
        if not name.endswith("_ids") and not tensor.is_floating_point():
            raise ValueError(f"{name} is of {tensor.dtype}, expected floating point")
    return state


def _renamed(given: Mapping[str, Tensor], network: EmotionClassifier) -> dict[str, Tensor]:
    """Return the tensors by our names, without what gives no answers."""
    ours = network.state_dict()
    state: dict[str, Tensor] = {}
    unknown = []
    for name, tensor in given.items():
        if name == CLASS_WEIGHTS:
            continue
        begins = next((begin for begin in NAMES if name.startswith(begin)), None)
        own = NAMES[begins] + name.removeprefix(begins) if begins else name
        for older, newer in OLDER.items():
            own = own.replace(older, newer)
        if own in state:
            raise ValueError(f"it has {name} twice, under another name of the same tensor")
        if begins and own in ours:
            state[own] = tensor
        elif not NOT_ANSWERING.fullmatch(own):
            unknown.append(name)
    if unknown:
        raise ValueError(f"{len(unknown)} of its tensors have no place in the network, first {min(unknown)}")
    return state


def _refuse_other(state: Mapping[str, Tensor], ours: Mapping[str, Tensor], classes: int) -> None:
    missing = sorted(set(ours) - set(state))
    if missing:
        raise ValueError(f"it lacks {len(missing)} tensors of the network, first {_theirs(missing[0])}")
    outputs = len(state["classifier.bias"]) if state["classifier.bias"].dim() else 0
    if outputs != classes:
        raise ValueError(f"it has {outputs} classes, and the experiment has {classes}")
    for name, tensor in state.items():
        if tensor.shape != ours[name].shape:
            found, expected = (" x ".join(map(str, shape)) for shape in (tensor.shape, ours[name].shape))
            raise ValueError(f"{_theirs(name)} is {found}, expected {expected}")


def _theirs(name: str) -> str:
    """Return the study's name of a tensor of ours."""
    begin, own = next((begin, own) for begin, own in NAMES.items() if name.startswith(own))
    return begin + name.removeprefix(own)


def _count(found: Mapping[str, Any], key: str, more: int = 0) -> int:
    """Return a count that Lightning notes next to the tensors, and so many more; 0 where there is none."""
    value = found.get(key)
    return value + more if type(value) is int and 0 <= value < 2**31 - 1 else 0
