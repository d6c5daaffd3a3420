"""What a benchmark is made of: parameters of its rules.

Named tuples, as in :mod:`sarangi.base.scored`: Snakemake sees a change in them.  Files are text.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sarangi.base.bootstrap import BootstrapSettings


class Baseline(NamedTuple):
    """A model of the study that a task is published with.

    Parameters
    ----------
    model, title
        Its name, and what people call it.
    experiment
        Name of its scores.
    baseline
        Whether it is not an audio model.
    untrained
        Whether the weights of an encoder are random.
    predictions
        Of every fold and seed; empty where there can be none.
    scores
        File of them, or None.
    missing
        Why there can be none; empty otherwise.
    """

    model: str
    title: str
    experiment: str
    baseline: bool
    untrained: bool
    predictions: Sequence[str]
    scores: str | None
    missing: str


class BenchmarkTask(NamedTuple):
    """A corpus under a protocol, or what is trained so, tested on another corpus as a whole.

    Parameters
    ----------
    name
        ``<corpus>_<protocol>``, and ``<corpus>_<protocol>_to_<test>`` of a transfer.
    corpus, protocol
        Names.
    test
        The other corpus, or None.
    title
        Of the protocol.
    mean_of_folds
        Whether the protocol is reported by the mean over its folds.
    leaks
        Whether the protocol tests groups of its training on purpose.
    manifest, protocol_file
        Of the corpus.
    tested_manifest
        Of the corpus that is tested on.
    audits
        Of the corpora and of the protocol, the protocol's last.
    baselines
        Models that the task is published with.
    missing
        Why it is not available here; empty otherwise, and files are read only then.
    hidden
        Whether the labels of what is tested are withheld.
    """

    name: str
    corpus: str
    protocol: str
    test: str | None
    title: str
    mean_of_folds: bool
    leaks: bool
    manifest: str
    protocol_file: str
    tested_manifest: str
    audits: Sequence[str]
    baselines: Sequence[Baseline]
    missing: str
    hidden: bool = False

    @property
    def tested(self) -> str:
        """The corpus that is tested on."""
        return self.corpus if self.test is None else self.test

    @property
    def files(self) -> list[str]:
        """The files that the task is made from; none of one that is not available."""
        if self.missing:
            return []
        predictions = [path for each in self.baselines for path in each.predictions]
        scores = [each.scores for each in self.baselines if each.scores is not None]
        files = [self.manifest, self.tested_manifest, self.protocol_file, *self.audits]
        return sorted({*files, *predictions, *scores})


class CorpusTerms(NamedTuple):
    """On what terms a corpus of a benchmark is used; ``missing`` says why it is not available here."""

    name: str
    title: str
    licence: str
    access: str
    citation: str
    source: str
    synthetic: bool
    missing: str


class Benchmarked(NamedTuple):
    """A benchmark as the configuration asks for it.

    Parameters
    ----------
    name, title, version, licence, contact
        As its entry states them.
    entries
        How many entries one team may have on a leaderboard.
    changes
        What changed since the last version.
    bootstrap
        How its scores get their intervals.
    label_map
        Emotions that count as another where a model is tested on another corpus.
    corpora
        Sorted by name.
    tasks
        In the order of the entry.
    """

    name: str
    title: str
    version: str
    licence: str
    contact: str
    entries: int
    changes: Sequence[str]
    bootstrap: BootstrapSettings
    label_map: Mapping[str, str]
    corpora: Sequence[CorpusTerms]
    tasks: Sequence[BenchmarkTask]

    @property
    def synthetic(self) -> bool:
        """Whether any of its speech is synthetic."""
        return any(corpus.synthetic for corpus in self.corpora)
