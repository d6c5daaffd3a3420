"""Entries that make up for rare emotions: the example of docs/balance.md, and what is refused."""

import re

import pytest
import yaml
from support.places import ROOT
from support.studies import checked

from sarangi.base.errors import SarangiError
from sarangi.study.methods import methods_of

EXAMPLE = yaml.safe_load(
    re.search(r"```yaml\n(.*?)```", (ROOT / "docs/balance.md").read_text(), re.DOTALL)[1]
)


def with_example(study, **changed):
    for kind, entries in EXAMPLE.items():
        study[kind] = {**study[kind], **entries}
    study["classifiers"]["logistic_over"] = EXAMPLE["classifiers"]["logistic_over"] | changed
    study["experiments"].append(
        {"corpora": ["urdu_latif"], "protocols": ["random5"], "models": ["egemaps_logistic_over"]}
    )
    return study


def test_the_example_of_the_page_is_a_model_and_the_methods_say_what_it_does(study, tmp_path, monkeypatch):
    found = checked(with_example(study), tmp_path, monkeypatch)
    assert "urdu_latif_random5_egemaps_logistic_over" in found.experiments
    said = " ".join(sentence.text for paragraph in methods_of(found) for sentence in paragraph.sentences)
    assert "clips of rarer emotions drawn again in the training part" in said


@pytest.mark.parametrize(
    "changed",
    [
        {"class_weight": "balanced"},
        {"balance": "smote"},
        {"kind": "svm_linear", "balance": "logit_adjustment"},
    ],
)
def test_two_corrections_at_once_and_machines_without_probabilities_are_refused(
    changed, study, tmp_path, monkeypatch
):
    with pytest.raises(SarangiError, match=r"classifiers\.logistic_over"):
        checked(with_example(study, **changed), tmp_path, monkeypatch)


def test_a_recipe_with_class_weights_takes_no_balance(study, tmp_path, monkeypatch):
    study["models"]["audio_tiny"]["finetuning"] |= {"class_weights": True, "balance": "oversample"}
    with pytest.raises(SarangiError, match=r"models\.audio_tiny\.finetuning"):
        checked(study, tmp_path, monkeypatch)
