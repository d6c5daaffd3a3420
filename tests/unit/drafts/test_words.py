"""Words of other languages for emotions and columns."""

import pytest

from sarangi.base.emotions import EMOTIONS as CANONICAL
from sarangi.drafts.words import EMOTIONS, NO_EMOTION, emotion_of, fits_name


def test_each_word_means_one_canonical_emotion():
    assert set(EMOTIONS) == set(CANONICAL)
    for emotion, words in EMOTIONS.items():
        assert {emotion_of(word) for word in words.split()} == {emotion}
    assert not [label for label in NO_EMOTION if emotion_of(label)]


@pytest.mark.parametrize("role", ["file", "speaker", "start"])
def test_a_whole_name_counts_for_more_than_a_word_of_one(role):
    assert (
        fits_name(role.upper(), role) > fits_name(f"the {role} there", role) > fits_name("nothing", role) == 0
    )
