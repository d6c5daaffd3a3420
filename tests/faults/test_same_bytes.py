"""Two clean runs of the small study; ``make cluster`` and ``same_bytes.py`` compare two of the demo."""

from pathlib import Path

from same_bytes import compare


def test_one_core_elsewhere_in_another_time_zone_and_locale_gives_the_same_bytes(project, without_latex):
    same, different = compare(project / "study", without_latex)
    # one has a bundle, and the other what only the default target names
    there = {path for path in different if (without_latex / path).exists()}
    here = {path for path in different if (project / "study" / path).exists()}
    assert here & there == set()
    assert here <= {"results/bundle.zip"}
    assert {Path(path).parts[0] for path in there} <= {"results", "paper"}
    assert {".parquet", ".tex", ".csv", ".png", ".pdf"} <= set(same)
