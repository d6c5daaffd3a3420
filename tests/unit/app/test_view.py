"""What the page makes of what is typed as a model."""

from pathlib import Path

import pytest

from sarangi.app.offers import Offer
from sarangi.app.view import Answers

OFFERED = [Offer("a/0/42", "wav2vec, URDU", "x"), Offer("b/0/42", "wav2vec, RAVDESS (recommended)", "y")]


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ("ravdess", "b/0/42"), ("wav2vec", "wav2vec"), ("a/0/42", "a/0/42"), ("", ""),
        ("folder/URDU", "folder/URDU"),
    ],
)  # fmt: skip
def test_a_part_of_one_title_is_that_model_and_anything_else_is_taken_as_it_is(typed, named):
    assert Answers(OFFERED, Path(), True)._named(typed) == named
