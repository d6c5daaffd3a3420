"""The rows of ``results/differences``."""

import pyarrow as pa

DIFFERENCES = pa.schema(
    [
        *(
            pa.field(name, pa.string(), nullable=False)
            for name in ("corpus", "protocol", "first", "second", "slice", "metric")
        ),
        # the first model's score minus the second's
        pa.field("value", pa.float64()),
        pa.field("low", pa.float64()),
        pa.field("high", pa.float64()),
        # of the value and its interval: see sarangi.statistics.intervals.Errors
        pa.field("se_groups", pa.float64()),
        pa.field("sd_seeds", pa.float64()),
        pa.field("seeds", pa.int64()),
        pa.field("se", pa.float64()),
        pa.field("df", pa.float64()),
        # of the sign-flip test over groups, and the smallest that it could give
        pa.field("p", pa.float64()),
        pa.field("p_smallest", pa.float64()),
        # of McNemar's test, which takes clips for independent; for the accuracy alone
        pa.field("p_mcnemar", pa.float64()),
        pa.field("n", pa.int64(), nullable=False),
        pa.field("groups", pa.int64(), nullable=False),
        pa.field("mark", pa.string(), nullable=False),
    ]
)
