"""Sensitivity: what other seeds, numbers of folds and sample rates make of a score under few groups."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from sarangi.audit.checks import WARNING
from sarangi.base import store
from sarangi.base.parts import why_not_made
from sarangi.base.score_id import ScoreId
from sarangi.models.classical import classical
from sarangi.models.vectors import CorpusFiles
from sarangi.scoring.scores import answers, tally
from sarangi.splits.protocols import protocol
from sarangi.statistics.metrics import mean_metrics

SENSITIVITY = pa.schema(
    [
        pa.field("experiment", pa.string(), nullable=False),
        # what differs from the experiment (seed, folds, sample rate), and what it is instead
        pa.field("varied", pa.string(), nullable=False),
        pa.field("setting", pa.string(), nullable=False),
        pa.field("uar", pa.float64()),
        # why there is none
        pa.field("reason", pa.string()),
        # the smallest number of groups that the audit warns of
        pa.field("fewest", pa.int64(), nullable=False),
    ]
)


def sensitivity(
    manifest: Path,
    audit: Path,
    features: Mapping[str, Sequence[Path]],
    experiments: Mapping[str, Mapping[str, Any]],
    output: Path,
    provenance: dict,
    threads: int = 1,
) -> None:
    """Write the UAR of classical experiments under other splits, where the audit finds few groups.

    Each is trained anew with every seed and every number of folds, and on the features of the recordings'
    own sample rate, one changed at a time, and scored as the experiment itself is, but for the interval.
    Where the audit finds enough groups there is no row.

    Parameters
    ----------
    manifest
        Of the corpus.
    audit
        Of the corpus and of its protocols.
    features
        By feature set the corpus's shards.
    experiments
        By name: ``features``, ``protocol`` (its name), ``split`` (its entry), ``others`` (what to set keys of
        that to, ``seed`` and ``folds``), ``settings`` (the classifier), ``mean_of_folds``, and ``own_rate``,
        the same features at the recordings' own rate, or None.
    output
        Parquet file to write, of schema :data:`SENSITIVITY`.
    provenance
        Passed to the store.
    threads
        Models trained at once.
    """
    audited = store.read(audit)
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        splits: dict[str, Path] = {}
        models: dict[str, dict[str, dict]] = {name: {} for name in features}
        for name, entry in experiments.items():
            fewest = fewest_groups(audited, entry["protocol"])
            for variant in _variants(entry) if fewest is not None else ():
                split = f"{entry['protocol']}_{variant.varied}_{variant.setting}".replace(" ", "_")
                if split not in splits:
                    splits[split] = Path(folder, f"{split}.parquet")
                    protocol(manifest, split, variant.split, splits[split], provenance)
                row = {"experiment": name, "varied": variant.varied, "setting": variant.setting}
                row |= {"uar": np.nan, "reason": why_not_made(store.read(splits[split])), "fewest": fewest}
                rows.append(row)
                if row["reason"] is None:
                    model = {"protocol": split, "settings": entry["settings"], "tests": [], "row": row}
                    models[variant.features][f"{name}_{len(rows)}"] = model
        for name, chosen in models.items():
            output_of = {key: Path(folder, f"{key}_predictions.parquet") for key in chosen}
            to = {ScoreId(key): store.Output(path, provenance) for key, path in output_of.items()}
            if chosen:
                classical(CorpusFiles(manifest, features[name]), splits, chosen, to, threads=threads)
            for key, model in chosen.items():
                row = model["row"]
                found = _uar(output_of[key], manifest, key, experiments[row["experiment"]]["mean_of_folds"])
                row |= {
                    "uar": found,
                    "reason": "no test utterance has a prediction" if np.isnan(found) else None,
                }
    frame = pd.DataFrame(rows, columns=SENSITIVITY.names).astype({"uar": float})
    store.write(output, frame, SENSITIVITY, provenance)


class Variant(NamedTuple):
    """An experiment with one thing changed: what and to what, the entry of its protocol, its features."""

    varied: str
    setting: str
    split: Mapping[str, Any]
    features: str


def _variants(entry: Mapping[str, Any]) -> Iterator[Variant]:
    """Yield an experiment with each other seed, with each other number of folds, then at its own rate."""
    for varied, values in entry["others"].items():
        for value in values:
            yield Variant(varied, str(value), {**entry["split"], varied: value}, entry["features"])
    if entry["own_rate"] is not None:
        yield Variant("sample rate", "own", entry["split"], entry["own_rate"])


def _uar(predictions: Path, manifest: Path, name: str, mean_of_folds: bool) -> float:
    """Return the UAR of some predictions as scores report it; NaN where no prediction is ok."""
    table, emotions = answers([predictions], manifest, name)
    if table.empty:
        return np.nan
    total = tally(table, ["seed", "fold"] if mean_of_folds else ["seed"], emotions)[0].sum(1)
    return float(mean_metrics(total, total.sum(-1) > 0)["uar"])


def fewest_groups(audit: pd.DataFrame, protocol: str) -> int | None:
    """Return the smallest number of groups that an audit warns of, or None where there are enough.

    Counted are the groups of the corpus, those of each emotion, and those that the protocol tests.

    Parameters
    ----------
    audit
        Of schema :data:`sarangi.audit.checks.AUDIT`.
    protocol
        Name of a protocol.
    """
    whole = audit["check"].isin(["groups", "groups_of_emotion"])
    tested = (audit["check"] == "tested_groups") & (audit["subject"] == protocol)
    counts = audit.loc[(whole | tested) & (audit["verdict"] == WARNING), "value"]
    return int(counts.min()) if len(counts) else None
