"""What tables and figures call what the study has."""

from sarangi.base.labels import Labels
from sarangi.study.study import Study


def labels_of(study: Study) -> Labels:
    """Return the titles of corpora, protocols, models and weights, and which corpora are synthetic."""

    def titles(kind: str) -> dict[str, str]:
        return {name: entry["title"] for name, entry in study.config[kind].items()}

    return Labels(
        corpora=study.locations.corpus_titles,
        protocols=titles("protocols"),
        models=titles("models"),
        encoders=titles("encoders"),
        asr=titles("asr"),
        synthetic=study.synthetic,
        emotions=study.config["emotions"],
    )
