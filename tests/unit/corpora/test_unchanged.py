"""A recording that was changed after the manifest was made fails, and harms no neighbour."""

import ast
import io

import numpy as np
import pytest
from scipy.io import savemat
from support.acoustics import lay, listed
from support.places import ROOT, to
from support.recordings import sound, zipped

from sarangi.audio.resampling import resample
from sarangi.base import store
from sarangi.features.extractors.opensmile import extractor
from sarangi.features.published import published_features
from sarangi.features.recordings import recording_features

pytestmark = pytest.mark.filterwarnings("ignore:Segment too short")

CHANGED, KEPT = "Sad/SM1_F1_S01.wav", "Sad/SM1_F2_S02.wav"


def statuses(path):
    return store.read(path, ["utterance_id", "status", "reason"]).set_index("utterance_id")


@pytest.mark.parametrize("packed", [False, True])
def test_a_recording_that_was_swapped_after_the_manifest_fails_alone(packed, tmp_path):
    before = {CHANGED: sound(0.6, frequency=200), KEPT: sound(0.6, frequency=300)}
    after = before | {CHANGED: sound(0.6, frequency=250)}
    assert len(before[CHANGED]) == len(after[CHANGED])
    corpus = zipped(tmp_path / "c.zip", before.items()) if packed else lay(tmp_path / "c", before)
    rows = listed(corpus, "urdu_latif", tmp_path / "m.parquet")
    if packed:
        zipped(corpus, after.items())
    else:
        (corpus / CHANGED).write_bytes(after[CHANGED])
    resample(corpus, rows, 0, to(tmp_path / "a.parquet"), to(tmp_path / "l.parquet"))
    recording_features(corpus, rows, 0, extractor("IS09"), to(tmp_path / "f.parquet"))
    for name in ("a", "l", "f"):
        found = statuses(tmp_path / f"{name}.parquet")
        bad = found.loc[f"urdu_latif/{CHANGED}"]
        assert bad["status"] == "failed"
        assert bad["reason"].startswith("changed since the manifest was made: its sha256 is ")
        assert found.loc[f"urdu_latif/{KEPT}", "status"] == "ok"


def test_published_features_that_were_changed_after_the_manifest_fail_alone(tmp_path):
    def matlab(first):
        file = io.BytesIO()
        savemat(file, {"Feats": np.array([[first, *range(34)]], dtype=float)})
        return file.getvalue()

    place = "Feats - Sindhi/Prosody funcs/Matfiles/{}.mat"
    corpus = lay(tmp_path / "c", {place.format(name): matlab(1) for name in ("Anger_0001", "Anger_0002")})
    rows = listed(corpus, "urdu_sindhi", tmp_path / "m.parquet")
    (corpus / place.format("Anger_0001")).write_bytes(matlab(2))
    published_features(corpus, "urdu_sindhi", rows, 0, "Prosody", to(tmp_path / "f.parquet"))
    found = statuses(tmp_path / "f.parquet")
    assert list(found["status"]) == ["failed", "ok"]
    assert "changed since the manifest was made" in found["reason"].iloc[0]


BEFORE = ("sources", "corpora", "drafts")
"""Packages that read recordings before there is a manifest."""
COPIES = ("fast",)
"""Modules that copy recordings into a corpus of its own, whose manifest is made of the copies."""


def test_what_opens_a_corpus_behind_its_manifest_compares_what_it_reads():
    opening = {}
    for file in sorted((ROOT / "src/sarangi").rglob("*.py")):
        imported = {
            f"{node.module}.{alias.name}"
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        }
        package = file.relative_to(ROOT / "src/sarangi").parts[0]
        if "sarangi.sources.source.Source" in imported and package not in BEFORE and file.stem not in COPIES:
            opening[file.stem] = any(name.startswith("sarangi.corpora.unchanged.") for name in imported)
    assert set(opening) >= {"opened", "recordings", "published"}
    assert [name for name, compares in opening.items() if not compares] == []
