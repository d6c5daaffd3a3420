"""Embeddings of made-up voices, and files of them, for tests."""

import numpy as np
import pandas as pd

from sarangi.base import store
from sarangi.base.manifest_rows import MANIFEST
from sarangi.speakers.embedding import embedding_schema
from support.places import MADE_BY_TEST

EMOTIONS = ("angry", "happy", "sad")


def clips(speakers, each, spread, seed, width=8):
    """Embeddings around one direction a speaker, and the number of who speaks."""
    draw = np.random.default_rng(seed)
    voices = np.eye(width)[:speakers] if speakers <= width else draw.normal(size=(speakers, width))
    who = np.repeat(np.arange(speakers), each)
    found = voices[who] + draw.normal(0, spread, (len(who), width))
    return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32), who


def corpus(folder, embeddings, who, emotions=None, named=True, **columns):
    """A manifest and two shards of embeddings; the last clip has none."""
    lines = [
        dict.fromkeys(MANIFEST.names)
        | {
            "utterance_id": f"made/{place:03}.wav", "corpus": "made",
            "speaker": f"S{speaker}" if named else None,
            "group": f"S{speaker}", "emotion": EMOTIONS[place % 3] if emotions is None else emotions[place],
            "shard": place % 2, "file": "x", "status": "ok",
        }
        | {name: values[place] for name, values in columns.items()}
        for place, speaker in enumerate(who)
    ]  # fmt: skip
    manifest = folder / "manifest.parquet"
    store.write(manifest, pd.DataFrame(lines), MANIFEST, MADE_BY_TEST)
    shards = []
    for shard in range(2):
        rows = [
            {"utterance_id": line["utterance_id"], "status": "ok", "reason": None, "embedding": vector}
            for line, vector in zip(lines, embeddings, strict=True)
            if line["shard"] == shard
        ]
        if shard == (len(lines) - 1) % 2:
            rows[-1] |= {"status": "failed", "reason": "no sound", "embedding": None}
        shards.append(folder / f"{shard:03}.parquet")
        with store.Writer(shards[-1], embedding_schema(embeddings.shape[1]), MADE_BY_TEST) as writer:
            for row in rows:
                writer.add(row)
    return manifest, shards
