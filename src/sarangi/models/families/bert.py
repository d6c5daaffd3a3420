"""BERT (Devlin et al. 2019)."""

from sarangi.models.family import Family

FAMILY = Family(
    "bert",
    "text",
    options={"add_pooling_layer": False},
    tokens={"sep_token": "[SEP]", "pad_token": "[PAD]"},
)
