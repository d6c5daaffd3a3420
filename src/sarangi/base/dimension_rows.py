"""Ratings on a scale, such as arousal: the manifest's columns, the rows of predictions and of scores."""

from collections.abc import Iterable
from typing import NamedTuple

import pyarrow as pa

from sarangi.base import store

DIMENSION = "dimension_"
"""Begins the name of a rating's column in a manifest."""

UNRATED = "unrated_"
"""Begins the name of a manifest's column that says why there is no usable rating, one of :data:`PROBLEMS`."""

MISSING, NO_NUMBER, OUT_OF_SCALE = PROBLEMS = "missing", "not a number", "out of scale"

CCC, PEARSON, RMSE = "ccc", "pearson", "rmse"
"""Concordance correlation (Lin 1989), Pearson's correlation, and the root of the mean squared error."""


class Scale(NamedTuple):
    """The scale of a dimension in a corpus: a parameter of rules.

    Parameters
    ----------
    low, high
        Its ends, as the corpus states them.
    to
        The ends that they are mapped to, linearly, in the manifest; None where ratings stay as they are.
    """

    low: float
    high: float
    to: tuple[float, float] | None = None

    @property
    def ends(self) -> tuple[float, float]:
        """The ends of the scale of the manifest's column."""
        return self.to or (self.low, self.high)

    def mapped(self, rating: float) -> float:
        """Return a rating on the manifest's scale."""
        low, high = self.ends
        return low + (rating - self.low) * (high - low) / (self.high - self.low)


def dimension_fields(names: Iterable[str]) -> list[pa.Field]:
    """Return the columns of a manifest for dimensions, two each: its rating, and why there is none.

    The rating is on the scale of the manifest, and null where there is no usable one; why is null else.
    """
    kinds = ((DIMENSION, pa.float64()), (UNRATED, pa.string()))
    return [pa.field(begin + name, kind) for name in sorted(names) for begin, kind in kinds]


RATED_PREDICTIONS = pa.schema(
    [
        pa.field("utterance_id", pa.string(), nullable=False),
        pa.field("fold", pa.int32(), nullable=False),
        # null for a model that draws nothing
        pa.field("seed", pa.int32()),
        pa.field("dimension", pa.string(), nullable=False),
        *store.STATUS,
        # on the manifest's scale
        pa.field("rating", pa.float64()),
        pa.field("predicted", pa.float64()),
    ]
)
"""One row a test utterance, fold, seed and dimension, in the file where other models have their emotions."""

DIMENSION_SCORES = pa.schema(
    [
        *(
            pa.field(name, pa.string(), nullable=False)
            # slice: pooled, folds, runs (of a transfer), fold <n>, seed <n>, speaker <s>
            for name in ("experiment", "corpus", "protocol", "model", "test", "dimension", "slice", "metric")
        ),
        pa.field("value", pa.float64()),
        pa.field("low", pa.float64()),
        pa.field("high", pa.float64()),
        # as in sarangi.base.score_rows.SCORES
        pa.field("se_groups", pa.float64()),
        pa.field("sd_seeds", pa.float64()),
        pa.field("se", pa.float64()),
        pa.field("df", pa.float64()),
        pa.field("n", pa.int64(), nullable=False),
        pa.field("groups", pa.int64(), nullable=False),
        pa.field("seeds", pa.int64(), nullable=False),
        # what the mean of the training part reaches on the same clips
        pa.field("chance", pa.float64()),
        # of the manifest's column
        pa.field("scale_low", pa.float64(), nullable=False),
        pa.field("scale_high", pa.float64(), nullable=False),
        pa.field("mark", pa.string(), nullable=False),
    ]
)

DIMENSION_DIFFERENCES = pa.schema(
    [
        *(
            pa.field(name, pa.string(), nullable=False)
            for name in ("corpus", "protocol", "first", "second", "dimension", "metric")
        ),
        pa.field("value_first", pa.float64()),
        pa.field("value_second", pa.float64()),
        # the first minus the second, on the utterances that both predict
        pa.field("value", pa.float64()),
        pa.field("low", pa.float64()),
        pa.field("high", pa.float64()),
        pa.field("p", pa.float64()),
        # after Holm (1979), over the pairs of a corpus, protocol, dimension and metric
        pa.field("p_adjusted", pa.float64()),
        pa.field("n", pa.int64(), nullable=False),
        pa.field("groups", pa.int64(), nullable=False),
        pa.field("mark", pa.string(), nullable=False),
    ]
)
