"""Checks of a corpus."""

import pandas as pd

from sarangi.audit.protocol import nearest_emotion


def test_a_number_tells_the_emotions_it_separates_and_survives_equal_ones():
    train = pd.Series([1.0, 1.1, 5.0, 5.1])
    emotion = pd.Series(["sad", "sad", "angry", "angry"])
    assert list(nearest_emotion(train, emotion, pd.Series([0.9, 6.0]))) == ["sad", "angry"]
    same = nearest_emotion(pd.Series([2.0] * 4), emotion, pd.Series([2.0]))
    assert same[0] in ("sad", "angry")
