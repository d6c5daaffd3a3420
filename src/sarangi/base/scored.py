"""What is to be scored, compared and varied: parameters of rules.

Named tuples, since Snakemake sees a change in tuples, and none in dataclasses.  Files are text, as Snakemake
has them.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sarangi.base.score_id import ScoreId


class Scored(NamedTuple):
    """An experiment to score, on its own corpus or on another one.

    Parameters
    ----------
    experiment, corpus, protocol, model
        Names, as the rows of the scores have them.
    test
        Corpus that is tested on.
    mean_of_folds
        Whether the protocol is reported by the mean over its folds.
    untrained
        Whether the weights of an encoder are random.
    predictions
        Of every fold and seed, in one file or several.
    manifest
        Of the corpus that is tested on.
    protocol_file, audit
        Of the protocol, and what is fatal about it; none for a transfer.
    slices
        Columns of the manifest by whose values the utterances are scored in parts, too.
    parts
        Of a transfer, the protocols of the tested corpus whose test parts are scored alone, too, each with
        its file.
    votes
        Of the annotators of the corpus that is tested on; None where there are none.
    """

    experiment: str
    corpus: str
    protocol: str
    model: str
    test: str
    mean_of_folds: bool
    untrained: bool
    predictions: Sequence[str]
    manifest: str
    protocol_file: str | None = None
    audit: str | None = None
    slices: Sequence[str] = ()
    parts: Sequence[tuple[str, str]] = ()
    votes: str | None = None

    @property
    def name(self) -> str:
        """Name of the scores."""
        return ScoreId(self.experiment, self.test if self.protocol_file is None else None).name

    @property
    def files(self) -> list[str]:
        """The files that the scores are computed from."""
        optional = (self.protocol_file, self.audit, self.votes)
        parts = (path for _, path in self.parts)
        return [*self.predictions, self.manifest, *(path for path in optional if path is not None), *parts]


class RatedScored(NamedTuple):
    """An experiment of a model that predicts ratings, to score on its own corpus or on another one.

    Parameters
    ----------
    scored
        As of any experiment; it has no ``slices`` and no ``parts``.
    scales
        By dimension that is predicted, the ends of the scale of the manifest.
    trained_manifest, trained_protocol
        Of the corpus that is trained on: the mean of the training part is what chance is.
    """

    scored: Scored
    scales: Mapping[str, tuple[float, float]]
    trained_manifest: str
    trained_protocol: str

    @property
    def files(self) -> list[str]:
        """The files that the scores are computed from."""
        return list(dict.fromkeys([*self.scored.files, self.trained_manifest, self.trained_protocol]))


class Compared(NamedTuple):
    """A model that is compared with others: its predictions, and what it is.

    Parameters
    ----------
    predictions
        Of every fold and seed, in one file or several.
    baseline
        Whether it is not an audio model.
    untrained
        Whether the weights of an encoder are random.
    """

    predictions: Sequence[str]
    baseline: bool
    untrained: bool


class ComparedOn(NamedTuple):
    """A corpus and protocol that models are compared on, and whether the mean over folds is reported."""

    corpus: str
    protocol: str
    mean_of_folds: bool


class PremiumSide(NamedTuple):
    """One side of a premium: an experiment with groups on both sides of the split, or without."""

    experiment: str
    predictions: Sequence[str]
    mean_of_folds: bool


class PremiumPair(NamedTuple):
    """A model on a corpus, with groups ``shared`` by training and test, and ``apart``.

    ``folds`` says what those of the shared side are: see :data:`sarangi.base.premium_rows.MATCHED_FOLDS`.
    ``protocol_file`` is that of the side that holds pseudo-speakers apart; None where known groups are.
    """

    corpus: str
    model: str
    folds: str
    shared: PremiumSide
    apart: PremiumSide
    protocol_file: str | None = None


class SplitAgain(NamedTuple):
    """A classical experiment to show under other splits.

    Parameters
    ----------
    features
        Name of its feature set.
    own_rate
        Name of the same features at the recordings' native rate, or None.
    protocol, split
        Name and entry of its protocol.
    others
        What to set keys of the entry to: ``seed`` and ``folds``.
    settings
        Of the classifier.
    mean_of_folds
        Whether the protocol is reported by the mean over its folds.
    voices
        Files that say who seems to speak, for a protocol that holds pseudo-speakers apart
        (:func:`sarangi.splits.guessed.guess_of`).
    """

    features: str
    own_rate: str | None
    protocol: str
    split: Mapping[str, Any]
    others: Mapping[str, Sequence[int]]
    settings: Mapping[str, Any]
    mean_of_folds: bool
    voices: Sequence[str] = ()
