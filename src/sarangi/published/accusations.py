"""What is said against a claim, and where the study says so itself: rules and entries of the errata."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sarangi.base.fault_kinds import (
    BESIDE,
    BETWEEN,
    ELSEWHERE,
    UNKNOWN,
    Disclosure,
    Fault,
    disclosures_text,
    kinds_text,
)
from sarangi.published.expressions import Records
from sarangi.published.faults import faults

PARTS = ("entries", "disclosed", "corpora", "limitations")
"""The lists of a file of errata; only what is in the first is said against the study."""


class Point(NamedTuple):
    """An entry of the errata that is about claims, or a point that the study says itself.

    Parameters
    ----------
    kind
        Of :data:`sarangi.base.fault_kinds.MEANS`.
    statement
        In words.
    place, where
        Of its :class:`~sarangi.base.fault_kinds.Disclosure`.
    against
        Whether it is said against the study; not, if it is among what the study says itself.
    """

    kind: str
    statement: str
    place: str
    where: str
    against: bool


def disclosure_of(point: Mapping[str, Any]) -> Disclosure:
    """Return where the study discloses an entry of the errata, or a point that it says itself."""
    said = point["where"] if "where" in point else point["disclosed"]
    if isinstance(said, str):
        return Disclosure(said)
    ((how, where),) = said.items()
    return Disclosure({"beside": BESIDE, "elsewhere": ELSEWHERE}[how], where)


def points_by_claim(
    errata: Mapping[str, Sequence[Mapping[str, Any]]], claims: Iterable[str]
) -> dict[str, list[Point]]:
    """Return by claim the points of a file of errata that are about it, of the claims given."""
    found: dict[str, list[Point]] = {}
    wanted = set(claims)
    for part in PARTS[:2]:
        for point in errata.get(part, ()):
            place = disclosure_of(point)
            known = Point(point["kind"], point["statement"], place.place, place.where, part == PARTS[0])
            for name in point.get("claims", ()):
                if name in wanted:
                    found.setdefault(name, []).append(known)
    return found


def counts(errata: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, int]:
    """Return how many entries of the errata are of each kind: a point counts once, however many claims."""
    kinds = [point["kind"] for point in errata.get(PARTS[0], ())]
    return {kind: kinds.count(kind) for kind in dict.fromkeys(kinds)}


def said_against(name: str, claims: Records, points: Mapping[str, Sequence[Point]]) -> dict[str, str | None]:
    """Return the columns of a finding that hold what is said against a claim, whatever its verdict.

    What a rule finds is disclosed where the entry of the claim and kind says; it is *not looked up* if no
    entry names it.  What the study says itself is in a column of its own, and is not said against it.

    Parameters
    ----------
    name
        Of the claim.
    claims
        Records by name.
    points
        From :func:`points_by_claim`.
    """
    own = points.get(name, ())
    by_kind = {point.kind: point for point in own}
    against: list[tuple[Fault, Disclosure]] = []
    itself: list[tuple[str, Disclosure]] = []
    by_rule = faults(name, claims)
    for fault in by_rule:
        point = by_kind.get(fault.kind)
        if point is None:
            against.append((fault, Disclosure(UNKNOWN)))
        elif point.against:
            against.append((fault, Disclosure(point.place, point.where)))
    ruled = {fault.kind for fault in by_rule}
    for point in own:
        disclosure = Disclosure(point.place, point.where)
        if not point.against:
            itself.append((point.statement, disclosure))
        elif point.kind not in ruled:
            against.append((Fault(point.kind, point.statement), disclosure))
    return {
        "fault": kinds_text(fault.kind for fault, _ in against),
        "fault_why": BETWEEN.join(fault.why for fault, _ in against) or None,
        "disclosed": disclosures_text([where for _, where in against] or [where for _, where in itself]),
        "says_itself": BETWEEN.join(text for text, _ in itself) or None,
    }
