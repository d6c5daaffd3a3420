"""The comparison of two folders of results: what it must find, and what it must pass over."""

import shutil

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from safetensors.numpy import save_file
from support import same_results

TABLE = pa.table({"value": [0.5, float("nan"), None], "name": ["a", "b", "c"]})
MADE = '{"code": "1234"}'


def write_table(path, table=TABLE, made=MADE, **other):
    pq.write_table(table.replace_schema_metadata({"sarangi": made} | other), path)


def write_model(path, made=MADE, first=0.0):
    save_file({"w": np.array([first, 1.0], dtype=np.float32)}, path, {"sarangi": made, "format": "pt"})


@pytest.fixture
def pair(tmp_path):
    """Two folders with the same results."""
    one = tmp_path / "one"
    for place in ("results/scores", "results/logs", "paper/tables", "space/sarangi"):
        (one / place).mkdir(parents=True)
    write_table(one / "results/scores/a.parquet")
    write_model(one / "results/model.safetensors")
    (one / "results/logs/a.log").write_text("a minute")
    (one / "paper/tables/a.tex").write_text("% Made by Snakemake from results; edit tables.py\n0.5 & 1\n")
    (one / "paper/tables/a.csv").write_text("0.5,1\n")
    (one / "space/sarangi/tables.py").write_text("pass")
    return one, shutil.copytree(one, tmp_path / "other")


def test_equal_folders_are_counted_by_kind_and_nan_equals_itself(pair):
    same, different = same_results.compare(*pair)
    assert different == []
    assert same == {".parquet": 1, ".safetensors": 1, ".tex": 1, ".csv": 1}


def test_changed_provenance_logs_and_modules_are_no_difference(pair):
    _, other = pair
    write_table(other / "results/scores/a.parquet", made='{"code": "5678"}')
    write_model(other / "results/model.safetensors", made='{"code": "5678"}')
    (other / "results/logs/a.log").write_text("two minutes")
    (other / "paper/tables/a.tex").write_text("% Made by Snakemake from results; edit scores.py\n0.5 & 1\n")
    (other / "space/sarangi/tables.py").rename(other / "space/sarangi/scores.py")
    assert same_results.compare(*pair)[1] == []


@pytest.mark.parametrize(
    ("values", "part"),
    [
        ({"value": [0.5, float("nan"), 0.0]}, "column value"),
        ({"value": [0.5, None, None]}, "column value"),
        ({"name": ["a", "b", "d"]}, "column name"),
        ({"value": pa.array([0.5, float("nan"), None], pa.float32())}, "schema, column value"),
    ],
)
def test_a_changed_value_or_type_of_a_table_is_named_with_its_column(pair, values, part):
    table = pa.table({name: TABLE[name] for name in TABLE.column_names} | values)
    write_table(pair[1] / "results/scores/a.parquet", table)
    assert same_results.compare(*pair)[1] == [f"results/scores/a.parquet: {part}"]


def test_other_metadata_of_a_table_is_a_difference(pair):
    write_table(pair[1] / "results/scores/a.parquet", huggingface="{}")
    assert same_results.compare(*pair)[1] == ["results/scores/a.parquet: metadata"]


def test_a_changed_weight_a_changed_cell_and_a_file_of_one_folder_are_named(pair):
    one, other = pair
    write_model(other / "results/model.safetensors", first=-0.0)
    (other / "paper/tables/a.tex").write_text("% Made by Snakemake from results; edit tables.py\n0.5 & 2\n")
    (other / "paper/tables/a.csv").unlink()
    assert same_results.compare(*pair)[1] == [
        f"paper/tables/a.csv: only in {one}",
        "paper/tables/a.tex: bytes",
        "results/model.safetensors: tensors",
    ]
