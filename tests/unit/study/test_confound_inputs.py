"""Models whose features lose directions of speakers: what is refused of them, and what is shown with them."""

import pytest
from support.configuration import SCHEMA, refused
from support.studies import chain

from sarangi.study import confound_inputs
from sarangi.study.checking import check

CHANGES = {
    "plain": {},
    "speaker": {"project_out": "speaker"},
    "shuffled": {"project_out": "shuffled", "seeds": [3, 4]},
    "random": {"project_out": "random", "seeds": [4, 5]},
    "other": {"classifier": "logistic"},
}


@pytest.fixture
def study():
    found = chain()
    base = {"features": "is09", "classifier": "svm"}
    found["models"] |= {name: {"title": name} | base | entry for name, entry in CHANGES.items()}
    found["experiments"].append(
        {"corpora": ["ravdess"], "protocols": ["loso", "grouped3"], "models": list(CHANGES)}
    )
    return found


@pytest.mark.parametrize(
    ("model", "changed", "message"),
    [
        ("random", {"project_out": "speakers"}, "speakers"),
        ("speaker", {"seeds": [1]}, "seeds"),
        ("plain", {"seeds": [1]}, "seeds"),
        ("speaker", {"project_out": "random"}, "seeds"),
        ("speaker", {"alignment": "coral"}, "alignment"),
        ("constant", {"project_out": "speaker"}, "project_out"),
    ],
)
def test_a_mistake_is_named(study, model, changed, message, tmp_path):
    study["models"].setdefault(model, {"title": "c", "baseline": "constant"}).update(changed)
    assert any(f"models.{model}" in problem and message in problem for problem in refused(study, tmp_path))


def test_what_loses_directions_is_shown_with_the_same_without(study):
    found = check(study, SCHEMA, [])
    rows = confound_inputs.rows_of_confounds(found)
    assert [(row["protocol"], row["model"]) for row in rows] == [
        (protocol, model) for protocol in ("grouped3", "loso") for model in list(CHANGES)[:-1]
    ]
    assert {row["probe"] for row in rows} == {"results/speaker_probes/is09/ravdess.parquet"}
    assert rows[1]["scores"] == "results/scores/ravdess_grouped3_speaker.parquet"
    assert confound_inputs.draws_of(found, "is09") == {"shuffled": [3, 4], "random": [4, 5]}
    assert confound_inputs.draws_of(found, "tiny_states") == {}
    assert found.settings("random")["seeds"] == [4, 5] and "seeds" not in found.settings("speaker")
    assert (
        confound_inputs.rows_of_confounds(
            check({**study, "experiments": study["experiments"][:-1]}, SCHEMA, [])
        )
        == []
    )


def test_what_cannot_run_is_a_row_that_says_so(study, tmp_path):
    study["corpora"]["ravdess"]["source"] = {"request": "write to its authors"}
    rows = confound_inputs.rows_of_confounds(check(study, SCHEMA, []))
    assert len(rows) == 8
    assert {(row["probe"], row["scores"]) for row in rows} == {(None, None)}
    assert all("write to its authors" in row["missing"] for row in rows)
