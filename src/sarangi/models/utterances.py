"""Utterances as networks take them: inputs and labels, and batches of about one length."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import prod
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset
from transformers.trainer_pt_utils import LengthGroupedSampler

from sarangi.base import store
from sarangi.base.device_names import CUDA
from sarangi.runtime.devices import device, loading_processes

NO_INPUTS = ("labels", "targets", "utterances")
"""Of an entry of :class:`Utterances`: what a network does not take."""
FORK = "fork"
"""How processes that load begin: what gives inputs is inherited, and cannot be pickled."""


def with_length(
    rows: pd.DataFrame, inputs: Mapping[str, Callable[[str], Tensor]], seconds: pd.Series
) -> pd.DataFrame:
    """Return rows with a column ``length``: what makes an utterance long for a network.

    That is its sound, and for a network that only reads its tokens, those of the turns before among them.  A
    second of sound is 50 frames, so that beside it the tokens of a fusion count for little.

    Parameters
    ----------
    rows : data frame of utterance_id and status
        One that is not ok has no length.
    inputs
        As of :class:`Utterances`.
    seconds : series by utterance_id
    """
    if "signals" in inputs:
        return rows.assign(length=rows["utterance_id"].map(seconds))
    ok = rows["status"] == store.OK
    lengths = pd.Series(np.nan, index=rows.index)
    lengths[ok] = [
        float(len(inputs["tokens"](utterance_id))) for utterance_id in rows.loc[ok, "utterance_id"]
    ]
    return rows.assign(length=lengths)


def by_length(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows of utterance_id and length, the shortest first."""
    return rows.sort_values(["length", "utterance_id"])


class Utterances(Dataset):
    """Inputs and labels of some utterances.

    Parameters
    ----------
    table : data frame of utterance_id, emotion and length
        From :func:`with_length`.
    emotions
        The classes, in order.
    inputs
        By the name of the network's input, what gives that of an utterance: ``signals`` (float32 of shape
        (samples,), or in its place states of shape (frames, width) or (layers, width)) and ``tokens`` (int64
        of shape (tokens,)).
    targets : data frame of shape (utterances, emotions), indexed by utterance_id, optional
        Soft labels, times the weights of the emotions; without them the emotion is learnt.
    """

    def __init__(
        self,
        table: pd.DataFrame,
        emotions: list[str],
        inputs: Mapping[str, Callable[[str], Tensor]],
        targets: pd.DataFrame | None = None,
    ) -> None:
        self.ids = list(table["utterance_id"])
        self.labels = self._labels(table, emotions)
        self.lengths = list(table["length"])
        self.inputs = inputs
        self.targets = None if targets is None else targets.loc[self.ids].to_numpy(np.float32, copy=True)

    def _labels(self, table: pd.DataFrame, names: Sequence[str]) -> list[Any]:
        """Return what each utterance is: the place of its emotion."""
        places = {name: place for place, name in enumerate(names)}
        return [places[emotion] for emotion in table["emotion"]]

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, place: int) -> dict:
        utterance_id = self.ids[place]
        inputs = {name: give(utterance_id) for name, give in self.inputs.items()}
        entry = {"labels": self.labels[place], "utterances": utterance_id, **inputs}
        return entry if self.targets is None else entry | {"targets": torch.from_numpy(self.targets[place])}


def collate(entries: list[dict]) -> dict:
    """Put utterances together as the classifier takes them: lists of inputs, tensors of what is learnt."""
    together = {name: [entry[name] for entry in entries] for name in entries[0]}
    together["labels"] = torch.tensor(together["labels"])
    if "targets" in together:
        together["targets"] = torch.stack(together["targets"])
    return together


