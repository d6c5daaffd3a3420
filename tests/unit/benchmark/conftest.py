"""A small benchmark that the tests of this package read."""

import pytest
from support.places import to
from support.small_bench import small_bench, unpacked

from sarangi.benchmark.archive import bench_archive


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """What a benchmark is made of, its folder, and the folder around both. For reading only."""
    folder = tmp_path_factory.mktemp("bench")
    bench = small_bench(folder / "study")
    bench_archive(bench, to(folder / "small.zip"), to(folder / "hidden.parquet"))
    return bench, unpacked(folder / "small", folder / "small.zip"), folder
