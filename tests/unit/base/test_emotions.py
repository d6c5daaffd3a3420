import pytest
from hypothesis import given
from hypothesis import strategies as st

from sarangi.base.emotions import EMOTIONS, SYNONYMS, canonical_of, is_name, name_of, ordered, title_of


def test_synonyms_are_understood_in_any_case_and_name_canonical_emotions():
    assert {canonical_of(label.upper()) for label in SYNONYMS} <= set(EMOTIONS)
    assert [canonical_of(label) for label in (" Anger", "exc", "boredom", "")] == [
        "angry",
        "happy",
        None,
        None,
    ]
    assert all(canonical_of(emotion) == emotion for emotion in EMOTIONS)


@pytest.mark.parametrize(
    ("label", "name", "title"),
    [
        ("Very  Happy!", "very_happy", "very happy"),
        ("خوشی", "خوشی", "خوشی"),
        ("\u202bخوشی\u202c", "خوشی", "خوشی"),  # marks of direction
        ("खुशी", "खुशी", "खुशी"),  # its vowel signs are marks, and no letters
        ("cafe\u0301", "café", "café"),
        ("05", "05", "05"),
    ],
)
def test_a_label_of_any_script_becomes_a_name(label, name, title):
    assert name_of(label) == name
    assert title_of(name) == title
    assert is_name(name)


@pytest.mark.parametrize("label", ["", "😀", "?!", "a" * 41])
def test_a_label_without_letters_or_as_long_as_a_sentence_is_no_name(label):
    assert name_of(label) is None
    assert not is_name(label)


@given(st.text(max_size=30))
def test_a_name_stays_itself_and_can_stand_in_a_list_of_classes(label):
    name = name_of(label)
    if name is not None:
        assert name_of(name) == name
        assert name.split() == [name]  # the column ``classes`` is separated by blanks


def test_the_order_is_the_configurations_then_canonical_then_the_alphabet():
    emotions = ["zeal", "boredom", "sad", "angry", "happy"]
    assert ordered(emotions) == ["angry", "happy", "sad", "boredom", "zeal"]
    assert ordered(emotions, ["zeal", "sad", "unused"]) == ["zeal", "sad", "angry", "happy", "boredom"]
    assert ordered(EMOTIONS) == list(EMOTIONS)
