"""What a result needs and does not have: a value of a type, and the only place that puts it into words."""

from typing import NamedTuple

CORPUS, RECORDINGS, FOLDS, WEIGHTS, TRANSCRIPTS, EXPERIMENT, TRANSFER, OTHER = KINDS = (
    "corpus", "recordings", "folds", "weights", "transcripts", "experiment", "transfer", "other",
)  # fmt: skip
NOT_CONFIGURED = "it is not in the configuration"
NO_SUCH = "an experiment that this configuration does not have"
PREPOSITIONS = {RECORDINGS: "of ", FOLDS: "of ", WEIGHTS: "of ", TRANSCRIPTS: "by ", TRANSFER: "of "}


class Missing(NamedTuple):
    """One thing that is missing: ``kind`` is one of :data:`KINDS`, ``advice`` says what a person can do.

    ``name`` is the thing's own name; of the kind :data:`OTHER` it says in few words what is missing.
    ``title`` is what a paper calls it; empty where it has none.

    A named tuple, since it is a parameter of rules: Snakemake sees a change in tuples, and none in
    dataclasses.
    """

    kind: str
    name: str
    advice: str = ""
    title: str = ""

    @property
    def what(self) -> str:
        """What is missing, in few words and by its own name, as messages say it."""
        return self._called(self.name)

    @property
    def in_words(self) -> str:
        """What is missing, in few words and by its title, as a paper prints it."""
        if not self.configured and self.kind in (EXPERIMENT, TRANSFER):
            return NO_SUCH
        return self._called(self.title or self.name)

    @property
    def explained(self) -> str:
        """What is missing by its title, and what a person can do."""
        return f"{self.in_words}: {self.advice}" if self.advice else self.in_words

    def _called(self, name: str) -> str:
        return name if self.kind == OTHER else f"{self.kind} {PREPOSITIONS.get(self.kind, '')}{name}"

    @property
    def configured(self) -> bool:
        """Whether the configuration has it, so that it is only not available."""
        return self.advice != NOT_CONFIGURED

    def __str__(self) -> str:
        return f"{self.what}: {self.advice}" if self.advice else self.what
