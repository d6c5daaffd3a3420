"""Features from the pooled states of a frozen encoder, one row an utterance."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from sarangi.base import store
from sarangi.base.errors import SarangiError
from sarangi.features.rows import Row, write

MEAN, LAST = "mean", "last"


def state_features(states: Path, layers: str | int, output: store.Output) -> None:
    """Write the features of one shard from the pooled states of a frozen encoder.

    Parameters
    ----------
    states
        A shard of pooled states (rule ``pooled_states``): of each utterance the mean over time of each state
        as float16, the lowest first; its metadata say how many states there are.
    layers
        ``mean``: the mean over all states, in float32; ``last``: the state above the last layer; or the
        number of a state, of which 0 goes into the first layer.
    output
        Parquet file to write, with the schema of :func:`sarangi.features.extraction.features`: one float32
        column a dimension, ``mean_000`` and on, ``last_000`` or ``state_3_000``.  What is not ok in the shard
        keeps its status and reason.

    Raises
    ------
    SarangiError
        If the encoder has no such state.
    """
    table = store.read(states, ["utterance_id", "status", "reason", "pooled"])
    schema = pq.read_schema(states)
    count = int(schema.metadata[b"states"])
    width = schema.field("pooled").type.list_size // count
    if isinstance(layers, int) and not 0 <= layers < count:
        raise SarangiError(
            f"{states}: the encoder has {count - 1} layers, and so no state {layers}; set layers of the "
            f"feature set to mean, last or a number from 0 to {count - 1}"
        )
    digits = max(3, len(str(width - 1)))
    named = f"state_{layers}" if isinstance(layers, int) else layers
    names = [f"{named}_{dimension:0{digits}}" for dimension in range(width)]

    def rows() -> Iterator[Row]:
        for utterance_id, status, reason, pooled in table.itertuples(index=False, name=None):
            row = Row(utterance_id, status, reason if isinstance(reason, str) else None)  # NaN where none
            if status == store.OK:
                row = row._replace(values=_taken(np.asarray(pooled).reshape(count, width), layers))
            yield row

    write(rows(), len(table), f"features from {states}", names, output)


def _taken(states: np.ndarray, layers: str | int) -> np.ndarray:
    """Return float32 of shape (width,) from the states of a clip, float16 of shape (states, width)."""
    if layers == MEAN:
        return states.astype(np.float32).mean(0)
    return states[-1 if layers == LAST else int(layers)].astype(np.float32)
