"""The rows of ``results/premiums``."""

import pyarrow as pa

MATCHED_FOLDS, RANDOM_FOLDS = "matched", "random"
"""What the folds with groups in training and test are: matched to those without, or random ones."""
KEYS_OF_PREMIUMS = {MATCHED_FOLDS: "leakage", RANDOM_FOLDS: "random_folds"}
"""What numbers call the difference: only that of matched folds is leakage."""

PREMIUMS = pa.schema(
    [
        *(
            pa.field(name, pa.string(), nullable=False)
            for name in ("corpus", "model", "folds", "shared", "apart", "metric")
        ),
        # the score with groups in training and test minus that with groups held out
        pa.field("value", pa.float64()),
        pa.field("low", pa.float64()),
        pa.field("high", pa.float64()),
        # of the value and its interval: see sarangi.statistics.intervals.Errors
        pa.field("se_groups", pa.float64()),
        pa.field("sd_seeds", pa.float64()),
        pa.field("seeds", pa.int64()),
        pa.field("se", pa.float64()),
        pa.field("df", pa.float64()),
        pa.field("n", pa.int64(), nullable=False),
        pa.field("groups", pa.int64(), nullable=False),
        pa.field("mark", pa.string(), nullable=False),
    ]
)
