"""Two clean runs of the small study; ``make cluster`` and ``same_bytes.py`` compare two of the demo."""

from same_bytes import compare

HERE_ALONE = {
    "paper/paper.pdf",
    "paper/supplement.pdf",
    "results/provenance/paper/paper.pdf.json",
    "results/provenance/paper/supplement.pdf.json",
    "results/provenance/results/bundle.zip.json",
}
"""What is not made without LaTeX, and without being asked for the bundle."""


def test_one_core_elsewhere_in_another_time_zone_and_locale_gives_the_same_bytes(project, without_latex):
    same, different = compare(project / "study", without_latex)
    assert set(different) <= HERE_ALONE
    assert not any((without_latex / path).exists() for path in different)
    assert {".parquet", ".tex", ".csv", ".png", ".pdf", ".json", ".pt"} <= set(same)
