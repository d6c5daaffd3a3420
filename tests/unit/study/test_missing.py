"""What the public targets say where nothing is available."""

import pytest

from sarangi.base.errors import SarangiError
from sarangi.study.app_inputs import files_of_app
from sarangi.study.missing import page_of_audits
from sarangi.study.study import Study


@pytest.fixture
def without_corpora(study, tmp_path, monkeypatch):
    """The demo without its stand-ins and its fine-tuned models."""
    monkeypatch.chdir(tmp_path)
    for entry in study["corpora"].values():
        entry["source"] = {"request": "ask its authors"}
    study["experiments"] = study["experiments"][:1]
    return Study(study)


def test_an_audit_of_nothing_says_what_to_do_for_each_corpus(without_corpora):
    with pytest.raises(SarangiError, match="no corpus is available") as error:
        page_of_audits(without_corpora)
    assert {line.split(":")[0] for line in error.value.args[1:]} == set(without_corpora.config["corpora"])
    assert "ask its authors" in error.value.args[1]


def test_the_page_of_models_without_models_says_so(without_corpora):
    with pytest.raises(SarangiError, match="no experiment is fine-tuned"):
        files_of_app(without_corpora)
