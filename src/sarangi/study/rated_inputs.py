"""Models that predict ratings: what is scored and compared, and the files that this is computed from."""

from sarangi.base import layout
from sarangi.base.scored import Compared, RatedScored
from sarangi.study.dimensions import scales_of
from sarangi.study.entries import DIMENSIONS, Batch, Experiment
from sarangi.study.recipes import is_tuned
from sarangi.study.scored import compared_models, comparison, to_score
from sarangi.study.study import Study


def ends_of(study: Study, corpus: str) -> dict[str, tuple[float, float]]:
    """Return the ends of the manifest's scale of each rating that a corpus has, sorted by name."""
    scales = scales_of(corpus, study.config["corpora"][corpus])
    return {name: scale.ends for name, scale in scales.items()}


def dimensions_of(study: Study, experiment: Experiment) -> list[str]:
    """Return the ratings that an experiment's model predicts, sorted."""
    return sorted(study.config["models"][experiment.model][DIMENSIONS])


def to_score_rated(study: Study, experiment: Experiment, test: str | None = None) -> RatedScored:
    """Return what the scores say of their experiment, and the files that they are computed from."""
    ends = ends_of(study, test or experiment.corpus)
    return RatedScored(
        to_score(study, experiment, test)._replace(slices=(), parts=()),
        {name: ends[name] for name in dimensions_of(study, experiment)},
        layout.manifest(experiment.corpus),
        layout.protocol(experiment.corpus, experiment.protocol),
    )


def rated_scores(study: Study) -> dict[str, RatedScored]:
    """Return every rated experiment and transfer that can be scored, by the name of its scores, sorted."""
    own = [(e, None) for e in study.rated_scored.values()]
    every = [to_score_rated(study, e, test) for e, test in (*own, *study.rated_transfers)]
    return {entry.scored.name: entry for entry in sorted(every, key=lambda entry: entry.scored.name)}


def scores_of_ratings(study: Study) -> list[str]:
    """Return the scores of every rated experiment and transfer that can run or was restored."""
    return [layout.dimension_scores(name) for name in rated_scores(study)]


def tuned_scored(study: Study) -> list[str]:
    """Return the names of the fine-tuned rated experiments that can run or were restored, sorted."""
    return [name for name, e in study.rated_scored.items() if is_tuned(study, e)]


def tuned_transferred(study: Study) -> list[str]:
    """Return the names of the fine-tuned rated experiments with transfers that can be scored, sorted."""
    return sorted({e.name for e, _ in study.rated_transfers if is_tuned(study, e)})


def scores_of_batch(study: Study, batch: Batch) -> list[RatedScored]:
    """Return the experiments of a batch to score, each on its own corpus and on others."""
    names = {e.name for e in batch.experiments}
    return [entry for entry in rated_scores(study).values() if entry.scored.experiment in names]


def files_of_scores(entries: list[RatedScored]) -> list[str]:
    """Return the files that some scores need, sorted."""
    return sorted({path for entry in entries for path in entry.files})


def rated_models_compared(study: Study, corpus: str, protocol: str) -> dict[str, Compared]:
    """Return the models of ratings to compare on a corpus and protocol, in the order of the configuration."""
    compared = {e.model: e for e in _comparisons(study).get(comparison(corpus, protocol), ())}
    return compared_models(study, compared)


def rated_predictions_compared(study: Study, corpus: str, protocol: str) -> list[str]:
    """Return the predictions of the models of ratings to compare on a corpus and protocol."""
    models = rated_models_compared(study, corpus, protocol).values()
    return [path for entry in models for path in entry.predictions]


def differences_of_ratings(study: Study) -> list[str]:
    """Return the differences on each corpus and protocol with two models of ratings, one that listens."""
    return [layout.dimension_differences(name) for name in _comparisons(study)]


def _comparisons(study: Study) -> dict[str, list[Experiment]]:
    """Return the experiments of each comparison, by its name, sorted."""
    found: dict[str, list[Experiment]] = {}
    for e in study.rated_scored.values():
        if e.model in study.compared(e.corpus, e.protocol):
            found.setdefault(comparison(e.corpus, e.protocol), []).append(e)
    return {
        name: compared
        for name, compared in sorted(found.items())
        if len(compared) > 1 and not all("baseline" in study.config["models"][e.model] for e in compared)
    }
