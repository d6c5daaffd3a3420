"""Folds as EmoBox publishes them: a folder a fold with JSON Lines, and a map of labels.

What :mod:`sarangi.splits.emobox_folds` and :mod:`sarangi.corpora.formats.emobox` read.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

import pandas as pd

from sarangi.base.parts import TEST, TRAIN, VALIDATION
from sarangi.base.segments import recording_of

LABELS = "label_map.json"
SUFFIXES = {TRAIN: "train", VALIDATION: "valid", TEST: "test"}
"""By part, what EmoBox calls it in the names of files."""


def emobox_files(
    corpus: str, utterances: pd.DataFrame, folds: pd.DataFrame, maps: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Yield the files of a protocol in EmoBox's layout: place and text of each.

    EmoBox counts folds from 1; fold n of the protocol is ``fold_<n + 1>``.  A part without utterances has no
    file.

    Parameters
    ----------
    corpus
        Name, as in the names of files.
    utterances : data frame of :data:`sarangi.benchmark.task_files.UTTERANCES`
        Of the corpus.
    folds : data frame of :data:`sarangi.splits.protocols.PROTOCOL`
        Of the protocol.
    maps
        From :func:`label_map`, of all utterances, whose labels may be hidden in some.
    """
    yield LABELS, json.dumps(maps, indent=4, ensure_ascii=False, sort_keys=True) + "\n"
    lines = lines_of(corpus, utterances)
    for fold, parts in folds.groupby("fold"):
        number = int(str(fold)) + 1
        for part, suffix in SUFFIXES.items():
            names = sorted(parts.loc[parts["part"] == part, "utterance_id"])
            if names:
                text = "".join(f"{lines[name]}\n" for name in names)
                yield f"fold_{number}/{corpus}_{suffix}_fold_{number}.jsonl", text


def label_map(utterances: pd.DataFrame) -> dict[str, str]:
    """Return by label, as the lines write it, the name of its emotion."""
    labels = _labels(utterances)
    used = utterances["emotion"].notna()
    return dict(sorted(zip(labels[used], utterances.loc[used, "emotion"], strict=True)))


def lines_of(corpus: str, utterances: pd.DataFrame) -> dict[str, str]:
    """Return the line of JSON of each utterance, by its id, with the fields of EmoBox in their order.

    ``wav`` begins with the name of the corpus, and is its place in the publisher's layout from there;
    ``length`` is in seconds, and ``num_frame`` the samples of one channel.  What is unknown of a corpus
    without recordings is null.
    """
    table = utterances.assign(label=_labels(utterances), place=utterances["utterance_id"].map(recording_of))
    stems = table["utterance_id"].map(lambda name: PurePosixPath(name).name.rsplit(".", 1)[0])
    # where names repeat in other folders, or of segments, the whole path tells them apart
    if stems.duplicated().any() or (table["place"] != table["utterance_id"]).any():
        stems = table["utterance_id"].str.removeprefix(f"{corpus}/").str.replace("/", "-")
    rows = table.assign(key=f"{corpus}-" + stems).to_dict("records")
    return {row["utterance_id"]: json.dumps(_line(corpus, row), ensure_ascii=False) for row in rows}


def _line(corpus: str, row: Mapping[Any, Any]) -> dict[str, Any]:
    length, rate, channels = (
        None if pd.isna(row[name]) else row[name] for name in ("duration_s", "sample_rate", "channels")
    )
    return {
        "key": row["key"],
        "dataset": corpus,
        "wav": row["place"],
        "type": "raw",
        "sample_rate": None if rate is None else int(rate),
        "num_frame": None if rate is None or length is None else float(round(length * rate)),
        "task": "category",
        "length": None if length is None else float(length),
        "emo": None if pd.isna(row["label"]) else row["label"],
        "channel": None if channels is None else int(channels),
    }


def _labels(utterances: pd.DataFrame) -> pd.Series:
    """Return the labels of a corpus as it writes them; the emotions, where they do not follow from those."""
    known = utterances[utterances["emotion"].notna()]
    each = known.groupby("label", dropna=False)["emotion"].nunique()
    if known["label"].isna().any() or (each > 1).any():
        return utterances["emotion"]
    return utterances["label"]
