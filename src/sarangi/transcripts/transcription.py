"""Transcripts of a corpus, and their error rates where its words are known."""

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby, islice
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from sarangi.audio.flac import decode, samples_in
from sarangi.base import store
from sarangi.base.errors import SarangiError
from sarangi.base.progress import progress
from sarangi.base.text_checks import FAILED
from sarangi.runtime.resume import begun
from sarangi.transcripts.engines import ENGINES
from sarangi.transcripts.error_rates import error_rates
from sarangi.transcripts.tries import Engine

TRANSCRIPTS = pa.schema(
    [
        pa.field("utterance_id", pa.string(), nullable=False),
        *store.STATUS,
        pa.field("text", pa.string()),
        pa.field("language", pa.string()),
        pa.field("avg_logprob", pa.float32()),
        pa.field("no_speech_prob", pa.float32()),
        pa.field("temperature", pa.float32()),
        pa.field("compression_ratio", pa.float32()),
        # decodings at most of a window, and the check that the text fails after all of them
        pa.field("tries", pa.int8()),
        pa.field("failed_check", pa.string()),
        pa.field("reference", pa.string()),
        pa.field("wer", pa.float64()),
        pa.field("cer", pa.float64()),
        # of the normalised reference, to weigh the rates with
        pa.field("words", pa.int32()),
        pa.field("characters", pa.int32()),
    ]
)

DETECT = "detect"
EMPTY = "nothing transcribed"
BATCHES_SORTED = 16  # read ahead, so that clips of about one length are decoded together; bounds the memory


class Recogniser(NamedTuple):
    """An engine of speech recognition that is not loaded yet.

    ``checkpoint`` is what the engine loads, ``threads`` are its threads.  ``settings`` are ``engine``, one of
    :data:`sarangi.transcripts.engines.ENGINES`; ``batch`` (clips decoded together); ``language``:
    ``manifest``, or ``detect`` to have Whisper guess that of each clip; and the engine's own.
    """

    checkpoint: Path
    settings: Mapping[str, Any]
    threads: int

    def load(self) -> Engine:
        """Load the engine."""
        return ENGINES[self.settings["engine"]](self.checkpoint, self.settings, self.threads)


def transcribe(
    audio: Path, manifest: Path, recogniser: Recogniser, unfinished: Path, output: store.Output
) -> None:
    """Transcribe one shard in batches of clips of one language and about one length.

    Each batch is kept until the shard is done, and a run that was killed resumes behind the last one.

    Parameters
    ----------
    audio
        A shard of 16 kHz audio; what is not ok there keeps its reason.
    manifest
        Manifest of the corpus: the language, and the words where they are known.
    recogniser
        What hears it.
    unfinished
        Folder for the batches; removed at the end.
    output
        Parquet file to write, of schema :data:`TRANSCRIPTS`.  An ok row with an empty text has a reason.

    Raises
    ------
    SarangiError
        If the checkpoint is none, or does not know a language of the manifest.
    """
    engine, settings = recogniser.load(), recogniser.settings
    known = store.read(manifest, ["utterance_id", "language", "text"]).set_index("utterance_id")
    references = known["text"].dropna().to_dict()
    # what states none has it guessed
    languages = known["language"].dropna().to_dict()
    told = {} if settings["language"] == DETECT else languages
    kept = begun(unfinished, dict(output.provenance))
    with (
        output.writer(TRANSCRIPTS) as writer,
        progress(None, store.count(audio), f"transcribe {audio}") as done,
    ):
        for number, rows in enumerate(windows(store.rows(audio), BATCHES_SORTED * settings["batch"])):
            lines = {
                row["utterance_id"]: {name: row[name] for name in ("utterance_id", "status", "reason")}
                | {"reference": references.get(row["utterance_id"])}
                for row in rows
            }
            done.update(sum(row["status"] != store.OK for row in rows))
            for place, (language, batch) in enumerate(batches(rows, told, settings["batch"])):
                piece = kept / f"{number:06}_{place:03}.parquet"
                if not is_whole(piece):
                    keep(piece, transcribed(engine, batch, language, lines, languages))
                for line in store.rows(piece):
                    lines[line["utterance_id"]] = line
                done.update(len(batch))
            for line in lines.values():
                writer.add(line)
    shutil.rmtree(unfinished)


def windows(rows: Iterable[dict], size: int) -> Iterator[list[dict]]:
    """Yield rows in lists of a size, in their order; the last may be shorter."""
    rows = iter(rows)
    while window := list(islice(rows, size)):
        yield window


def batches(
    rows: Sequence[dict], language: Mapping[str, str], size: int
) -> Iterator[tuple[str | None, list[dict]]]:
    """Yield the usable rows with their language, of one language and about one length, the shortest first.

    Parameters
    ----------
    rows
        ``utterance_id``, ``audio`` and ``status`` of each.
    language
        By utterance; one without is None.
    size
        Rows in a batch, at most.
    """
    usable = [
        (language.get(row["utterance_id"]), samples_in(row["audio"]["bytes"]), row["utterance_id"], row)
        for row in rows
        if row["status"] == store.OK
    ]
    usable.sort(key=lambda entry: (entry[0] or "", *entry[1:3]))
    for spoken, same in groupby(usable, key=lambda entry: entry[0]):
        for batch in windows((row for *_, row in same), size):
            yield spoken, batch


def transcribed(
    engine: Engine,
    batch: Sequence[dict],
    language: str | None,
    lines: Mapping[str, dict],
    languages: Mapping[str, str],
) -> Iterator[dict]:
    """Yield a row of :data:`TRANSCRIPTS` for each clip of a batch.

    Parameters
    ----------
    engine
        That transcribes it.
    batch
        ``utterance_id`` and ``audio`` of each clip.
    language
        Of the batch; None has the engine guess.
    lines
        What the rows hold already, by utterance.
    languages
        That of each utterance's reference, where it is known.
    """
    names = [row["utterance_id"] for row in batch]
    heard = engine.hear([decode(row["audio"]["bytes"]) for row in batch], language, names)
    for name, found in zip(names, heard, strict=True):
        line = lines[name]
        check = found.failed_check
        notes = (
            line["reason"],
            found.note or (None if found.text else EMPTY),
            FAILED.format(check=check) if check else None,
        )
        yield line | {
            "reason": "; ".join(filter(None, notes)) or None,
            "text": found.text,
            "language": found.language,
            "avg_logprob": found.avg_logprob,
            "no_speech_prob": found.no_speech_prob,
            "temperature": found.temperature,
            "compression_ratio": found.compression_ratio,
            "tries": found.tries,
            "failed_check": check,
            **error_rates(line["reference"], found.text, languages.get(name, found.language)),
        }


def keep(piece: Path, lines: Iterable[dict]) -> None:
    """Write rows of :data:`TRANSCRIPTS` to a file that is there whole or not at all."""
    partly = piece.with_suffix(".part")
    with store.Writer(partly, TRANSCRIPTS, {}) as writer:
        for line in lines:
            writer.add(line)
    partly.replace(piece)


def is_whole(piece: Path) -> bool:
    """Return whether a file of rows is there and can be read; a power cut may leave one without content."""
    try:
        return piece.exists() and store.count(piece) > 0
    except SarangiError:
        return False
