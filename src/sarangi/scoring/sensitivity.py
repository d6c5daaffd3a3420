"""Sensitivity: what other seeds, numbers of folds and sample rates make of a score under few groups."""

import math
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pyarrow as pa

from sarangi.base import store
from sarangi.base.auditing import GROUPS, GROUPS_OF_EMOTION, TESTED_GROUPS, WARNING
from sarangi.base.parts import why_not_made
from sarangi.base.score_id import ScoreId
from sarangi.base.scored import SplitAgain
from sarangi.base.store import Output
from sarangi.models.classical import classical
from sarangi.models.vectors import CorpusFiles
from sarangi.scoring.answers import answers, tally
from sarangi.splits.guessed import guess_of
from sarangi.splits.protocols import protocol
from sarangi.statistics.metrics import UAR

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


UNPREDICTED = "no test utterance has a prediction"
"""The reason of a variant that was trained, and that nothing comes of."""


def sensitivity(
    manifest: Path,
    audit: Path,
    features: Mapping[str, Sequence[Path]],
    experiments: Mapping[str, SplitAgain],
    output: Output,
    threads: int = 1,
) -> None:
    """Write the UAR of classical experiments under other splits, where the audit finds few groups.

    Each is trained again with every seed and every number of folds, and on the features of the recordings'
    native sample rate, one changed at a time, and scored as the experiment itself is, but for the interval.
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
        By name.
    output
        Parquet file to write, of schema :data:`SENSITIVITY`.
    threads
        Models trained at once.
    """
    audited = store.read(audit)
    trials = [
        Trial(f"{name}_{place}", name, entry, variant, fewest)
        for place, (name, entry, variant, fewest) in enumerate(_varied(experiments, audited), 1)
    ]
    with tempfile.TemporaryDirectory() as folder:
        splits = _split(trials, manifest, Path(folder), output.provenance)
        unmade = {name: why_not_made(store.read(path)) for name, path in splits.items()}
        made = [trial for trial in trials if unmade[trial.split] is None]
        predictions = {trial.key: Path(folder, f"{trial.key}_predictions.parquet") for trial in made}
        for name, shards in features.items():
            chosen = {trial.key: trial for trial in made if trial.variant.features == name}
            if chosen:
                models = {
                    key: {"protocol": trial.split, "settings": trial.entry.settings, "tests": []}
                    for key, trial in chosen.items()
                }
                files = {ScoreId(key): Output(predictions[key], output.provenance) for key in chosen}
                classical(CorpusFiles(manifest, shards), splits, models, files, threads=threads)
        uars = {
            trial.key: _uar(predictions[trial.key], manifest, trial.key, trial.entry.mean_of_folds)
            for trial in made
        }
    rows = [trial.row(uars.get(trial.key, math.nan), unmade[trial.split]) for trial in trials]
    frame = pd.DataFrame(rows, columns=SENSITIVITY.names).astype({"uar": float})
    output.write(frame, SENSITIVITY)


class Variant(NamedTuple):
    """An experiment with one thing changed: what and to what, the entry of its protocol, its features."""

    varied: str
    setting: str
    split: Mapping[str, Any]
    features: str


class Trial(NamedTuple):
    """A variant of an experiment to train: its own name, the experiment's, and the fewest groups there."""

    key: str
    experiment: str
    entry: SplitAgain
    variant: Variant
    fewest: int

    @property
    def split(self) -> str:
        """Name of its protocol."""
        return f"{self.entry.protocol}_{self.variant.varied}_{self.variant.setting}".replace(" ", "_")

    def row(self, uar: float, unmade: str | None) -> dict[str, Any]:
        """Return its row of schema :data:`SENSITIVITY`, from its UAR and why its protocol was not made."""
        return {
            "experiment": self.experiment,
            "varied": self.variant.varied,
            "setting": self.variant.setting,
            "uar": uar,
            "reason": unmade if unmade is not None else UNPREDICTED if math.isnan(uar) else None,
            "fewest": self.fewest,
        }


def _varied(
    experiments: Mapping[str, SplitAgain], audited: pd.DataFrame
) -> Iterator[tuple[str, SplitAgain, Variant, int]]:
    """Yield the variants of each experiment that has few groups, and how few."""
    for name, entry in experiments.items():
        fewest = fewest_groups(audited, entry.protocol)
        if fewest is not None:
            for variant in _variants(entry):
                yield name, entry, variant, fewest


def _variants(entry: SplitAgain) -> Iterator[Variant]:
    """Yield an experiment with each other seed, with each other number of folds, then at its native rate."""
    for varied, values in entry.others.items():
        for value in values:
            yield Variant(varied, str(value), {**entry.split, varied: value}, entry.features)
    if entry.own_rate is not None:
        yield Variant("sample rate", "own", entry.split, entry.own_rate)


def _split(
    trials: Sequence[Trial], manifest: Path, folder: Path, provenance: Mapping[str, Any]
) -> dict[str, Path]:
    """Write the protocols of trials into a folder, each once, and return their files by name."""
    files: dict[str, Path] = {}
    for trial in trials:
        if trial.split not in files:
            files[trial.split] = folder / f"{trial.split}.parquet"
            split = Output(files[trial.split], provenance)
            guess = guess_of(trial.entry.voices)
            protocol(manifest, trial.split, trial.variant.split, split, guess=guess)
    return files


def _uar(predictions: Path, manifest: Path, name: str, mean_of_folds: bool) -> float:
    """Return the UAR of some predictions as scores report it; NaN where no prediction is ok."""
    table, emotions = answers([predictions], manifest, name)
    if table.empty:
        return math.nan
    total = tally(table, ["seed", "fold"] if mean_of_folds else ["seed"], emotions)[0].sum(1)
    return float(UAR.over_repeats(total, total.sum(-1) > 0))


def fewest_groups(audit: pd.DataFrame, protocol: str) -> int | None:
    """Return the smallest number of groups that an audit warns of, or None where there are enough.

    Counted are the groups of the corpus, those of each emotion, and those that the protocol tests.

    Parameters
    ----------
    audit
        Of schema :data:`sarangi.audit.rows.AUDIT`.
    protocol
        Name of a protocol.
    """
    whole = audit["check"].isin([GROUPS, GROUPS_OF_EMOTION])
    tested = (audit["check"] == TESTED_GROUPS) & (audit["subject"] == protocol)
    counts = audit.loc[(whole | tested) & (audit["verdict"] == WARNING), "value"]
    return int(counts.min()) if len(counts) else None
