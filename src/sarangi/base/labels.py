"""What tables and figures call corpora, protocols, models and weights."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple


class Labels(NamedTuple):
    """Titles by name, each kind in the order of the configuration, and the corpora of synthetic speech.

    A named tuple, since it is a parameter of rules: Snakemake sees a change in tuples, and none in
    dataclasses.
    """

    corpora: Mapping[str, str]
    protocols: Mapping[str, str]
    models: Mapping[str, str]
    encoders: Mapping[str, str]
    asr: Mapping[str, str]
    synthetic: Sequence[str]
    emotions: Sequence[str] = ()
    """The configuration's order of emotions, for :func:`sarangi.base.emotions.ordered`."""

    def corpus(self, name: str) -> str:
        """Return the title of a corpus, marked if the demo's generator made it."""
        return self.corpora[name] + (" (synthetic)" if name in self.synthetic else "")

    def order(self, corpus: str, protocol: str, model: str) -> tuple[str, int, int]:
        """Return what sorts rows by corpus, then in the order of the configuration."""
        return corpus, list(self.protocols).index(protocol), list(self.models).index(model)
