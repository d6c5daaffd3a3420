import pytest

from sarangi.base.errors import SarangiError
from sarangi.corpora.table_formats import FORMATS, formats_of, guess, load


def test_every_format_is_a_module_that_reads():
    assert all(callable(load(module).read) for module in FORMATS.values())


def test_a_format_is_guessed_by_what_the_table_is_unless_it_is_stated(tmp_path):
    names = ("x.csv", "x.TSV", "x.txt", "x.parquet", "x.jsonl", "x.ndjson")
    assert [guess(tmp_path / name) for name in names] == ["csv"] * 3 + ["parquet", "jsonl", "jsonl"]
    assert formats_of({"table": "x.odd", "format": "parquet"}) == [FORMATS["parquet"]]
    (tmp_path / "odd").mkdir()
    with pytest.raises(SarangiError, match="is a folder with neither"):
        guess(tmp_path / "odd")
    assert formats_of({"table": str(tmp_path / "odd")}) == sorted(set(FORMATS.values()))
