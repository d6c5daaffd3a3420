"""A model under folds that hold guessed voices apart, beside folds that do not, and such of known groups."""

from typing import NamedTuple

from sarangi.base.missing import Missing


class MeasuredVoices(NamedTuple):
    """Pseudo-speakers of a corpus, held against its known speakers: a file of measures."""

    title: str
    corpus: str
    file: str


class GuessedFolds(NamedTuple):
    """The experiments of a model on a corpus that say what holding pseudo-speakers apart is worth.

    A named tuple, since it is a parameter of rules.

    Attributes
    ----------
    corpus, model, protocol
        Names; the protocol is the one that holds pseudo-speakers apart.
    guessed, random, known
        Names of the experiments with pseudo-speakers held apart, in random folds, and with known groups held
        apart; None where there is none.
    measures
        How far the pseudo-speakers are right; None where they cannot be made.
    missing
        What the experiment with pseudo-speakers needs and does not have.
    """

    corpus: str
    model: str
    protocol: str
    guessed: str | None
    random: str | None
    known: str | None
    measures: str | None
    missing: tuple[Missing, ...]
