"""Verdicts, statements and tested emotions: what a column holds is read as it was written."""

from hypothesis import given
from hypothesis import strategies as st

from sarangi.base.class_counts import counts_in, counts_text
from sarangi.base.statements import statement, title_and_number
from sarangi.base.verdicts import KINDS, Verdict, verdict_in

WORDS = st.from_regex(r"[a-z_]+", fullmatch=True)


@given(st.sampled_from(KINDS), st.text())
def test_a_verdict_is_read_as_it_was_written(kind, reason):
    assert verdict_in(str(Verdict(kind, reason))) == Verdict(kind, reason)


def test_a_verdict_without_a_reason_is_its_kind_alone():
    assert str(Verdict("reproduced")) == "reproduced"
    assert str(Verdict("cannot be tested", "weights of x: y")) == "cannot be tested: weights of x: y"


@given(st.text(), WORDS)
def test_a_statement_is_read_as_it_was_written(title, number):
    assert title_and_number(statement(title, number)) == (title, number)


@given(st.dictionaries(WORDS, st.integers(0, 10_000), min_size=1))
def test_what_is_tested_is_read_as_it_was_written(counts):
    assert counts_in(counts_text(counts)) == counts
