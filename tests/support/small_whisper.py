"""A small Whisper and a corpus of two languages, for tests of transcripts."""

import numpy as np
import pytest

from sarangi.audio.flac import encode
from sarangi.audio.resampling import AUDIO, to_mono_16k
from sarangi.base import store
from sarangi.base.manifest_rows import MANIFEST
from sarangi.base.sound import SAMPLE_RATE
from sarangi.sources.small_weights import random_whisper
from sarangi.transcripts.engines import OpenAIWhisper
from sarangi.transcripts.transcription import Recogniser, transcribe
from support.places import MADE_BY_TEST, to
from support.recordings import sound
from support.small_manifests import made_manifest

SETTINGS = {"engine": "openai-whisper", "language": "manifest", "context": "whole", "batch": 4, "tokens": 6}


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    path = tmp_path_factory.mktemp("whisper") / "small.pt"
    random_whisper({"width": 16, "layers": 1, "heads": 2, "seed": 1}, path)
    return path


@pytest.fixture(scope="module")
def engine(checkpoint):
    return OpenAIWhisper(checkpoint, SETTINGS, 1)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """Manifest and audio of 24 clips in two languages, with words; one clip is broken, one is silent."""
    folder = tmp_path_factory.mktemp("corpus")
    manifest = made_manifest(folder / "m.parquet", speakers=4, clips=6)
    rows = store.read(manifest).assign(text="Kids are talking by the door", language="en")
    rows.loc[rows.index % 2 == 1, "language"] = "ur"
    rows.loc[rows.index % 5 == 1, "text"] = None
    store.write(folder / "m.parquet", rows, MANIFEST, MADE_BY_TEST)
    with store.Writer(folder / "a.parquet", AUDIO, MADE_BY_TEST) as writer:
        for place, name in enumerate(rows["utterance_id"]):
            tone = sound(0.3 + 0.1 * (place * 7 % 11), frequency=120 + 20 * place, seed=place)
            line = {
                "utterance_id": name,
                "status": "ok",
                "reason": "mono of 2 channels" if place == 5 else None,
            }
            line["audio"] = {"bytes": encode(to_mono_16k(tone)[0]), "path": "x"}
            if place == 3:
                line |= {"status": "failed", "reason": "broken", "audio": None}
            writer.add(line)
    return folder


def noise(seconds, seed=0):
    return np.random.default_rng(seed).normal(0, 0.1, round(seconds * SAMPLE_RATE)).astype(np.float32)


def run(corpus, folder, output="t.parquet", checkpoint=None, **changes):
    recogniser = Recogniser(checkpoint, SETTINGS | changes, 1)
    unfinished = folder / "unfinished"
    transcribe(corpus / "a.parquet", corpus / "m.parquet", recogniser, unfinished, to(folder / output))
    assert not (folder / "unfinished").exists()
    return store.read(folder / output)
