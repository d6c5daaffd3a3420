"""The registry of metrics: each is one entry, and every list of metrics in the project is a view of it.

How one is added is in CONTRIBUTING.md.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from sarangi.statistics.calibration import brier_score, calibration_error, calibration_error_if_calibrated
from sarangi.statistics.confusions import (
    Booleans,
    Floats,
    Sums,
    accuracy,
    f1s,
    mean,
    precisions,
    recalls,
    uar,
    uar_absent_as_zero,
    uar_true_or_predicted,
    uf1,
    uniform_guessing,
    wf1,
    without_errors,
)

RECALL, PRECISION, F1 = "recall", "precision", "f1"

CLIPS, CLASSES = "clips", "classes"
"""What a score weighs alike: each clip, or each class."""

Weighed = str | int
"""One of :data:`CLIPS` and :data:`CLASSES`, or the place of the only class that a score is of."""

OF_CLASS: dict[str, Callable[[Sums], Floats]] = {RECALL: recalls, PRECISION: precisions, F1: f1s}
"""The scores of single classes; ``<score>_<emotion>`` in ``results/scores`` and in claims."""


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A metric: how it is computed, what it is called, and where it is used.

    Parameters
    ----------
    name
        In ``results/scores`` and in claims.
    value
        From confusions of shape (..., K, K) to scores of shape (...); from calibrations of shape
        (..., BINS, 5) where it is ``stated``.
    label, prose
        In the heading of a table, and in a sentence.
    meaning
        What an abbreviation stands for.
    unit
        Of its values; none for a share.
    mean
        Over repeats (folds, seeds): from sums of shape (..., R, ...), and a boolean array of shape (R, K)
        that says which classes the test part of each repeat holds, to scores of shape (...).  Left out, it is
        the mean of the repeats' values.
    chance
        What guessing uniformly among K classes scores, from K.  Left out, it is computed from the confusions
        expected of guessing.
    largest
        The largest value that there can be; the smallest is 0.
    ceiling
        The best value.  Left out, it is computed from the confusions of predictions without errors, so that
        classes without a test utterance count as they do in the metric.
    constant
        Exact value of predictions that always say one class: from the number of utterances, how many are of
        that class, and the number of classes.
    stated
        Whether it is of stated probabilities, not of predicted classes.
    averages
        Which score of :data:`OF_CLASS` it is the plain mean of, over the classes that are there.
    variant_of
        The metric that it is another convention of; tables put it next to that one.
    tabled, compared
        Whether it has a column in the table of scores, and is shown beside what was published.
    locked
        Whether the lock of results holds it.
    hub
        Its name on the Hugging Face hub; with one it is on model cards.
    """

    name: str
    value: Callable[[Sums], Floats]
    label: str
    prose: str
    meaning: str = ""
    unit: str = ""
    mean: Callable[[Sums, Booleans], Floats] | None = None
    chance: Callable[[int], float] | None = None
    largest: float = 1.0
    ceiling: float | None = None
    constant: Callable[[int, int, int], Fraction] | None = None
    stated: bool = False
    averages: str | None = None
    variant_of: "Metric | None" = None
    tabled: bool = False
    compared: bool = False
    locked: bool = False
    hub: str | None = None

    @property
    def weighed(self) -> Weighed:
        """What it weighs alike."""
        of = self.variant_of or self
        return CLIPS if of.averages is None else CLASSES

    @property
    def prose_in_full(self) -> str:
        """Its name in a sentence, with what it stands for."""
        return f"{self.prose} ({self.meaning})" if self.meaning else self.prose

    @property
    def label_in_full(self) -> str:
        """Its label where it is not next to the metric that it is a variant of."""
        if self.variant_of is None:
            return self.label
        return f"{self.variant_of.label}, {self.label[0].lower()}{self.label[1:]}"

    def over_repeats(self, sums: Sums, held: Booleans) -> Floats:
        """Return the mean over repeats, of shape (...), from sums of shape (..., R, ...); see ``mean``."""
        return mean(self.value(sums)) if self.mean is None else self.mean(sums, held)

    def chance_level(self, confusions: Sums, held: Booleans) -> float:
        """Return what guessing uniformly scores, from confusions of shape (R, K, K)."""
        if self.chance is not None:
            return self.chance(held.shape[-1])
        return float(self.over_repeats(uniform_guessing(confusions), held))

    def best(self, confusions: Sums, held: Booleans) -> float:
        """Return what predictions without errors score, from confusions of shape (R, K, K)."""
        if self.ceiling is not None:
            return self.ceiling
        return float(self.over_repeats(without_errors(confusions), held))


def macro_average(scores: Callable[[Sums], Floats]) -> Callable[[Sums, Booleans], Floats]:
    """Return the mean over repeats of a macro average of ``scores`` of each class.

    It is the mean over classes of each class's mean over the repeats that hold it, and the classes are
    those of ``held``, whatever a resampled test part still has; where one is in no repeat of a draw, the
    draw is NaN.  Where every repeat holds every class this is the mean of the repeats' macro averages.  A
    mean of macro averages over the classes that a draw happens to leave in a fold is another quantity in
    each draw: a constant predictor would score 1/2 wherever two of four classes are left (averages over
    folds with few positives: Forman and Scholz 2010, SIGKDD Explorations 12(1), 49-57).
    """

    def averaged(confusions: Sums, held: Booleans) -> Floats:
        there = held.any(0)
        each: Floats = mean(scores(confusions), axis=-2)[..., there]
        average: Floats = each.sum(-1) / there.sum()
        return average

    return averaged


