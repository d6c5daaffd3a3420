"""What the tests share: fixtures, and the order in which tests begin; helpers are in ``tests/support``."""

import os
import shutil
import time

import pytest
import yaml
from hypothesis import HealthCheck, settings
from support.places import ROOT
from support.running import ELSEWHERE, TARGETS, TOKENS, clone, made_once, run, snakemake, succeeded
from support.studies import chain, checked, small, write_study

# the same examples each time, however slow the machine: what fails here fails everywhere
settings.register_profile(
    "suite", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("suite")

SLOWEST = (
    "cluster/test_slurm", "faults/test_faults", "workflow/test_chain", "faults/test_same_bytes",
    "workflow/test_workflow", "workflow/test_reruns", "workflow/test_app", "workflow/test_verify_runs",
    "workflow/test_explain_every_number", "workflow/test_report", "faults/test_fuzzing",
    "workflow/test_sources", "faults/test_kills",
)  # fmt: skip
"""Files in the order in which their tests begin, the others after them."""


def pytest_collection_modifyitems(items):
    """Begin with the files that take longest, so that at the end no core waits for one of them."""
    place = {name: number for number, name in enumerate(SLOWEST)}
    items.sort(key=lambda item: place.get(file_of(item), len(place)))


def file_of(item):
    return item.path.relative_to(ROOT / "tests").with_suffix("").as_posix()


@pytest.fixture(autouse=True)
def surroundings():
    """What a plan in this process sets in the environment for good reaches no other test."""
    before = dict(os.environ)
    yield
    for name in [name for name in os.environ if name not in before]:
        del os.environ[name]
    os.environ.update(before)
    time.tzset()


@pytest.fixture
def study():
    """The demo's configuration without what names much of it, to be cut down and changed."""
    found = yaml.safe_load((ROOT / "demo/config.yaml").read_text())
    del found["benchmarks"], found["robustness"]
    return found


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """The chain, run whole with two cores; the PDF too where LaTeX is installed. For reading only."""

    def make(folder):
        write_study(chain(), folder)
        (folder / "said.txt").write_text(succeeded(snakemake("--cores", 2, directory=folder, **TOKENS)))

    return made_once(tmp_path_factory, "chain", make)


@pytest.fixture(scope="session")
def without_latex(tmp_path_factory):
    """The small study on one core, in other surroundings and without LaTeX. For reading only.

    The demo does the same with every stage: tests/cluster/demo.py.
    """

    def make(folder):
        programs = folder.with_name("few programs")
        programs.mkdir(exist_ok=True)
        for program in ("bash", "sh", "git", "uname", "env", "which"):
            if shutil.which(program) and not (programs / program).exists():
                (programs / program).symlink_to(shutil.which(program))
        write_study(small(yaml.safe_load((ROOT / "demo/config.yaml").read_text())), folder)
        succeeded(snakemake("--cores", 1, directory=folder, PATH=str(programs), **ELSEWHERE))

    return made_once(tmp_path_factory, "over there", make)


@pytest.fixture
def few_programs(without_latex):
    """A PATH without LaTeX."""
    return str(without_latex.with_name("few programs"))


@pytest.fixture(scope="session")
def project(tmp_path_factory):
    """A clone with the small study run in it, and bundled. For reading only."""

    def make(folder):
        clone(folder)
        write_study(small(yaml.safe_load((ROOT / "demo/config.yaml").read_text())), folder / "study")
        succeeded(run(folder, "--cores", 2, *TARGETS, "results_bundle"))

    return made_once(tmp_path_factory, "sarangi", make)


@pytest.fixture
def demo(study, tmp_path, monkeypatch):
    """The study that follows from the demo's configuration, in a folder with nothing made in it yet."""
    return checked(study, tmp_path, monkeypatch)
