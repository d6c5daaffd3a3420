"""The table of corpora."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from sarangi.base import store
from sarangi.base.evidence import Evidence, reference
from sarangi.base.labels import Labels
from sarangi.base.typed_texts import NONE
from sarangi.paper.tables.columns import CORPUS, Column, numeric
from sarangi.paper.tables.not_here import not_here
from sarangi.paper.tables.table import Table
from sarangi.paper.tables.writing import write_table
from sarangi.paper.texts import number_text


def corpora_table(
    manifests: Sequence[Path],
    levels: Sequence[Path],
    corpora: dict[str, dict],
    unavailable: dict[str, str],
    labels: Labels,
    output: dict[str, Path],
) -> None:
    """Write what is in hand of each corpus, and how to get what is not.

    Parameters
    ----------
    manifests
        Manifest of each corpus in hand.
    levels
        Levels of those with recordings; their status counts, since it covers decoding.
    corpora
        Access, licence and citation of each.
    unavailable
        Corpora that are not in hand, with what to do.
    labels
        Titles, and which corpora are synthetic.
    output
        Files to write by suffix: ``tex``, ``md``, ``csv``, ``json``.
    """
    lines: dict[str, dict[str, Any]] = {}
    evidence: dict[str, Evidence] = {}
    words_alone = []
    decoded = [store.read(shard, ["utterance_id", "status"]).set_index("utterance_id") for shard in levels]
    ends = pd.concat(decoded)["status"] if decoded else pd.Series(dtype=str)
    for path in manifests:
        manifest = store.read(path)
        corpus = manifest["corpus"].iloc[0]
        status = manifest["utterance_id"].map(ends).fillna(manifest["status"])
        usable = manifest[manifest["status"] == store.OK]
        if usable["no_sound"].notna().all():
            words_alone.append(corpus)
        counted = [path, *(shard for shard in levels if Path(shard).parts[-3] == corpus)]
        evidence[corpus] = {"": [reference(file) for file in counted]}
        lines[corpus] = {
            "Corpus": labels.corpus(corpus),
            "Language": ", ".join(sorted(usable["language"].dropna().unique())) or NONE,
            "Utterances": len(manifest),
            "ok": int((status == store.OK).sum()),
            "Skipped": int((status == store.SKIPPED).sum()),
            "Failed": int((status == store.FAILED).sum()),
            "Speakers": usable["speaker"].nunique(),
            "Groups": usable["group"].nunique(),
            "Emotions": usable["emotion"].nunique(),
            "Hours": number_text(hours, ".2f") if (hours := usable["duration_s"].sum() / 3600) else NONE,
        }
    for corpus, line in lines.items():
        line |= {name.capitalize(): value for name, value in corpora[corpus].items()}
    waits = not_here(labels.corpora[corpus] for corpus in unavailable)
    waits += [f"{labels.corpus(corpus)} has words alone here, and no recordings." for corpus in words_alone]
    rows = [lines[corpus] for corpus in sorted(lines)]
    # without a corpus the table has its columns all the same
    columns = [column for column in COLUMNS if not rows or any(column.name in row for row in rows)]
    behind = [evidence.get(corpus, {}) for corpus in sorted(lines)]
    write_table(Table("corpora", "Corpora.", columns, rows, behind, waits), labels, output)


COUNTED = [
    Column("Language", text=True),
    *numeric("Utterances", "ok", "Skipped", "Failed", "Speakers", "Groups", "Emotions", "Hours"),
]
"""What is counted of a corpus that is available."""
COLUMNS = [CORPUS, *COUNTED, *(Column(name, text=True) for name in ("Access", "Licence", "Citation"))]
