"""Acoustic features by openSMILE, one row an utterance."""

import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import numpy as np
import opensmile
import pyarrow as pa

from sarangi import store
from sarangi.audio import SAMPLE_RATE, decode
from sarangi.corpora import load
from sarangi.errors import RecordingError, SarangiError
from sarangi.progress import progress
from sarangi.source import Source

ROW_GROUP = 512
BATCH = 64  # utterances in flight at once: bounds the memory


def features(audio: Path, feature_set: str, output: Path, provenance: dict, workers: int = 1) -> None:
    """Write the features of one shard, as openSMILE names and orders them.

    Parameters
    ----------
    audio
        A shard of 16 kHz audio, of schema :data:`sarangi.audio.AUDIO`.
    feature_set
        Name of a set of functionals in ``opensmile.FeatureSet``: ``eGeMAPSv02`` (88 features).
    output
        Parquet file to write: utterance_id, status, reason, one float32 column a feature.
    provenance
        Passed to the store.
    workers
        Threads over utterances; the values do not depend on it, since openSMILE takes each
        utterance by itself and releases the interpreter's lock.
    """
    names = extractor(feature_set).feature_names

    def row(utterance: dict) -> dict:
        kept = {name: utterance[name] for name in ("utterance_id", "status", "reason")}
        if utterance["status"] != store.OK:
            return kept
        values, problem = extract(decode(utterance["audio"]["bytes"]), feature_set)
        if problem:
            return kept | {"status": store.FAILED, "reason": problem}
        return kept | dict(zip(names, values.tolist(), strict=True))

    with (
        store.Writer(output, _schema(names), provenance, ROW_GROUP) as writer,
        ThreadPoolExecutor(workers) as pool,
    ):
        utterances = progress(store.rows(audio), store.count(audio), f"{feature_set} {audio}")
        for batch in _batches(utterances):
            for line in pool.map(row, batch):
                writer.add(line)


def published_features(
    source: Path, corpus: str, manifest: Path, shard: int, feature_set: str, output: Path, provenance: dict
) -> None:
    """Write the features of one shard of a corpus that is published as features, without recordings.

    The publisher gives no names; values as many as openSMILE has get its names, in its order.

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
    feature_set, output, provenance
        As for :func:`features`, and the same schema.
    """
    names = extractor(feature_set).feature_names
    listed = store.read(manifest, ["utterance_id", "file", "shard", "status", "reason"])
    listed = listed[listed["shard"] == shard]
    with Source(source) as opened, store.Writer(output, _schema(names), provenance, ROW_GROUP) as writer:
        rows = zip(listed["utterance_id"], listed["file"], listed["status"], listed["reason"], strict=True)
        for utterance_id, file, status, reason in progress(rows, len(listed), f"{feature_set} shard {shard}"):
            row = {"utterance_id": utterance_id, "status": status, "reason": reason}
            values = []
            if status == store.OK:
                row["reason"] = None
                try:
                    values = load(corpus).features(opened, file, feature_set)
                    _refuse_odd(values, names, feature_set)
                except SarangiError as error:
                    values, row = [], row | {"status": store.FAILED, "reason": str(error)}
            writer.add(row | dict(zip(names, map(float, values), strict=False)))


def _refuse_odd(values: np.ndarray, names: list[str], feature_set: str) -> None:
    if len(values) != len(names):
        raise RecordingError(f"{len(values)} values; {feature_set} has {len(names)}")
    bad = np.flatnonzero(~np.isfinite(values))
    if len(bad):
        raise RecordingError(f"{len(bad)} of {len(values)} values are NaN or infinite, first {names[bad[0]]}")


def _schema(names: list[str]) -> pa.Schema:
    return pa.schema(
        [pa.field("utterance_id", pa.string(), nullable=False), *store.STATUS]
        + [pa.field(name, pa.float32()) for name in names]
    )


def extract(signal: np.ndarray, feature_set: str) -> tuple[np.ndarray, str | None]:
    """Return the features of one signal, and why they cannot be used if they cannot.

    Parameters
    ----------
    signal : float32 array of shape (samples,)
        Sound at 16 kHz in [-1, 1).
    feature_set
        Name in ``opensmile.FeatureSet``.

    Returns
    -------
    values : float32 array of shape (features,)
    problem : str or None
    """
    smile = extractor(feature_set)
    with warnings.catch_warnings():
        # "Segment too short, filling with NaN": found below, for the one utterance it concerns
        warnings.simplefilter("ignore", UserWarning)
        values = smile(signal, SAMPLE_RATE).reshape(-1)
    bad = np.flatnonzero(~np.isfinite(values))
    if len(bad) == len(values):
        return values, f"too short for openSMILE ({len(signal) / SAMPLE_RATE:.3f} s)"
    if len(bad):
        first = smile.feature_names[bad[0]]
        return values, f"openSMILE gives NaN or infinity for {len(bad)} features, first {first}"
    return values, None


@cache
def extractor(feature_set: str) -> opensmile.Smile:
    """Return openSMILE set up for the functionals of a feature set, with one worker of its own."""
    return opensmile.Smile(
        opensmile.FeatureSet[feature_set], opensmile.FeatureLevel.Functionals, num_workers=1
    )


def _batches(items: Iterator[dict]) -> Iterator[list[dict]]:
    batch = []
    for item in items:
        batch.append(item)
        if len(batch) == BATCH:
            yield batch
            batch = []
    yield batch
