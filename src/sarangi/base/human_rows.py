"""The rows of ``results/human``: a model and single annotators, against what others say of the same clips."""

import pyarrow as pa

OTHERS, SHARES = "others", "shares"
"""What is compared with: the label that most of the other annotators give, or how all votes are divided."""
CROSS_ENTROPY, JS_DISTANCE = "cross_entropy", "js_distance"
"""Of stated probabilities to shares of votes, in nats; and the Jensen-Shannon distance, of base 2, 0 to 1."""
SIDES = {
    "model": ("value", "low", "high", "se", "df"),
    **{
        side: (side, *(f"{side}_{column}" for column in ("low", "high", "se", "df")))
        for side in ("human", "difference")
    },
}
"""Columns of the model, of one annotator, and of the first minus the second."""

HUMAN = pa.schema(
    [
        *(
            pa.field(name, pa.string(), nullable=False)
            for name in ("experiment", "corpus", "protocol", "model", "test", "reference", "metric")
        ),
        *(pa.field(name, pa.float64()) for names in SIDES.values() for name in names),
        # the best value that there can be: of the cross-entropy the entropy of the votes themselves
        pa.field("best", pa.float64()),
        # clips, groups, and how many annotators' votes are each compared with the others'
        *(pa.field(name, pa.int64(), nullable=False) for name in ("n", "groups", "votes")),
        # votes left out on both sides, since the others are tied, or most of them for no emotion of the model
        *(pa.field(name, pa.int64(), nullable=False) for name in ("ties", "outside")),
        # clips left out, since nobody else voted, or no vote is known
        pa.field("alone", pa.int64(), nullable=False),
        pa.field("mark", pa.string(), nullable=False),
    ]
)
