"""Predictions of a folder: the words that a person gives, and answers that are no probabilities."""

import csv

import numpy as np
import pytest
from support.recordings import sound

from sarangi.app.answers import answer_of
from sarangi.app.clips import ClipError, read_file
from sarangi.app.predicting import predict


class Silent:
    """A model that hears, and gives the second clip no number."""

    name, emotions, hears, reads, writes, seconds, shortest, card = (
        "x",
        ["a", "b"],
        True,
        False,
        False,
        None,
        0,
        None,
    )

    def answer(self, signals, words):
        found = np.full((len(signals), 2), 0.5, dtype=np.float32)
        found[-1] = np.nan
        return found


def test_an_answer_that_is_no_number_fails_that_file_alone(tmp_path):
    clips = tmp_path / "clips"
    clips.mkdir()
    for name in ("a.wav", "b.wav"):
        (clips / name).write_bytes(sound())
    assert predict(clips, Silent(), clips, None, tmp_path / "out.csv") == {"ok": 1, "skipped": 0, "failed": 1}
    with (tmp_path / "out.csv").open(encoding="utf-8") as file:
        first, second = csv.DictReader(file)
    assert (first["status"], second["status"], second["predicted"]) == ("ok", "failed", "")
    assert "not a probability for each emotion" in second["reason"]
    with pytest.raises(ClipError, match="not a probability for each emotion"):
        answer_of(Silent(), read_file(clips / "a.wav"), "")
