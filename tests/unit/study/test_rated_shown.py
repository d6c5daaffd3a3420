"""What the paper shows of experiments on ratings."""

from support.studies import checked

from sarangi.base import layout
from sarangi.study import rated_shown
from sarangi.study.missing import missing_of_experiments


def test_matched_folds_have_no_figure_and_what_cannot_run_is_a_note_and_no_score(
    study, tmp_path, monkeypatch
):
    study["models"] |= {
        name: {"title": name, "dimensions": ["arousal"], "baseline": kind}
        for name, kind in (("a_mean", "training_mean"), ("b_mean", "speaker_mean"))
    }
    study["corpora"]["iemocap"] |= {"dimensions": {"arousal": {}, "valence": {}}}
    study["experiments"].append(
        {"corpora": ["iemocap"], "protocols": ["session", "loso_matched"], "models": ["a_mean", "b_mean"]}
    )
    found = checked(study, tmp_path, monkeypatch)
    names = {f"iemocap_session_{model}" for model in ("a_mean", "b_mean")}
    assert {layout.dimension_scores(name) for name in names} <= set(rated_shown.own_scores(found))
    assert not [path for path in rated_shown.own_scores(found) if "matched" in path]
    assert names <= rated_shown.own_predictions(found).keys()
    assert {"a_mean", "b_mean"} <= set(rated_shown.rated_baselines(found))
    assert "b_mean" in rated_shown.oracles(found) and "a_mean" not in rated_shown.oracles(found)
    assert rated_shown.unscored(found) == []
    study["corpora"]["iemocap"]["source"] = {"request": "ask for it"}
    gone = checked(study, tmp_path, monkeypatch)
    rows = rated_shown.unscored(gone)
    assert ["iemocap", "session", "b_mean"] in [row[:3] for row in rows]
    assert all("ask for it" in str(row[3][0]) for row in rows)
    assert not {"a_mean", "b_mean"} & {row[2] for row in missing_of_experiments(gone)}
