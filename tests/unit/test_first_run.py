"""The first real run in the documentation: each number and table is that of the lock."""

import hashlib
import re
import subprocess

import pytest
from support.places import ROOT

from sarangi.base.yaml_documents import yaml_in

PAGE = ROOT / "docs/first-run.md"
SHOWN = ROOT / "docs/first-run"
LOCK = yaml_in(ROOT / "real/results.lock")
CELL = re.compile(r"(-?[01]\.\d{3}) \((-?[01]\.\d{3}) to (-?[01]\.\d{3})\) `([\w.]+)`")


def test_each_number_of_the_page_is_the_one_that_the_lock_has_under_its_name():
    cells = CELL.findall(PAGE.read_text(encoding="utf-8"))
    assert len(cells) > 30
    for *numbers, name in cells:
        assert numbers == [f"{number:.3f}" for number in LOCK["values"][name]], name


@pytest.mark.parametrize("file", sorted(path.name for path in SHOWN.iterdir()))
def test_each_table_and_figure_beside_the_page_is_the_locked_one(file):
    kind = "figures" if file.endswith(".png") else "tables"
    digest = hashlib.sha256((SHOWN / file).read_bytes()).hexdigest()
    assert LOCK["files"][f"paper/{kind}/{file}"] == digest


def test_every_table_of_the_run_is_shown():
    tables = {
        name.rpartition("/")[2] for name in LOCK["files"] if re.fullmatch(r"paper/tables/\w+\.md", name)
    }
    assert tables == {path.name for path in SHOWN.glob("*.md")}
    page = PAGE.read_text(encoding="utf-8")
    assert all(f"(first-run/{name})" in page for name in tables)


def test_what_is_missing_is_named_and_nothing_is_linked(tmp_path):
    (tmp_path / "link").write_bytes((ROOT / "real/link").read_bytes())
    for name in ("recordings/ravdess/Actor_01", "weights"):
        (tmp_path / name).mkdir(parents=True)
    done = subprocess.run(
        ["bash", "link", "recordings", "weights"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "recordings/ravdess/Actor_02 is missing" in done.stderr
    assert not (tmp_path / "resources").exists()
