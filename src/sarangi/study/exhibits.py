"""What the paper shows: an entry a table or figure, from which the rules of both are made (rules/)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sarangi.base import layout


@dataclass(frozen=True)
class Exhibit:
    """A table or figure: what its rule has beside what the rules of all tables or figures have.

    Attributes
    ----------
    about
        What the rule does, in a sentence.
    inputs, params
        Of the rule, by name.
    finding
        The finding of the published study that is not complete without it.
    also
        Names of further tables or figures that the same rule makes, by what its script calls them.
    environment
        The kind of environment that its script needs (envs/).
    wanted
        Whether this study has something to show in it; without, there is no such table or figure.
    """

    about: str
    inputs: Mapping[str, Any] = field(default_factory=dict)
    params: Mapping[str, Any] = field(default_factory=dict)
    finding: str | None = None
    also: Mapping[str, str] = field(default_factory=dict)
    environment: str = "analysis"
    wanted: bool = True


def wanted(exhibits: Mapping[str, Exhibit]) -> dict[str, Exhibit]:
    """Return the tables or figures in which this study has something to show."""
    return {name: exhibit for name, exhibit in exhibits.items() if exhibit.wanted}


def names(exhibits: Mapping[str, Exhibit]) -> list[str]:
    """Return the names of all tables or figures, those that another one's rule makes behind it."""
    return [each for name, exhibit in exhibits.items() for each in (name, *exhibit.also.values())]


def rules_of(exhibits: Mapping[str, Exhibit], kind: str) -> dict[str, Exhibit]:
    """Return the entries by the names of their rules: ``<name>_table`` or ``<name>_figure``."""
    return {f"{name}_{kind}": exhibit for name, exhibit in exhibits.items()}


def shown_with(finding: str, tables: Mapping[str, Exhibit], figures: Mapping[str, Exhibit]) -> list[str]:
    """Return the tables and figures that a finding is more than its claims with."""
    return [
        *(layout.table(name) for name, exhibit in tables.items() if exhibit.finding == finding),
        *(layout.figure(name) for name, exhibit in figures.items() if exhibit.finding == finding),
    ]
