"""The answers in the study's files give what it printed."""

import pytest
from support.errata import CLAIMS

from sarangi.published.answers import answers_of, run_of
from sarangi.published.estimates import agree
from sarangi.published.records import records

EXPERIMENTS = ("punjabi_within", "urdu_within_show", "punjabi_to_urdu", "urdu_to_punjabi")


@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_pooled_answers_give_the_printed_uar_and_the_printed_clips(experiment):
    record = CLAIMS[f"{experiment}.uar"]
    answers = answers_of(record)
    right, clips = answers.pooled()
    value = sum(k / n for k, n in zip(right, clips, strict=True) if n) / len(clips)
    assert agree(record["value"], value)
    assert sum(clips) == record["n"]
    runs = 3 if answers.same_clips() else 1
    for emotion, n in zip(answers.emotions, clips, strict=True):
        assert n == runs * record["facts"]["supports"][emotion]


@pytest.mark.parametrize("experiment", ["urdu_within_show", "punjabi_to_urdu"])
def test_a_run_gives_the_uar_that_is_printed_of_it_over_true_or_predicted_emotions(experiment):
    runs = 0
    for name, record in CLAIMS.items():
        if name.startswith(f"{experiment}.uar_"):
            answers = answers_of(record)
            runs += 1
            assert agree(record["value"], answers.averaged(run_of(record, answers), predicted=True)[0])
    assert runs == 3


def test_a_number_of_all_runs_is_of_no_run_and_most_claims_have_no_answers():
    record = CLAIMS["urdu_within_show.uar"]
    assert run_of(record, answers_of(record)) is None
    assert answers_of(CLAIMS["ravdess_si_audio.wf1"]) is None


def test_answers_and_recipes_are_of_published_experiments():
    assert (
        records({"agreement": "interval", "experiments": {}, "grids": {}, "derived": {}, "statements": {}})
        == {}
    )
    for name in EXPERIMENTS:
        facts = CLAIMS[f"{name}.uar"]["facts"]
        assert facts["answers"]["source"] and facts["recipe"]["source"]
