"""What tables and figures call what the study has."""

from sarangi.base.labels import Labels
from sarangi.corpora.titles import titles_of_corpora
from sarangi.study.study import Study


def labels_of(study: Study) -> Labels:
    """Return the titles of corpora, protocols, models and weights, and which corpora are synthetic."""
    kinds = ("protocols", "models", "encoders", "asr")
    titles = {kind: {name: e["title"] for name, e in study.config[kind].items()} for kind in kinds}
    return Labels(titles_of_corpora(), **titles, synthetic=study.synthetic)
