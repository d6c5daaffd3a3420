"""Acoustic features, one row an utterance: by openSMILE, or as a corpus without recordings is published.

Feature sets go by openSMILE's names: ``eGeMAPSv02`` (88 features; Eyben et al. 2016), ``ComParE_2016``
(6,373; Schuller et al. 2016), ``IS09`` (384; Schuller et al. 2009), ``IS10`` (1,582; Schuller et al. 2010,
openSMILE's ``compat`` variant).  ``Prosody`` (35) is only published, without names.
"""

import threading
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from itertools import islice
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np
import opensmile
import pyarrow as pa
from opensmile.core.lib import OpenSmileException

from sarangi.audio.decoding import sound_in, to_mono
from sarangi.audio.flac import decode
from sarangi.base import store
from sarangi.base.errors import RecordingError, SarangiError
from sarangi.base.progress import progress
from sarangi.base.sound import SAMPLE_RATE
from sarangi.corpora.registry import load
from sarangi.sources.source import Source

ROW_GROUP = 512
AHEAD = 64  # utterances at work, or done and waiting for an earlier one: bounds the memory
UNNAMED = {"Prosody": 35}
"""Sets that a corpus publishes without names, and how many values they have."""

# extract() finds the one utterance that this concerns
warnings.filterwarnings("ignore", "Segment too short, filling with NaN", UserWarning)

Item = TypeVar("Item")


class Row(NamedTuple):
    """What becomes of an utterance."""

    utterance_id: str
    status: str
    reason: str | None
    values: np.ndarray | None = None
    """float32 of shape (features,); None if there are none"""


def features(audio: Path, feature_set: str, output: Path, provenance: dict, workers: int = 1) -> None:
    """Write the features of one shard of 16 kHz audio, as openSMILE names and orders them.

    Parameters
    ----------
    audio
        A shard of 16 kHz audio, of schema :data:`sarangi.audio.resampling.AUDIO`.
    feature_set
        Name of a set of functionals in ``opensmile.FeatureSet``: ``eGeMAPSv02`` (88 features),
        ``ComParE_2016`` (6,373), ``IS09`` (384), ``IS10`` (1,582).
    output
        Parquet file to write: utterance_id, status, reason, one float32 column a feature.  What openSMILE
        cannot handle fails with the reason.
    provenance
        Passed to the store.
    workers
        Threads over utterances; the values do not depend on it, since openSMILE takes each
        utterance by itself and releases the interpreter's lock.

    Raises
    ------
    SarangiError
        If openSMILE has no such set.
    """
    extractor(feature_set)

    def work(utterance: dict) -> Row:
        row = Row(utterance["utterance_id"], utterance["status"], utterance["reason"])
        if row.status != store.OK:
            return row
        return _extracted(row, decode(utterance["audio"]["bytes"]), feature_set, SAMPLE_RATE)

    done = _in_order(work, store.rows(audio), workers)
    _write(done, store.count(audio), f"{feature_set} {audio}", feature_set, output, provenance)


def recording_features(
    source: Path,
    manifest: Path,
    shard: int,
    feature_set: str,
    output: Path,
    provenance: dict,
    workers: int = 1,
) -> None:
    """Write the features of one shard of a corpus from its recordings at their own sample rates.

    A recording is decoded and mixed down as for 16 kHz (:func:`sarangi.audio.decoding.to_mono`), with
    the same
    checks, but not resampled; what leaves [-1, 1) is clipped, and noted.

    Parameters
    ----------
    source
        Folder or archive of the corpus.
    manifest
        Its manifest; what is not ok there is carried over with its reason.
    shard
        Which shard to write.
    feature_set, output, provenance, workers
        As for :func:`features`, and the same schema.

    Raises
    ------
    SarangiError
        If openSMILE has no such set, or the corpus cannot be opened.
    """
    extractor(feature_set)
    listed = _listed(manifest, shard)
    reading = threading.Lock()  # an archive is read from one place at a time

    with Source(source) as opened:

        def work(utterance: tuple[Row, str]) -> Row:
            row, file = utterance
            if row.status != store.OK:
                return row
            try:
                with reading:
                    data = opened.read(file)
                found = to_mono(sound_in(data, file))
            except SarangiError as error:
                return row._replace(status=store.FAILED, reason=str(error))
            signal = np.clip(found.signal, -1, np.nextafter(np.float32(1), np.float32(0)))
            clipped = int(np.count_nonzero(signal != found.signal))
            notes = found.notes + ([f"{clipped} samples clipped"] if clipped else [])
            return _extracted(row._replace(reason="; ".join(notes) or None), signal, feature_set, found.rate)

        done = _in_order(work, listed, workers)
        _write(done, len(listed), f"{feature_set} shard {shard}", feature_set, output, provenance)


