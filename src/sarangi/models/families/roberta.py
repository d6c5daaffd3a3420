"""RoBERTa (Liu et al. 2019)."""

from sarangi.models.family import Family

FAMILY = Family(
    "roberta",
    "text",
    options={"add_pooling_layer": False},
    tokens={"sep_token": "</s>", "pad_token": "<pad>"},
    positions_behind_padding=True,
)
