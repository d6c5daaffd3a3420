"""``sarangi check`` as a reviewer types it."""

import subprocess
import sys

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.places import ROOT

import sarangi.__main__ as command_line
from sarangi.base.errors import SarangiError
from sarangi.consistency import matrices
from sarangi.consistency.cells import grid_of
from sarangi.consistency.checking import check
from sarangi.consistency.evidence import Table
from sarangi.consistency.showing import text as text_of
from sarangi.consistency.tables import table_of


def checked(*options):
    return command_line.main(["check", *map(str, options)])


def test_a_typed_score_and_its_chance(capsys):
    supports = "angry=78,happy=2,neutral=8,sad=0"
    assert checked("--score", "uar=0.103", "--supports", supports, "--chance", "0.25") == 1
    said = " ".join(capsys.readouterr().out.split())
    assert "No test clip is sad: a macro recall over 4 classes reaches 0.75 at most" in said
    assert "against uniform guessing (0.1875) is undecided" in said
    assert "p = 0.18" in said
    assert "The printed chance level is 0.25" in said


def test_a_typed_matrix_and_a_mislabelled_score(capsys):
    matrix = ("--matrix", "30 10 0; 4 5 1; 0 2 8", "--classes", "a,b,c")
    assert checked(*matrix, "--score", "accuracy=0.7167", "--score", "uar=0.6833") == 0
    assert checked(*matrix, "--score", "uar=0.7167", "--brief") == 1
    assert "0.7167 is printed as UAR, but it is the accuracy of the matrix" in capsys.readouterr().out


def test_what_is_written(tmp_path, capsys):
    table = tmp_path / "t.csv"
    table.write_text("system,within,across,gap\n<b>,0.5699,0.2734,-30.99\nb,0.55,0.25,-30.00\n")
    assert checked(table, "--html", tmp_path / "p.html", "--csv", tmp_path / "f.csv") == 1
    page = (tmp_path / "p.html").read_text()
    assert "-29.65" in page
    assert "<b>" not in page
    assert "src=" not in page
    (row,) = pd.read_csv(tmp_path / "f.csv").to_dict("records")
    assert (row["severity"], row["kind"]) == ("impossible", "arithmetic")
    assert row["where"] == f"{table}:2, column gap"
    assert "wrote" in capsys.readouterr().out


def test_a_replication(tmp_path, capsys):
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    first.write_text("system,UAR,n,seeds\nbase,0.600,240,1\nlarge,0.700,240,1\nfew,0.500,240,1\n")
    rows = [f"{name},{seed},{value}" for name, values in {
        "base": (0.61, 0.60, 0.61, 0.60, 0.59), "large": (0.51, 0.50, 0.51, 0.50, 0.49), "few": (0.5, 0.52),
    }.items() for seed, value in enumerate(values)]  # fmt: skip
    second.write_text("system,seed,UAR\n" + "\n".join(rows) + "\n")
    assert checked(first, "--against", second, "--same-clips") == 1
    said = " ".join(capsys.readouterr().out.split())
    assert "UAR of base: published 0.600, replication 0.602: reproduced" in said
    assert "UAR of large: published 0.700, replication 0.502: differs" in said
    assert (
        "UAR of few: published 0.500, replication 0.510: cannot be tested without five or more runs" in said
    )


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("", "nothing, expected a header"),
        ("UAR\n0.5\n", "one column (UAR), expected two or more"),
        ("a,b\nx,y\n", "no column with numbers that a check knows; found a, b"),
        ("system,UAR\nours,0.5,0.6,7\n", ":2: 4 cells, and the header has 2"),
        ("system,UAR,n\nours,0.5,12.5\n", ":2, column n: 12.5, expected a whole number"),
        ("true,predicted,n\na,a,1\na,a,2\n", ":3: true a, predicted a is there a second time"),
        ("true,predicted,n\na,a,-1\n", ":2, column n: '-1', expected a whole number of clips"),
        (",a,b\na,0.9,0.1\nb,0.2,0.8\n", "without the test clips of a, b; expected them with --supports"),
        ('system,UAR\n"ours,0.5\n', "not a table that can be read"),
        ("PK\x03\x04", "a workbook"),
    ],
)
def test_input_that_is_none_is_refused_in_words(content, text, tmp_path, capsys):
    table = tmp_path / "t.csv"
    table.write_text(content)
    assert checked(table) == 2
    said = capsys.readouterr().err
    assert text in said
    assert str(table) in said


HEADINGS = st.sampled_from(
    [
        "system",
        "UAR",
        "WF1 (%)",
        "macro F1",
        "UF1 / UAR",
        "acc",
        "n",
        "seeds",
        "low",
        "high",
        "gap",
        "mean",
        "seed_1",
        "recall_a",
        "recall b",
        "support_a",
        "support_b",
        "chance",
        "true",
        "predicted",
        "name",
        "value",
        "metric",
        "",
        "a",
        "b",
        "speakers",
        "ratio",
        "fold",
    ]
)
CELLS = st.sampled_from(
    [
        "",
        "-",
        "0",
        "1",
        "0.5",
        "57.3",
        "0.103 [0.075, 0.131] (n=88)",
        "57 ± 3",
        "1e5",
        "-30.99",
        "99999999999",
        "a",
        "b",
        "uar",
        "x.y.recall.a",
        "2,609",
        "٣",
        "nan",
        "inf",
        "0.2734 vs 0.5699, -30.99 pp",
        "1.",
        ".5",
        "100%",
        "total",
    ]
)
MATRIX = ["true", "predicted", "n"]


@settings(max_examples=400, deadline=None)
@given(
    st.lists(HEADINGS, min_size=2, max_size=6) | st.just([*MATRIX, "seed"]) | st.just(["", "a", "b"]),
    st.data(),
)
def test_any_table_is_checked_or_refused(header, data):
    """Never a traceback, whatever columns come together; lists of confusions and squares among them."""
    rows = data.draw(
        st.lists(st.lists(CELLS, min_size=len(header), max_size=len(header)), min_size=1, max_size=4)
    )
    quoted = [",".join(f'"{cell}"' for cell in cells) for cells in [header, *rows]]
    text = "\n".join(quoted) + "\n"
    try:
        grid = grid_of(text, "t.csv")
        if matrices.is_list(grid):
            table = Table(name="t.csv", matrices=matrices.of_list(grid))
        elif matrices.is_square(grid):
            table = Table(name="t.csv", matrices=matrices.of_square(grid, {"a": 7, "b": 3})[0])
        else:
            table = table_of(grid)
        list(text_of(check([table]), ""))
    except SarangiError as error:
        assert "t.csv" in str(error)


def test_it_needs_the_core_alone():
    """Neither torch nor Snakemake nor a figure is loaded."""
    code = (
        "import sys; import sarangi.__main__ as m; m.main(['check', '--score', 'uar=0.5', '--supports', "
        "'a=3,b=4']); "
        "print(sorted({'torch', 'snakemake', 'transformers', 'matplotlib', 'sklearn'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env={"PYTHONPATH": str(ROOT / "src")}, capture_output=True,
        text=True, check=True,
    )  # fmt: skip
    assert done.stdout.splitlines()[-1] == "[]"
