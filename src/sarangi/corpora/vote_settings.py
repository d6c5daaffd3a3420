"""How votes of annotators are read, and what target is made of them: what a configuration says of it."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

MAJORITY, PLURALITY, SOFT = "majority", "plurality", "soft"
"""Rules: more than half of the votes; the most of them; the most of those for emotions of the study."""
SKIP, FIRST = "skip", "first"
"""What is done with a tie: skipped, or the first emotion of :func:`sarangi.base.emotions.ordered`."""
LAYOUT, COUNTS, SHARES = "layout", "counts", "shares"
"""Where votes are, if not in a table of their own: in a layout's files, or columns of the labels' table."""


class TargetSettings(NamedTuple):
    """What of its votes the emotion of an utterance is.

    Parameters
    ----------
    rule, ties
        As above.
    """

    rule: str
    ties: str = SKIP


class VoteSettings(NamedTuple):
    """What a configuration says of votes; a parameter of a rule.

    Parameters
    ----------
    kind
        :data:`LAYOUT`, :data:`COUNTS` or :data:`SHARES`, or a module of :mod:`sarangi.corpora.vote_formats`.
    columns
        Of a table of votes, what it calls ``file``, ``annotator``, ``label``, ``start`` and ``end``; of
        counts and shares, the column of each label.
    emotions
        By label, the emotion that it is.
    others
        Labels of what the study does not use.
    self_reports
        Annotators who are the speakers themselves.
    dimensions
        By name, the column of a table of votes with the annotator's rating.
    target
        How the emotion of an utterance follows from its votes; None where the corpus states it.
    """

    kind: str
    columns: Mapping[str, str]
    emotions: Mapping[str, str]
    others: Sequence[str]
    self_reports: Sequence[str] = ()
    dimensions: Mapping[str, str] = {}
    target: TargetSettings | None = None
