"""Verdicts on published claims, and how the rows of findings hold them."""

from typing import NamedTuple

RECOMPUTED, NOT_RECOMPUTED = "recomputed", "not recomputed"
"""Of what is deterministic, on the same data and folds: no test is made, and nothing is reproduced."""

REPRODUCED, SHIFTED, DIFFERS = "reproduced", "shifted", "differs"
"""Of a size: equal within a margin; unlike what another run would give; unequal by more than the margin."""

HOLDS, FAILS = "holds", "fails"
"""Of statements: a direction, a best, an order, an absence, a count of runs."""

UNDECIDED, UNTESTABLE = "undecided", "cannot be tested"

LISTED = "listed"
"""Of a further number of an experiment whose headline is judged: ours is shown beside it, and not counted."""

KINDS = (
    RECOMPUTED, NOT_RECOMPUTED, REPRODUCED, SHIFTED, DIFFERS, HOLDS, FAILS, UNDECIDED, UNTESTABLE, LISTED,
)  # fmt: skip

AGREE, DISAGREE = (RECOMPUTED, REPRODUCED, HOLDS), (NOT_RECOMPUTED, DIFFERS, FAILS)
"""The kinds that bear a claim out, and those that do not."""

BESIDE = "UAR of "
"""How the rows of further experiments are named, of which nothing was published."""

BETWEEN = ": "


def claim_of_further(experiment: str) -> str:
    """Return the name of the row of a further experiment."""
    return f"{BESIDE}{experiment}"


def is_further(claim: str) -> bool:
    """Whether a row of a finding is of a further experiment, and not of a claim."""
    return claim.startswith(BESIDE)


class Verdict(NamedTuple):
    """A verdict of one of :data:`KINDS`, and in short by how much, what would decide, or what is missing.

    Its text is what a column ``verdict`` holds; :func:`verdict_in` reads it.
    """

    kind: str
    reason: str = ""

    def __str__(self) -> str:
        return f"{self.kind}{BETWEEN}{self.reason}" if self.reason else self.kind


def verdict_in(text: str) -> Verdict:
    """Return the verdict that a column ``verdict`` holds.

    Examples
    --------
    >>> verdict_in("cannot be tested: weights of xlsr").reason
    'weights of xlsr'
    """
    kind, _, reason = text.partition(BETWEEN)
    return Verdict(kind, reason)
