"""Labels for tests: the corpora's own titles, and others as a test has them."""

from sarangi.base.labels import Labels
from sarangi.base.limit_sources import LimitSources
from sarangi.corpora.titles import titles_of_corpora

NO_LIMITS = LimitSources({}, {}, (), {})
"""Of scores of which nothing else is known."""


def labels(synthetic=(), protocols=None, models=None, encoders=None, asr=None):
    """Labels with the titles of some kinds, none of the others, and some synthetic corpora."""
    kinds = (titles or {} for titles in (protocols, models, encoders, asr))
    return Labels(titles_of_corpora(), *kinds, synthetic)
