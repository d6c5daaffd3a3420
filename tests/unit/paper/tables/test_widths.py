"""How wide the columns of a printed table are."""

import shutil
import subprocess

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sarangi.paper.tables.columns import Column
from sarangi.paper.tables.widths import GAP_PT, SIZES, layout_of, width_of

WORDS = st.lists(st.text("abcdefghijWM", min_size=1, max_size=12), min_size=1, max_size=12).map(" ".join)
NUMBERS = st.floats(-1, 1).map("{:+.3f}".format)


@settings(max_examples=60, deadline=None)
@given(
    texts=st.lists(WORDS, min_size=1, max_size=4),
    numbers=st.lists(NUMBERS, min_size=0, max_size=8),
    most=st.floats(100, 800),
)
def test_what_is_set_fits_and_is_as_large_as_can_be(texts, numbers, most):
    columns = [Column(f"text {n}", text=True) for n in range(len(texts))]
    columns += [Column(f"n {n}") for n in range(len(numbers))]
    frame = pd.DataFrame([[*texts, *numbers]], columns=[column.name for column in columns])
    found = layout_of(frame, columns, most)
    fitting = [size for size in SIZES if narrowest(frame, columns, size) <= most]
    assert (found.size if found else None) == next(iter(fitting), None)
    if found is None:
        return
    taken = 0.0
    for column, width, heading in zip(columns, found.widths, found.headings, strict=True):
        natural = width_of(frame[column.name].iloc[0], found.size)
        taken += natural if width is None else width
        assert width is None or column.left, "a number is never broken"
        assert " ".join(heading).split() == column.name.split()
    assert taken + GAP_PT * len(columns) <= most + 1e-6


def narrowest(frame, columns, size):
    """The width of a table whose texts are broken at every word."""
    needed = 0.0
    for column in columns:
        cell = frame[column.name].iloc[0]
        head = max(12.0, *(width_of(word, size) for word in column.name.split()))
        natural = max(width_of(cell, size), head)
        words = max(24.0, head, *(width_of(word, size) for word in cell.split()))
        needed += min(natural, words) if column.left else natural
    return needed + GAP_PT * len(columns)


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no pdflatex here")
def test_no_text_is_wider_in_print_than_it_is_taken_for(tmp_path):
    samples = [
        "0.123 [0.045, 0.678]", "tiny wav2vec 2.0, fine-tuned", "leave one speaker out, four emotions",
        "UAR WF1 UF1 MMMM", "IITKGP-SEHSC", "RASA Punjabi", "+12.3 points", "ravdess", "e f g", "0.0005",
    ]  # fmt: skip
    lines = [
        r"\documentclass[10pt]{article}\usepackage[T1]{fontenc}\usepackage{lmodern}\begin{document}\newlength\w"
    ]
    lines += [
        rf"{{\{name}\settowidth{{\w}}{{{sample}}}\typeout{{WIDTH \the\w}}}}"
        for name in SIZES.values()
        for sample in samples
    ]
    (tmp_path / "a.tex").write_text("\n".join([*lines, r"\end{document}"]))
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "a.tex"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    printed = [float(line[6:-2]) for line in done.stdout.splitlines() if line.startswith("WIDTH ")]
    taken = [width_of(sample, size) for size in SIZES for sample in samples]
    assert len(printed) == len(taken)
    for one, other in zip(printed, taken, strict=True):
        assert one <= other <= 1.3 * one
