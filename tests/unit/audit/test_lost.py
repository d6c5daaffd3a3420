"""What the end of a run says of corpora of which too much failed."""

import os

import pandas as pd
from support.places import MADE_BY_TEST, to
from support.small_manifests import made_manifest

from sarangi.audit.corpus import corpus_audit
from sarangi.audit.lost import lost
from sarangi.audit.rows import Audited
from sarangi.base import store
from sarangi.speakers.pseudo_speakers import PSEUDO_SPEAKERS


def audited(folder, failed, age):
    """Manifest and audit of a corpus of 24, the audit so many seconds older than the manifest."""
    folder.mkdir()
    manifest, audit = made_manifest(folder / "m.parquet", failed=failed), folder / "audit.parquet"
    corpus_audit(Audited(manifest), {}, to(audit))
    os.utime(audit, (manifest.stat().st_mtime - age,) * 2)
    return audit, manifest


def test_corpora_of_which_more_than_a_tenth_failed_are_told_as_far_as_they_were_read(tmp_path):
    few, many, stale = (
        audited(tmp_path / name, failed, age) for name, failed, age in (("a", 2, 0), ("b", 3, 0), ("c", 3, 9))
    )
    # of an audit that is out of date nothing counts, and of a manifest alone what it has
    made_manifest(stale[1], failed=4)
    none = tmp_path / "no.parquet", tmp_path / "none.parquet"
    told = lost({"few": few, "many": many, "stale": stale, "unaudited": (none[0], many[1]), "none": none})
    assert told == [
        "many: 3 of 24 failed: 3 broken",
        "stale: 4 of 24 failed: 4 broken",
        "unaudited: 3 of 24 failed: 3 broken",
    ]


def test_voices_that_more_than_a_tenth_has_none_of_are_told(tmp_path):
    for name, failed in (("few", 2), ("many", 3)):
        rows = [
            {
                "utterance_id": f"{place}",
                "status": "ok",
                "reason": None,
                "pseudo_speaker": "v",
                "confidence": 0.0,
            }
            for place in range(24)
        ]
        for row in rows[:failed]:
            row |= {"status": "failed", "reason": "no sound", "pseudo_speaker": None}
        store.write(tmp_path / name, pd.DataFrame(rows), PSEUDO_SPEAKERS, MADE_BY_TEST)
    voices = {name: tmp_path / name for name in ("few", "many", "none")}
    assert lost({}, voices) == ["many: 3 of 24 failed: 3 no sound"]
