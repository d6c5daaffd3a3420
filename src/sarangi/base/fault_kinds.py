"""What may be said against a published claim: four kinds, and where the study itself says so."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

ARITHMETIC, LABEL, NOT_INTERPRETABLE, IMPRECISE = "arithmetic", "label", "not interpretable", "imprecise"

MEANS = {
    ARITHMETIC: "the printed number does not follow from the printed or published parts by the stated method",
    LABEL: "the number is right and carries the wrong name or word",
    NOT_INTERPRETABLE: "computed as stated, and cannot mean what the text says",
    IMPRECISE: "right, and the conclusion needs more certainty than the data give",
}
"""What each kind means; no text on a claim may use a word stronger than that of its kind."""

BESIDE, ELSEWHERE, NOWHERE, UNKNOWN = "beside the claim", "elsewhere", "nowhere", "not looked up"

PLACES = (BESIDE, ELSEWHERE, NOWHERE, UNKNOWN)
"""Where a study discloses a point; what it discloses beside the claim is no fault."""

BETWEEN, WHERE = "; ", ": "


class Disclosure(NamedTuple):
    """Where a study says the same of itself: a place of :data:`PLACES`, and ``where`` if it is elsewhere."""

    place: str
    where: str = ""

    def __str__(self) -> str:
        return f"{self.place}{WHERE}{self.where}" if self.where else self.place


class Fault(NamedTuple):
    """What is said against a claim: a kind of :data:`MEANS`, and why in words."""

    kind: str
    why: str


def disclosure_in(text: str) -> Disclosure:
    """Return the disclosure that a text holds.

    Examples
    --------
    >>> disclosure_in("elsewhere: the caption of the summary table").where
    'the caption of the summary table'
    """
    place, _, where = text.partition(WHERE)
    return Disclosure(place, where)


def kinds_text(kinds: Iterable[str]) -> str | None:
    """Return distinct kinds as the text of a column ``fault``, in the order of :data:`MEANS`."""
    distinct = set(kinds)
    return BETWEEN.join(kind for kind in MEANS if kind in distinct) or None


def kinds_in(text: str | None) -> list[str]:
    """Return the kinds of a column ``fault``; none for an empty text."""
    return text.split(BETWEEN) if text else []


def disclosures_text(disclosures: Sequence[Disclosure]) -> str | None:
    """Return distinct disclosures as the text of a column ``disclosed``."""
    return BETWEEN.join(dict.fromkeys(map(str, disclosures))) or None
