"""The audit of transcripts: which texts that a model is given are none to trust."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from sarangi.audit.rows import AUDIT, Row, listed, write_audit
from sarangi.base import store
from sarangi.base.auditing import NOTE, OK, TEXTS_EMPTY, TEXTS_FAILED, WARNING
from sarangi.base.store import Output
from sarangi.base.text_checks import Check


def transcript_audit(transcripts: Sequence[Path], asr: str, output: Output) -> None:
    """Write how many transcripts fail every try, and how many are empty.

    Parameters
    ----------
    transcripts
        Shards of a corpus, of schema :data:`sarangi.transcripts.transcription.TRANSCRIPTS`.
    asr
        Name of the Whisper that heard them, the subject of every row.
    output
        Parquet file to write, of schema :data:`sarangi.audit.rows.AUDIT`, sorted by check.
    """
    columns = ["utterance_id", "status", "text", "failed_check"]
    whole = pd.concat([store.read(path, columns) for path in transcripts])
    heard = whole[whole["status"] == store.OK].sort_values("utterance_id")
    failed = heard[heard["failed_check"].notna()]
    empty = heard[heard["text"] == ""]
    by_check = ", ".join(f"{check} {(failed['failed_check'] == check).sum()}" for check in Check)
    of = f"of {len(heard)} texts"
    rows: list[Row] = [
        (
            TEXTS_FAILED,
            asr,
            len(failed),
            WARNING if len(failed) else OK,
            f"{of} ({by_check}): {listed(failed['utterance_id'])}" if len(failed) else of,
        ),
        (
            TEXTS_EMPTY,
            asr,
            len(empty),
            NOTE if len(empty) else OK,
            f"{of}: {listed(empty['utterance_id'])}" if len(empty) else of,
        ),
    ]
    write_audit(pd.DataFrame(rows, columns=AUDIT.names), output)
