"""Worse recordings: as bad as their names say, the same each time; what cannot be made worse fails alone."""

import numpy as np
import pytest
from support.places import MADE_BY_TEST, to

from sarangi.audio.conditions import CONDITIONS, disturbed_audio, under
from sarangi.audio.flac import decode, encode
from sarangi.audio.shard_rows import AUDIO
from sarangi.base import store
from sarangi.base.errors import RecordingError
from sarangi.paper.conditions import TITLES

SECONDS = 1.5
TIME = np.arange(int(16_000 * SECONDS)) / 16_000


def tone(hertz, peak=0.3):
    return peak * np.sin(2 * np.pi * hertz * TIME)


CLIP = (tone(220) + tone(900, 0.2)) * np.hanning(len(TIME))


def power(signal):
    return float(np.mean(signal**2))


@pytest.mark.parametrize(("name", "decibels"), [("noise_20", 20), ("noise_10", 10), ("noise_0", 0)])
def test_noise_has_the_level_that_its_name_says(name, decibels):
    heard = under(name, CLIP, "u", 1)
    assert 10 * np.log10(power(CLIP) / power(heard - CLIP)) == pytest.approx(decibels, abs=0.1)


def test_each_condition_does_what_it_says():
    for name in CONDITIONS:
        heard = under(name, CLIP, "u", 1)
        assert np.abs(heard).max() <= 1
        longer = {"slower": 1 / 0.9, "faster": 1 / 1.1}.get(name, 1)
        assert len(heard) == pytest.approx(len(CLIP) * longer, abs=1)
    # a telephone has neither 100 Hz nor 5 kHz
    assert power(under("telephone", tone(100), "u", 1)) < 0.02 * power(tone(100))
    assert power(under("telephone", tone(5000), "u", 1)) < 0.001 * power(tone(5000))
    assert power(under("telephone", tone(1000), "u", 1)) == pytest.approx(power(tone(1000)), rel=0.1)
    # a room answers after the sound is over, at the level of the clip
    click = np.zeros(16_000)
    click[100] = 0.5
    heard = under("room", click, "u", 1)
    assert power(heard) == pytest.approx(power(click)) and np.abs(heard[4000:8000]).max() > 0
    assert np.abs(under("clipped", CLIP, "u", 1)).max() == pytest.approx(np.quantile(np.abs(CLIP), 0.9))
    moved = np.abs(np.fft.rfft(under("faster", tone(1000), "u", 1)))
    assert moved.argmax() * 16_000 / (2 * (len(moved) - 1)) == pytest.approx(1100, abs=2)


def test_what_is_drawn_depends_on_utterance_and_seed_alone():
    for name in ("noise_10", "room"):
        heard = under(name, CLIP, "u", 1)
        assert (heard == under(name, CLIP, "u", 1)).all()
        assert not np.allclose(heard, under(name, CLIP, "v", 1))
        assert not np.allclose(heard, under(name, CLIP, "u", 2))


def test_silence_has_no_level_of_noise_and_fails_alone(tmp_path):
    with pytest.raises(RecordingError, match="digital silence"):
        under("noise_10", np.zeros(1600), "u", 1)
    rows = [
        ("a", encode((CLIP * 32767).astype(np.int16)), "ok", None),
        ("b", encode(np.zeros(1600, np.int16)), "ok", None),
        ("c", None, "failed", "broken"),
    ]
    with store.Writer(tmp_path / "audio.parquet", AUDIO, MADE_BY_TEST) as writer:
        for name, flac, status, reason in rows:
            audio = None if flac is None else {"bytes": flac, "path": "x"}
            writer.add({"utterance_id": name, "status": status, "reason": reason, "audio": audio})
    names = ("noise_10", "room")
    for folder in ("one", "other"):
        (tmp_path / folder).mkdir()
        disturbed_audio(tmp_path / "audio.parquet", 3, {n: to(tmp_path / folder / n) for n in names})
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "other" / name).read_bytes()
    found = {row["utterance_id"]: row for row in store.rows(tmp_path / "one" / "noise_10")}
    assert list(found) == ["a", "b", "c"]
    assert np.allclose(decode(found["a"]["audio"]["bytes"]), under("noise_10", CLIP, "a", 3), atol=1e-4)
    assert (found["b"]["status"], found["b"]["audio"]) == ("failed", None)
    assert found["b"]["reason"].startswith("noise_10: digital silence")
    assert found["c"]["reason"] == "broken"
    assert [row["status"] for row in store.rows(tmp_path / "one" / "room")] == ["ok", "ok", "failed"]


def test_every_condition_has_a_title_and_is_one_of_the_schema():
    import yaml
    from support.configuration import SCHEMA

    named = yaml.safe_load(SCHEMA.read_text())["$defs"]["conditions"]["items"]["enum"]
    assert list(CONDITIONS) == list(TITLES) == named
