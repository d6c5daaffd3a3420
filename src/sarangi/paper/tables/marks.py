"""The legend of marks: the letters of printed tables, and the words of their CSV."""

from pathlib import Path

from sarangi.base.labels import Labels
from sarangi.paper.mark_notes import MARKS, letters
from sarangi.paper.tables.columns import Column
from sarangi.paper.tables.table import Table
from sarangi.paper.tables.writing import write_table

COLUMNS = [Column("Letter", text=True), Column("Mark", text=True), Column("Meaning", wraps=0.6)]


def marks_table(labels: Labels, output: dict[str, Path]) -> None:
    """Write every mark that a score may have: its letter in print, its words in a CSV, and what it means.

    Parameters
    ----------
    labels
        Which corpora are synthetic.
    output
        Files to write by suffix: ``tex``, ``md``, ``csv``, ``html``, ``json``.
    """
    # as plain text: in this CSV the letter is meant
    lines = [
        {"Letter": str(letters([mark])), "Mark": mark, "Meaning": meaning} for mark, meaning in MARKS.items()
    ]
    caption = "Marks of scores: letters in print, words in the CSV of each table."
    write_table(Table("marks", caption, COLUMNS, lines, [{} for _ in lines]), labels, output)
