"""What is scored and compared, and the files that scores and differences are computed from."""

from collections.abc import Iterable, Mapping

from sarangi.base import layout
from sarangi.base.bootstrap import BootstrapSettings
from sarangi.base.fairness_rows import FairnessSettings
from sarangi.base.score_id import ScoreId
from sarangi.base.scored import Compared, ComparedOn, Scored
from sarangi.study.comparisons import language_cells
from sarangi.study.entries import Batch, Experiment
from sarangi.study.inputs import predictions_of
from sarangi.study.recipes import tuned_scored
from sarangi.study.study import Study
from sarangi.study.table_corpora import slices_of
from sarangi.study.trainings import training_batches
from sarangi.study.vote_inputs import votes_of

MEANS_OF_FOLDS = ("stratified_kfold", "stratified_group_kfold", "emobox")
"""The kinds of protocols that are reported by the mean over their folds."""


def bootstrap(study: Study) -> BootstrapSettings:
    """Return how scores and differences get their intervals."""
    return BootstrapSettings(**study.config["bootstrap"])


def fairness(study: Study) -> FairnessSettings:
    """Return how the clips are parted to see whether a model fares alike on all."""
    entry = study.config["fairness"]
    return FairnessSettings(tuple(entry["by"]), tuple(sorted(entry["age_bands"])))


def mean_of_folds(study: Study, protocol: str) -> bool:
    """Whether a protocol is reported by the mean over its folds."""
    return study.config["protocols"][protocol]["kind"] in MEANS_OF_FOLDS


def scores_of_experiments(study: Study) -> list[str]:
    """Return the scores of every experiment that can run or was restored, each on its own corpus."""
    return [layout.scores(name) for name in study.scored]


def scores_of_transfers(study: Study) -> list[str]:
    """Return the scores of every transfer that can run or was restored."""
    return [layout.scores(ScoreId(e.name, test).name) for e, test in study.transfers]


def scores_of_cells(study: Study) -> list[str]:
    """Return the scores of the classical models within and across languages."""
    return [cell["scores"] for cell in language_cells(study) if cell["scores"]]


def to_score(study: Study, experiment: Experiment, test: str | None = None) -> Scored:
    """Return what the scores say of their experiment, and the files that they are computed from."""
    tested = test or experiment.corpus
    own = test is None
    return Scored(
        experiment=experiment.name,
        corpus=experiment.corpus,
        protocol=experiment.protocol,
        model=experiment.model,
        test=tested,
        mean_of_folds=mean_of_folds(study, experiment.protocol),
        untrained=study.untrained(experiment.model),
        predictions=predictions_of(study, experiment, test),
        manifest=layout.manifest(tested),
        protocol_file=layout.protocol(tested, experiment.protocol) if own else None,
        audit=layout.protocol_audit(tested, experiment.protocol) if own else None,
        slices=slices_of(study.config["corpora"][tested]),
        parts=() if own else parts_tested(study, experiment, tested),
        votes=next(iter(votes_of(study, tested)), None),
    )


def parts_tested(study: Study, experiment: Experiment, test: str) -> tuple[tuple[str, str], ...]:
    """Return the protocols of another corpus whose test parts a transfer is scored on alone.

    Each with its file, in the order of the configuration, without those that cannot be made here.
    """
    wanted = [
        protocol
        for entry in study.config["experiments"]
        if experiment.corpus in entry["corpora"]
        and experiment.protocol in entry["protocols"]
        and experiment.model in entry["models"]
        for protocol in entry.get("transfer_parts", {}).get(test, ())
    ]
    there = study.protocols_of(test)
    return tuple((name, layout.protocol(test, name)) for name in dict.fromkeys(wanted) if name in there)


def files_of_parts(study: Study, experiment: Experiment, test: str) -> list[str]:
    """Return the files of :func:`parts_tested`."""
    return [file for _, file in parts_tested(study, experiment, test)]


def entries_to_score(study: Study, batch: Batch) -> list[Scored]:
    """Return the experiments of a batch to score, each on its own corpus and on others."""
    tests: dict[str, list[str]] = {}
    for e, test in study.transfers:
        tests.setdefault(e.name, []).append(test)
    return [to_score(study, e, test) for e in batch.experiments for test in (None, *tests.get(e.name, ()))]


