"""The figure of leakage."""

import pytest
from support.labels import labels
from support.score_files import drawn, made  # noqa: F401  (fixture)
from support.study_tables import put

from sarangi.base.premium_rows import MATCHED_FOLDS, PREMIUMS, RANDOM_FOLDS
from sarangi.paper.figures import leakage
from sarangi.paper.figures.leakage import leakage_figure
from sarangi.paper.figures.style import DASHED, DOUBTFUL

LONG = "tiny wav2vec 2.0 of the demo, its mean state + multinomial logistic regression"
TITLES = {"protocols": {"loso": "held out", "random5": "random", "matched": "matched"}, "models": {"m": LONG}}


def drawn_leakage(tmp_path, drawn, mark="", value=0.5, title=LONG, guesses=()):
    titles = TITLES | {"models": {"m": title}}
    scores = [
        made(tmp_path, f"urdu_latif_{name}_m", "urdu_latif", name, "m", mark=mark, value=value)[0]
        for name in titles["protocols"]
    ]
    row = dict.fromkeys(PREMIUMS.names) | {
        "corpus": "urdu_latif", "model": "m", "metric": "uar", "apart": "urdu_latif_loso_m", "value": 0.2,
        "low": 0.1, "high": 0.3, "seeds": 1, "n": 40, "groups": 9, "mark": "",
    }  # fmt: skip
    sides = {RANDOM_FOLDS: "random5", MATCHED_FOLDS: "matched"}
    rows = [row | {"folds": folds, "shared": f"urdu_latif_{name}_m"} for folds, name in sides.items()]
    premiums = put(tmp_path / "premiums.parquet", PREMIUMS, rows)
    return drawn(lambda: leakage_figure(scores, premiums, guesses, labels(**titles), {}))


def test_long_names_leave_room_for_what_the_right_panel_shows(tmp_path, drawn):
    texts = drawn_leakage(tmp_path, drawn)
    assert f"URDU {LONG}" in texts
    assert any(text.endswith("in percentage points") for text in texts)
    assert DOUBTFUL not in texts


def test_few_groups_are_dashed_on_the_left_too_and_a_guess_below_chance_is_explained(tmp_path, drawn):
    dashes = []
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(leakage, "draw_interval", lambda *_, ls, **__: dashes.append(ls))
        assert DOUBTFUL in drawn_leakage(tmp_path, drawn, mark="descriptive interval")
    # three scores on the left, whose groups are few, and two differences on the right
    assert sorted(map(str, dashes)) == sorted([*["-"] * 2, *[str(DASHED)] * 3])
    for guesses, said in ((["m"], 1), ([], 0)):
        texts = drawn_leakage(tmp_path, drawn, value=0.02, title="speaker only", guesses=guesses)
        assert sum(text.startswith("“speaker only” is below chance on URDU") for text in texts) == said
