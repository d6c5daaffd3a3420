"""RoBERTa (Liu et al. 2019), and what was distilled from it, such as DistilRoBERTa."""

from sarangi.models.family import Family

FAMILY = Family(
    "roberta",
    "text",
    pooler=True,
    tokens={"sep_token": "</s>", "pad_token": "<pad>"},
    positions_behind_padding=True,
    attention=("query", "value"),
)
