"""The lock of results."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from support.verify import (
    FEATURES,
    TEX,
    A,
    B,
    flip,
    made,  # noqa: F401  (fixtures)
    scores,
)

from sarangi.base import store
from sarangi.base.errors import SarangiError
from sarangi.base.score_rows import SCORES
from sarangi.reproduce import results_lock


@pytest.mark.parametrize(
    "text",
    ["tolerance: '0.02'\nfiles: {}\nvalues: {}", "tolerance: -1\nfiles: {}\nvalues: {}",
    "tolerance: .nan\nfiles: {}\nvalues: {}",
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
