"""The rows of a table of labels, in one form for every format that such a table may have."""

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sarangi.base.errors import SarangiError
from sarangi.base.hints import nearest
from sarangi.base.table_columns import FURTHER
from sarangi.corpora.votes import Target
from sarangi.sources.tables import clean

NEEDED = ("file", "emotion")
"""Columns without which a table says nothing of emotions."""
OTHERS = (
    "speaker", "group", "session", "gender", "age", "language", "text", "part", "start", "end",
)  # fmt: skip
"""Further columns with a meaning of their own; ``start`` and ``end`` are seconds."""
COLUMNS = (*NEEDED, *OTHERS)
"""The canonical columns."""


class LabelRow(NamedTuple):
    """What a table says of one recording, or of a segment of one.

    Parameters
    ----------
    where
        Place of the row, as in ``labels.csv:3``: the table's name, not its path.
    cells
        By canonical column (:data:`COLUMNS`), and by :func:`further_name` for any other one: the text
        without blanks around, None or empty where the table says nothing.  ``file`` is a path below the
        folder of audio.
    problem
        Why nobody can say what the row means; None where that is clear.  The utterance then fails.
    target
        What the emotion is by votes of annotators, in place of the row's own label; None where that counts.
    """

    where: str
    cells: Mapping[str, str | None]
    problem: str | None = None
    target: Target | None = None


def further_name(column: str) -> str:
    """Return the name that a further column of a table has in the manifest.

    Examples
    --------
    >>> further_name("Micro phone")
    'table_micro_phone'
    """
    composed = unicodedata.normalize("NFC", clean(column).lower())
    kept = (letter if unicodedata.category(letter)[0] in "LMN" else " " for letter in composed)
    return FURTHER + "_".join("".join(kept).split())


def places_of(
    where: str,
    header: Sequence[str],
    columns: Mapping[str, str | None] | None,
    needed: Sequence[str] = NEEDED,
) -> dict[str, int]:
    """Return where each column of a table is, by its name in :attr:`LabelRow.cells`.

    Names are compared without case and blanks around.  A column without a name, such as the index that pandas
    writes, is none.

    Parameters
    ----------
    where
        Of the header, for messages.
    header
        The names of the columns, in their order.
    columns
        By canonical column, what the table calls it, as the configuration says; None if it has none.  Those
        that it leaves out are the columns of just that name.  None for a table that nobody has described yet:
        its columns keep their own names.
    needed
        Canonical columns without which the table cannot be used.

    Raises
    ------
    SarangiError
        If a column is missing, with the nearest name, or is there twice.
    """
    plain = [clean(name).casefold() for name in header]
    shown = ", ".join(clean(name) for name in header if clean(name)) or "none"
    places: dict[str, int] = {}
    if columns is None:
        twice = sorted(
            {clean(name) for name in header if clean(name) and plain.count(clean(name).casefold()) > 1}
        )
        if twice:
            raise SarangiError(
                f"{where}: several columns are called {', '.join(twice)}. Rename all but one of each"
            )
        return {clean(name): at for at, name in enumerate(header) if clean(name)}
    for canonical in COLUMNS:
        stated = columns.get(canonical, canonical)
        wanted = clean(stated).casefold() if stated is not None else None
        times = plain.count(wanted) if wanted else 0
        if times > 1:
            raise SarangiError(
                f"{where}: column {stated!r} is there {times} times; found {shown}. Rename all but one"
            )
        if times == 1 and wanted is not None:
            places[canonical] = plain.index(wanted)
        elif stated is not None and (canonical in columns or canonical in needed):
            hint = nearest(str(stated), [clean(name) for name in header if clean(name)])
            raise SarangiError(
                f"{where}: no column {stated!r} for {canonical}; {hint} Found {shown}. State under `columns` "
                f"what the table calls it, as in columns: {{{canonical}: <column>}}"
            )
    taken = set(places.values())
    rest = {at: further_name(name) for at, name in enumerate(header) if at not in taken and clean(name)}
    alike = Counter(rest.values())
    for at, name in rest.items():
        if alike[name] > 1:
            pair = " and ".join(repr(clean(header[k])) for k, other in rest.items() if other == name)
            raise SarangiError(f"{where}: the columns {pair} have one name, {name}; rename all but one")
        if name != FURTHER:
            places[name] = at
    return places


def row_of(where: str, places: Mapping[str, int], values: Sequence[str | None]) -> LabelRow:
    """Return a row of a table by the places of its columns.

    Parameters
    ----------
    where, places
        Of the row, and of :func:`places_of`.
    values
        In the order of the header; columns that the row ends before are empty.
    """
    return LabelRow(
        where, {name: clean(values[at] or "") if at < len(values) else "" for name, at in places.items()}
    )
