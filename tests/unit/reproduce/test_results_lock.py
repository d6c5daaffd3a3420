"""The lock of results."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from support.living import working
from support.studies import smallest, write_study
from support.verify import (
    FEATURES,
    NUMBERS,
    TEX,
    A,
    B,
    flip,
    made,  # noqa: F401  (fixtures)
    scores,
)

from sarangi.base import layout, store
from sarangi.base.errors import SarangiError
from sarangi.base.score_rows import SCORES
from sarangi.reproduce import plan, results_lock, verify
from sarangi.runtime.processor import processor


@pytest.mark.parametrize(
    "text",
    ["tolerance: '0.02'\nfiles: {}\nvalues: {}", "tolerance: -1\nfiles: {}\nvalues: {}",
    "tolerance: .nan\nfiles: {}\nvalues: {}",
     "tolerance: 1\nmade_on: 5\nfiles: {}\nvalues: {}",
     "tolerance: 1\nfiles: {1: a}\nvalues: {}", "tolerance: 1\nfiles: {a: 1}\nvalues: {}", "[]", "a: 0b"],
)  # fmt: skip
def test_a_lock_with_values_of_another_kind_is_refused(text, tmp_path):
    (tmp_path / "results.lock").write_text(text)
    with pytest.raises(SarangiError, match=r"results\.lock: expected what python -m sarangi lock writes"):
        results_lock.compare(tmp_path)


def rescored(made, value):
    made.contents[A] = lambda path, inside: store.write(path, scores("a", value), SCORES, inside)
    for job in made.jobs[1:]:
        made.do(job)


@pytest.mark.parametrize(
    ("value", "state"),
    [(0.5, "identical"), (0.505, "within tolerance"), (0.53, "changed"), (np.nan, "changed")],
)
def test_the_lock_tells_identical_within_tolerance_and_changed(made, value, state):
    assert results_lock.write(Path(), tolerance=0.01) == 5
    rescored(made, value)
    found = results_lock.compare(Path())
    assert found.states[A] == state
    assert found.states[B] == "identical" or state != "identical"
    faults = made.faults()
    assert set(faults) == ({A} if state == "changed" else set())
    if faults:
        assert "a.uar: 0.5 is locked" in faults[A].found
        assert "python -m sarangi lock" in faults[A].command


def test_another_processor_is_named_where_bytes_differ(made, monkeypatch):
    results_lock.write(Path(), tolerance=0.01)
    assert made.report().notes == []  # all is identical
    rescored(made, 0.505)
    (note,) = made.report().notes
    assert note.endswith("it is not the cause.")
    monkeypatch.setattr(verify, "processor", lambda: "riscv64")
    (note,) = made.report().notes
    assert f"another type of processor ({processor()}; this one is riscv64)" in note
    text = results_lock.LOCK.read_text()
    results_lock.LOCK.write_text("\n".join(line for line in text.splitlines() if "made_on" not in line))
    (note,) = made.report().notes
    assert "does not say which processor" in note


def test_the_lock_tells_missing_and_new_and_is_the_same_text_again(made):
    results_lock.write(Path(), tolerance=0.01)
    before = results_lock.LOCK.read_text()
    results_lock.write(Path(), tolerance=0.01)
    assert results_lock.LOCK.read_text() == before
    new = "results/scores/new.parquet"
    made.job(
        "more", [FEATURES], {new: lambda path, inside: store.write(path, scores("new", 1), SCORES, inside)}
    )
    shutil.rmtree("paper/tables")
    found = results_lock.compare(Path())
    assert (found.states[new], found.states[TEX]) == ("new", "missing")
    results_lock.LOCK.write_text("files: 1\n")
    with pytest.raises(SarangiError, match="expected what python -m sarangi lock writes"):
        results_lock.compare(Path())


def test_what_is_not_what_its_rule_made_is_not_locked(made):
    flip(TEX)
    with pytest.raises(SarangiError, match="not the bytes that a rule made"):
        results_lock.write(Path(), tolerance=0.01)
    assert not results_lock.LOCK.exists()


def test_what_was_made_from_what_is_no_more_is_not_locked(made):
    """As a table of another configuration, which no plan of this one has."""
    made.contents[A] = lambda path, inside: store.write(path, scores("a", 0.7), SCORES, inside)
    made.do(made.jobs[1])
    with pytest.raises(SarangiError, match=rf"{NUMBERS}: made from a different {A} from the one here"):
        results_lock.write(Path(), tolerance=0.01)
    assert not results_lock.LOCK.exists()


def test_nothing_is_locked_where_work_is_left_or_a_run_is_going(made, monkeypatch):
    left = [("scores", [A, B]), *[("table", [f"{n}.tex"]) for n in range(4)]]
    monkeypatch.setattr(plan, "left", lambda targets, directory: left)
    with pytest.raises(SarangiError) as found:
        results_lock.lock(Path(), tolerance=0.01)
    assert "nothing is locked: 5 jobs are left" in str(found.value)
    assert f"{A} (rule scores)" in str(found.value)
    assert "2 more. Run snakemake --directory" in str(found.value)
    assert not results_lock.LOCK.exists()
    left.clear()
    with working():
        with pytest.raises(SarangiError, match="nothing is locked: another run is active in this folder"):
            results_lock.lock(Path(), tolerance=0.01)
        assert not results_lock.LOCK.exists()
    assert results_lock.lock(Path(), tolerance=0.01) == 5


@pytest.mark.parametrize("tolerance", [float("nan"), float("inf"), -0.01])
def test_a_tolerance_that_tells_nothing_apart_is_refused(tolerance):
    with pytest.raises(SarangiError, match=r"--tolerance .*: expected a number from 0 up"):
        results_lock.lock(Path(), tolerance)


def test_what_a_killed_run_left_is_no_run_that_is_going(made, monkeypatch):
    monkeypatch.setattr(plan, "left", lambda targets, directory: [])
    with working():
        Path(".snakemake/locks").mkdir()
        Path(".snakemake/locks/0.input.lock").touch()
    assert results_lock.lock(Path(), tolerance=0.01) == 5


def test_a_run_that_began_while_the_lock_was_written_is_no_less_a_mixture(made, monkeypatch):
    def meanwhile(targets, directory):
        with working():
            pass
        return []

    monkeypatch.setattr(plan, "left", meanwhile)
    with pytest.raises(SarangiError, match="another run was active in this folder meanwhile"):
        results_lock.lock(Path(), tolerance=0.01)


def test_what_a_run_would_make_now_is_what_is_left(study, tmp_path):
    folder = write_study(smallest(study), tmp_path / "it's")
    jobs = plan.left(["all"], folder)
    assert ("synthetic_corpus", [layout.made_corpus("urdu_latif")]) in jobs
    table = Path(layout.table("corpora"))
    assert str(table) in [outputs[0] for _, outputs in jobs]
    with pytest.raises(SarangiError, match="Snakemake cannot plan nonsense"):
        plan.left(["nonsense"], folder)
