"""Fine-tuned experiments that one job trains: a parameter of its rule.

Named tuples, since Snakemake sees a change in tuples, and none in dataclasses.  Files are text, as Snakemake
has them.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple


class ToTrain(NamedTuple):
    """An experiment, all of whose runs are trained.

    Parameters
    ----------
    experiment
        Its name.
    runs
        Fold and seed of each.
    model
        Its entry in the configuration, without what changes no run.
    manifest, protocol
        Of its corpus.
    shards
        What it is trained on, by kind (:class:`sarangi.models.runs.CorpusShards`).
    encoders
        Files of the encoder of each branch.
    votes
        That it learns; None for one that learns labels.
    checkpoints
        Folder in which a training that was killed resumes.
    """

    experiment: str
    runs: Sequence[tuple[int, int]]
    model: Mapping[str, Any]
    manifest: str
    protocol: str
    shards: Mapping[str, Sequence[str]]
    encoders: Mapping[str, Sequence[str]]
    votes: str | None
    checkpoints: str

    @property
    def files(self) -> list[str]:
        """The files that it is trained from."""
        shards = [file for kind in self.shards.values() for file in kind]
        encoders = [file for branch in self.encoders.values() for file in branch]
        votes = [] if self.votes is None else [self.votes]
        return list(dict.fromkeys([self.manifest, self.protocol, *shards, *encoders, *votes]))
