"""Intervals of no width, wherever they are shown."""

import math
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from support.labels import labels

from sarangi.app.markup import between
from sarangi.base.degenerate import DEGENERATE, MEANING, is_degenerate
from sarangi.base.typed_texts import NONE
from sarangi.paper.figures.style import draw_interval, keys_of_degenerate
from sarangi.paper.tables.columns import INTERVAL
from sarangi.paper.tables.table import Table
from sarangi.paper.tables.writing import FORMATS, write_table
from sarangi.paper.texts import interval_text


def test_an_interval_that_is_not_there_or_is_short_is_none():
    assert is_degenerate(1 / 3, 1 / 3 + 1e-17)
    assert not is_degenerate(math.nan, math.nan)
    assert not is_degenerate(0.25, 0.2501)
    assert interval_text(math.nan, 1) == NONE
    assert between(None, None) == "-- to --"
    assert between(0.25, 0.25) == f"0.250 to 0.250 ({DEGENERATE})"


@pytest.mark.parametrize(("high", "said"), [(0.5, True), (0.5001, False)])
def test_a_table_says_what_it_means_where_one_is(high, said, tmp_path):
    files = {suffix: tmp_path / f"t.{suffix}" for suffix in FORMATS}
    row = {INTERVAL.name: interval_text(0.5, high)}
    write_table(Table("t", "T.", [INTERVAL], [row], [{}]), labels([]), files)
    for suffix in ("tex", "md", "html", "json"):
        assert (MEANING in Path(files[suffix]).read_text()) == said, suffix
    assert pd.read_csv(files["csv"]).columns.tolist() == ["low", "high"]


@pytest.mark.parametrize("upright", [False, True])
def test_a_figure_shows_it_as_a_bar_across(upright):
    figure, axes = plt.subplots()
    draw_interval(axes, (0.2, 0.2), 3, "k", upright)
    draw_interval(axes, (0.2, 0.4), 3, "k", upright, lw=1)
    bar, line = axes.lines
    along = (line.get_ydata(), bar.get_ydata()) if upright else (line.get_xdata(), bar.get_xdata())
    assert [list(values) for values in along] == [[0.2, 0.4], [0.2]]
    assert bar.get_marker() == ("_" if upright else "|")
    plt.close(figure)


def test_a_legend_has_it_where_one_is_drawn():
    table = pd.DataFrame({"low": [0.2, math.nan], "high": [0.4, math.nan]})
    assert keys_of_degenerate(table) == []
    (entry,) = keys_of_degenerate(table.assign(high=table["low"]))
    assert DEGENERATE in entry.get_label()
