"""What is missing, in words and as a value."""

import pickle

import pytest

from sarangi.base.missing import KINDS, NOT_CONFIGURED, OTHER, Missing


@pytest.mark.parametrize(
    ("missing", "text"),
    [
        (Missing("corpus", "x", "ask"), "corpus x: ask"),
        (Missing("folds", "loso", "put them there"), "folds of loso: put them there"),
        (Missing("weights", "w", "fetch: them"), "weights of w: fetch: them"),
        (Missing("transcripts", "base", "run it"), "transcripts by base: run it"),
        (Missing("experiment", "e", NOT_CONFIGURED), "experiment e: it is not in the configuration"),
        (Missing("transfer", "e to x", NOT_CONFIGURED), "transfer of e to x: it is not in the configuration"),
        (Missing(OTHER, "the scores of e"), "the scores of e"),
    ],
)
def test_each_kind_has_its_words(missing, text):
    assert str(missing) == text
    assert text.startswith(missing.what)
    assert missing.configured == (missing.advice != NOT_CONFIGURED)


def test_a_rule_can_hand_it_to_a_script():
    for kind in KINDS:
        missing = Missing(kind, "x", "ask")
        assert pickle.loads(pickle.dumps(missing)) == missing == (kind, "x", "ask", "")  # noqa: S301


def test_a_paper_says_the_title_and_a_message_the_name():
    missing = Missing("weights", "xlsr", "fetch them", "XLS-R-300M")
    assert (missing.what, missing.in_words) == ("weights of xlsr", "weights of XLS-R-300M")
    assert missing.explained == "weights of XLS-R-300M: fetch them"
    unknown = Missing("experiment", "meld_publisher_x", NOT_CONFIGURED)
    assert "meld_publisher_x" in unknown.what
    assert "meld" not in unknown.in_words
