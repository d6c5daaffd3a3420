"""The wheel: it holds the workflow, which runs elsewhere, read-only, with the core alone."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from support.places import ROOT
from support.running import clone, interpreter_with, snakemake, succeeded

from sarangi.reproduce.project_files import DEMO, WORKFLOW, files_of
from sarangi.runtime.extras import packages_of_extras

HIDDEN = """
import sys

class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name in {names!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Hidden())
"""
CODE = "from sarangi.runtime.fingerprint import fingerprint as f; print(*map(f, sorted(p.glob('*.py'))))"


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """An environment of the core with the wheel: its interpreter, and where the package lies."""
    folder = tmp_path_factory.mktemp("installed")
    project = clone(folder / "project")
    for part in ("setup.py", "README.md", "build.lock"):
        shutil.copy2(ROOT / part, project / part)
    shutil.copytree(ROOT / "demo/weights", project / "demo/weights")
    shutil.copy2(ROOT / "demo/config.yaml", project / "demo/config.yaml")
    # what an earlier build left does not come along
    (project / "build/lib/sarangi").mkdir(parents=True)
    (project / "build/lib/sarangi/stale.py").touch()
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "-q",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        folder,
        ".",
    ]
    subprocess.run(command, cwd=project, check=True)
    (wheel,) = folder.glob("*.whl")
    names = {name.replace("-", "_") for name in packages_of_extras()["app"]}
    names |= {"whisper", "espeakng_loader"}
    python = interpreter_with(folder / "environment", HIDDEN.format(names=names))
    (packages,) = (folder / "environment").glob("lib/*/site-packages")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    shutil.rmtree(project)
    return python, packages / "sarangi", folder


def run(python, *arguments, **named):
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run([python, *arguments], env=environment, capture_output=True, text=True, **named)


def test_the_wheel_holds_the_workflow_and_the_library_and_nothing_that_was_made(installed):
    _, package, _ = installed
    home = {path.relative_to(package / "home") for path in (package / "home").rglob("*") if path.is_file()}
    expected = {path.relative_to(ROOT) for path in files_of(ROOT, WORKFLOW | DEMO)}
    assert (
        {Path("Snakefile"), Path("demo/config.yaml"), Path("profiles/default/config.yaml")}
        <= home
        <= expected
    )
    missing = {
        path
        for path in expected - home
        if path.parts[0] in ("rules", "workflow", "envs", "paper", "profiles")
    }
    assert missing == set()
    assert not (package / "stale.py").exists()


def test_the_code_has_the_same_fingerprints_in_a_checkout_and_installed(installed):
    python, package, folder = installed
    text = "from pathlib import Path; p = Path({!r}); " + CODE
    there = run(python, "-c", text.format(str(package / "home/workflow/scripts")), cwd=folder)
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    here = [sys.executable, "-c", text.format(str(ROOT / "workflow/scripts"))]
    done = subprocess.run(here, env=environment, capture_output=True, text=True, check=True)
    assert succeeded(there) == done.stdout


def test_the_core_plans_what_it_can_run_and_says_which_extra_the_rest_needs(installed):
    """From any folder, with the profile beside the Snakefile; nothing is written there."""
    python, package, folder = installed
    where = succeeded(run(python, "-m", "sarangi", "where", cwd=folder)).strip()
    assert where == str(package / "home/Snakefile")
    study = folder / "demo"
    shutil.copytree(package / "home/demo", study)
    before = {path for path in package.rglob("*") if "__pycache__" not in path.parts}
    corpora = study / "resources/corpora"
    corpora.mkdir(parents=True)
    (corpora / "urdu_latif.zip").write_bytes(b"PK\x05\x06" + bytes(18))
    done = run(
        python, "-m", "snakemake", "-s", where, "--directory", study, "-n", "--printshellcmds", cwd=folder
    )
    text = succeeded(done)
    assert "classical_urdu_latif_egemaps" in text and "availability_table" in text
    assert "finetune" not in text and "transcribe" not in text and "synthetic_corpus" not in text
    assert {path for path in package.rglob("*") if "__pycache__" not in path.parts} == before
    refused = run(python, "-m", "snakemake", "-s", where, "--directory", study, "-n", "app", cwd=folder)
    assert refused.returncode != 0
    assert "pip install 'sarangi[neural]'" in refused.stdout + refused.stderr


def test_a_strangers_folder_named_default_is_refused_and_ours_is_named(tmp_path):
    (tmp_path / "default").mkdir()
    (tmp_path / "default/config.yaml").write_text("cores: 1\n")
    shutil.copy(ROOT / "demo/config.yaml", tmp_path)
    figure = "paper/figures/methodology.pdf"
    done = snakemake("-s", ROOT / "Snakefile", "--cores", 1, figure, directory=tmp_path, root=tmp_path)
    assert done.returncode != 0
    assert "max-checksum-file-size is 1000000" in done.stdout + done.stderr
    assert f"--workflow-profile {ROOT / 'profiles/default'}" in done.stdout + done.stderr
    assert not (tmp_path / figure).exists()
