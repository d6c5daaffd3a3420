"""What other services read of the project: the workflow catalogue, Zenodo, GitHub, editors, pre-commit."""

import json
import runpy
import shlex
import sys

import nbformat
import pytest
import yaml
from support.places import ROOT

FORMS = sorted((ROOT / ".github").rglob("*.yml"))


def test_the_configuration_page_of_the_catalogue_is_current():
    page = runpy.run_path(str(ROOT / "config/generate.py"))["page"]()
    assert (ROOT / "config/README.md").read_text(encoding="utf-8") == page, "run: python config/generate.py"


def test_the_catalogue_is_told_what_the_snakefile_has():
    usage = yaml.safe_load((ROOT / ".snakemake-workflow-catalog.yml").read_text())["usage"]
    rules = "".join(path.read_text() for path in (ROOT / "rules").glob("*.smk"))
    assert usage["software-stack-deployment"]["conda"] is ("conda:" in rules)
    assert usage["software-stack-deployment"]["apptainer"] is ("container:" in rules)
    assert usage["report"] is ("report(" in rules)


def test_zenodo_is_told_what_the_citation_says():
    zenodo = json.loads((ROOT / ".zenodo.json").read_text())
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert zenodo["title"] == citation["title"]
    assert zenodo["description"] == citation["abstract"]
    assert [creator["name"] for creator in zenodo["creators"]] == [a["name"] for a in citation["authors"]]
    assert (zenodo["keywords"], zenodo["license"]) == (citation["keywords"], citation["license"])


@pytest.mark.parametrize("form", FORMS, ids=lambda path: path.name)
def test_what_github_reads_is_yaml_and_names_commands_that_are_there(form):
    read = yaml.safe_load(form.read_text())
    targets = (ROOT / "Makefile").read_text()
    for job in read.get("jobs", {}).values():
        for step in job["steps"]:
            words = shlex.split(step.get("run", ""))
            if words[:1] == ["make"]:
                assert f"\n{words[1]}:" in targets
            elif words[:1] != ["git"] and words:
                assert (ROOT / words[0]).is_file()
    for field in read.get("body", []):
        assert field["type"] in {"markdown", "textarea", "input"} and field["attributes"]


def test_a_commit_is_checked_with_the_programs_of_the_lock():
    lock = (ROOT / "requirements.lock").read_text()
    for repository in yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]:
        assert repository["repo"] == "local"
        for hook in repository["hooks"]:
            program, *rest = shlex.split(hook["entry"])
            name = program.removeprefix(".venv/bin/")
            assert (ROOT / rest[0]).is_file() if name == "python" else f"\n{name}==" in lock


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda path: path.name)
def test_notebooks_are_valid_and_have_no_outputs(path, monkeypatch):
    nbformat.validate(nbformat.read(path, as_version=4))
    monkeypatch.setattr(sys, "argv", ["stripped.py", str(path)])
    runpy.run_path(str(ROOT / "notebooks/stripped.py"), run_name="__main__")
