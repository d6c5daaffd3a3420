"""Controls of a text branch."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from sarangi.models.word_controls import controlled

PARTS = ("train", "validation", "test")
utterances = st.dictionaries(
    st.text("abcdef", min_size=1, max_size=4),
    st.tuples(st.sampled_from(["kids", "dogs", "doors", " "]), st.sampled_from(PARTS)),
    min_size=1,
    max_size=40,
)


@given(utterances, st.integers(0, 2**32 - 1))
@settings(deadline=None)
def test_shuffled_texts_are_the_same_in_each_part_and_do_not_depend_on_their_order(said, seed):
    texts = {name: ["before", words] for name, (words, _) in said.items()}
    parts = {name: part for name, (_, part) in said.items()}
    found = controlled(texts, {"shuffled": seed}, parts)
    for part in PARTS:
        names = [name for name in texts if parts[name] == part]
        assert Counter(tuple(found[n]) for n in names) == Counter(tuple(texts[n]) for n in names)
    # what has no words is skipped elsewhere, and is given none
    assert all(found[name] == texts[name] for name in texts if not texts[name][-1].strip())
    assert controlled(dict(reversed(texts.items())), {"shuffled": seed}, parts) == found


def test_shuffled_texts_have_nothing_to_do_with_whose_they_are():
    texts = {f"{n:04}": [f"words {n}"] for n in range(400)}
    parts = {name: "test" if int(name) < 100 else "train" for name in texts}
    found = controlled(texts, {"shuffled": 42}, parts)
    assert sum(found[name] == texts[name] for name in texts) < 10
    assert found != controlled(texts, {"shuffled": 43}, parts)
    assert {found[name][0] for name in texts if parts[name] == "test"} == {f"words {n}" for n in range(100)}
    # without parts, across all
    assert {controlled(texts, {"shuffled": 42})[f"{n:04}"][0] for n in range(100)} != {
        f"words {n}" for n in range(100)
    }


def test_a_constant_text_is_read_with_whoever_has_words():
    texts = {"a": ["before", "kids"], "b": ["dogs"], "c": [""]}
    found = controlled(texts, {"constant": "the same"})
    assert found == {"a": ("the same",), "b": ("the same",), "c": [""]}
