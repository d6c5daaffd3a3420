"""The acoustic features of a corpus, as vectors of its utterances."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import pandas as pd

from sarangi.base import store
from sarangi.base.errors import SarangiError
from sarangi.models.predictions import Fold, as_counted


class CorpusFiles(NamedTuple):
    """The manifest of a corpus, and its shards of a feature set."""

    manifest: Path
    features: Sequence[Path]


class Vectors:
    """The features of a corpus.

    Parameters
    ----------
    corpus
        Its manifest, and its shards of a feature set.
    label_map
        By emotion, the one that it counts as here.

    Attributes
    ----------
    rows : data frame of utterance_id, speaker, group, emotion and status
        Of the manifest.
    present : data frame of status and reason, indexed by utterance_id
        Of the features.
    listed, usable : data frames of utterance_id, emotion, status and reason
        The whole corpus in the manifest's order, and what is ok of it.
    """

    def __init__(self, corpus: CorpusFiles, label_map: Mapping[str, str] = MappingProxyType({})):
        self.manifest = corpus.manifest
        columns = ["utterance_id", "speaker", "group", "emotion", "status"]
        self.rows = as_counted(store.read(corpus.manifest, columns), label_map)
        table = pd.concat([store.read(shard) for shard in corpus.features]).set_index("utterance_id")
        self.present = table[["status", "reason"]].copy()
        numbers = table.drop(columns=["status", "reason"])
        self.names = list(numbers.columns)
        self._place = pd.Series(np.arange(len(table)), index=table.index)
        # as they are stored, float32: only the rows of a fold are widened
        self._values = np.ascontiguousarray(numbers.to_numpy())
        self.listed = self.rows[["utterance_id", "emotion"]].join(self.present, on="utterance_id")
        self.usable = self.listed[self.listed["status"] == store.OK]

    def of(self, utterance_ids: pd.Series) -> np.ndarray:
        """Return the features of utterances, float64 of shape (utterances, features), each in one piece."""
        return self._values[self._place.loc[utterance_ids]].astype(np.float64, order="C")

    def tested(self, fold: Fold) -> pd.DataFrame:
        """Return the utterances that a fold's models are tested on: of another corpus all usable ones."""
        return self.usable

    def refuse_other_features(self, other: "Vectors") -> None:
        """Raise a SarangiError where another corpus has other features, or in another order."""
        if other.names != self.names:
            raise SarangiError(
                f"{other.manifest}: its features are not those of {self.manifest} "
                f"({len(other.names)} and {len(self.names)}); extract both with the same feature set"
            )
