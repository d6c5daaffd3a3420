"""The table of differences between models."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from sarangi.base.labels import Labels
from sarangi.base.limit_sources import LimitSources
from sarangi.base.marks import marks_in
from sarangi.paper.limit_notes import limit_notes
from sarangi.paper.limits import limits_of_scores
from sarangi.paper.mark_notes import letters, meanings
from sarangi.paper.tables.columns import CORPUS, CORRECTED, MARKS, MODEL, PROTOCOL, Column, numeric
from sarangi.paper.tables.reported_differences import LEVEL, behind_difference, reported_differences
from sarangi.paper.tables.table import Table
from sarangi.paper.tables.writing import write_table
from sarangi.paper.texts import interval_text, number_text, p_text


def differences_table(
    differences: Sequence[Path],
    sources: LimitSources,
    labels: Labels,
    output: dict[str, Path],
) -> None:
    """Write how models differ in UAR on the same test utterances, with interval and tests.

    Parameters
    ----------
    differences
        Of each corpus and protocol; none where no two models can be compared.
    sources, labels, output
        As in :func:`sarangi.paper.tables.scores.scores_table`.
    """
    main = reported_differences(differences)
    lines, marks = [], []
    for _, row in main.iterrows():
        held = marks_in(row["mark"])
        marks += held
        line = {
            "Corpus": labels.corpus(row["corpus"]),
            "Protocol": labels.protocol(row["protocol"]),
            "Model": labels.model(row["first"]),
            "Against": labels.model(row["second"]),
            "Difference": number_text(row["value"], "+.3f"),
            "Interval": interval_text(row["low"], row["high"]),
            "p": p_text(row["p"]),
            "Smallest p": p_text(row["p_smallest"]),
            CORRECTED.name: p_text(row["corrected"]),
            "Family": f"{row['testable']} of {row['family']}",
            "McNemar": p_text(row["clips"]),
            "n": row["n"],
            "Groups": row["groups"],
            "Marks": letters(held),
        }
        place = [list(labels.models).index(row[name]) for name in ("first", "second")]
        order = (*labels.order(row["corpus"], row["protocol"], row["first"]), *place)
        lines.append((order, line, behind_difference(row)))
    caption = (
        "Differences in UAR on the same test utterances, with the interval over groups; p swaps the "
        "answers of whole groups between the two models and cannot be under the smallest p. A family is the "
        f"comparisons of one corpus and protocol, of which so many could have a p under {LEVEL}. Holm's "
        "correction of a p is over its family, without comparisons whose smallest p is larger than it "
        "(Tarone 1990). McNemar's test of the accuracy takes clips for independent, so its p is too small."
    )
    notes = meanings(marks) if lines else ["No two models can be compared with what is available."]
    dropped = int((main["p_smallest"] >= LEVEL).sum())
    if dropped:
        notes.append(
            f"{dropped} of {len(main)} comparisons cannot have a p under {LEVEL}, however large the "
            "difference, since the models differ in the answers of too few groups. No p under "
            f"{LEVEL} is corrected for them."
        )
    shown = pd.concat([main.assign(model=main[side], test=main["corpus"]) for side in ("first", "second")])
    notes += limit_notes(limits_of_scores(shown, sources), labels)
    lines.sort(key=lambda entry: entry[0])
    rows, evidence = [line for _, line, _ in lines], [known for *_, known in lines]
    write_table(Table("differences", caption, COLUMNS, rows, evidence, notes), labels, output)


COLUMNS = [
    CORPUS, PROTOCOL, MODEL, Column("Against", text=True),
    *numeric("Difference", "Interval", "p", "Smallest p"), CORRECTED,
    *numeric("Family", "McNemar", "n", "Groups"), MARKS,
]  # fmt: skip
