"""Predictions of every recording of a folder, for ``python -m sarangi predict``."""

import csv
import logging
import os
import posixpath
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import torch

from sarangi.app.clips import Clip, ClipError, read_file
from sarangi.app.listening import BATCH, NO_PROBABILITIES, Listener, batched
from sarangi.base import store
from sarangi.base.documents import DocumentError, text_in
from sarangi.base.errors import SarangiError
from sarangi.base.progress import progress
from sarangi.base.spreadsheets import inert
from sarangi.models.run_inputs import NO_WORDS
from sarangi.models.shortest import too_short
from sarangi.reproduce.walking import Found, walked
from sarangi.runtime.provenance import digest
from sarangi.sources.source import shown_name
from sarangi.sources.tables import OWN, rows_of

log = logging.getLogger("sarangi")

WORDS = ("file", "text")
"""Columns of a table of words."""


def words_in(file: Path) -> dict[str, str]:
    """Return the words by file of a CSV file with the columns ``file`` and ``text``.

    Raises
    ------
    SarangiError
        If it is no such table, or says two things of one file.
    """
    try:
        text = text_in(file)
    except (OSError, DocumentError) as error:
        raise SarangiError(
            f"--words {file}: {error}; expected a CSV file with the columns file (within the folder) and text"
        ) from None
    found: dict[str, str] = {}
    for row in rows_of(text, f"--words {file}", WORDS, OWN):
        if row.problem is not None:
            raise SarangiError(f"--words {file}:{row.line}: {row.problem}")
        name = posixpath.normpath(row.cells["file"].replace("\\", "/"))
        if found.setdefault(name, row.cells["text"]) != row.cells["text"]:
            raise SarangiError(
                f"--words {file}:{row.line}: other words of {name} than a line before; keep one of them"
            )
    return found


def _refuse_words_of_others(words: Mapping[str, str], names: Sequence[str]) -> None:
    """Refuse words of which none is of a file that is there; say how many are not."""
    absent = sorted(words.keys() - set(names))
    if absent and len(absent) == len(words):
        raise SarangiError(
            f"--words: none of its {len(words)} files is in the folder, the first is {absent[0]}; expected "
            f"paths below the folder, such as {names[0]}"
        )
    if absent:
        log.warning("--words: %d of its %d files are not in the folder, the first is %s",
                    len(absent), len(words), absent[0])  # fmt: skip


class Lines:
    """Writes rows as CSV, as :class:`sarangi.base.store.Writer` does as Parquet; provenance has no place."""

    def __init__(self, path: Path, schema: pa.Schema, provenance: Mapping[str, Any]):
        self._file = path.open("w", encoding="utf-8", newline="")
        self._lines = csv.DictWriter(self._file, schema.names, lineterminator="\n")
        self._lines.writeheader()

    def add(self, row: Mapping[str, Any]) -> None:
        """Add one row."""
        self._lines.writerow({name: inert(cell) for name, cell in row.items()})

    def __enter__(self) -> "Lines":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


FORMATS = {".csv": Lines, ".parquet": store.Writer}
"""What writes a file of predictions, by its suffix."""