def published_features(
    source: Path, corpus: str, manifest: Path, shard: int, feature_set: str, output: Path, provenance: dict
) -> None:
    """Write the features of one shard of a corpus that is published as features, without recordings.

    The publisher gives no names; values as many as openSMILE has get its names, in its order, and those
    of a set in :data:`UNNAMED` are numbered.

    Parameters
    ----------
    source
        Folder or archive of the corpus.
    corpus
        Its name.
    manifest
        Its manifest; what is not ok there is carried over with its reason.
    shard
        Which shard to write.
    feature_set
        Name in ``opensmile.FeatureSet`` or in :data:`UNNAMED`.
    output, provenance
        As for :func:`features`, and the same schema.

    Raises
    ------
    SarangiError
        If there is no such set, or the corpus cannot be opened.
    """
    names = names_of(feature_set)
    listed = _listed(manifest, shard)
    with Source(source) as opened:

        def work(utterance: tuple[Row, str]) -> Row:
            row, file = utterance
            if row.status != store.OK:
                return row
            try:
                values = load(corpus).features(opened, file, feature_set)
                _refuse_odd(values, names, feature_set)
            except SarangiError as error:
                return row._replace(status=store.FAILED, reason=str(error))
            return row._replace(values=values)

        done = map(work, listed)
        _write(done, len(listed), f"{feature_set} shard {shard}", feature_set, output, provenance)


def extract(signal: np.ndarray, feature_set: str, rate: int = SAMPLE_RATE) -> tuple[np.ndarray, str | None]:
    """Return the features of one signal, and why they cannot be used if they cannot.

    Parameters
    ----------
    signal : float32 array of shape (samples,)
        Sound in [-1, 1); openSMILE takes it as 16 bit, cut towards 0.
    feature_set
        Name in ``opensmile.FeatureSet``.
    rate
        Samples a second.

    Returns
    -------
    values : float32 array of shape (features,)
    problem : str or None

    Raises
    ------
    SarangiError
        If openSMILE has no such set.
    """
    smile = extractor(feature_set)
    try:
        values = smile(signal, rate).reshape(-1)
    except OpenSmileException as error:
        problem = f"openSMILE stops ({error})"
        return np.full(len(smile.feature_names), np.nan, dtype=np.float32), problem
    bad = np.flatnonzero(~np.isfinite(values))
    if len(bad) == len(values):
        return values, f"too short for openSMILE ({len(signal) / rate:.3f} s)"
    if len(bad):
        first = smile.feature_names[bad[0]]
        return values, f"openSMILE gives NaN or infinity for {len(bad)} features, first {first}"
    return values, None


@cache
def extractor(feature_set: str) -> opensmile.Smile:
    """Return openSMILE set up for the functionals of a feature set; any number of threads may share it.

    Raises
    ------
    SarangiError
        If openSMILE has no such set.
    """
    known = opensmile.FeatureSet.__members__
    if feature_set not in known:
        raise SarangiError(f"openSMILE has no feature set {feature_set}; it has {', '.join(known)}")
    return opensmile.Smile(known[feature_set], opensmile.FeatureLevel.Functionals)


def names_of(feature_set: str) -> list[str]:
    """Return the names of a set's features: openSMILE's, or ``prosody_01`` and on for one without names.

    Raises
    ------
    SarangiError
        If there is no such set.
    """
    if feature_set in UNNAMED:
        return [f"{feature_set.lower()}_{number:02}" for number in range(1, UNNAMED[feature_set] + 1)]
    return extractor(feature_set).feature_names


def _listed(manifest: Path, shard: int) -> list[tuple[Row, str]]:
    """Return each utterance of a shard, and its file; the reason of one that is ok is yet to come."""
    table = store.read(manifest, ["utterance_id", "file", "shard", "status", "reason"])
    table = table[table["shard"] == shard]
    columns = zip(table["utterance_id"], table["status"], table["reason"], table["file"], strict=True)
    return [
        (Row(utterance_id, status, None if status == store.OK else reason), file)
        for utterance_id, status, reason, file in columns
    ]


def _extracted(row: Row, signal: np.ndarray, feature_set: str, rate: int) -> Row:
    values, problem = extract(signal, feature_set, rate)
    if problem:
        return row._replace(status=store.FAILED, reason=problem)
    return row._replace(values=values)


def _refuse_odd(values: np.ndarray, names: list[str], feature_set: str) -> None:
    if len(values) != len(names):
        raise RecordingError(f"{len(values)} values; {feature_set} has {len(names)}")
    bad = np.flatnonzero(~np.isfinite(values))
    if len(bad):
        raise RecordingError(f"{len(bad)} of {len(values)} values are NaN or infinite, first {names[bad[0]]}")


def _in_order(work: Callable[[Item], Row], items: Iterable[Item], workers: int) -> Iterator[Row]:
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


def _write(
    rows: Iterable[Row], count: int, what: str, feature_set: str, output: Path, provenance: dict
) -> None:
    """Write rows as they come; ``what`` names the work in its progress."""
    schema = pa.schema(
        [pa.field("utterance_id", pa.string(), nullable=False), *store.STATUS]
        + [pa.field(name, pa.float32()) for name in names_of(feature_set)]
    )
    with store.Writer(output, schema, provenance, ROW_GROUP) as writer:
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
