"""Verdicts on published claims, and how the rows of findings hold them."""

from typing import NamedTuple

REPRODUCED, DIFFERS = "reproduced", "differs"

SHIFTED, UNDECIDED = "shifted", "undecided"

HOLDS, FAILS = "holds", "fails"
"""Of statements: a direction, a best, an order, an absence; :data:`UNDECIDED` if neither."""

UNTESTABLE = "cannot be tested"

KINDS = (REPRODUCED, DIFFERS, UNTESTABLE)

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
    """A verdict of one of :data:`KINDS`; of what is untestable, ``reason`` says in short what is missing.

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
