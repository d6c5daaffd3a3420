"""The table of differences between models."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from sarangi.paper.mark_notes import letters, meanings
from sarangi.paper.tables.reported_differences import behind_difference, reported_differences
from sarangi.paper.tables.titles import place_in_order, title
from sarangi.paper.tables.writing import write_table
from sarangi.paper.texts import interval_text


def differences_table(
    differences: Sequence[Path],
    titles: dict[str, dict[str, str]],
    synthetic: Sequence[str],
    output: dict[str, Path],
) -> None:
    """Write how models differ in UAR on the same test utterances, with interval and tests.

    Parameters
    ----------
    differences
        Of each corpus and protocol; none where no two models can be compared.
    titles, synthetic, output
        As in :func:`scores_table`.
    """
    main = reported_differences(differences)
    lines, marks = [], []
    for _, row in main.iterrows():
        held = [mark for mark in row["mark"].split("; ") if mark]
        marks += held
        line = {
            "Corpus": title(row["corpus"], synthetic),
            "Protocol": titles["protocols"][row["protocol"]],
            "Model": titles["models"][row["first"]],
            "Against": titles["models"][row["second"]],
            "Difference": f"{row['value']:+.3f}",
            "Interval": interval_text(row["low"], row["high"]),
            "p": f"{row['p']:.4f}",
            "Smallest p": f"{row['p_smallest']:.4f}",
            "Holm": f"{row['holm']:.4f}",
            "McNemar": f"{row['clips']:.4f}",
            "n": row["n"],
            "Groups": row["groups"],
            "Marks": letters(held),
        }
        place = [list(titles["models"]).index(row[name]) for name in ("first", "second")]
        order = (*place_in_order(titles, row["corpus"], row["protocol"], row["first"]), *place)
        lines.append((order, line, behind_difference(row)))
    caption = (
        "Differences in UAR on the same test utterances, with the interval over groups; p swaps the "
        "answers of whole groups between the two models and cannot be under the smallest p; Holm corrects "
        "it for all rows of this table. McNemar's test of the accuracy takes clips for independent, so its "
        "p is too small."
    )
    notes = meanings(marks) if lines else ["No two models can be compared with what is in hand."]
    lines.sort(key=lambda entry: entry[0])
    frame = pd.DataFrame([line for _, line, _ in lines], columns=DIFFERENCE_COLUMNS)
    write_table(frame, [known for *_, known in lines], caption, "differences", notes, synthetic, output)


DIFFERENCE_COLUMNS = [
    "Corpus", "Protocol", "Model", "Against", "Difference", "Interval", "p", "Smallest p", "Holm",
    "McNemar", "n", "Groups", "Marks",
]  # fmt: skip
