"""The lock files, the conda environments and the image are in step."""

import re
import sys
import tomllib

from support.places import ROOT

from sarangi.paper.building import PACKAGES


def test_the_locks_have_hashes_no_addresses_and_the_projects_versions():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = project["project"]["dependencies"] + project["project"]["optional-dependencies"]["test"]
    text = (ROOT / "requirements.lock").read_text()
    build = (ROOT / "build.lock").read_text()
    assert "://" not in text + build
    for lock, names in ((text, wanted), (build, project["dependency-groups"]["build"])):
        entries = re.split(r"\n(?=\S)", lock)
        assert all("--hash=sha256:" in entry for entry in entries)
        locked = {entry.split(" ")[0].lower() for entry in entries}
        assert {name.split("[")[0].lower() for name in names} <= locked


def test_the_conda_environments_are_in_step():
    sys.path.insert(0, str(ROOT / "envs"))
    import generate

    for name, text in generate.environments().items():
        assert (ROOT / "envs" / name).read_text() == text, "run: python envs/generate.py"


def test_the_image_is_built_from_the_locks_and_with_what_the_paper_needs():
    text = (ROOT / "envs/Containerfile").read_text()
    for part in (*PACKAGES, "-r build.lock", "-r requirements.lock", "--require-hashes"):
        assert part in text
