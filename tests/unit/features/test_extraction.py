"""Features of a shard: by several workers, a row group at a time."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support.acoustics import made_audio, peer, spoken, values
from support.places import MADE_BY_TEST, to

from sarangi.audio.shard_rows import AUDIO
from sarangi.base import store
from sarangi.features import extraction
from sarangi.features import rows as rows_of_features
from sarangi.features.extraction import features
from sarangi.features.extractors.opensmile import extractor

pytestmark = pytest.mark.filterwarnings("ignore:Segment too short")


def test_the_workers_change_no_byte_and_a_clip_that_fails_stays_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(rows_of_features, "AHEAD", 4)
    monkeypatch.setattr(rows_of_features, "ROW_GROUP", 5)
    signals = [spoken(0.1 + 0.9 * (n % 3 == 0), seed=n) for n in range(14)]
    signals[3], signals[8] = None, signals[0][:50]
    audio = made_audio(tmp_path / "audio.parquet", signals)
    for workers in (1, 2):
        features(audio, extractor("IS09"), to(tmp_path / f"{workers}.parquet"), workers)
    assert (tmp_path / "1.parquet").read_bytes() == (tmp_path / "2.parquet").read_bytes()
    assert pq.ParquetFile(tmp_path / "1.parquet").num_row_groups == 3
    table, found = values(tmp_path / "1.parquet")
    assert list(table.index) == [f"made/{n:02}.wav" for n in range(14)]
    bad = table[table["status"] != "ok"]
    assert dict(bad["reason"]) == {
        "made/03.wav": "broken", "made/08.wav": "too short for openSMILE (0.003 s)",
    }  # fmt: skip
    assert found.loc[bad.index].isna().all(axis=None)
    good = found.drop(index=bad.index)
    assert good.notna().all(axis=None)
    smile = peer("IS09")
    for name, row in good.iterrows():
        signal = signals[int(name[5:7])] / np.float32(32768)
        assert np.array_equal(row, smile(signal, 16_000).reshape(-1))


def test_reading_a_shard_keeps_one_row_group_in_memory(tmp_path):
    noise = np.random.default_rng(0).bytes(2**16)
    with store.Writer(tmp_path / "audio.parquet", AUDIO, MADE_BY_TEST, row_group=8) as writer:
        for number in range(160):
            row = {"utterance_id": f"made/{number:03}.wav", "status": "ok", "reason": None}
            writer.add(row | {"audio": {"bytes": noise, "path": "x"}})
    before = pa.total_allocated_bytes()
    held = [pa.total_allocated_bytes() - before for _ in store.rows(tmp_path / "audio.parquet")]
    assert len(held) == 160
    assert max(held) < 4 * 8 * 2**16


def test_an_error_in_a_worker_ends_the_work(tmp_path, monkeypatch):
    monkeypatch.setattr(extraction, "decode", lambda flac: 1 / 0)
    audio = made_audio(tmp_path / "audio.parquet", [spoken(0.1)] * 60)
    with pytest.raises(ZeroDivisionError):
        features(audio, extractor("IS09"), to(tmp_path / "f.parquet"), workers=2)
