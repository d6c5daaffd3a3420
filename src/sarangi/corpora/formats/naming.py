"""What publishers call things, and rows that say all that is wrong with them."""

from collections.abc import Mapping, Sequence

from sarangi.base.parts import TEST, TRAIN, VALIDATION
from sarangi.corpora.label_rows import COLUMNS, LabelRow, further_name, row_of

PARTS = {
    "train": TRAIN, "training": TRAIN,
    "validation": VALIDATION, "valid": VALIDATION, "val": VALIDATION, "dev": VALIDATION,
    "develop": VALIDATION, "development": VALIDATION,
    "test": TEST, "testing": TEST, "eval": TEST, "evaluation": TEST,
}  # fmt: skip
"""What publishers call the parts of a split."""


def part_of(name: str) -> str:
    """Return the part that a publisher's name of one stands for; a name of another kind stays as it is."""
    return PARTS.get(name.lower(), name)


def named(column: str) -> str:
    """Return the name that a column has in the cells of a row."""
    return column if column in COLUMNS else further_name(column)


def labelled(where: str, cells: Mapping[str, str | None], problems: Sequence[str | None]) -> LabelRow:
    """Return a row of cells by their names there, with all that is wrong with it."""
    row = row_of(where, {name: at for at, name in enumerate(cells)}, list(cells.values()))
    return row._replace(problem="; ".join(filter(None, [*problems, row.problem])) or None)
