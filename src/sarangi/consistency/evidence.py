"""What was printed, as the checks use it: confusion matrices, and the scores of systems."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sarangi.consistency.finding import Finding
from sarangi.consistency.numbers import Number
from sarangi.statistics.confusions import Integers


@dataclass(frozen=True, kw_only=True)
class Matrix:
    """A confusion matrix.

    Parameters
    ----------
    where
        File and keys, as the place of a finding.
    keys
        What tells it from the other matrices of a file, by column.
    classes
        Names of the K classes, those without a test clip too.
    counts : integer array of shape (K, K)
        True by predicted class.
    parts
        The matrices that it is the sum of.
    """

    where: str
    classes: tuple[str, ...]
    counts: Integers
    keys: Mapping[str, str] = field(default_factory=dict)
    parts: Sequence["Matrix"] = ()

    @property
    def title(self) -> str:
        """Return what it is called behind a sentence, in brackets; nothing where it is the only one."""
        named = [f"{name} {value}" for name, value in self.keys.items() if value]
        named += [f"{len(self.parts)} matrices pooled"] if self.parts else []
        return f" ({', '.join(named)})" if named else ""

    @property
    def supports(self) -> dict[str, int]:
        """Return the test clips of each class."""
        return {name: int(count) for name, count in zip(self.classes, self.counts.sum(1), strict=True)}


@dataclass(frozen=True, kw_only=True)
class Scores:
    """The printed scores of a system on a test: a row of a table.

    Parameters
    ----------
    where
        File and line.
    labels
        The cells that are not numbers, by column.
    numbers
        By metric (``uar``, ``wf1``, ``uf1``, ``accuracy``, ``recall_<class>``, ``f1_<class>`` …).
    intervals
        The printed ends, by metric.
    supports
        Test clips of each class; empty where they are not printed.
    n, classes, groups, repeats
        Test clips, classes, groups (speakers) and seeds or folds; None where not printed.
    chance
        The printed chance level.
    columns
        Every number of the row, by heading.
    """

    where: str
    labels: Mapping[str, str] = field(default_factory=dict)
    numbers: Mapping[str, Number] = field(default_factory=dict)
    intervals: Mapping[str, tuple[Number, Number]] = field(default_factory=dict)
    supports: Mapping[str, int] = field(default_factory=dict)
    n: int | None = None
    classes: int | None = None
    groups: int | None = None
    repeats: int | None = None
    chance: Number | None = None
    columns: Mapping[str, Number] = field(default_factory=dict)

    def of_class(self, score: str) -> dict[str, Number]:
        """Return the printed scores of single classes, such as ``recall``, by class."""
        start = f"{score}_"
        return {name.removeprefix(start): n for name, n in self.numbers.items() if name.startswith(start)}


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows of one table, and what its reading already found."""

    name: str
    rows: Sequence[Scores] = ()
    matrices: Sequence[Matrix] = ()
    findings: Sequence[Finding] = ()