def _trained_together(study: Study) -> dict[str, list[Experiment]]:
    """Return the experiments to score of which one job trains several, by that job's name."""
    trained = {
        batch.name: [e for e in batch.experiments if e.name in study.scored]
        for batch in training_batches(study)
    }
    return {name: experiments for name, experiments in trained.items() if len(experiments) > 1}


def scored_together(study: Study) -> dict[str, list[Scored]]:
    """Return what one job scores, by its name: the experiments that one job predicts or trains.

    Transfers of what is fine-tuned are scored apart, since they are predicted apart.
    """
    predicted = {batch.name: entries_to_score(study, batch) for batch in study.batches(study.scored)}
    trained = _trained_together(study).items()
    return predicted | {f"trained_{name}": [to_score(study, e) for e in batch] for name, batch in trained}


def scored_apart(study: Study) -> list[str]:
    """Return the names of the fine-tuned experiments that no job scores with others, sorted."""
    together = {e.name for batch in _trained_together(study).values() for e in batch}
    return [name for name in tuned_scored(study) if name not in together]


def humans_of(entries: Iterable[Scored]) -> list[str]:
    """Return the files of what annotators reach beside some entries of :func:`entries_to_score`.

    Of those that are tested on a corpus with votes, in their order.
    """
    return [layout.human(entry.name) for entry in entries if entry.votes is not None]


def files_to_score(entries: Iterable[Scored]) -> list[str]:
    """Return the files that the scores of some entries of :func:`entries_to_score` need, sorted."""
    return sorted({path for entry in entries for path in entry.files})


def models_compared(study: Study, corpus: str, protocol: str) -> dict[str, Compared]:
    """Return the models to compare on a corpus and protocol, in the order of the configuration."""
    wanted = study.compared(corpus, protocol)
    compared = {
        e.model: e
        for e in study.scored.values()
        if (e.corpus, e.protocol) == (corpus, protocol) and e.model in wanted
    }
    return compared_models(study, compared)


def compared_models(study: Study, compared: Mapping[str, Experiment]) -> dict[str, Compared]:
    """Return experiments to compare, given by model, in the order of the configuration."""
    return {
        name: Compared(
            predictions=predictions_of(study, compared[name]),
            baseline="baseline" in entry,
            untrained=study.untrained(name),
        )
        for name, entry in study.config["models"].items()
        if name in compared
    }


def predictions_compared(study: Study, corpus: str, protocol: str) -> list[str]:
    """Return the predictions of the models to compare on a corpus and protocol."""
    models = models_compared(study, corpus, protocol).values()
    return [path for entry in models for path in entry.predictions]


def compared_on(study: Study, corpus: str, protocol: str) -> ComparedOn:
    """Return what is said of a corpus and protocol that models are compared on."""
    return ComparedOn(corpus, protocol, mean_of_folds(study, protocol))


def comparison(corpus: str, protocol: str) -> str:
    """Return the name of the comparison of models on a corpus and protocol, as in files and errata."""
    return f"{corpus}_{protocol}"


def experiments_compared(study: Study) -> list[Experiment]:
    """Return the experiments that the differences of :func:`differences_of_study` are of."""
    return [e for compared in _comparisons(study).values() for e in compared]


def differences_of_study(study: Study) -> list[str]:
    """Return the differences on each corpus and protocol with two models that can run, one that listens.

    Matched folds are there to be compared with the folds that they are matched to, and not for models to be
    compared on.
    """
    return [layout.differences(name) for name in _comparisons(study)]


def _comparisons(study: Study) -> dict[str, list[Experiment]]:
    """Return the experiments of each comparison, by its name, sorted."""
    experiments: dict[str, list[Experiment]] = {}
    for e in study.scored.values():
        matched = "matched" in study.config["protocols"][e.protocol]
        if e.model in study.compared(e.corpus, e.protocol) and not matched:
            experiments.setdefault(comparison(e.corpus, e.protocol), []).append(e)
    return {
        name: compared
        for name, compared in sorted(experiments.items())
        if len(compared) > 1 and not all("baseline" in study.config["models"][e.model] for e in compared)
    }
