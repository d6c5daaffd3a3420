"""A table as data: all digits, ends and names in columns of their own, marks as words."""

from io import StringIO

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from sarangi.base.marks import DESCRIPTIVE, TRAINED_ONCE, marks_in
from sarangi.base.spreadsheets import as_csv
from sarangi.base.typed_texts import NONE, ScoreText, TitleText
from sarangi.paper.mark_notes import letters
from sarangi.paper.tables.columns import INTERVAL, MARKS, MODEL, POINTS, Column, numeric
from sarangi.paper.tables.data import data_of
from sarangi.paper.tables.table import Table
from sarangi.paper.texts import interval_text, number_text

SCORES = st.floats(-1, 1, allow_subnormal=False)


@given(SCORES, SCORES, SCORES)
def test_every_digit_of_a_number_and_its_ends_is_in_the_csv(value, low, high):
    columns = [*numeric("UAR"), INTERVAL, Column("Gap", unit=POINTS), Column("Ours", wraps=0.2)]
    row = {
        "UAR": number_text(value),
        "Interval": interval_text(low, high),
        "Gap": number_text(100 * value, "+.1f"),
        "Ours": ScoreText("as printed", value, low, high, [TRAINED_ONCE]),
    }
    blank = {"UAR": number_text(float("nan")), "Interval": NONE, "Gap": NONE, "Ours": NONE}
    table = Table("t", "T.", columns, [row, blank], [{}, {}])
    again = pd.read_csv(StringIO(as_csv(data_of(table))))
    assert list(again.columns) == [
        "UAR", "low", "high", "Gap (percentage points)", "Ours", "Ours low", "Ours high", "Ours marks",
    ]  # fmt: skip
    assert list(again.iloc[0])[:-1] == [value, low, high, 100 * value, value, low, high]
    assert again["Ours marks"][0] == TRAINED_ONCE
    assert again.iloc[1].isna().all()


def test_names_are_beside_titles_and_marks_are_words():
    held = [DESCRIPTIVE, TRAINED_ONCE]
    rows = [{"Model": TitleText("eGeMAPS + SVM", "egemaps_svm"), "Marks": letters(held)}]
    (row,) = data_of(Table("t", "T.", [MODEL, MARKS], rows, [{}])).to_dict("records")
    assert (row["Model"], row["Model id"]) == ("eGeMAPS + SVM", "egemaps_svm")
    assert marks_in(row["Marks"]) == held
