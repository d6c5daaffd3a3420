"""What single runs of ours answered: how often one class was named, and what of each emotion was right."""

from pathlib import Path
from typing import NamedTuple

import pandas as pd

from sarangi.base import store
from sarangi.statistics.confusions import Floats

COLLAPSED = 0.95
"""Share of the clips that are given one class, from which on a run is taken to answer nothing else."""


class Answered(NamedTuple):
    """The answers of the runs of an experiment, a run a seed with all of its folds.

    Parameters
    ----------
    largest_share : array of shape (runs,)
        Share of the clips that are given the class that the run names most.
    right
        Clips of each emotion that the run gets right, a row a run and a column an emotion.
    """

    largest_share: Floats
    right: pd.DataFrame

    @property
    def runs(self) -> int:
        """How many runs there are."""
        return len(self.largest_share)

    @property
    def collapsed(self) -> int:
        """How many of them answer one class to nearly everything."""
        return int((self.largest_share >= COLLAPSED).sum())

    def naming_one(self, share: float) -> int:
        """Return how many runs give one class to at least a share of their clips."""
        return int((self.largest_share >= share - 1e-9).sum())

    def missing_all(self, emotions: list[str]) -> int:
        """Return how many runs get no clip of any of some emotions right."""
        return int((self.right.reindex(columns=emotions, fill_value=0).sum(axis=1) == 0).sum())


def answered(confusions: Path) -> Answered | None:
    """Return the answers of the runs of an experiment from its confusions, or None where there are none."""
    table = store.read(confusions)
    if table.empty:
        return None
    # a system that draws nothing has no seed, and one run
    table = table.assign(seed=table["seed"].fillna(-1))
    named = table.pivot_table(index="seed", columns="predicted", values="n", aggfunc="sum", fill_value=0)
    right = table[table["emotion"] == table["predicted"]]
    right = right.pivot_table(index="seed", columns="emotion", values="n", aggfunc="sum", fill_value=0)
    shares = named.max(axis=1) / named.sum(axis=1)
    return Answered(shares.to_numpy(float), right.reindex(named.index, fill_value=0))
