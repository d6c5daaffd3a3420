"""What is said against a claim: kinds and disclosures are read as they were written."""

from hypothesis import given
from hypothesis import strategies as st

from sarangi.base.fault_kinds import (
    ELSEWHERE,
    MEANS,
    PLACES,
    Disclosure,
    disclosure_in,
    disclosures_text,
    kinds_in,
    kinds_text,
)


@given(st.lists(st.sampled_from(list(MEANS)), max_size=6))
def test_kinds_are_read_as_they_were_written_once_each(kinds):
    assert kinds_in(kinds_text(kinds)) == [kind for kind in MEANS if kind in kinds]


@given(st.sampled_from(PLACES), st.text())
def test_a_disclosure_is_read_as_it_was_written(place, where):
    disclosure = Disclosure(place, where if place == ELSEWHERE else "")
    assert disclosure_in(str(disclosure)) == disclosure


def test_nothing_said_is_null():
    assert kinds_text([]) is None and disclosures_text([]) is None
