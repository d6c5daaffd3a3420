"""A table in LaTeX: in the paper where it fits, else in the supplement."""

import re

from sarangi.paper.tables.columns import CORPUS, MARKS, MODEL, Column, numeric
from sarangi.paper.tables.latex import LINES, latex
from sarangi.paper.tables.table import Table
from sarangi.paper.tables.widths import LANDSCAPE_PT


def table(rows, columns, **more):
    return Table("shown", "Shown.", columns, rows, [{}] * len(rows), **more)


def test_a_small_table_is_in_the_paper_with_a_longer_form_for_the_supplement():
    rows = [{"Model": name, "UAR": value, "Marks": ""} for name, value in (("a_b", "0.5"), ("c&d", "0.6"))]
    text = latex(table(rows, [MODEL, *numeric("UAR"), MARKS], bold=[(0, "UAR")]), ["a 5 % note"])
    assert r"\tableplace{text}" in text
    in_text, beside = text.split(r"\ifinsupplement")
    for part, environment in ((in_text, "tabular"), (beside, "longtable")):
        assert rf"\begin{{{environment}}}{{@{{}}lrl@{{}}}}" in part
        assert r"a\_b & \textbf{0.5} & none" in part
        assert r"\belowtable" in part
    assert text.count(r"a 5 \% note") == 1
    assert "adjustbox" not in text


def test_a_long_table_is_in_the_supplement_alone():
    rows = [{"n": str(place), "m": "1"} for place in range(LINES + 1)]
    text = latex(table(rows, numeric("n", "m")), [])
    assert r"\tableplace{supplement}" in text
    assert r"\begin{table*}" not in text
    assert all(f"\n{place} " in text for place in range(LINES + 1))
    # the same in every row, bold or not
    assert "In every row: m 1." in text
    every = latex(table(rows, numeric("n", "m"), bold=[(place, "m") for place in range(len(rows))]), [])
    assert "In every row: m 1." in every


def test_the_supplement_has_a_part_for_each_value_of_a_column():
    rows = [{"Corpus": f"c_{n % 3}", "n": str(n)} for n in range(3 * LINES)]
    text = latex(table(rows, [CORPUS, *numeric("n")], by="Corpus"), ["a note"])
    parts = text.split(r"\begin{longtable}")[1:]
    assert [part.split(r"\caption{", 1)[1].split("}\\", 1)[0] for part in parts] == [
        r"c\_0. Shown.", r"c\_1. As Table~\ref{tab:shown}.", r"c\_2. As Table~\ref{tab:shown}.",
    ]  # fmt: skip
    assert [f"\n{4} " in part for part in parts] == [False, True, False]
    assert text.count("a note") == 1


def test_what_is_too_wide_is_in_parts_each_with_what_names_a_row():
    names = [f"a heading {n}" for n in range(30)]
    rows = [{"Model": f"model {row}"} | {name: f"0.{row}23 [0.045, 0.{n:03}]" for n, name in enumerate(names)}
            for row in range(3)]  # fmt: skip
    text = latex(table(rows, [MODEL, *numeric(*names)]), [])
    parts = text.split(r"\begin{longtable}")[1:]
    assert len(parts) > 1
    assert all("model 2 & " in part for part in parts)
    for n in range(30):
        assert f"0.223 [0.045, 0.{n:03}]" in text
    assert text.count(r"\label{tab:shown}") == 1


def test_a_word_wider_than_a_page_does_not_stop_the_rest():
    rows = [{"Model": "w" * 400, "UAR": "0.5"}, {"Model": "b", "UAR": "0.6"}]
    text = latex(table(rows, [MODEL, *numeric("UAR")]), [])
    width = float(re.search(r"p\{([\d.]+)pt\}", text)[1])
    assert width < LANDSCAPE_PT
    assert "0.6" in text


def test_a_blank_cell_says_what_it_means():
    columns = [MODEL, Column("Why", wraps=0.3), Column("n")]
    text = latex(
        table([{"Model": "a", "Why": "", "n": ""}, {"Model": "b", "Why": "x/y", "n": "1"}], columns), []
    )
    assert "a & – & –" in text
    assert r"x/\allowbreak{}y" in text
