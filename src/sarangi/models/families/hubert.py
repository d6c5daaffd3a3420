"""HuBERT (Hsu et al. 2021)."""

from sarangi.models.family import Family

FAMILY = Family("hubert", "audio", attention=("q_proj", "v_proj"))
