"""DeBERTa, version 2 and 3 (He et al. 2021), mDeBERTa among them."""

from sarangi.models.family import Family

FAMILY = Family(
    "deberta-v2",
    "text",
    tokens={"sep_token": "[SEP]", "pad_token": "[PAD]"},
    attention=("query_proj", "value_proj"),
)
