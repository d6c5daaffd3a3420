"""The table of the audit."""

import json
from pathlib import Path

from support.labels import labels
from support.study_tables import (
    TITLES,
    files,  # noqa: F401  (fixtures)
    put,
    rows_of,
)

from sarangi.audit.rows import AUDIT
from sarangi.paper.tables.audit import audit_table


def test_the_audit_says_what_is_fatal_and_what_is_warned_of_and_where_each_number_stands(files):
    rows = [
        ("groups", "", 5, "warning", "the unit that is resampled"),
        ("groups_of_emotion", "angry", 4, "warning", "at most this many speaker-disjoint folds"),
        ("groups_of_emotion", "sad", 5, "warning", "at most this many speaker-disjoint folds"),
        ("near_duplicate", "a b", 1.0, "fatal", "0.50 s shared, across groups x and y"),
        ("near_duplicate", "a c", 1.0, "warning", "0.50 s shared"),
        ("near_duplicates", "", 2, "warning", "1 byte for byte, 1 across speakers"),
        ("speakers_with_one_emotion", "", 26, "warning", "the speaker gives the emotion away: " + "x, " * 60),
        ("missing_class", "loso", 1, "fatal", "tested: angry 78, happy 2, sad 0"),
        ("near_duplicates_across", "loso", 0, "ok", ""),
        ("tested_groups", "loso", 3, "warning", "in all test parts together"),
        ("duration_uar", "loso", 0.51234, "warning", "recall angry 0.50, sad 0.50"),
    ]
    path = put("results/audit/urdu_latif.parquet", AUDIT, rows)
    audit_table([path], {"meld": "ask for it"}, labels(["urdu_latif"], TITLES["protocols"]), files("audit"))
    whole, protocol = rows_of("audit")
    # what is absent is named once, and has no row of dashes
    assert json.loads(Path("paper/tables/audit.json").read_text())["notes"][0] == "Not available here: MELD."
    assert whole["cells"] == {
        "Corpus": "URDU (synthetic)",
        "Protocol": "the corpus itself",
        "Fatal": "near-duplicate 1 (0.50 s shared, across groups x and y)",
        "Warned of": "groups 5; groups of an emotion: angry 4, sad 5; near-duplicates 2 (1 byte for byte, 1 "
        "across speakers); speakers of one emotion 26",
        "Groups": "5",
        "Pairs": "2",
        "One emotion": "26",
        "Absent": "–",
    }
    assert protocol["cells"] | {} == {
        "Corpus": "URDU (synthetic)",
        "Protocol": "leave one speaker out",
        "Fatal": "emotions never tested 1",
        "Warned of": "UAR from the duration alone 0.5123; groups tested 3",
        "Groups": "3",
        "Pairs": "0",
        "One emotion": "–",
        "Absent": "sad",
    }
    wanted = {"check": "missing_class", "subject": "loso"}
    assert {"file": str(path), "where": wanted, "column": "value"} in protocol["from"]["Fatal"]
