"""What the paper shows of experiments whose models predict ratings, and which files that needs."""

from sarangi.base import layout
from sarangi.study.inputs import predictions_of
from sarangi.study.study import Study

ORACLE = "speaker_mean"
"""The baseline that knows what is tested."""


def own_scores(study: Study) -> list[str]:
    """Return the scores of every experiment on its own corpus.

    Matched folds are there to be compared with the folds that they are matched to, and are left out.
    """
    return [layout.dimension_scores(name) for name in _own(study)]


def own_predictions(study: Study) -> dict[str, list[str]]:
    """Return the predictions behind :func:`own_scores`, by the name of the experiment."""
    return {name: predictions_of(study, study.rated_scored[name]) for name in _own(study)}


def unscored(study: Study) -> list[list[object]]:
    """Return what cannot be scored now: corpus, protocol, model, and what each experiment needs."""
    return [
        [e.corpus, e.protocol, e.model, study.waits_for(e)]
        for name, e in study.rated_experiments.items()
        if name not in study.rated_scored
    ]


def rated_baselines(study: Study) -> list[str]:
    """Return the names of the models of ratings that do not listen, oracles among them, sorted."""
    return sorted(name for name in _used(study) if "baseline" in study.config["models"][name])


def oracles(study: Study) -> list[str]:
    """Return the names of the models that know the ratings that they are tested on, sorted."""
    return sorted(name for name in _used(study) if study.config["models"][name].get("baseline") == ORACLE)


def _own(study: Study) -> list[str]:
    protocols = study.config["protocols"]
    return [name for name, e in study.rated_scored.items() if "matched" not in protocols[e.protocol]]


def _used(study: Study) -> set[str]:
    return {e.model for e in study.rated_experiments.values()}
