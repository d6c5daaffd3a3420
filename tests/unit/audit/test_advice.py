"""What is said of the findings of an audit, and their order."""

import ast

import pandas as pd
import pytest
from support.browser import PHONE, browser, fits, shown, well_formed
from support.places import ROOT, to

from sarangi.audit.advice import CHECKS, SEVERITY, findings
from sarangi.audit.page import ROWS_OF_A_CHECK, audit_page
from sarangi.audit.rows import AUDIT
from sarangi.audit.summary import LISTED, summary
from sarangi.base import auditing, store
from sarangi.base.labels import Labels

PAIR = ("near_duplicate", "my/a.wav my/b.wav", 0.99, "fatal", "0.50 s shared, labelled sad and happy")
CLEAN = [
    ("utterances", "", 268, "note", ""),
    ("emotion", "angry", 134, "note", ""),
    ("emotion", "sad", 134, "note", ""),
    ("speakers", "", 24, "note", ""),
    ("groups", "", 24, "ok", ""),
    ("failed", "", 0, "ok", ""),
    ("failed", "loso", 0, "ok", ""),
    ("skipped", "", 0, "ok", ""),
    ("shared_groups", "random5", 24, "fatal", "24 of 24 in the test part of fold 0 are in training, too"),
    ("shared_groups", "loso", 0, "ok", ""),
    ("clipped", "", 3, "warning", "more than 10 samples at full scale: my/a.wav"),
]


def audit(*rows):
    return pd.DataFrame(rows, columns=AUDIT.names)


def test_a_clean_corpus_has_two_lines_and_nothing_fatal():
    assert summary("My corpus", audit(*CLEAN), ["random5"]) == [
        "My corpus: 268 utterances, 2 emotions, 24 speakers; none failed",
        "  nothing fatal, 1 warning, 4 notes; "
        "speakers leak from training to test under random5, as configured",
    ]


def test_sharing_that_nobody_configured_is_fatal():
    lines = summary("c", audit(*CLEAN), [])
    assert lines[1].startswith("  FATAL groups in both training and test: 24 (random5, 24 of 24")
    assert lines[1].endswith(CHECKS["shared_groups"].todo)
    assert lines[2].startswith("  1 fatal, 1 warning")


def test_what_is_fatal_comes_first_with_what_to_do_and_failures_by_their_causes():
    failed = "48 of 268 failed: 40 unknown emotion 'angry', 8 no such recording"
    rows = [
        *(row for row in CLEAN if row[0] != "failed"),
        ("failed", "", 48, "fatal", failed),
        ("failed", "loso", 48, "fatal", failed),
        *[(*PAIR[:1], f"my/{n}.wav my/x.wav", *PAIR[2:]) for n in range(LISTED + 2)],
        ("missing_class", "loso", 1, "fatal", "tested: angry 134, sad 0"),
        ("uar_ceiling", "loso", 0.5, "fatal", ""),
    ]
    lines = summary("my", audit(*rows), ["random5"])
    assert failed in lines[0]
    assert sum(failed in line for line in lines[1:]) == 1
    assert sum("share sound" in line for line in lines) == LISTED
    assert "  FATAL 2 more of this kind" in lines
    assert not any("ceiling" in line for line in lines)
    assert all(line.startswith("  FATAL") for line in lines[1:-1])


def test_the_page_and_the_rows_are_sorted_by_severity(tmp_path):
    rows = [*CLEAN, *[(*PAIR[:1], f"my/{n:03} my/x", *PAIR[2:]) for n in range(ROWS_OF_A_CHECK + 7)]]
    ordered = findings(audit(*rows), ["random5"])
    verdicts = [row.verdict for row in ordered if not row.by_design]
    assert verdicts == sorted(verdicts, key=SEVERITY.index)
    # behind the pairs and the one warning
    assert ordered[ROWS_OF_A_CHECK + 8].by_design
    file = tmp_path / "my.parquet"
    to(file).write(audit(*rows), AUDIT)
    labels = Labels({"my": "<My>", "gone": "Gone"}, {"random5": "random 5-fold"}, {}, {}, {}, [])
    page, text = tmp_path / "audit.html", tmp_path / "summary.txt"
    audit_page([file], {"gone": "ask its authors"}, ["random5"], labels, page, text)
    html = page.read_text(encoding="utf-8")
    assert "and 7 more of this kind" in html
    assert html.count("<td>0.50 s shared") == ROWS_OF_A_CHECK
    assert "Not audited: ask its authors" in html
    assert "<My>" not in html
    assert "&lt;My&gt;" in html
    assert "random 5-fold" in html
    assert well_formed(html)
    with browser() as running, shown(running, page, PHONE) as seen:
        assert fits(seen)
    assert "Gone: not audited, since it is not available: ask its authors" in text.read_text(encoding="utf-8")


@pytest.mark.parametrize("module", ["corpus", "protocol", "ratings"])
def test_every_check_has_advice(module):
    """Whatever an audit yields as the first part of a row is known."""
    tree = ast.parse((ROOT / f"src/sarangi/audit/{module}.py").read_text(encoding="utf-8"))
    first = [
        node.elts[0] for node in ast.walk(tree) if isinstance(node, ast.Tuple) and len(node.elts) in (4, 5)
    ]
    named = {node.value for node in first if isinstance(node, ast.Constant) and node.value}
    named |= {getattr(auditing, node.id) for node in first if isinstance(node, ast.Name) and node.id.isupper()
              and hasattr(auditing, node.id)}  # fmt: skip
    assert len(named) > 3
    assert named - {store.SKIPPED} <= set(CHECKS)
