"""Utterances as networks take them: inputs and labels, and batches of about one length."""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
import torch
from torch import Tensor
from torch.utils.data import Dataset
from transformers.trainer_pt_utils import LengthGroupedSampler

from sarangi.base import store


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
    """

    def __init__(
        self, table: pd.DataFrame, emotions: list[str], inputs: Mapping[str, Callable[[str], Tensor]]
    ) -> None:
        self.ids = list(table["utterance_id"])
        self.labels = [emotions.index(emotion) for emotion in table["emotion"]]
        self.lengths = list(table["length"])
        self.inputs = inputs

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, place: int) -> dict:
        utterance_id = self.ids[place]
        inputs = {name: give(utterance_id) for name, give in self.inputs.items()}
        return {"labels": self.labels[place], "utterances": utterance_id, **inputs}


def collate(entries: list[dict]) -> dict:
    """Put utterances together as the classifier takes them: lists of inputs, a tensor of labels."""
    together = {name: [entry[name] for entry in entries] for name in entries[0]}
    return together | {"labels": torch.tensor(together["labels"])}


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
        """Choose the seed; a run that goes on has the order that it would have had."""
        self.generator = torch.Generator().manual_seed(self.seed + epoch)
