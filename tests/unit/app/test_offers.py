"""Models are offered by title, one run an experiment, and the best that can be opened is recommended."""

import json

from sarangi.app.offers import NO_CARD, RECOMMENDED, WHY, offers


def card(folder, model, uar, unseen=True, chance=0.25, protocol="3 folds", **more):
    folder.mkdir(parents=True)
    known = {
        "name": folder.name, "model": model, "corpus": {"title": "ShEMO"}, "speakers": {"unseen": unseen},
        "scores": [{"metric": "wf1", "value": 0.1}, {"metric": "uar", "value": uar, "chance": chance}],
        "calibration": None, "synthetic": False, "untrained": False, "protocol": {"title": protocol},
        "encoders": {"audio": {}},
    }  # fmt: skip
    (folder / "card.json").write_text(json.dumps(known | more))


def test_titles_are_unique_and_the_best_that_opens_is_first(tmp_path):
    runs = tmp_path / "runs"
    for fold in (0, 1):
        card(runs / f"a_x/{fold}/42", "model <a>", 0.5)
    card(runs / "b_x/0/42", "model b", 0.9)
    card(runs / "b_y/0/42", "model b", 0.6, protocol="5 folds")
    card(runs / "heard/0/42", "heard", 0.99, unseen=False)
    card(runs / "reads/0/42", "reads", 0.95, encoders={"audio": {}, "text": {}})
    card(runs / "odd/0/42", "odd", 0.9, scores=[{"metric": "uar"}])
    names = ["a_x/0/42", "a_x/1/42", "b_x/0/42", "b_y/0/42", "heard/0/42", "odd/0/42", "reads/0/42"]
    # the best of them cannot be opened here
    found = offers([], names, tmp_path, runs.relative_to(tmp_path), lambda name: name != "b_x/0/42")
    assert found[0].name == "b_y/0/42" and found[0].label == f"model b, ShEMO, 5 folds ({RECOMMENDED})"
    assert found[0].about.endswith(WHY) and "UAR 0.600 on new speakers" in found[0].about
    by_name = {offer.name: offer for offer in found}
    assert "a_x/1/42" not in by_name and "One of 2 runs" in by_name["a_x/0/42"].about
    assert len({offer.label for offer in found}) == len(found) == 6
    assert sum(RECOMMENDED in offer.label for offer in found) == 1
    assert "may be in its training" in by_name["heard/0/42"].about
    assert "needs the words" in by_name["reads/0/42"].about
    assert by_name["odd/0/42"].about == NO_CARD
    named = offers(["a_x/1/42", "owner/name"], names, tmp_path, runs.relative_to(tmp_path), lambda name: True)
    assert [offer.name for offer in named[:3]] == ["a_x/1/42", "owner/name", "b_x/0/42"]
    assert named[1].label == "owner/name" and "a_x/0/42" not in {offer.name for offer in named}
