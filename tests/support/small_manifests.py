"""Small manifests, protocols and features, for tests."""

import numpy as np
import pandas as pd

from sarangi.base import store
from sarangi.base.manifest_rows import MANIFEST
from support.places import MADE_BY_TEST

EMOTIONS = ("angry", "happy", "sad")
RANDOM = {"kind": "stratified_kfold", "folds": 3, "seed": 1, "leaks": True}
LOSO = {"kind": "leave_one_group_out", "leaks": False}
SVM = {"kind": "svm_rbf", "C": 10, "gamma": "scale", "class_weight": "balanced"}


def made_manifest(path, speakers=4, clips=6, failed=0):
    """A manifest in which every speaker has every emotion; the last ``failed`` rows failed."""
    lines = []
    for speaker in range(speakers):
        for clip in range(clips):
            blank = dict.fromkeys(MANIFEST.names)
            lines.append(
                blank
                | {
                    "utterance_id": f"made/S{speaker}_{clip:02}.wav",
                    "corpus": "made",
                    "speaker": f"S{speaker}",
                    "group": f"S{speaker}",
                    "emotion": EMOTIONS[clip % 3],
                    "shard": 0,
                    "file": "x",
                    "status": "ok",
                }
            )
    for line in lines[len(lines) - failed :]:
        line |= {"status": "failed", "reason": "broken", "emotion": None}
    store.write(path, pd.DataFrame(lines), MANIFEST, MADE_BY_TEST)
    return path


def made_features(path, manifest, failed=()):
    """Features that carry the emotion and some noise."""
    rows = store.read(manifest, ["utterance_id", "emotion", "status", "reason"])
    draw = np.random.default_rng(0)
    values = np.array([EMOTIONS.index(e) if e in EMOTIONS else 0 for e in rows["emotion"]], dtype=float)
    table = rows.drop(columns="emotion").assign(
        a=values + draw.normal(0, 0.3, len(rows)), b=draw.normal(0, 1, len(rows))
    )
    table.loc[table["utterance_id"].isin(failed), ["status", "reason"]] = ["failed", "too short"]
    import pyarrow as pa

    schema = pa.schema(
        [("utterance_id", pa.string()), *store.STATUS, ("a", pa.float32()), ("b", pa.float32())]
    )
    store.write(path, table, schema, MADE_BY_TEST)
    return path
