"""What tables are read as, and what does not follow from their parts."""

import pytest

from sarangi.consistency.cells import grid_of
from sarangi.consistency.checking import check
from sarangi.consistency.finding import IMPOSSIBLE, NOTE, WARNING
from sarangi.consistency.tables import table_of

REPORT = """,precision,recall,f1-score,support
angry,0.80,0.70,{f1},10
sad,0.57,0.67,0.62,6
accuracy,,,0.69,16
macro avg,0.69,{uar},0.68,16
weighted avg,0.71,0.69,0.70,16
"""


def found(text, severities=(IMPOSSIBLE, WARNING)):
    return [f for f in check([table_of(grid_of(text, "t.csv"))]) if f.severity in severities]


def test_a_classification_report_is_one_system():
    (row,) = table_of(grid_of(REPORT.format(f1="0.75", uar="0.68"), "t.csv")).rows
    assert row.supports == {"angry": 10, "sad": 6}
    assert {name: n.text for name, n in row.numbers.items() if "_" not in name} == {
        "accuracy": "0.69", "uar": "0.68", "uf1": "0.68", "wf1": "0.70",
    }  # fmt: skip
    assert not found(REPORT.format(f1="0.75", uar="0.68"))
    for f1, uar, text in (
        ("0.79", "0.68", "F1 of angry 0.79, but 2 precision × recall"),
        ("0.75", "0.73", "UAR 0.73, but the mean of the printed classes is 0.685"),
    ):
        assert any(text in f.text for f in found(REPORT.format(f1=f1, uar=uar)))


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("system;UAR [%]\nA;57,3\n", 0.573),
        ("| system | UAR |\n|---|---|\n| **A** | **57.3** |\n", 0.573),
        ("sep=\t\nsystem\tUAR\nA\t.573*\n", 0.573),
        ("system,UAR\nA,57.3 ± 1.2\n", 0.573),
        ("system,metric,value\nA,UAR,57.3%\n", 0.573),
        ("name,value\nA.x.uar,0.573\n", 0.573),
    ],
)
def test_a_share_is_read_as_it_is_printed(text, values):
    (row,) = table_of(grid_of(text, "t.csv")).rows
    assert float(row.numbers["uar"].value) == pytest.approx(values)
    assert row.numbers["uar"].holds(0.5731)
    assert not row.numbers["uar"].holds(0.5742)


def test_intervals_in_a_cell_and_in_columns():
    for text in (
        "system,UAR\nA,\"0.103 [0.075, 0.131] (n=88)\"\n",
        "system,UAR,95% CI,n\nA,0.103,\"(0.075, 0.131)\",88\n",
        "system,UAR,low,high,n\nA,0.103,0.075,0.131,88\n",
    ):  # fmt: skip
        (row,) = table_of(grid_of(text, "t.csv")).rows
        assert [end.text for end in row.intervals["uar"]] == ["0.075", "0.131"]
        assert row.n == 88
    outside = found("system,UAR,low,high\nA,0.60,0.40,0.50\nB,0.4,0.5,0.3\n")
    assert ["outside its own interval" in f.text or "ends below" in f.text for f in outside] == [True, True]
    narrow = found("system,accuracy,low,high,n\nA,0.850,0.840,0.860,200\n")
    assert "narrower than 200 clips taken as independent" in narrow[0].text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("system,across,within,gap\nA,0.27,0.57,-31\nB,0.26,0.55,-33\n", "but across - within is"),
        (
            "system,base,new,gain\nA,0.50,0.60,0.10\nB,0.40,0.50,0.10\nC,0.40,0.50,0.20\n",
            "gain 0.20, but new - base",
        ),
        ("system,base,new,gain\nA,0.500,0.600,20.0%\nB,0.400,0.500,30.0%\nC,0.40,0.44,10%\n", "relative to"),
        (
            "system,UAR,chance,ratio\nA,0.500,0.250,2.0\nB,0.600,0.250,3.0\nC,0.300,0.250,1.2\n",
            "ratio 3.0, but",
        ),
        ("system,seed 1,seed 2,mean\nA,0.50,0.60,0.58\n", "the mean of the 2 seeds or folds is 0.55"),
        ("set,n\ntrain,70\ntest,20\ntotal,100\n", "the rows above add up to 90"),
        ("corpus,UAR\na,0.50\nb,0.60\nmean,0.58\n", "the mean of the 2 rows above is 0.55"),
        ("system,UF1 / UAR\nA,0.5\n", "UF1 (macro F1) and UAR are different metrics"),
        ("system,UAR,n\nA,0.55,20\nB,57.0,20\nC,58.0,20\n", "this seems a share; not checked"),
    ],
)
def test_what_does_not_follow_is_found(text, said):
    assert said in "\n".join(f.text for f in found(text))


@pytest.mark.parametrize(
    "text",
    [
        "system,across,within,gap\nA,0.2734,0.4915,-21.81\nB,0.2622,0.3931,-13.09\n",
        "system,base,new,gain\nA,0.50,0.60,20%\nB,0.40,0.50,25%\n",
        "system,ours,baseline,difference\nA,0.50,0.60,0.10\nB,0.70,0.60,0.10\n",
        "corpus,UAR,n\na,0.50,10\nb,0.60,30\nmean,0.575,40\n",
        "system,UAR,WF1\nurdu IS09 forest,0.4879,0.4918\nurdu IS10 forest,0.4918,0.5015\n",
    ],
)
def test_what_follows_in_another_way_is_not_accused(text):
    assert not found(text)


def test_what_is_not_read_is_said():
    (note,) = found("system,UAR,UA,n\nA,0.55,0.6,20\n", (NOTE,))[:1]
    assert note.text == "columns UAR and UA are both UAR; this one is not checked"
    (note,) = found("system,UAR\nA,0.5\nB,about half\nC,fails\n", (NOTE,))
    assert note.where == "t.csv:3, column UAR"
    assert note.text == "'about half', and 1 more of its cells: not a number that is understood; not checked"
