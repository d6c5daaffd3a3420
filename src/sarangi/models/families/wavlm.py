"""WavLM (Chen et al. 2022)."""

import warnings

from sarangi.models.family import Family

# its own mixture of a mask and a position bias
warnings.filterwarnings("ignore", "Support for mismatched key_padding_mask and attn_mask")

FAMILY = Family("wavlm", "audio")
