"""MPNet (Song et al. 2020)."""

from sarangi.models.family import Family

FAMILY = Family(
    "mpnet",
    "text",
    pooler=True,
    tokens={"sep_token": "</s>", "pad_token": "<pad>"},
    positions_behind_padding=True,
    attention=("q", "v"),
)