def _mean_absent_as_zero(confusions: Sums, held: Booleans) -> Floats:
    there = held.any(0)
    recall: Floats = mean(recalls(confusions), axis=-2)[..., there]
    average: Floats = (recall * held.mean(0)[there]).sum(-1) / held.shape[-1]
    return average


UAR = Metric(
    name="uar",
    value=uar,
    label="UAR",
    prose="UAR",
    meaning="unweighted average recall",
    mean=macro_average(recalls),
    constant=lambda n, hits, classes: Fraction(1, classes),
    averages=RECALL,
    tabled=True,
    compared=True,
    locked=True,
    hub="recall",
)
ACCURACY = Metric(
    name="accuracy",
    value=accuracy,
    label="Accuracy",
    prose="accuracy",
    constant=lambda n, hits, classes: Fraction(hits, n),
    tabled=True,
    compared=True,
    locked=True,
    hub="accuracy",
)
UAR_ABSENT_AS_ZERO = Metric(
    name="uar_absent_as_zero",
    value=uar_absent_as_zero,
    label="Absent as 0",
    prose="UAR absent as zero",
    mean=_mean_absent_as_zero,
    variant_of=UAR,
    tabled=True,
)
UAR_TRUE_OR_PREDICTED = Metric(
    name="uar_true_or_predicted",
    value=uar_true_or_predicted,
    label="True or predicted",
    prose="UAR over true or predicted emotions",
    variant_of=UAR,
)
CALIBRATION_ERROR = Metric(
    name="expected_calibration_error",
    value=calibration_error,
    label="Calibration error",
    prose="expected calibration error",
    # what guessing does to it says nothing
    chance=lambda classes: float("nan"),
    ceiling=0.0,
    stated=True,
)
CALIBRATION_ERROR_IF_CALIBRATED = Metric(
    name="calibration_error_if_calibrated",
    value=calibration_error_if_calibrated,
    label="Calibration error if calibrated",
    prose="calibration error to expect of a perfectly calibrated model",
    chance=lambda classes: float("nan"),
    ceiling=0.0,
    stated=True,
)

METRICS = (
    UAR,
    Metric(
        name="wf1",
        value=wf1,
        label="WF1",
        prose="WF1",
        meaning="weighted F1",
        constant=lambda n, hits, classes: Fraction(2 * hits, n + hits) * Fraction(hits, n),
        tabled=True,
        compared=True,
        locked=True,
        hub="f1",
    ),
    Metric(
        name="uf1",
        value=uf1,
        label="UF1",
        prose="UF1",
        meaning="macro F1",
        mean=macro_average(f1s),
        constant=lambda n, hits, classes: Fraction(2 * hits, n + hits) / classes,
        averages=F1,
        tabled=True,
        compared=True,
        locked=True,
        hub="f1",
    ),
    ACCURACY,
    UAR_ABSENT_AS_ZERO,
    UAR_TRUE_OR_PREDICTED,
    Metric(
        name="brier_score",
        value=brier_score,
        label="Brier score",
        prose="Brier score",
        # of equal probabilities
        chance=lambda classes: 1 - 1 / classes,
        largest=2.0,
        ceiling=0.0,
        stated=True,
    ),
    CALIBRATION_ERROR,
    CALIBRATION_ERROR_IF_CALIBRATED,
)
"""Every metric, in the order of the rows of ``results/scores``."""

OF_CONFUSIONS = tuple(metric for metric in METRICS if not metric.stated)
OF_PROBABILITIES = tuple(metric for metric in METRICS if metric.stated)


def as_read(metrics: Iterable[Metric]) -> tuple[Metric, ...]:
    """Return metrics in the order of tables: a variant is next to the metric that it is a variant of."""
    given = tuple(metrics)
    return tuple(
        each
        for metric in given
        if metric.variant_of not in given
        for each in (metric, *(other for other in given if other.variant_of is metric))
    )


def means(metrics: Iterable[Metric], sums: Sums, held: Booleans) -> dict[str, Floats]:
    """Return metrics by name as the mean over repeats, each of shape (...); see :class:`Metric`."""
    return {metric.name: metric.over_repeats(sums, held) for metric in metrics}


def mean_metrics(confusions: Sums, held: Booleans) -> dict[str, Floats]:
    """Return every metric of :data:`OF_CONFUSIONS` as the mean over repeats, each of shape (...).

    Parameters
    ----------
    confusions : array of shape (..., R, K, K)
        Of R repeats (folds, seeds).
    held : boolean array of shape (R, K)
        Which classes the test part of each repeat holds.
    """
    return means(OF_CONFUSIONS, confusions, held)


def weighed(name: str, emotions: Sequence[str] = ()) -> Weighed:
    """Return what a score weighs alike: a metric, or a score of :data:`OF_CLASS` of an emotion.

    Parameters
    ----------
    name
        As :func:`means` and :func:`mean_of_each_class` give it.
    emotions
        As there.
    """
    for metric in METRICS:
        if metric.name == name:
            return metric.weighed
    return list(emotions).index(name.partition("_")[2])


def largest_of(name: str) -> float:
    """Return the largest value that a score of that name can have."""
    return next((metric.largest for metric in METRICS if metric.name == name), 1.0)


def mean_of_each_class(confusions: Sums, emotions: Sequence[str]) -> dict[str, Floats]:
    """Return the scores of :data:`OF_CLASS` of each class as the mean over repeats, each of shape (...).

    Parameters
    ----------
    confusions : array of shape (..., R, K, K)
        Of R repeats; one where a score is not defined is left out.
    emotions
        Names of the K classes.
    """
    found: dict[str, Floats] = {}
    for name, scores in OF_CLASS.items():
        each = mean(scores(confusions), axis=-2)
        found |= {f"{name}_{emotion}": each[..., place] for place, emotion in enumerate(emotions)}
    return found
