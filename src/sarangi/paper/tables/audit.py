"""The table of what the audit found."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from sarangi.base import store
from sarangi.base.auditing import FATAL, SHARED_GROUPS, SHARED_SPEAKERS, WARNING
from sarangi.base.class_counts import counts_in
from sarangi.base.evidence import Evidence, reference
from sarangi.base.labels import Labels
from sarangi.base.typed_texts import NONE
from sarangi.paper.tables.columns import CORPUS, PROTOCOL, Column, numeric
from sarangi.paper.tables.not_here import not_here
from sarangi.paper.tables.table import Table
from sarangi.paper.tables.writing import write_table
from sarangi.paper.texts import number_text

WORDS = {
    SHARED_GROUPS: "groups on both sides",
    SHARED_SPEAKERS: "speakers on both sides",
    "near_duplicates_across": "near-duplicates on both sides",
    "near_duplicates": "near-duplicates",
    "near_duplicate": "near-duplicate",
    "missing_class": "emotions never tested",
    "uar_ceiling": "ceiling of UAR",
    "uar_chance": "chance of UAR",
    "tested_groups": "groups tested",
    "groups_of_emotion": "groups of an emotion",
    "speakers_with_one_emotion": "speakers of one emotion",
    "name_collision": "names in several folders",
    "constant_uar": "UAR of a constant",
    "speaker_only_uar": "UAR from the speaker alone",
    "duration_uar": "UAR from the duration alone",
    "loudness_uar": "UAR from the loudness alone",
    "emotion": "utterances",
}
"""What a check of the audit counts, in short words; another one is called by its name."""

TELLING = (
    SHARED_GROUPS, "near_duplicate", "near_duplicates", "sample_rates", "folds", "utterances",
    "speakers", "emotion", "failed", "skipped",
)  # fmt: skip
"""Checks whose detail says more than their words."""

SUBJECTS = ("emotion", "groups_of_emotion")
"""Checks with a row for each emotion."""

SHORT = 110  # letters of a detail that the table has room for

LISTED = 2  # rows of one check, before the others are left to the audit's own file

ITSELF = "the corpus itself"

COLUMNS = [
    CORPUS, PROTOCOL, Column("Fatal", wraps=0.2), Column("Warned of", wraps=0.3),
    *numeric("Groups", "Pairs", "One emotion"), Column("Absent", text=True),
]  # fmt: skip


def audit_table(
    audits: Sequence[Path],
    unavailable: Mapping[str, str],
    labels: Labels,
    output: dict[str, Path],
) -> None:
    """Write what the audit found, a row a corpus and a row a protocol that is used on it.

    Parameters
    ----------
    audits
        ``results/audit/<corpus>.parquet``, of schema :data:`sarangi.audit.rows.AUDIT`.
    unavailable
        Corpora that are not in hand, with what to do.
    labels
        Titles, and which corpora are synthetic.
    output
        Files to write by suffix: ``tex``, ``md``, ``csv``, ``json``.
    """
    rows: list[tuple[str, list[dict[str, str]], list[Evidence]]] = []
    for path in audits:
        table, corpus = store.read(path), Path(path).stem
        own = table[~table["subject"].isin(labels.protocols)]
        lines, evidence = [], []
        for name, part in [
            ("", own),
            *((name, table[table["subject"] == name]) for name in labels.protocols),
        ]:
            if part.empty:
                continue
            line, behind = _audited(part, str(path), of_protocol=bool(name))
            protocol = labels.protocol(name) if name else ITSELF
            lines.append({"Corpus": labels.corpus(corpus), "Protocol": protocol} | line)
            evidence.append(behind)
        rows.append((corpus, lines, evidence))
    rows.sort(key=lambda row: row[0])
    caption = (
        "The audit, before any training. What is fatal makes a score mean something else than it says, and "
        "marks the scores of its protocol. Groups are those of the corpus, or those that a protocol tests; "
        "pairs are near-duplicates, recordings that share sound, or such on both sides of a fold; one "
        "emotion counts speakers who tell the emotion; absent are emotions without test utterances."
    )
    lines = [line for _, entries, _ in rows for line in entries]
    evidence = [entry for *_, entries in rows for entry in entries]
    notes = not_here(labels.corpora[corpus] for corpus in unavailable)
    notes += [] if lines or unavailable else ["No corpus is configured."]
    write_table(Table("audit", caption, COLUMNS, lines, evidence, notes), labels, output)


def _audited(part: pd.DataFrame, file: str, of_protocol: bool) -> tuple[dict[str, str], Evidence]:
    """Return the cells about a corpus or a protocol, and where they stand."""

    def stand(rows: pd.DataFrame, *columns: str) -> list[dict]:
        return [
            reference(file, column, check=row["check"], subject=row["subject"])
            for row in rows.to_dict("records")
            for column in columns
        ]

    checks = ("tested_groups", "near_duplicates_across") if of_protocol else ("groups", "near_duplicates")
    numbers = {
        "Groups": part[part["check"] == checks[0]],
        "Pairs": part[part["check"] == checks[1]],
        "One emotion": part[part["check"] == "speakers_with_one_emotion"],
    }
    line, behind = {}, {}
    for column, verdict in (("Fatal", FATAL), ("Warned of", WARNING)):
        # the count of pairs is warned of, each of them need not be
        rows = part[
            (part["verdict"] == verdict) & ~((part["check"] == "near_duplicate") & (verdict == WARNING))
        ]
        line[column] = _in_words(rows) or NONE
        behind[column] = stand(rows, "value", "detail", "subject")
    for column, rows in numbers.items():
        rows = rows[rows["value"].notna()]  # what could not be checked has no value
        line[column] = number_text(rows["value"].iloc[0], "g") if len(rows) else NONE
        behind[column] = stand(rows, "value")
    absent = part[part["check"] == "missing_class"]
    line["Absent"] = (_untested(absent["detail"].iloc[0]) or "none") if len(absent) else NONE
    behind["Absent"] = stand(absent, "detail")
    return line, {"": stand(part[part["check"].isin(checks)], "value")} | behind


def _in_words(rows: pd.DataFrame) -> str:
    """Return what some rows of the audit say, those of one check together."""
    texts = []
    for check, same in rows.groupby("check", sort=True):
        said = []
        # the pairs may be many, and are counted by a check of their own
        shown = same[:LISTED] if check == "near_duplicate" else same
        for row in shown.to_dict("records"):
            value = "" if pd.isna(row["value"]) else f"{row['value']:.4g}"
            # a pair is called by its recordings, which are too long for a table
            subject = row["subject"] if check in SUBJECTS else ""
            told = (check in TELLING or pd.isna(row["value"])) and len(row["detail"]) <= SHORT
            detail = row["detail"] if told else ""
            said.append(" ".join(part for part in (subject, value, f"({detail})" if detail else "") if part))
        if len(same) > len(said):
            said.append("and others")
        words = WORDS.get(check, check.replace("_", " "))
        texts.append(f"{words}{':' if check in SUBJECTS else ''} {', '.join(said)}".rstrip())
    return "; ".join(texts)


def _untested(detail: str) -> str:
    """Return the emotions without test utterances, from the detail of the audit's check."""
    return ", ".join(emotion for emotion, count in counts_in(detail).items() if not count)
