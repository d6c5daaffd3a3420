"""The table of English corpora side by side: what the published study printed, and ours."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sarangi.base.labels import Labels
from sarangi.base.limit_sources import LimitSources
from sarangi.base.typed_texts import NONE
from sarangi.paper.tables.columns import Column
from sarangi.paper.tables.published import (
    OURS,
    Ours,
    Printed,
    Scores,
    measured_number,
    printed_number,
    write_compared,
)
from sarangi.paper.tables.table import Table

METRIC = "wf1"


def english_table(
    printed: Mapping[str, Printed],
    ours: Mapping[str, Sequence[Ours]],
    sources: LimitSources,
    labels: Labels,
    output: dict[str, Path],
) -> None:
    """Write the WF1 of each model on every English corpus, published and ours, a line a model.

    Ours are under one protocol a corpus: of those that share no groups between training and test the one
    with the most scores, where there is one.

    Parameters
    ----------
    printed
        Published experiments by corpus; those on splits that share groups are left to the corpus's own table.
    ours
        Experiments of ours by corpus, those that replay a published one among them.
    sources, labels, output
        As in :func:`sarangi.paper.tables.ravdess.ravdess_table`.
    """
    scores = Scores()
    chosen = {corpus: _chosen(entries) for corpus, entries in ours.items()}
    known = {corpus: {e["name"]: e for e in entries} for corpus, entries in ours.items()}
    cells: dict[str, dict[str, Mapping[str, Any]]] = {}
    for corpus, said in printed.items():
        for each in said.values():
            if not each["leaks"]:
                sides = cells.setdefault(each["model"], {})
                sides[_published(corpus, labels)] = each
                sides[_ours(corpus, labels)] = known[corpus][each["ours"]]
    for corpus, entries in chosen.items():
        for entry in entries:
            cells.setdefault(entry["model"], {}).setdefault(_ours(corpus, labels), entry)
    columns = [Column("Model", wraps=0.25)]
    for corpus in ours:
        columns += [Column(_published(corpus, labels))] if corpus in printed else []
        columns.append(Column(_ours(corpus, labels), wraps=0.16))
    lines, evidence = [], []
    for model, found in cells.items():
        # what was published is shown next to the others, whether ours has it or not
        line: dict[str, Any] = {"Model": model, OURS: True}
        behind: dict[str, list[dict[str, Any]]] = {}
        for column in columns[1:]:
            each = found.get(column.name)
            if column.left:
                there = each is not None and scores.row(each, METRIC) is not None
                text, where = measured_number(scores, each, METRIC) if there else (NONE, [])
            else:
                text, where = printed_number(each, METRIC) if each else (NONE, [])
            line[column.name], behind[column.name] = text, where
        lines.append(line)
        evidence.append({"": [one for each in behind.values() for one in each]} | behind)
    protocols = [
        f"{labels.corpora[corpus]}: {entries[0]['protocol']}" for corpus, entries in chosen.items() if entries
    ]
    caption = (
        "English corpora side by side: WF1 as the published study printed it, on speakers held out or the "
        "publisher's parts, and ours with its interval over groups"
        + (f" ({'; '.join(protocols)}). " if protocols else ". ")
        + "A number of ours is of the published test part only where its protocol is the published one."
    )
    write_compared(Table("english", caption, columns, lines, evidence), scores, sources, labels, output)


def _published(corpus: str, labels: Labels) -> str:
    return f"{labels.corpora[corpus]}, published"


def _ours(corpus: str, labels: Labels) -> str:
    return f"{labels.corpora[corpus]}, ours"


def _chosen(ours: Sequence[Ours]) -> list[Ours]:
    """Return the scored experiments of one protocol, as :func:`english_table` says."""
    scored = [entry for entry in ours if entry["scores"]]
    counts = Counter(entry["protocol"] for entry in scored)
    order = {protocol: place for place, protocol in enumerate(counts)}
    ranked = sorted(scored, key=lambda e: (e["leaks"], -counts[e["protocol"]], order[e["protocol"]]))
    return [entry for entry in scored if entry["protocol"] == ranked[0]["protocol"]]
