"""BERT (Devlin et al. 2019), and what was trained so, such as MuRIL."""

from sarangi.models.family import Family

FAMILY = Family(
    "bert",
    "text",
    pooler=True,
    tokens={"sep_token": "[SEP]", "pad_token": "[PAD]"},
    attention=("query", "value"),
)
