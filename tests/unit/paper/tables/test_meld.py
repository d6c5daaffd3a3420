"""The table of MELD."""

from pathlib import Path

from support.labels import NO_LIMITS, labels
from support.study_tables import claims, files, ours, printed_on, rows_of, scored  # noqa: F401  (fixtures)

from sarangi.paper.tables.meld import meld_table


def test_meld_has_published_and_ours_line_by_line(claims, files):
    printed = printed_on(claims, "meld")
    metrics = ["wf1", "uar", *(f"f1_{name}" for name in ("angry", "happy", "fearful", "neutral", "sad"))]
    path = scored("publisher_text", {(metric, "pooled"): 0.4 for metric in metrics})
    entries = [ours(said["ours"], "meld") for said in printed.values()]
    entries[0] |= {"scores": str(path), "why": []}
    meld_table(printed, [*entries, ours("meld_publisher_svm", "meld")], NO_LIMITS, labels(), files("meld"))
    first, second, third = (row["cells"] for row in rows_of("meld"))
    assert (first["Whose"], first["F1 happy"], first["WF1"]) == ("published", "0.5869", "0.609")
    assert (second["Whose"], second["F1 happy"], second["F1 disgust"]) == ("ours", "0.400", "not available")
    assert (third["Whose"], third["WF1"]) == ("interval", "[0.300, 0.500]")
    text = (Path("paper/tables") / "meld.md").read_text()
    assert "that would have no number of ours" in text
