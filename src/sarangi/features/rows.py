"""Rows of acoustic features: from the utterances of a shard to its table."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np
import pyarrow as pa

from sarangi.base import store
from sarangi.base.progress import progress
from sarangi.base.unheard import as_recordings
from sarangi.features.registry import Extractor

ROW_GROUP = 512
AHEAD = 64  # utterances at work, or done and waiting for an earlier one: bounds the memory

Item = TypeVar("Item")


class Row(NamedTuple):
    """What becomes of an utterance."""

    utterance_id: str
    status: str
    reason: str | None
    values: np.ndarray | None = None
    """float32 of shape (features,); None if there are none"""


class Recorded(NamedTuple):
    """Where the sound of an utterance is."""

    file: str
    sha256: str | None
    start: float | None
    """Seconds; null or NaN for the beginning, as ``end`` for the end."""
    end: float | None


def listed(manifest: Path, shard: int) -> list[tuple[Row, Recorded]]:
    """Return each utterance of a shard with its recording; the reason of one that is ok is to come."""
    names = ["utterance_id", "status", "reason", "file", "sha256", "start", "end"]
    table = store.read(manifest, [*names, "no_sound", "shard"])
    table = as_recordings(table[table["shard"] == shard])
    columns = zip(*(table[name] for name in names), strict=True)
    return [
        (Row(utterance_id, status, None if status == store.OK else reason), Recorded(*place))
        for utterance_id, status, reason, *place in columns
    ]


def extracted(row: Row, signal: np.ndarray, rate: int, extractor: Extractor) -> Row:
    """Return the row of an utterance with the features of its signal, or with why there are none."""
    values, problem = extractor.extract(signal, rate)
    if problem:
        return row._replace(status=store.FAILED, reason=problem)
    return row._replace(values=values)


def in_order(work: Callable[[Item], Row], items: Iterable[Item], workers: int) -> Iterator[Row]:
    """Yield what ``work`` makes of each item, in their order; a slow one stops no worker for long."""
    waiting: deque[Future[Row]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        try:
            for item in items:
                waiting.append(pool.submit(work, item))
                if len(waiting) == AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            # after an error nobody wants the others
            for future in waiting:
                future.cancel()


def write(rows: Iterable[Row], count: int, what: str, names: Sequence[str], output: store.Output) -> None:
    """Write so many rows of features of those names as they come; ``what`` names the work in its progress."""
    schema = pa.schema(
        [pa.field("utterance_id", pa.string(), nullable=False), *store.STATUS]
        + [pa.field(name, pa.float32()) for name in names]
    )
    with output.writer(schema, ROW_GROUP) as writer:
        shown = iter(progress(rows, count, what))
        while group := list(islice(shown, ROW_GROUP)):
            writer.add_table(_table(group, schema))


def _table(rows: list[Row], schema: pa.Schema) -> pa.Table:
    """Return rows as a table, by way of a matrix: a dictionary a row of 6,373 features costs seconds."""
    without = np.array([row.values is None for row in rows])
    missing = without if without.any() else None
    matrix = np.zeros((len(schema) - 3, len(rows)), dtype=np.float32)
    for place, row in enumerate(rows):
        if row.values is not None:
            matrix[:, place] = row.values
    known = [pa.array([row[place] for row in rows], pa.string()) for place in range(3)]
    return pa.Table.from_arrays(
        [*known, *(pa.array(values, mask=missing) for values in matrix)], schema=schema
    )
