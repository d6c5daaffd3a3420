"""Sentences about a study that its paper and its report print, each in its own markup."""

from collections.abc import Sequence
from typing import NamedTuple


class Sentence(NamedTuple):
    """A sentence as plain text without its full stop, and the keys of ``paper/references.bib`` that it cites.

    Named tuples, since they are parameters of rules: Snakemake sees a change in tuples, and none in
    dataclasses.
    """

    text: str
    cites: Sequence[str] = ()


class Paragraph(NamedTuple):
    """Sentences under a heading."""

    heading: str
    sentences: Sequence[Sentence]
