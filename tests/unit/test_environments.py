"""The lock files, the conda environments and the image are in step."""

import os
import re
import subprocess
import sys
import tomllib

from support.blast_radius import registries
from support.places import ROOT

from sarangi.paper.building import PACKAGES
from sarangi.runtime.fingerprint import closure
from sarangi.runtime.packages import distribution_of, locked


def test_the_locks_have_hashes_no_addresses_and_the_projects_versions():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    lists = [project["project"]["dependencies"], *project["project"]["optional-dependencies"].values()]
    wanted = [entry for entries in lists for entry in entries if "==" in entry]
    text = (ROOT / "requirements.lock").read_text()
    build = (ROOT / "build.lock").read_text()
    assert "://" not in text + build
    for lock, names in ((text, wanted), (build, project["dependency-groups"]["build"])):
        entries = re.split(r"\n(?=\S)", lock)
        assert all("--hash=sha256:" in entry for entry in entries)
        locked = {entry.split(" ")[0].lower() for entry in entries}
        assert {name.split("[")[0].lower() for name in names} <= locked


def test_the_lock_has_all_that_our_code_imports():
    """Fingerprints read versions there, whatever is installed."""
    imported = set()
    for script in (ROOT / "workflow/scripts").glob("*.py"):
        imported |= closure(script, tuple(registries().items()))[1]
    lacking = {distribution_of(module) for module in imported - sys.stdlib_module_names} - locked().keys()
    assert lacking == set(), "name it in pyproject.toml, then: make lock"


def test_the_conda_environments_are_in_step():
    sys.path.insert(0, str(ROOT / "envs"))
    import generate

    for name, text in generate.environments().items():
        assert (ROOT / "envs" / name).read_text() == text, "run: python envs/generate.py"


def test_the_image_is_built_from_the_locks_and_with_what_the_paper_needs():
    text = (ROOT / "envs/Containerfile").read_text()
    for part in (*PACKAGES, "-r build.lock", "-r requirements.lock", "--require-hashes"):
        assert part in text


def test_an_install_takes_from_the_users_settings_of_pip_only_what_leads_to_the_network(tmp_path):
    sys.path.insert(0, str(ROOT / "envs"))
    import install

    files = tmp_path / "pip"
    files.mkdir()
    (files / "pip.conf").write_text(
        "[global]\nindex-url = https://name:word@one/simple\nextra-index-url =\n  https://two/s\n  https://three/s\n"
        "target = /elsewhere\n[install]\nno-binary = :all:\nindex-url = https://four/simple\nuser = true\n"
    )
    hostile = {
        "PATH": os.environ["PATH"], "HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path), "PIP_PROXY": "http://p",
        "PIP_CONSTRAINT": "/c", "PIP_PREFIX": "/x", "PIP_NO_DEPS": "0", "PYTHONPATH": str(ROOT / "src"),
        "PYTHONOPTIMIZE": "2", "SETUPTOOLS_SCM_PRETEND_VERSION": "1", "https_proxy": "http://q",
    }  # fmt: skip
    listed = settings_of_pip(hostile)
    seen = install.environment(install.stated(listed), hostile)
    passed = {line.partition("=")[0]: line.partition("=")[2] for line in settings_of_pip(seen).splitlines()}
    ours = {name: value for name, value in passed.items() if name in (":env:.proxy", ":env:.index-url")}
    assert ours == {":env:.proxy": "'http://p'", ":env:.index-url": "'https://four/simple'"}
    assert {name.rpartition(".")[0] for name in passed} == {":env:"}
    assert {name.rpartition(".")[2] for name in passed} <= install.PASS | {"config-file"}
    assert seen["https_proxy"] == "http://q"
    assert not {"PYTHONPATH", "PYTHONOPTIMIZE", "SETUPTOOLS_SCM_PRETEND_VERSION", "PIP_PREFIX"} & seen.keys()


def settings_of_pip(environment):
    command = [sys.executable, "-I", "-m", "pip", "config", "list"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