def format_of(output: Path) -> str:
    """Return the suffix that says how a file of predictions is written, one of :data:`FORMATS`.

    Raises
    ------
    SarangiError
        If it has another one, or cannot be put where it is to be.
    """
    kind = output.suffix.lower()
    if kind not in FORMATS:
        raise SarangiError(
            f"--out {output}: the suffix is {kind or 'missing'}; expected {' or '.join(FORMATS)}, "
            "which is what is written"
        )
    if output.is_dir():
        raise SarangiError(f"--out {output}: a folder of that name is there; name another file")
    if not output.parent.is_dir():
        raise SarangiError(f"--out {output}: its folder is not there; make it, or name another place")
    return kind


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
        File to write, of :func:`predictions_of_files`; it is there whole or not at all.  Its suffix is one of
        :data:`FORMATS`.

    Returns
    -------
    dict
        Number of files by status.

    Raises
    ------
    SarangiError
        If there is no file, the model reads words and nobody gives them, or the output has a suffix that is
        none of :data:`FORMATS`.
    """
    kind = format_of(output)
    found = _listed(folder, output)
    if not found:
        raise SarangiError(f"{folder}: no file is in it; expected a folder with recordings")
    if listener.reads and words is None and not listener.writes:
        raise SarangiError(
            f"{listener.name} reads words, and the Whisper that wrote those which it was trained on is not "
            "available; give them with --words (a CSV file with the columns file and text)"
        )
    if words is not None:
        _refuse_words_of_others(words, [shown_name(entry.path) for entry in found])
    counts = dict.fromkeys((store.OK, store.SKIPPED, store.FAILED), 0)
    partly = output.with_name(f".{output.name}.{os.getpid()}.part")
    made_from = {
        "model": listener.name,
        "weights": {file.name: digest(file) for file in sorted(weights.glob("*.safetensors"))},
        "threads": torch.get_num_threads(),
        "rule": "sarangi predict",
    }
    try:
        with FORMATS[kind](partly, predictions_of_files(listener.emotions), made_from) as writer:
            bar = progress(found, len(found), "predict")
            for some in batched(bar, BATCH):
                for row in _predicted(folder, some, listener, words):
                    counts[row["status"]] += 1
                    writer.add(row)
        partly.replace(output)
    finally:
        partly.unlink(missing_ok=True)
    return counts


def _listed(folder: Path, output: Path) -> list[Found]:
    """Return what lies below a folder, also behind links, by its path below it, sorted; hidden names are not.

    What a machine hides it put there itself.
    """
    whole = walked(str(folder), lambda path: path.rsplit("/", 1)[1].startswith("."))
    others = (entry for entry in whole if Path(entry.path).resolve() != output.resolve())
    return sorted(Found(os.path.relpath(entry.path, folder), entry.odd) for entry in others)


def _predicted(
    folder: Path, found: Sequence[Found], listener: Listener, words: Mapping[str, str] | None
) -> Iterator[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    clips: dict[int, Clip] = {}
    for place, (name, odd) in enumerate(found):
        row = {"file": shown_name(name), "status": store.OK, "reason": None}
        try:
            if odd:
                raise ClipError(f"{odd[0].upper()}{odd[1:]}.", store.FAILED)
            clip = read_file(folder / name)
            if why := too_short(len(clip.signal), listener.shortest):
                raise ClipError(f"{why[0].upper()}{why[1:]}.", store.FAILED)
            clips[place] = clip
        except ClipError as error:
            row |= {"status": error.status, "reason": str(error)}
        rows.append(row)
    said = _words_of(listener, clips, rows, words) if listener.reads and clips else {}
    for place, text in said.items():
        if not text.strip():
            # of which an answer would be one to nothing
            del clips[place]
            rows[place] |= {"status": store.SKIPPED, "reason": NO_WORDS, "words": text}
    if clips:
        texts = [said.get(place, "") for place in clips]
        answers = listener.answer([clip.signal for clip in clips.values()], texts)
        for place, text, answer in zip(clips, texts, answers, strict=True):
            if np.isfinite(answer).all():
                rows[place] |= described(clips[place], text, answer, listener)
            else:
                rows[place] |= {"status": store.FAILED, "reason": NO_PROBABILITIES}
    yield from rows


def _words_of(
    listener: Listener,
    clips: Mapping[int, Clip],
    rows: Sequence[Mapping[str, Any]],
    words: Mapping[str, str] | None,
) -> dict[int, str]:
    """Return the words of clips by their place, given or written by the model's Whisper."""
    names = [rows[place]["file"] for place in clips]
    if words is None:
        texts = listener.transcribe([clip.signal for clip in clips.values()], names)
    else:
        texts = [words.get(name, "") for name in names]
    return dict(zip(clips, texts, strict=True))


def described(clip: Clip, words: str, answer: np.ndarray, listener: Listener) -> dict[str, Any]:
    """Return the columns of :func:`predictions_of_files` of a clip that was answered."""
    notes = [clip.note] if clip.note else []
    notes += [] if clip.spoken else ["no speech was heard"]
    return {
        "reason": "; ".join(notes) or None,
        "seconds": clip.seconds,
        "speech": round(clip.speech, 6),
        "words": words if listener.reads else None,
        "predicted": listener.emotions[int(answer.argmax())],
        **{f"p_{emotion}": float(p) for emotion, p in zip(listener.emotions, answer, strict=True)},
    }
