"""What the limits of the scores that tables show are computed from."""

from collections.abc import Iterable

from sarangi.base import layout
from sarangi.base.limit_sources import LimitSources
from sarangi.study.study import Study


def limit_sources(study: Study, names: Iterable[str]) -> LimitSources:
    """Return what the limits of some scores are computed from, which the scores themselves need, too.

    Parameters
    ----------
    study
        That has these scores.
    names
        Of scores that there are or can be, of experiments and of transfers.
    """
    scores = [study.scores[name] for name in names]
    experiments = {score: study.experiments[score.experiment] for score in scores}
    corpora = {score.test or e.corpus for score, e in experiments.items()}
    # of a restored transfer, the corpus that it was trained on need not be here
    corpora |= {e.corpus for e in experiments.values()} & set(study.corpora)
    audits: dict[str, dict[str, str]] = {}
    for score, e in experiments.items():
        if score.test is None:
            audits.setdefault(e.corpus, {})[e.protocol] = layout.protocol_audit(e.corpus, e.protocol)
    used = {e.model for e in experiments.values()}
    models = {name: entry for name, entry in study.config["models"].items() if name in used}
    classifiers = {
        name: study.config["classifiers"][entry["classifier"]]
        for name, entry in models.items()
        if "classifier" in entry and "seeds" not in entry
    }
    return LimitSources(
        manifests={corpus: layout.manifest(corpus) for corpus in sorted(corpora)},
        audits=audits,
        reading=[name for name, entry in models.items() if "text" in entry],
        # a kind that draws at random must state seeds
        seedless={name: entry["title"] for name, entry in classifiers.items() if "seeds" not in entry},
    )
