"""The figure of leakage."""

from support.labels import labels
from support.score_files import made
from support.study_tables import put

from sarangi.base.premium_rows import MATCHED_FOLDS, PREMIUMS, RANDOM_FOLDS
from sarangi.paper.figures.leakage import leakage_figure
from sarangi.paper.figures.page import pyplot

LONG = "tiny wav2vec 2.0 of the demo, its mean state + multinomial logistic regression"
TITLES = {"protocols": {"loso": "held out", "random5": "random", "matched": "matched"}, "models": {"m": LONG}}


def test_long_names_leave_room_for_what_the_right_panel_shows(tmp_path, monkeypatch):
    scores = [
        made(tmp_path, f"urdu_latif_{name}_m", "urdu_latif", name, "m")[0] for name in TITLES["protocols"]
    ]
    row = dict.fromkeys(PREMIUMS.names) | {
        "corpus": "urdu_latif", "model": "m", "metric": "uar", "apart": "urdu_latif_loso_m", "value": 0.2,
        "low": 0.1, "high": 0.3, "seeds": 1, "n": 40, "groups": 9, "mark": "",
    }  # fmt: skip
    sides = {RANDOM_FOLDS: "random5", MATCHED_FOLDS: "matched"}
    rows = [row | {"folds": folds, "shared": f"urdu_latif_{name}_m"} for folds, name in sides.items()]
    premiums = put(tmp_path / "premiums.parquet", PREMIUMS, rows)
    kept = []
    with monkeypatch.context() as patched:
        patched.setattr(pyplot, "close", kept.append)
        leakage_figure(scores, premiums, labels(**TITLES), {})
    (figure,) = kept
    figure.canvas.draw()
    left, right = figure.axes
    words, (name,) = right.xaxis.label, left.get_yticklabels()
    assert name.get_text().replace("\n", " ") == f"URDU {LONG}"
    assert words.get_text().endswith("in percentage points")
    for text in (words, name):
        box = text.get_window_extent()
        assert box.x0 >= 0 and box.x1 <= figure.bbox.x1
    pyplot.close(figure)
