import csv
import io

import pandas as pd
import pytest

from sarangi.base.spreadsheets import as_csv, inert


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        '=HYPERLINK("http://x","y")',
        "@SUM(A1)",
        "+cmd|' /C calc'!A0",
        "-2+3+cmd|'x'!A0",
        "\t=1",
    ],
)
def test_what_a_spreadsheet_would_run_is_text(cell):
    assert inert(cell) == f"'{cell}"
    read = list(csv.reader(io.StringIO(as_csv(pd.DataFrame({"=a": [cell]})), newline="")))
    assert read == [["'=a"], [f"'{cell}"]]


@pytest.mark.parametrize(
    "cell", ["-0.5", "+0.12 [-0.1, 0.3]", "–", "-12 %", "-40.0 points", "sad", "", "a=b", -0.5, None, "'=1"]
)
def test_numbers_and_words_stay_as_they_are(cell):
    assert inert(cell) is cell


def test_no_line_break_in_a_cell_begins_a_row_with_a_formula():
    text = as_csv(pd.DataFrame({"a": ["x\r=1", "x\n=1"]}))
    assert list(csv.reader(io.StringIO(text, newline=""))) == [["a"], ["x =1"], ["x\n=1"]]
