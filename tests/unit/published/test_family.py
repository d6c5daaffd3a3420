"""Findings read together: verdicts corrected for their number."""

import math

import pandas as pd
from support.places import MADE_BY_TEST

from sarangi.base import store
from sarangi.base.finding_rows import FINDING
from sarangi.base.verdicts import DIFFERS, REPRODUCED, SHIFTED, UNDECIDED, UNTESTABLE, Verdict, verdict_in
from sarangi.published.family import judged_together


def write_finding(path, rows):
    lines = []
    for claim, (verdict, p_differs, p_shifted, counted) in rows.items():
        line = dict.fromkeys(FINDING.names) | {
            "claim": claim, "statement": claim, "unit": "", "verdict": str(verdict), "why": "w",
            "sources": "", "counted": counted, "p_differs": p_differs, "p_shifted": p_shifted,
            "difference": 0.1, "half_width": 0.05, "delta": 0.03,
        }  # fmt: skip
        lines.append(line)
    frame = pd.DataFrame(lines, columns=FINDING.names)
    floats = [field.name for field in FINDING if str(field.type) == "double"]
    store.write(path, frame.astype(dict.fromkeys(floats, float)), FINDING, MADE_BY_TEST)
    return path


def test_what_differs_alone_need_not_differ_among_many(tmp_path):
    many = {f"x{n}": (Verdict(UNDECIDED), 0.9, 0.6, True) for n in range(20)}
    first = write_finding(
        tmp_path / "finding_1.parquet",
        many | {
            "sure": (Verdict(DIFFERS, "under ours"), 1e-9, 1e-12, True),
            "barely": (Verdict(DIFFERS, "under ours"), 0.04, 0.03, True),
            "moved": (Verdict(SHIFTED), 0.5, 0.04, True),
            "listed": (Verdict(DIFFERS), 1e-9, 1e-9, False),
        },
    )  # fmt: skip
    second = write_finding(
        tmp_path / "finding_2.parquet",
        {
            "same": (Verdict(REPRODUCED), 1.0, 0.5, True),
            "untested": (Verdict(UNTESTABLE, "a corpus"), math.nan, math.nan, True),
        },
    )
    table, together = judged_together([first, second])
    verdicts = table.set_index("claim")["verdict"].map(verdict_in)
    assert verdicts["sure"] == Verdict(DIFFERS, "under ours")
    assert verdicts["barely"].kind == UNDECIDED
    assert verdicts["barely"].reason == "alone it differs, among 24 claims no longer"
    assert verdicts["moved"].reason == "alone it has shifted, among 24 claims no longer"
    # what is not counted is neither corrected nor makes others harder to find
    assert verdicts["listed"].kind == DIFFERS
    assert verdicts["same"].kind == REPRODUCED
    assert verdicts["untested"] == Verdict(UNTESTABLE, "a corpus")
    assert (together.judged, together.differs, together.shifted, together.differs_alone) == (24, 1, 0, 2)