class Packed:
    """Inputs of utterances one behind the other in one tensor, which is copied to a GPU at once.

    Parameters
    ----------
    numbers : tensor of one dimension
        Of all of them.
    shapes
        Of each.
    """

    def __init__(self, numbers: Tensor, shapes: Sequence[torch.Size]) -> None:
        self.numbers, self.shapes = numbers, shapes

    @classmethod
    def of(cls, inputs: Sequence[Tensor]) -> "Packed":
        """Put inputs of one dtype together."""
        return cls(torch.cat([entry.reshape(-1) for entry in inputs]), [entry.shape for entry in inputs])

    def __len__(self) -> int:
        return len(self.shapes)

    def __iter__(self) -> Iterator[Tensor]:
        parts = self.numbers.split([prod(shape) for shape in self.shapes])
        return (part.view(shape) for part, shape in zip(parts, self.shapes, strict=True))

    def to(self, place: Any, non_blocking: bool = False) -> "Packed":
        """Return a copy in another place, as a tensor does."""
        return Packed(self.numbers.to(place, non_blocking=non_blocking), self.shapes)

    def pin_memory(self) -> "Packed":
        """Return a copy that a GPU fetches by itself."""
        return Packed(self.numbers.pin_memory(), self.shapes)


def packed(entries: list[dict]) -> dict:
    """Put utterances together as :func:`collate` does, with inputs that are :class:`Packed`."""
    together = collate(entries)
    return {key: v if key in NO_INPUTS else Packed.of(v) for key, v in together.items()}


def update(entries: list[dict], batch: int, weights: Tensor | None) -> dict:
    """Put the utterances of an update of the weights together, the longest first, so that little is padded.

    Parameters
    ----------
    entries
        In the recipe's order.
    batch
        Utterances of a group, over which the recipe takes the mean of the losses; the last has what is left.
    weights : tensor of shape (emotions,), optional
        Of the classes.

    Returns
    -------
    dict
        As of :func:`packed`, and ``shares``, float32 of shape (utterances,): what each loss counts for in the
        sum that is the update's loss.
    """
    soft = "targets" in entries[0]
    if soft:  # their loss has the weights in it
        counted = torch.stack([entry["targets"] for entry in entries]).sum(1)
    else:
        labels = torch.tensor([entry["labels"] for entry in entries])
        counted = torch.ones(len(entries)) if weights is None else weights[labels]
    groups = counted.split(batch)
    each = (torch.ones_like(group) if soft else group for group in groups)
    shares = torch.cat([one / group.sum() / len(groups) for one, group in zip(each, groups, strict=True)])
    order = _longest_first(entries)
    return packed([entries[place] for place in order]) | {"shares": shares[order]}


def whole_update(entries: list[dict]) -> dict:
    """Put the utterances of an update together as :func:`update` does, for a loss of all of them at once."""
    return packed([entries[place] for place in _longest_first(entries)])


def _longest_first(entries: list[dict]) -> list[int]:
    inputs = [name for name in entries[0] if name not in NO_INPUTS]
    sizes = [sum(entry[name].numel() for name in inputs) for entry in entries]
    return sorted(range(len(entries)), key=lambda place: -sizes[place])


def loader(data: Utterances, batch: int) -> DataLoader:
    """Return batches of utterances in their order; for a GPU other processes prepare them ahead."""
    processes, gpu = loading_processes(), device() == CUDA
    return DataLoader(
        data,
        batch,
        collate_fn=packed if gpu else collate,
        num_workers=processes,
        multiprocessing_context=FORK if processes else None,
        pin_memory=gpu,
    )


class ByLength(LengthGroupedSampler):
    """Shuffles utterances so that those of a batch are about as long; each epoch by a seed of its own.

    Parameters
    ----------
    batch
        Utterances that are sorted together.
    lengths
        Of each utterance: seconds, or tokens.
    seed
        Of the first epoch.
    """

    def __init__(self, batch: int, lengths: list[float], seed: int) -> None:
        super().__init__(batch, lengths=lengths)
        self.seed = seed
        self.set_epoch(0)

    def set_epoch(self, epoch: int) -> None:
        """Choose the seed; a run that resumes has the order that it would have had."""
        self.generator = torch.Generator().manual_seed(self.seed + epoch)
