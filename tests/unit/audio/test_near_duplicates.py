"""Near duplicates: cuts of one recording that overlap."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import correlate, correlation_lags
from support.places import MADE_BY_TEST, to

from sarangi.audio.flac import encode
from sarangi.audio.near_duplicates import HOP, RATE, emphasised, near_duplicates, similarity
from sarangi.audio.shard_rows import AUDIO
from sarangi.base import store


def noisy_voice(seed, seconds):
    """Something like speech: bursts of harmonics whose pitch and colour change five times a second."""
    draw = np.random.default_rng(seed)
    pieces = []
    for _ in range(round(5 * seconds)):
        time = np.arange(3200) / 16_000
        pitch, colour = draw.uniform(80, 300), draw.uniform(0, 1, 20)
        harmonics = [c * np.sin(2 * np.pi * pitch * (k + 1) * time) for k, c in enumerate(colour)]
        pieces.append(sum(harmonics) * np.hanning(3200))
    signal = np.concatenate(pieces) + draw.normal(0, 0.05, 3200 * len(pieces))
    return 0.5 * signal / np.abs(signal).max()


def written(path, signals):
    with store.Writer(path, AUDIO, MADE_BY_TEST, row_group=3) as writer:
        for name, signal in sorted(signals.items()):
            flac = encode(np.rint(signal * 32767).astype(np.int16))
            writer.add(
                {"utterance_id": name, "audio": {"bytes": flac, "path": name}, "status": "ok", "reason": None}
            )
    return path


def test_overlapping_cuts_are_found_with_their_offset_and_others_are_not(tmp_path, monkeypatch):
    whole = noisy_voice(0, 6)
    signals = {f"c{n:02}": noisy_voice(n, 3) for n in range(1, 12)}
    signals |= {"a": whole[:48_000], "b": 0.3 * whole[24_000:72_000], "c_twin": signals["c01"]}
    shards = [
        written(tmp_path / "0", dict(list(signals.items())[:7])),
        written(tmp_path / "1", dict(list(signals.items())[7:])),
    ]
    near_duplicates(shards, to(tmp_path / "n.parquet"))
    found = store.read(tmp_path / "n.parquet")
    assert list(zip(found["first"], found["second"], strict=True)) == [("a", "b"), ("c01", "c_twin")]
    assert found["similarity"].min() > 0.97
    assert found["offset_s"].tolist() == pytest.approx([-1.5, 0], abs=1e-3)
    assert found["overlap_s"].tolist() == pytest.approx([1.5, 3], abs=1e-2)
    # however many parts the landmarks stand in
    monkeypatch.setattr("sarangi.audio.near_duplicates.CLIPS_A_PART", 1)
    near_duplicates(shards, to(tmp_path / "parted.parquet"))
    assert (tmp_path / "parted.parquet").read_bytes() == (tmp_path / "n.parquet").read_bytes()


@pytest.mark.parametrize("signal", [noisy_voice(1, 1)[:2000], np.zeros(16_000), np.array([0.5])])
def test_recordings_of_one_signal_are_pairs_however_short_or_silent(signal, tmp_path, monkeypatch):
    signals = {"a": signal, "b": noisy_voice(2, 1), "c": signal, "d": signal}
    near_duplicates([written(tmp_path / "0", signals)], to(tmp_path / "n.parquet"))
    found = store.read(tmp_path / "n.parquet")
    assert list(zip(found["first"], found["second"], strict=True)) == [("a", "c"), ("a", "d"), ("c", "d")]
    assert set(found["similarity"]) == {1.0}
    monkeypatch.setattr("sarangi.audio.near_duplicates.NEIGHBOURS", 2)
    near_duplicates([tmp_path / "0"], to(tmp_path / "n.parquet"))
    assert store.read(tmp_path / "n.parquet")["first"].to_list() == ["a", "c"]


@given(
    lag=st.integers(-15_000, 15_000),
    wrong=st.integers(-HOP, HOP),
    lengths=st.tuples(*[st.integers(1, 20_000)] * 2),
)
@settings(max_examples=40, deadline=None)
def test_similarity_is_the_highest_correlation_near_the_lag(lag, wrong, lengths):
    whole = emphasised(noisy_voice(1, 8).astype(np.float32))
    one, other = whole[20_000 : 20_000 + lengths[0]], whole[20_000 - lag : 20_000 - lag + lengths[1]]
    value, offset, overlap = similarity(one, other, lag + wrong)
    back = similarity(other, one, -lag - wrong)
    lags = correlation_lags(len(other), len(one))
    near = np.abs(lags - lag - wrong) <= HOP
    if not near.any():
        assert (value, overlap) == (0, 0)
        return
    heights = np.abs(correlate(other.astype(float), one.astype(float), method="fft"))[near]
    assert round(offset * RATE) in lags[near]
    at = heights[lags[near] == round(offset * RATE)][0]
    assert at == pytest.approx(heights.max(), rel=1e-4, abs=1e-4)
    assert 0 <= value <= 1
    if overlap > 0.5:
        assert value == pytest.approx(1, abs=1e-5)
        assert (back[0], -back[1]) == pytest.approx((value, offset))


def test_similarity_of_silence_and_of_what_does_not_overlap_is_zero():
    one, other = (emphasised(noisy_voice(n, 2).astype(np.float32)) for n in (1, 2))
    assert similarity(one, other, 0)[0] < 0.6
    assert similarity(one, np.zeros(100, np.float32), 0)[0] == 0
    assert similarity(one, other, len(other) + HOP + 1)[0] == 0
