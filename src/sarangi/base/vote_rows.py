"""What annotators said of each utterance, before anybody made one label of it."""

import pyarrow as pa

VOTES = pa.schema(
    [
        pa.field("utterance_id", pa.string(), nullable=False),
        # null where the corpus states counts or shares, and not who said what
        pa.field("annotator", pa.string()),
        # what the emotion of the label is; null for one that the study does not use, such as frustration
        pa.field("emotion", pa.string()),
        pa.field("label", pa.string(), nullable=False),
        # 1 for a vote; a count, or a share of a distribution
        pa.field("weight", pa.float64(), nullable=False),
    ]
)
"""Rows of ``results/votes/<corpus>.parquet``; what speakers say of themselves is no vote, and not in it."""
