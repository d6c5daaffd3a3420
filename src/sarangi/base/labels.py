"""What tables and figures call corpora, protocols, models and weights."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sarangi.base.typed_texts import TitleText


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

    def corpus(self, name: str) -> TitleText:
        """Return the title of a corpus, marked if the demo's generator made it."""
        return TitleText(self.corpora[name] + (" (synthetic)" if name in self.synthetic else ""), name)

    def protocol(self, name: str) -> TitleText:
        """Return the title of a protocol."""
        return TitleText(self.protocols[name], name)

    def model(self, name: str) -> TitleText:
        """Return the title of a model."""
        return TitleText(self.models[name], name)

    def order(self, corpus: str, protocol: str, model: str) -> tuple[str, int, int]:
        """Return what sorts rows by corpus, then in the order of the configuration."""
        return corpus, list(self.protocols).index(protocol), list(self.models).index(model)
