"""Recordings inside of Parquet: each row is read by itself, with a bounded part of the file in memory."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sarangi.base.errors import SarangiError
from sarangi.sources import parquet_rows
from sarangi.sources.source import Source

INSIDE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
SIZE = 1000
ANY_ORDER = np.random.default_rng(0)


def content(number):
    return bytes([number % 256]) * SIZE + str(number).encode()


def shard(path, numbers, row_group_size=5):
    rows = [{"bytes": content(number), "path": f"{number:03}.wav"} for number in numbers]
    pq.write_table(pa.table({"audio": pa.array(rows, INSIDE)}), path, row_group_size=row_group_size)


@pytest.mark.parametrize("at_once", [0, 2**26], ids=["streamed", "held"])
def test_rows_are_read_in_any_order(tmp_path, monkeypatch, at_once):
    monkeypatch.setattr(parquet_rows, "AT_ONCE", at_once)
    shard(tmp_path / "a.parquet", range(0, 40, 2))
    shard(tmp_path / "b.parquet", range(1, 40, 2))
    with Source(tmp_path) as opened:
        names = [f"{number:03}.wav" for number in range(40)]
        assert opened.paths(".wav") == names
        for order in (range(40), reversed(range(40)), ANY_ORDER.permutation(40)):
            for number in order:
                assert opened.read(names[number]) == content(number)
        assert opened.read("a.parquet") == (tmp_path / "a.parquet").read_bytes()


def test_what_is_held_in_memory_is_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr(parquet_rows, "HELD", 12 * SIZE)
    shard(tmp_path / "a.parquet", range(100))
    with Source(tmp_path) as opened:
        most = 0
        for number in ANY_ORDER.permutation(100):
            assert opened.read(f"{number:03}.wav") == content(number)
            most = max(most, sum(group.nbytes for group in opened._rows._groups.values()))
    assert 5 * SIZE < most <= 12 * SIZE


def test_a_row_group_is_read_once_where_rows_come_in_order(tmp_path, monkeypatch):
    shard(tmp_path / "a.parquet", range(40))
    reads = []
    own = parquet_rows.pq.ParquetFile.read_row_group

    def counted(self, group, **kwargs):
        reads.append(group)
        return own(self, group, **kwargs)

    monkeypatch.setattr(parquet_rows.pq.ParquetFile, "read_row_group", counted)
    with Source(tmp_path) as opened:
        for path in opened.paths(".wav"):
            opened.read(path)
    assert reads == list(range(8))


def test_a_file_that_is_changed_or_cut_while_it_is_read_is_named(tmp_path):
    shard(tmp_path / "a.parquet", range(40))
    with Source(tmp_path) as opened:
        shard(tmp_path / "a.parquet", range(3))
        with pytest.raises(SarangiError, match=r"039.wav cannot be read \(a.parquet has no row 39\)"):
            opened.read("039.wav")
    with Source(tmp_path) as opened:
        data = (tmp_path / "a.parquet").read_bytes()
        (tmp_path / "a.parquet").write_bytes(data[: len(data) // 2])
        with pytest.raises(SarangiError, match=r"000\.wav cannot be read"):
            opened.read("000.wav")


def test_a_name_that_is_taken_gives_way_to_the_place(tmp_path):
    shard(tmp_path / "a.parquet", [1, 2])
    (tmp_path / "001.wav").write_bytes(b"of its own")
    with Source(tmp_path) as opened:
        assert opened.paths() == ["001.wav", "002.wav", "a.parquet", "a.parquet/0000000/001.wav"]
        assert opened.read("001.wav") == b"of its own"
        assert opened.read("a.parquet/0000000/001.wav") == content(1)
