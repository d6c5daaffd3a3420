"""Speaker embeddings of a shard."""

import io

import numpy as np
import pytest
import soundfile
from support.places import MADE_BY_TEST, to

from sarangi.audio.shard_rows import AUDIO
from sarangi.base import store
from sarangi.speakers.embedding import speaker_embeddings
from sarangi.speakers.registry import load


class ByLevel:
    """An encoder whose answer is computed from the clip."""

    width = 2

    def embed(self, signal):
        level = float(np.abs(signal).max())
        return (
            (None, "no sound") if level == 0 else (np.array([level, np.sqrt(1 - level**2)], np.float32), None)
        )


def clip(level):
    file = io.BytesIO()
    soundfile.write(file, np.full(160, level), 16_000, format="FLAC", subtype="PCM_16")
    return {"bytes": file.getvalue(), "path": "x.flac"}


def test_every_utterance_has_a_row_and_one_without_a_voice_says_why(tmp_path):
    rows = [
        {"utterance_id": "a", "status": "ok", "reason": None, "audio": clip(0.5)},
        {"utterance_id": "b", "status": "failed", "reason": "broken", "audio": None},
        {"utterance_id": "c", "status": "ok", "reason": None, "audio": clip(0.0)},
    ]
    with store.Writer(tmp_path / "audio.parquet", AUDIO, MADE_BY_TEST) as writer:
        for row in rows:
            writer.add(row)
    speaker_embeddings(tmp_path / "audio.parquet", ByLevel(), 1, to(tmp_path / "out.parquet"))
    found = store.read(tmp_path / "out.parquet")
    assert list(found["utterance_id"]) == ["a", "b", "c"]
    assert list(found["status"]) == ["ok", "failed", "failed"]
    assert found["reason"].isna()[0]
    assert list(found["reason"][1:]) == ["broken", "no sound"]
    assert np.allclose(found["embedding"][0], [0.5, np.sqrt(0.75)], atol=1e-3)
    assert found["embedding"][1] is None and found["embedding"][2] is None


@pytest.mark.parametrize("kind", ["ge2e", "x_vector"])
def test_weights_that_are_not_there_are_named(kind, tmp_path):
    from sarangi.base.errors import SarangiError

    with pytest.raises(SarangiError, match="nowhere"):
        load(kind, tmp_path / "nowhere")
