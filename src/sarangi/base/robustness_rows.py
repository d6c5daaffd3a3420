"""The rows of ``results/robustness``: what a model loses where recordings are worse."""

import pyarrow as pa

ROBUSTNESS = pa.schema(
    [
        *(
            pa.field(name, pa.string(), nullable=False)
            for name in ("experiment", "corpus", "protocol", "model", "condition", "metric")
        ),
        # on the clips that are predicted both ways
        pa.field("value_as_recorded", pa.float64()),
        pa.field("value_disturbed", pa.float64()),
        # disturbed minus as recorded
        pa.field("value", pa.float64()),
        pa.field("low", pa.float64()),
        pa.field("high", pa.float64()),
        pa.field("se", pa.float64()),
        pa.field("df", pa.float64()),
        pa.field("n", pa.int64(), nullable=False),
        pa.field("groups", pa.int64(), nullable=False),
        # clips that are predicted as recorded, and not under the condition
        pa.field("missing", pa.int64(), nullable=False),
        pa.field("classes", pa.string(), nullable=False),
        pa.field("mark", pa.string(), nullable=False),
    ]
)
