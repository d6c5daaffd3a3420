"""Two clean runs of a small study; ``python tests/faults/same_bytes.py`` compares two of the demo."""

from same_bytes import compare
from support.running import ELSEWHERE, copied, snakemake, succeeded


def test_one_core_elsewhere_in_another_time_zone_and_locale_gives_the_same_bytes(
    built, without_latex, tmp_path
):
    there = copied(without_latex, tmp_path / "over there")
    succeeded(snakemake("--cores", 1, directory=there, **ELSEWHERE))  # the PDF
    same, different = compare(built, there)
    assert different == []
    assert {".parquet", ".safetensors", ".tex", ".csv", ".png", ".pdf", ".json", ".pt"} <= set(same)
