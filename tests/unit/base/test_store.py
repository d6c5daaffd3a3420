"""Parquet in and out."""

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.places import MADE_BY_TEST

from sarangi.base import store
from sarangi.base.errors import SarangiError

TWO = pa.schema([("utterance_id", pa.string()), ("value", pa.float64())])


def test_the_same_rows_give_the_same_bytes_however_they_arrive(tmp_path):
    rows = [{"utterance_id": str(n), "value": n / 7} for n in range(25)]
    with store.Writer(tmp_path / "a", TWO, MADE_BY_TEST, row_group=10) as writer:
        for row in rows:
            writer.add(row)
    frame = pd.DataFrame(rows).sample(frac=1, random_state=1).sort_values("value")
    store.write(tmp_path / "b", frame[["value", "utterance_id"]], TWO, MADE_BY_TEST, row_group=10)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert store.read(tmp_path / "a").equals(pd.DataFrame(rows))
    assert list(store.rows(tmp_path / "a")) == rows
    assert store.count(tmp_path / "a") == 25
    assert store.provenance(tmp_path / "a") == MADE_BY_TEST


FOLDS = pa.schema([("fold", pa.int32()), ("part", pa.string()), ("value", pa.float64())])


@given(
    rows=st.lists(st.tuples(st.integers(0, 3), st.sampled_from([None, "", "test", "train", "ä"]))),
    fold=st.integers(0, 4),
)
@settings(max_examples=40, deadline=None)
def test_a_part_of_a_table_is_what_the_whole_has_there(rows, fold, tmp_path_factory):
    path = tmp_path_factory.mktemp("table") / "fold=7.parquet"
    whole = pd.DataFrame(rows, columns=["fold", "part"]).assign(value=range(len(rows)))
    store.write(path, whole, FOLDS, MADE_BY_TEST, row_group=3)
    found = store.read(path, ["value", "part"], categories=["part"], fold=fold)
    assert list(found.columns) == ["value", "part"]
    wanted = whole[whole["fold"] == fold]
    assert found["value"].tolist() == wanted["value"].tolist()
    assert found["part"].astype(object).where(found["part"].notna(), None).tolist() == [
        part for number, part in rows if number == fold
    ]
    assert list(found["part"].cat.categories) == sorted(set(wanted["part"].dropna()))
    with pytest.raises(SarangiError, match=r"fold=7\.parquet: no column seed; it has fold, part, value"):
        store.read(path, ["value"], seed=1)


def test_a_truncated_table_is_named_with_what_to_do(tmp_path):
    store.write(tmp_path / "a", pd.DataFrame({"utterance_id": ["x"], "value": [1.0]}), TWO, MADE_BY_TEST)
    (tmp_path / "a").write_bytes((tmp_path / "a").read_bytes()[:-9])
    with pytest.raises(SarangiError, match=r"not a whole Parquet file.*Delete it"):
        store.read(tmp_path / "a")


def test_parquet_that_is_damaged_or_lacks_a_column_is_refused_by_its_name(tmp_path):
    path = tmp_path / "t.parquet"
    store.write(path, pd.DataFrame({"utterance_id": ["a", "b"], "value": [1.0, 2.0]}), TWO, {})
    data = path.read_bytes()
    with pytest.raises(SarangiError, match=r"t\.parquet: no column status; it has utterance_id, value"):
        store.read(path, ["utterance_id", "status"])
    with pytest.raises(SarangiError, match=r"t\.parquet: no column status"):
        list(store.rows(path, ["status"]))
    path.write_bytes(data[:4] + bytes(b ^ 0xFF for b in data[4:60]) + data[60:])
    for read in (store.read, lambda file: list(store.rows(file)), lambda file: store.Rows(file).row(0)):
        with pytest.raises(SarangiError, match=r"t\.parquet: not a whole Parquet file"):
            read(path)
