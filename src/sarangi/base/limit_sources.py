"""What the limits of a table's scores are computed from: a parameter of rules."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple


class LimitSources(NamedTuple):
    """The files and entries that say what some scores do not show.

    A named tuple, since Snakemake sees a change in tuples, and none in dataclasses.

    Attributes
    ----------
    manifests
        Of each corpus that is trained or tested on, by its name.
    audits
        By corpus and protocol the audit of the protocol.
    reading
        Text models.
    seedless
        The classifier's title of each model that is trained and draws nothing at random, by its name.
    """

    manifests: Mapping[str, str]
    audits: Mapping[str, Mapping[str, str]]
    reading: Sequence[str]
    seedless: Mapping[str, str]

    @property
    def files(self) -> list[str]:
        """The files that limits are computed from."""
        audits = (path for protocols in self.audits.values() for path in protocols.values())
        return [*self.manifests.values(), *audits]
