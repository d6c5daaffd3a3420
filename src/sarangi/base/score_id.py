"""The name of a score: an experiment on its own corpus, or on another one."""

from typing import NamedTuple


def experiment_name(corpus: str, protocol: str, model: str) -> str:
    """Return the name of an experiment, as in file names, tables and claims."""
    return f"{corpus}_{protocol}_{model}"


class ScoreId(NamedTuple):
    """An experiment, and the other corpus that it is tested on; None for its own.

    The names of files and claims are made here and looked up in the study's index; they are never split.
    """

    experiment: str
    test: str | None = None

    @property
    def name(self) -> str:
        """Name of the score, as in file names, tables and claims."""
        return self.experiment if self.test is None else f"{self.experiment}_to_{self.test}"
