"""How a table of labels is read: what a configuration says of it."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from sarangi.base.dimension_rows import Scale


class RatedColumn(NamedTuple):
    """The column of a rating, by what the table calls it, and its scale."""

    column: str
    scale: Scale


class TableSettings(NamedTuple):
    """What a configuration says of a table of labels; a parameter of a rule.

    Parameters
    ----------
    format
        Module of :mod:`sarangi.corpora.formats`.
    columns
        By canonical column, what the table calls it; None if it has none.
    emotions
        By label, the emotion that it is.
    skip
        Labels of what does not belong to the study.
    language
        BCP 47, of rows that state none; None where it is not known.
    slices
        Columns of the manifest by whose values scores are reported in parts, which there must be.
    words_alone
        Whether its rows have texts and no recordings, so that a row's file is no more than its name.
    dimensions
        By name, the column and scale of each rating that is wanted.
    """

    format: str
    columns: Mapping[str, str | None]
    emotions: Mapping[str, str]
    skip: Sequence[str]
    language: str | None
    slices: Sequence[str]
    words_alone: bool = False
    dimensions: Mapping[str, RatedColumn] = MappingProxyType({})
