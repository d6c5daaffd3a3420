"""The small corpus of trainings with ratings that its tones say, and votes for its emotions."""

import numpy as np
import pandas as pd
import pyarrow as pa

from sarangi.base import store
from sarangi.base.dimension_rows import dimension_fields
from sarangi.base.manifest_rows import MANIFEST
from sarangi.base.vote_rows import VOTES
from support.places import MADE_BY_TEST
from support.small_manifests import EMOTIONS

SCALES = {"arousal": (1.0, 5.0), "valence": (0.0, 1.0)}
RATED = pa.schema([*MANIFEST, *dimension_fields(SCALES)])


def lin(outputs, ratings):
    """As Lin (1989) has it, of arrays of one dimension; independent of ours."""
    both = ~np.isnan(ratings)
    (xx, xy), (_, yy) = np.cov(outputs[both], ratings[both], bias=True)
    return 2 * xy / (xx + yy + (outputs[both].mean() - ratings[both].mean()) ** 2)


def with_ratings(corpus, folder, changed=None, shards=("audio",)):
    """A corpus with the same clips: the higher the tone, the higher the arousal; two ratings are missing.

    ``changed`` takes the manifest with its ratings, and returns another.
    """
    folder.mkdir(exist_ok=True)
    for name in ("protocol", *shards):
        (folder / f"{name}.parquet").symlink_to(corpus / f"{name}.parquet")
    rows = store.read(corpus / "manifest.parquet")
    draw = np.random.default_rng(2)
    height = rows["emotion"].map(EMOTIONS.index).to_numpy(dtype=float)
    rows["dimension_arousal"] = 2 + height + draw.normal(0, 0.3, len(rows))
    rows["dimension_valence"] = 0.2 + 0.25 * height + draw.normal(0, 0.1, len(rows))
    rows.loc[7, "dimension_valence"] = np.nan
    rows.loc[[11], ["dimension_arousal", "dimension_valence"]] = np.nan
    rows = rows if changed is None else changed(rows)
    for name in SCALES:
        rows[f"unrated_{name}"] = rows[f"dimension_{name}"].isna().map({True: "missing", False: None})
    store.write(folder / "manifest.parquet", rows, RATED, MADE_BY_TEST)
    return folder


def votes_of(corpus, path, votes):
    """Votes as a list of emotions for each utterance of a manifest, by a function of its place and row."""
    lines = [
        dict.fromkeys(VOTES.names)
        | {"utterance_id": row["utterance_id"], "annotator": f"a{number}", "emotion": emotion}
        | {"label": emotion or "other", "weight": 1.0, "status": "ok"}
        for place, row in store.read(corpus / "manifest.parquet").iterrows()
        for number, emotion in enumerate(votes(place, row["emotion"]))
    ]
    store.write(path, pd.DataFrame(lines, columns=VOTES.names), VOTES, MADE_BY_TEST)
    return path
