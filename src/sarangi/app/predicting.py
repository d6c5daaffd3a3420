"""Predictions of every recording of a folder, for ``python -m sarangi predict``."""

import csv
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from sarangi.app.clips import Clip, ClipError, read_file
from sarangi.app.listening import BATCH, Listener, batched
from sarangi.base import store
from sarangi.base.errors import SarangiError
from sarangi.base.progress import progress
from sarangi.runtime.provenance import digest


def words_in(file: Path) -> dict[str, str]:
    """Return the words by file of a CSV file with the columns ``file`` and ``text``.

    Raises
    ------
    SarangiError
        If it cannot be read, or has not these columns.
    """
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            return {row["file"]: row["text"] or "" for row in csv.DictReader(lines)}
    except (OSError, ValueError, KeyError, csv.Error) as error:
        raise SarangiError(
            f"{file}: expected a CSV file with the columns file (within the folder) and text; {error!r}"
        ) from None


def predictions_of_files(emotions: Sequence[str]) -> pa.Schema:
    """Return the schema of what :func:`predict` writes: a row a file."""
    return pa.schema(
        [
            pa.field("file", pa.string(), nullable=False),
            *store.STATUS,
            pa.field("seconds", pa.float64()),
            # share of the clip
            pa.field("speech", pa.float64()),
            pa.field("words", pa.string()),
            pa.field("predicted", pa.string()),
            *(pa.field(f"p_{emotion}", pa.float32()) for emotion in emotions),
        ]
    )


def predict(
    folder: Path, listener: Listener, weights: Path, words: Mapping[str, str] | None, output: Path
) -> dict[str, int]:
    """Predict every file of a folder and of the folders in it, in sorted order.

    A file that cannot be used keeps its row, with the reason, and harms no other.

    Parameters
    ----------
    folder
        With recordings.
    listener
        The model.
    weights
        Its folder, for the provenance.
    words
        By file, relative to the folder; None has the model's Whisper write them.
    output
        Parquet file to write, of :func:`predictions_of_files`; it is there whole or not at all.

    Returns
    -------
    dict
        Number of files by status.

    Raises
    ------
    SarangiError
        If there is no file, or the model reads words and nobody gives them.
    """
    named = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*")}
    # what a machine hides it put there itself
    paths = [
        path
        for name, path in sorted(named.items())
        if path.is_file() and not path.name.startswith(".") and path.resolve() != output.resolve()
    ]
    if not paths:
        raise SarangiError(f"{folder}: no file is in it; expected a folder with recordings")
    if listener.reads and words is None and not listener.writes:
        raise SarangiError(
            f"{listener.name} reads words, and the Whisper that wrote those which it was trained on is not "
            "at hand; give them with --words (a CSV file with the columns file and text)"
        )
    if not output.parent.is_dir():
        raise SarangiError(f"{output}: its folder is not there; make it, or name another place")
    counts = dict.fromkeys((store.OK, store.SKIPPED, store.FAILED), 0)
    partly = output.with_name(f".{output.name}.{os.getpid()}.part")
    made_from = {
        "model": listener.name,
        "weights": {file.name: digest(file) for file in sorted(weights.glob("*.safetensors"))},
        "rule": "python -m sarangi predict",
    }
    try:
        with store.Writer(partly, predictions_of_files(listener.emotions), made_from) as writer:
            bar = progress(paths, len(paths), "predict")
            for some in batched(bar, BATCH):
                for row in _predicted(folder, some, listener, words):
                    counts[row["status"]] += 1
                    writer.add(row)
        partly.replace(output)
    finally:
        partly.unlink(missing_ok=True)
    return counts


def _predicted(
    folder: Path, paths: Sequence[Path], listener: Listener, words: Mapping[str, str] | None
) -> Iterator[dict[str, Any]]:
    rows, clips = [], {}
    for place, path in enumerate(paths):
        row = {"file": path.relative_to(folder).as_posix(), "status": store.OK, "reason": None}
        try:
            clips[place] = read_file(path)
        except ClipError as error:
            row |= {"status": error.status, "reason": str(error)}
        rows.append(row)
    if clips:
        signals = [clip.signal for clip in clips.values()]
        names = [rows[place]["file"] for place in clips]
        said = [""] * len(names)
        if listener.reads:
            said = listener.transcribe(signals, names) if words is None else [words.get(n, "") for n in names]
        answers = listener.answer(signals, said)
        for place, text, answer in zip(clips, said, answers, strict=True):
            rows[place] |= described(clips[place], text, answer, listener)
    yield from rows


def described(clip: Clip, words: str, answer: np.ndarray, listener: Listener) -> dict[str, Any]:
    """Return the columns of :func:`predictions_of_files` of a clip that was answered."""
    notes = [clip.note] if clip.note else []
    notes += [] if clip.spoken else ["no speech was heard"]
    notes += ["no words"] if listener.reads and not words.strip() else []
    return {
        "reason": "; ".join(notes) or None,
        "seconds": clip.seconds,
        "speech": round(clip.speech, 6),
        "words": words if listener.reads else None,
        "predicted": listener.emotions[int(answer.argmax())],
        **{f"p_{emotion}": float(p) for emotion, p in zip(listener.emotions, answer, strict=True)},
    }
