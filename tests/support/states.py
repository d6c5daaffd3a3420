"""Pooled and cached states of small encoders, for tests."""

from sarangi.models.encoders import Encoder
from sarangi.models.prefix_states import Prefix, prefix_states
from support.places import to
from support.small_encoders import corpus  # noqa: F401  (fixtures)

SECONDS = 0.5


def cached(corpus, folder, output, layers=1, cache_gb=1.0):
    prefix = Prefix(Encoder(folder), layers, SECONDS, cache_gb)
    prefix_states(corpus / "audio.parquet", prefix, 1, to(output))
    return output
