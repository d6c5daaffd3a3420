"""A clone in a folder with any name: the real Makefile, without its install."""

import os
import shutil
import subprocess

import pytest
from support.places import ROOT
from support.running import clone, interpreter_with

INSTALL = ("build.lock", "requirements.lock", "pyproject.toml")


def make(folder, *arguments):
    shutil.copyfile(ROOT / "Makefile", folder / "Makefile")
    command = ["make", *arguments]
    return subprocess.run(command, cwd=folder, env=os.environ, capture_output=True, text=True, check=False)


def test_make_demo_works_in_a_folder_with_blanks_quotes_and_other_signs(tmp_path, monkeypatch):
    project = clone(tmp_path / 'My Study\'s "first" #1 100% $HOME; `id` ü')
    for part in INSTALL:
        shutil.copy2(ROOT / part, project / part)
    (project / "demo").mkdir()
    shutil.copyfile(ROOT / "demo/config.yaml", project / "demo/config.yaml")
    # as it is after the install; of the demo one job, which needs no other
    interpreter_with(project / ".venv", "")
    (project / ".venv/installed").touch()
    program = project / ".venv/bin/snakemake"
    program.write_text('#!/bin/sh\nexec "${0%/*}/python" -m snakemake "$@" paper/figures/methodology.pdf\n')
    program.chmod(0o755)
    monkeypatch.setenv("PYTHONPATH", str(project / "src"))
    done = make(project, "demo")
    assert done.returncode == 0, done.stdout + done.stderr
    assert (project / "demo/paper/figures/methodology.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize("name", ["a:b", "a{b", "a}b"])
def test_a_name_that_no_quoting_helps_is_refused_before_the_install(name, tmp_path):
    folder = tmp_path / name
    folder.mkdir()
    for part in INSTALL:
        (folder / part).touch()
    done = make(folder, "setup", "PYTHON=false")
    assert done.returncode != 0
    said = done.stderr.splitlines()[0]
    assert "cannot do with a colon or braces" in said
    assert said.endswith(f"{folder}: rename it.")
