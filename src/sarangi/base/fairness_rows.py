"""The rows of ``results/fairness``: how a model fares on one part of the speakers beside another."""

from typing import NamedTuple

import pyarrow as pa

GENDER, AGE, LANGUAGE = "gender", "age", "language"

FAIRNESS = pa.schema(
    [
        *(
            pa.field(name, pa.string(), nullable=False)
            for name in ("experiment", "corpus", "protocol", "model", "test", "attribute")
        ),
        # the values of the attribute; null where there are not two to compare
        pa.field("first", pa.string()),
        pa.field("second", pa.string()),
        pa.field("metric", pa.string(), nullable=False),
        # over the emotions that both have
        pa.field("value_first", pa.float64()),
        pa.field("value_second", pa.float64()),
        # the first minus the second
        pa.field("value", pa.float64()),
        pa.field("low", pa.float64()),
        pa.field("high", pa.float64()),
        pa.field("se", pa.float64()),
        pa.field("df", pa.float64()),
        *(
            pa.field(name, pa.int64(), nullable=False)
            for name in ("n_first", "n_second", "groups_first", "groups_second", "groups_both")
        ),
        # clips whose value of the attribute is not stated
        pa.field("unknown", pa.int64(), nullable=False),
        pa.field("classes", pa.string(), nullable=False),
        pa.field("mark", pa.string(), nullable=False),
    ]
)


class FairnessSettings(NamedTuple):
    """The entry ``fairness`` of the configuration: a parameter of rules.

    Parameters
    ----------
    by
        Columns of the manifest by whose values the clips are parted.
    age_bands
        Years at which a further band of ages begins, rising.
    """

    by: tuple[str, ...]
    age_bands: tuple[int, ...]
