"""The figure of a finding."""

from support.labels import labels
from support.score_files import drawn, finding, findings  # noqa: F401  (fixtures)

from sarangi.paper.figures.finding import finding_figure

ROWS = [
    {"claim": "a.uar", "statement": "A model: UAR", "printed": "0.5", "published": 0.5, "ours": 0.6,
     "low": 0.4, "high": 0.8, "verdict": "reproduced"},
    {"claim": "a.wf1", "statement": "A model: WF1", "printed": "0.6", "published": 0.6, "ours": 0.2,
     "low": 0.1, "high": 0.3, "verdict": "differs"},
    {"claim": "b.uar", "statement": "Another model: UAR", "printed": "0.5", "published": 0.5,
     "verdict": "cannot be tested: experiment urdu_loso_x"},
    {"claim": "g1.uar", "statement": "x: UAR", "printed": "0.3", "published": 0.3, "ours": 0.1,
     "verdict": "differs", "grid": "a_table"},
    {"claim": "UAR of here_loso_svm", "statement": "what the finding says", "ours": 0.7, "low": 0.6,
     "high": 0.8, "verdict": "cannot be tested: nothing was published of it"},
]  # fmt: skip
TITLES = {"UAR of here_loso_svm": "SVM; Here, leave one speaker out"}


def test_a_finding_has_a_panel_a_metric_its_differences_and_its_further_experiments(
    tmp_path, findings, drawn
):
    texts = drawn(lambda: finding_figure(findings[0], {}, labels(["ravdess"]), {}))
    assert any("had no room here" in text for text in texts)
    assert "percentage points" in texts and "Fusion gains 6.9 points" in texts
    texts = drawn(lambda: finding_figure(finding(tmp_path / "finding_2.parquet", ROWS), TITLES, labels(), {}))
    assert {"A model", "SVM; Here, leave one speaker out", "UAR", "WF1", "published"} <= set(texts)
    assert {"ours: reproduced, recomputed or holds", "ours: differs, or fails"} <= set(texts)
    assert "table a table, a stroke a number: 1 differs" in texts
    assert "Not comparable: nothing was published of it (1)." in texts
    assert "1 published numbers have none of ours here: the table says why." in texts
    # what has no value of ours is not drawn, and what has none of a metric takes no panel
    assert not {"Another model", "accuracy", "percentage points"} & set(texts)
    assert not any("_" in text for text in texts)


def test_a_finding_of_which_nothing_has_a_value_says_so(tmp_path, drawn):
    claims = [{"claim": "more", "statement": "One is more", "unit": "clips", "verdict": "differs"}]
    for rows in (claims, ROWS[2:3]):
        texts = drawn(
            lambda r=rows: finding_figure(finding(tmp_path / "finding_3.parquet", r), {}, labels(), {})
        )
        assert texts == [
            "No claim of this finding has a value of ours here: the table of the finding says why."
        ]
