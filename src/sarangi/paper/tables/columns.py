"""A column of a table, and those that mean the same in several tables."""

from dataclasses import dataclass

from sarangi.base.typed_texts import NONE


@dataclass(frozen=True)
class Column:
    """How a column is set.

    Attributes
    ----------
    name
        Above the column.
    text
        Whether its cells are text, and begin at the left.
    wraps
        Share of the text's width in which the cells are broken into lines; they are text, then.
    blank
        What a blank cell means, in print.
    unit
        Of its numbers; the CSV has it in the header.
    """

    name: str
    text: bool = False
    wraps: float | None = None
    blank: str = NONE
    unit: str = ""

    @property
    def left(self) -> bool:
        """Whether cells begin at the left."""
        return self.text or self.wraps is not None


def numeric(*names: str) -> list[Column]:
    """Return columns of numbers."""
    return [Column(name) for name in names]


POINTS = "percentage points"
"""Unit of a difference of scores times 100."""
CORPUS, PROTOCOL, MODEL = (Column(name, text=True) for name in ("Corpus", "Protocol", "Model"))
FEATURES = Column("Features", text=True)
INTERVAL = Column("Interval")
CORRECTED = Column("Corrected p")
MARKS = Column("Marks", text=True, blank="none")
