"""Runs of a fine-tuned experiment: what they are made from, what they share, and what they leave."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from sarangi.base.store import Output
from sarangi.models.encoders import Encoder

COLUMNS = ["utterance_id", "emotion", "text", "duration_s", "status", "reason"]
"""Of the manifest, what a run needs."""


class Run(NamedTuple):
    """A run of an experiment."""

    fold: int
    seed: int


class RunFiles(NamedTuple):
    """What a run leaves."""

    model: Output
    """Weights (safetensors)."""
    config: Output
    """All that it takes to build the network again and to prepare its inputs (JSON)."""
    log: Output
    """A row an epoch (Parquet)."""
    predictions: Output
    """Of the fold's test part (Parquet)."""


class CorpusShards(NamedTuple):
    """A corpus as fine-tuned models read it."""

    manifest: Path
    shards: Mapping[str, Sequence[Path]]
    """By kind, as far as the model needs them: ``audio``; ``pooled_states``, in place of audio, for an audio
    branch of those; ``prefix_states``, beside it; ``transcripts``, where the text branch reads those."""


@dataclass(frozen=True)
class Training:
    """What the runs of an experiment share.

    Parameters
    ----------
    corpus
        That the models are trained on.
    protocol
        Its table; it must have a validation part.
    encoders
        Of each branch, ``audio`` and ``text``.
    model
        Its entry in the configuration: ``audio``, ``text``, ``fusion`` and ``finetuning``; of ratings
        ``dimensions`` with the ends of the manifest's scales, by name and sorted.
    threads
        Threads of torch.
    checkpoints
        Folder that outlives a kill; emptied when the runs have finished.
    cache_gb
        Most that the frames may take that are kept of convolutions, in 10⁹ bytes; it changes no result.
    votes
        Of the corpus's annotators, which are learnt in place of the labels (``targets: soft``); else None.
    """

    corpus: CorpusShards
    protocol: Path
    encoders: Mapping[str, Encoder]
    model: Mapping[str, Any]
    threads: int
    checkpoints: Path
    cache_gb: float
    votes: Path | None = None
