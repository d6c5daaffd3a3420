"""A small corpus with features, for tests of classical models."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from threadpoolctl import threadpool_limits

from sarangi.base import store
from sarangi.base.manifest_rows import MANIFEST
from sarangi.base.score_id import ScoreId
from sarangi.models.classical import Transfers, classical
from sarangi.models.vectors import CorpusFiles
from sarangi.splits.protocols import PROTOCOL
from support.places import MADE_BY_TEST, to


@pytest.fixture(autouse=True)
def one_thread_of_blas():
    """As in a job."""
    with threadpool_limits(1):
        yield


@dataclass
class Corpus:
    """A corpus whose features are drawn, with a protocol made by hand."""

    folder: Path
    emotions: list
    values: np.ndarray
    groups: list

    def __post_init__(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        self.name = self.folder.name
        self.ids = [f"{self.name}/{place:03}" for place in range(len(self.emotions))]
        self.manifest, self.features = self.folder / "m.parquet", self.folder / "f.parquet"
        self.files = CorpusFiles(self.manifest, [self.features])
        known = {"utterance_id": self.ids, "corpus": self.name, "emotion": self.emotions, "status": "ok"}
        known |= {"group": self.groups, "speaker": self.groups, "shard": 0, "file": "x"}
        blank = dict.fromkeys(MANIFEST.names)
        store.write(self.manifest, pd.DataFrame(blank | known, index=self.ids), MANIFEST, MADE_BY_TEST)
        columns = [f"f{place:03}" for place in range(self.values.shape[1])]
        table = pd.DataFrame(self.values, columns=columns).assign(
            utterance_id=self.ids, status="ok", reason=None
        )
        fields = [pa.field(column, pa.float32()) for column in columns]
        schema = pa.schema([pa.field("utterance_id", pa.string()), *store.STATUS, *fields])
        store.write(self.features, table, schema, MADE_BY_TEST)

    def split(self, tests, name="p"):
        """Write a protocol whose folds test the utterances at these places, and train on the rest."""
        path = self.folder / f"{name}.parquet"
        rows = pd.DataFrame({"utterance_id": self.ids, "leaks": False, "status": "ok", "reason": None})
        folds = [
            rows.assign(fold=fold, part=np.where(np.isin(np.arange(len(rows)), test), "test", "train"))
            for fold, test in enumerate(tests)
        ]
        store.write(path, pd.concat(folds), PROTOCOL, MADE_BY_TEST)
        return path

    def run(self, experiments, tests=None, threads=1, elsewhere=(), names=("p",), output="o", counted=None):
        """Run experiments (settings by name) under a protocol, and return their tables by name."""
        if tests is not None:
            self.split(tests)
        entries = {
            name: {"protocol": "p", "tests": [other.name for other in elsewhere]} | entry
            if "settings" in entry
            else {"protocol": "p", "settings": entry, "tests": [other.name for other in elsewhere]}
            for name, entry in experiments.items()
        }
        tests = (None, *(other.name for other in elsewhere))
        scores = [ScoreId(name, test) for name in entries for test in tests]
        paths = {score.name: self.folder / f"{output}_{score.name}.parquet" for score in scores}
        classical(
            self.files,
            {name: self.folder / f"{name}.parquet" for name in names},
            entries,
            {score: to(paths[score.name]) for score in scores},
            Transfers({other.name: other.files for other in elsewhere}, counted or {}),
            threads,
        )
        return paths


def drawn(seed, clips, width, classes=3, constant=0, groups=4, spread=0.7, shift=0.0):
    """Emotions, features with a structure of few dimensions and some constant columns, and groups."""
    draw = np.random.default_rng(seed)
    names = ["angry", "happy", "neutral", "sad", "surprised"][:classes]
    emotions = [names[place % classes] for place in range(clips)]
    centres, basis = draw.normal(size=(classes, 4)), draw.normal(size=(4, width))
    hidden = centres[np.arange(clips) % classes] + draw.normal(0, spread, (clips, 4))
    # scales as far apart as those of real features
    scales = 10.0 ** draw.uniform(-3, 5, width)
    values = (hidden @ basis + draw.normal(0, 0.5, (clips, width)) + shift) * scales + scales
    values[:, draw.permutation(width)[:constant]] = draw.normal(0, 1e3)
    return emotions, values.astype(np.float32), [f"g{draw.integers(groups)}" for _ in range(clips)]
