"""The same model under random folds and with one group left out: what leaking speakers add to a score."""

from collections.abc import Mapping

from sarangi.base import layout
from sarangi.base.scored import PremiumPair, PremiumSide
from sarangi.study.entries import Experiment
from sarangi.study.inputs import predictions_of
from sarangi.study.scored import mean_of_folds
from sarangi.study.study import Study

SIDES = SHARED, APART = "shared", "apart"
KINDS = {("stratified_kfold", True): SHARED, ("leave_one_group_out", False): APART}
"""The side of a pair that a protocol is, by its kind and whether it leaks."""
GUESSES = ("constant", "uniform")
"""Baselines that gain nothing by leakage; figures draw the chance level anyway."""


def leakage_pairs(study: Study, experiments: Mapping[str, Experiment] | None = None) -> list[dict[str, str]]:
    """Return the models tried with shared and with unseen speakers: random folds, and one group left out.

    Parameters
    ----------
    experiments
        Those that pairs are made of; by default those that can run or were restored.
    """
    pairs: dict[tuple[str, str, tuple[str, ...]], dict[str, str]] = {}
    for name, e in (study.scored if experiments is None else experiments).items():
        protocol, model = study.config["protocols"][e.protocol], study.config["models"][e.model]
        side = KINDS.get((protocol["kind"], protocol["leaks"]))
        shown = e.model in study.compared(e.corpus, e.protocol)
        if side and shown and model.get("baseline") not in GUESSES:
            # of the same emotions, or the difference is theirs; of several protocols the first
            emotions = tuple(protocol.get("emotions", ()))
            pairs.setdefault((e.corpus, e.model, emotions), {}).setdefault(side, name)
    return [
        {"corpus": corpus, "model": model} | sides
        for (corpus, model, _), sides in pairs.items()
        if len(sides) == len(SIDES)
    ]


def configured_pairs(study: Study) -> list[str]:
    """Return the pairs of the configuration, whether they can run or not: ``<corpus>.<model>``."""
    pairs = leakage_pairs(study, study.experiments)
    return sorted({f"{pair['corpus']}.{pair['model']}" for pair in pairs})


def scores_of_leakage(study: Study) -> list[str]:
    """Return the scores of both sides of each pair."""
    return [layout.scores(pair[side]) for pair in leakage_pairs(study) for side in SIDES]


def pairs_of_premiums(study: Study) -> list[PremiumPair]:
    """Return the pairs with the predictions of both sides."""
    return [
        PremiumPair(
            corpus=pair["corpus"],
            model=pair["model"],
            shared=_side(study, study.experiments[pair[SHARED]]),
            apart=_side(study, study.experiments[pair[APART]]),
        )
        for pair in leakage_pairs(study)
    ]


def _side(study: Study, experiment: Experiment) -> PremiumSide:
    return PremiumSide(
        experiment=experiment.name,
        predictions=predictions_of(study, experiment),
        mean_of_folds=mean_of_folds(study, experiment.protocol),
    )


def predictions_of_pairs(study: Study) -> list[str]:
    """Return the predictions of both sides of all pairs, sorted."""
    pairs = pairs_of_premiums(study)
    return sorted({path for pair in pairs for side in (pair.shared, pair.apart) for path in side.predictions})


def manifests_of_pairs(study: Study) -> list[str]:
    """Return the manifests of the corpora that have pairs, sorted."""
    return [layout.manifest(corpus) for corpus in sorted({pair["corpus"] for pair in leakage_pairs(study)})]
