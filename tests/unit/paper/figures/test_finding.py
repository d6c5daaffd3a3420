"""The figure of a finding."""

from support.labels import labels
from support.score_files import drawn, finding, findings  # noqa: F401  (fixtures)

from sarangi.paper.figures.finding import finding_figure


def test_a_findings_figure_has_its_differences_below_and_the_experiments_beside_it(tmp_path, findings, drawn):
    texts = drawn(lambda: finding_figure(findings[0], labels(["ravdess"]), {}))
    assert any("had no room here" in text for text in texts)
    assert "percentage points" in texts and "Fusion gains 6.9 points" in texts
    rows = [
        {"claim": "a.uar", "statement": "A model: UAR", "printed": "0.5", "published": 0.5, "ours": 0.6,
         "low": 0.4, "high": 0.8, "verdict": "reproduced"},
        {"claim": "UAR of here_loso_svm", "statement": "what the finding says", "ours": 0.7, "low": 0.6,
         "high": 0.8, "verdict": "cannot be tested: nothing was published of it"},
    ]  # fmt: skip
    texts = drawn(lambda: finding_figure(finding(tmp_path / "finding_2.parquet", rows), labels(), {}))
    assert {"UAR of here_loso_svm", "A model: UAR", "reproduced"} <= set(texts)
    assert "percentage points" not in texts
    claims = [{"claim": "more", "statement": "One is more", "unit": "clips", "verdict": "differs"}]
    texts = drawn(lambda: finding_figure(finding(tmp_path / "finding_3.parquet", claims), labels(), {}))
    assert texts == ["This finding has no score or difference to draw."]
