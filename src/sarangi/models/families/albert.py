"""ALBERT (Lan et al. 2020), and what was trained so, such as IndicBERT (Kakwani et al. 2020)."""

from sarangi.models.family import Family

FAMILY = Family(
    "albert",
    "text",
    pooler=True,
    tokens={"sep_token": "[SEP]", "pad_token": "<pad>"},
    shared_layers=True,
    attention=("query", "value"),
)
