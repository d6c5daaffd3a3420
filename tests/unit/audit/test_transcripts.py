"""The audit of the transcripts that a model reads."""

import pandas as pd
from support.places import to

from sarangi.audit.advice import findings
from sarangi.audit.transcripts import transcript_audit
from sarangi.base import store
from sarangi.transcripts.transcription import TRANSCRIPTS


def audited(tmp_path, *rows):
    """The audit of transcripts of two shards, by check."""
    blank = dict.fromkeys(TRANSCRIPTS.names)
    shards = []
    for number in (0, 1):
        shard = tmp_path / f"{number:03}.parquet"
        part = [blank | row for place, row in enumerate(rows) if place % 2 == number]
        to(shard).write(pd.DataFrame(part, columns=TRANSCRIPTS.names), TRANSCRIPTS)
        shards.append(shard)
    transcript_audit(shards, "whisper", to(tmp_path / "audit.parquet"))
    return {row.check: row for row in findings(store.read(tmp_path / "audit.parquet"))}


def row(name, text, failed=None, status="ok", reason=None):
    return {"utterance_id": name, "status": status, "reason": reason, "text": text, "failed_check": failed}


def test_texts_that_fail_and_texts_that_are_empty_are_counted_and_named(tmp_path):
    found = audited(
        tmp_path,
        row("c/1", "a door"),
        row("c/2", "no no no no", "repetition"),
        row("c/3", "", None, reason="no speech"),
        row("c/4", "qx", "probability"),
        row("c/5", None, status="failed", reason="cut short"),
    )
    failed, empty = found["texts_failed"], found["texts_empty"]
    assert (failed.value, failed.verdict, failed.subject) == (2, "warning", "whisper")
    assert failed.detail == "of 4 texts (repetition 1, probability 1): c/2, c/4"
    assert "skip" in failed.todo
    assert (empty.value, empty.verdict, empty.detail) == (1, "note", "of 4 texts: c/3")


def test_good_texts_are_ok(tmp_path):
    found = audited(tmp_path, row("c/1", "a door"), row("c/2", "a dog"))
    assert {(f.check, f.value, f.verdict, f.todo) for f in found.values()} == {
        ("texts_failed", 0, "ok", ""), ("texts_empty", 0, "ok", ""),
    }  # fmt: skip
