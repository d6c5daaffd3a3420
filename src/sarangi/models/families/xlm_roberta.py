"""XLM-RoBERTa (Conneau et al. 2020)."""

from sarangi.models.family import Family

FAMILY = Family(
    "xlm-roberta",
    "text",
    options={"add_pooling_layer": False},
    tokens={"sep_token": "</s>", "pad_token": "<pad>"},
    positions_behind_padding=True,
)
