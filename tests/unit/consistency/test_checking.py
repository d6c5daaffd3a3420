"""All checks together: no false accusation, what is moved is found, and the published study's own faults."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.places import ROOT

from sarangi.base.fault_kinds import ARITHMETIC, LABEL, NOT_INTERPRETABLE
from sarangi.consistency.cells import grid_of
from sarangi.consistency.checking import check
from sarangi.consistency.evidence import Matrix, Table
from sarangi.consistency.finding import IMPOSSIBLE, NOTE, WARNING
from sarangi.consistency.labels import DEFINITIONS, PRESENT, SEEN, values
from sarangi.consistency.tables import read, table_of

PUBLISHED = ROOT.parent / "shared/published"


@st.composite
def matrices(draw, least=2, most=5, largest=60):
    classes = draw(st.integers(least, most))
    counts = draw(
        st.lists(
            st.lists(st.integers(0, largest) | st.just(0), min_size=classes, max_size=classes),
            min_size=classes, max_size=classes,
        )
    )  # fmt: skip
    counts = np.array(counts, dtype=np.int64)
    if not counts.sum():
        counts[0, 0] = 1
    return Matrix(where="m.csv", classes=tuple("abcdefgh"[:classes]), counts=counts)


def printed(matrix, digits, percent, keep=lambda name: True, supports=True, moved=None, over=PRESENT):
    """A table of one row with the scores of a matrix as a paper prints them; one moved in its last digit."""
    cells = {}
    for name, by in values(matrix).items():
        value = by.get("", by.get(over))
        if np.isfinite(value) and keep(name):
            digits_here = max(digits - 2, 0) if percent else digits
            value = value * 100 if percent else value
            if moved and moved[0] == name:
                value = round(value, digits_here) + moved[1] * 10.0**-digits_here
            cells[f"{name} (%)" if percent else name] = f"{value:.{digits_here}f}"
    if supports:
        cells |= {f"support_{name}": str(n) for name, n in matrix.supports.items()}
    cells["n"] = str(matrix.counts.sum())
    return table_of(grid_of(f"system,{','.join(cells)}\nours,{','.join(cells.values())}\n", "t.csv"))


def accused(findings):
    return [
        f
        for f in findings
        if f.severity == IMPOSSIBLE or (f.kind in (ARITHMETIC, LABEL) and f.severity != NOTE)
    ]


@settings(max_examples=100, deadline=None)
@given(
    matrices(),
    st.integers(2, 5),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.sampled_from(DEFINITIONS),
    st.randoms(),
)
def test_scores_of_any_matrix_are_never_accused(matrix, digits, percent, supports, with_matrix, over, random):
    """Whichever of them are printed, with or without the clips of each class, and with the matrix or not.

    An average over the classes that are true or predicted has a name of its own, and is still possible.
    """
    chosen = {name for name in values(matrix) if random.random() < 0.7}
    table = printed(matrix, digits, percent, lambda name: name in chosen, supports, over=over)
    found = check([table, Table(name="m.csv", matrices=[matrix] if with_matrix else [])])
    assert not [f for f in accused(found) if over != SEEN or f.severity == IMPOSSIBLE]


@settings(max_examples=100, deadline=None)
@given(
    matrices(),
    st.integers(3, 5),
    st.sampled_from(["uar", "wf1", "uf1", "accuracy"]),
    st.sampled_from([2, -2, 7]),
)
def test_a_number_that_is_moved_is_found_beside_its_matrix(matrix, digits, metric, units):
    table = printed(matrix, digits, False, lambda name: name == metric, moved=(metric, units))
    value = float(table.rows[0].numbers[metric].value)
    others = [v for name, by in values(matrix).items() if name == metric for v in by.values()]
    if 0 <= value <= 1 and all(abs(value - other) > 1.01 * 10.0**-digits for other in others):
        found = accused(check([table, Table(name="m.csv", matrices=[matrix])]))
        assert [f for f in found if f.where.endswith(f"column {metric}")]


@settings(max_examples=100, deadline=None)
@given(st.integers(5, 200), st.data())
def test_an_accuracy_between_two_counts_is_found_without_a_matrix(n, data):
    right = data.draw(st.integers(0, n - 1))
    between = (right + data.draw(st.floats(0.3, 0.7))) / n
    table = table_of(grid_of(f"system,accuracy,n,seeds\nours,{between:.4f},{n},1\n", "t.csv"))
    (found,) = accused(check([table]))
    assert (found.severity, found.check) == (IMPOSSIBLE, "granularity")
    assert f"{n}/{n}" in found.text or f"{right}/{n} = " in found.text


# -- the published study -------------------------------------------------------------------------

needs_the_study = pytest.mark.skipif(not PUBLISHED.is_dir(), reason="published numbers are not in this clone")


def told(findings, kind, *words):
    return [f for f in findings if f.kind == kind and all(word in f.text for word in words)]


@needs_the_study
def test_the_faults_of_the_published_study_are_found_in_its_files():
    """Entries 1, 4, 5 and 10 of its list of errors, from its matrices and tables; no cell of its grid."""
    names = ("multiseed_confusions.csv", "facts.csv", "urdu_sindhi.csv", "transformers.csv")
    found = check([read(PUBLISHED / name, {}) for name in names])
    impossible = [f for f in found if f.severity == IMPOSSIBLE]
    assert len(impossible) == 2
    assert told(impossible, ARITHMETIC, "gap -30.99", "-29.65", "0.2600 and 0.5699")
    assert told(impossible, ARITHMETIC, "gap -32.89", "-29.04", "0.2237 and 0.5526")
    assert told(found, LABEL, "0.773 is printed as UAR", "as WF1", "0.765")
    assert told(
        found, LABEL, "UAR has two definitions", "(0.4643…)", "(0.0417…)", "over all classes", "(0.4671…)"
    )
    (below,) = told(found, NOT_INTERPRETABLE, "UAR 0.103 against uniform guessing (0.1875) is undecided")
    assert "reaches 0.75 at most" in below.text
    assert "[0.092, 0.290]" in below.text
    assert "p = 0.18" in below.text
    assert not [f for f in accused(found) if Path(f.where).name.startswith("urdu_sindhi")]


def test_the_same_from_excerpts(tmp_path):
    """Numbers as printed: README of the study at b6f78d4, results.md, and its per-seed result files."""
    (tmp_path / "gaps.csv").write_text(
        "direction,features,across,within,gap (pp)\nUrdu to Sindhi,eGeMAPS,0.2734,0.4915,-21.81\n"
        "Sindhi to Urdu,eGeMAPS,0.2622,0.3931,-13.09\nUrdu to Sindhi,IS10,0.2600,0.5699,-30.99\n"
        "Sindhi to Urdu,IS10,0.2237,0.5526,-32.89\nUrdu to Sindhi,README,0.2734,0.5699,-30.99\n"
        "Sindhi to Urdu,README,0.2622,0.5526,-32.89\n"
    )
    (tmp_path / "names.csv").write_text(
        "system,source,UAR,WF1,UF1,accuracy\nXLS-R-300M,README,0.773,,,\nXLS-R-300M,results.md,,0.773,0.765,0.779\n"
    )
    (tmp_path / "seeds.csv").write_text(
        "seed,held_out_speaker,uar,n\n0,SM2,0.4643,28\n1,SM3,0.0,12\n2,SM4,0.0417,48\npooled,,0.1026,88\n"
    )
    of = {
        ("SM2", "angry"): (26, 2, 0, 0), ("SM4", "angry"): (6, 9, 0, 33), ("SM3", "angry"): (0, 0, 0, 2),
        ("SM3", "happy"): (0, 0, 0, 2), ("SM3", "neutral"): (8, 0, 0, 0),
    }  # fmt: skip
    lines = ["held_out_speaker,seed,true,predicted,n"]
    classes = ("angry", "happy", "neutral", "sad")
    for seed, speaker in enumerate(("SM2", "SM3", "SM4")):
        for true in classes:
            counts = of.get((speaker, true), (0, 0, 0, 0))
            lines += [f"{speaker},{seed},{true},{p},{n}" for p, n in zip(classes, counts, strict=True)]
    (tmp_path / "confusions.csv").write_text("\n".join(lines) + "\n")
    found = check([read(file, {}) for file in sorted(tmp_path.iterdir())])
    assert len(told(found, ARITHMETIC, "gap (pp)", "is that of another row")) == 2
    assert told(found, LABEL, "0.773 is printed as UAR", "and as WF1")
    assert told(found, LABEL, "UAR 0.4643 is averaged over the 2 classes that are true or predicted")
    assert told(found, NOT_INTERPRETABLE, "Every test clip is angry")
    assert [f for f in found if f.severity == WARNING]
