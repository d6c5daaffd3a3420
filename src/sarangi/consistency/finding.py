"""What a check of printed numbers finds."""

from typing import NamedTuple

IMPOSSIBLE, WARNING, NOTE = "impossible", "warning", "note"

MEANING = {
    IMPOSSIBLE: "no data give this number, or not with the numbers next to it",
    WARNING: "the number can be right, but it has another name or shows less than it seems to",
    NOTE: "worth knowing when you read the number",
}
"""Every severity, the worst first, and what it means."""

FACT = "fact"
"""The kind of what is no fault."""


class Finding(NamedTuple):
    """One thing that a check found.

    Parameters
    ----------
    severity
        One of :data:`MEANING`.
    kind
        Of fault, one of :data:`sarangi.base.fault_kinds.MEANS`; :data:`FACT` where nothing is wrong.
    check
        The module of this package that found it.
    where
        File, line and column, or the matrix.
    text
        A sentence with the numbers.
    source
        Where the formula is published; empty where it is plain arithmetic.
    """

    severity: str
    kind: str
    check: str
    where: str
    text: str
    source: str = ""


def in_order(findings: list[Finding]) -> list[Finding]:
    """Return findings once each, the worst first, otherwise in the order found."""
    severities = list(MEANING)
    return sorted(dict.fromkeys(findings), key=lambda finding: severities.index(finding.severity))
