"""What annotators said of each utterance, before anybody made one label of it."""

import pyarrow as pa

from sarangi.base import store

VOTES = pa.schema(
    [
        # of a vote for a clip that the corpus does not have, the name that the vote gives it
        pa.field("utterance_id", pa.string(), nullable=False),
        # null where the corpus states counts or shares, and not who said what
        pa.field("annotator", pa.string()),
        # null for a vote for an emotion; of a rating on a scale, the name of the scale
        pa.field("dimension", pa.string()),
        # what the emotion of the label is; null for one that the study does not use, such as frustration
        pa.field("emotion", pa.string()),
        # as the corpus writes it
        pa.field("label", pa.string()),
        # a rating, as a number
        pa.field("rating", pa.float64()),
        # 1 for a vote, less where an annotator gave several labels; a count, or a share of a distribution;
        # null for one that failed
        pa.field("weight", pa.float64()),
        *store.STATUS,
        # why it failed, without what is peculiar to it: what votes are counted by
        pa.field("cause", pa.string()),
    ]
)
"""Rows of ``results/votes/<corpus>.parquet``; what speakers say of themselves is no vote, and not in it."""
