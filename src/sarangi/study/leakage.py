"""What a model gains where speakers are in training and test, and how much of that is leakage.

Folds that hold speakers out are compared with folds *matched* to them, which have their sizes and class
counts and differ in the speakers alone: that difference is leakage.  They are also compared with random
folds, whose sizes and class counts are others, too.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from sarangi.base import layout
from sarangi.base.premium_rows import KEYS_OF_PREMIUMS, MATCHED_FOLDS, RANDOM_FOLDS
from sarangi.base.scored import PremiumPair, PremiumSide
from sarangi.study.entries import Experiment
from sarangi.study.inputs import predictions_of
from sarangi.study.scored import mean_of_folds
from sarangi.study.study import Study

GUESSES = ("constant", "uniform")
"""Baselines that gain nothing by leakage; figures draw the chance level anyway."""
SPEAKER_ONLY = "speaker_only"
"""The baseline that knows the speaker alone."""
NOT_OF_THE_SPLIT = ("title", "leaks", "matched")
"""Keys of a protocol in which folds and those that are matched to them differ."""


class LeakagePair(NamedTuple):
    """Names of two experiments of a model: with speakers in training and test, and with speakers held out.

    ``folds`` says what the first one's are: :data:`MATCHED_FOLDS` to the other's, or :data:`RANDOM_FOLDS`.
    """

    corpus: str
    model: str
    folds: str
    shared: str
    apart: str


def leakage_pairs(study: Study, experiments: Mapping[str, Experiment] | None = None) -> list[LeakagePair]:
    """Return the pairs of a study: of each corpus, model and set of emotions at most one of each kind.

    Of several protocols the first counts; both kinds have the same speakers held out where they can.

    Parameters
    ----------
    experiments
        Those that pairs are made of; by default those that can run or were restored.
    """
    together: dict[tuple[str, str, tuple[str, ...]], list[Experiment]] = {}
    for e in (study.scored if experiments is None else experiments).values():
        shown = e.model in study.compared(e.corpus, e.protocol)
        guessed = "pseudo_speakers" in study.config["protocols"][e.protocol]
        if shown and not guessed and study.config["models"][e.model].get("baseline") not in GUESSES:
            # of the same emotions, or the difference is theirs
            emotions = tuple(study.config["protocols"][e.protocol].get("emotions", ()))
            together.setdefault((e.corpus, e.model, emotions), []).append(e)
    pairs = []
    for (corpus, model, _), members in together.items():
        of = {e.name: study.config["protocols"][e.protocol] for e in members}
        apart = _first(name for name, entry in of.items() if _leaves_one_out(entry))
        matched = [
            (name, held_out)
            for name, entry in of.items()
            for held_out, other in of.items()
            if is_matched(entry, other)
        ]
        random = _first(name for name, entry in of.items() if _splits_at_random(entry))
        # of folds matched to several, those matched to what random folds are compared with
        matched.sort(key=lambda pair: pair[1] != apart)
        if matched:
            pairs.append(LeakagePair(corpus, model, MATCHED_FOLDS, *matched[0]))
        if random and apart:
            pairs.append(LeakagePair(corpus, model, RANDOM_FOLDS, random, apart))
    return pairs


def speaker_guesses(study: Study) -> list[str]:
    """Return the models that know the speaker alone, in the order of the configuration."""
    return [name for name, entry in study.config["models"].items() if entry.get("baseline") == SPEAKER_ONLY]


def is_matched(entry: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether the first entry of a protocol asks for folds matched to those of the second."""
    split, held_out = (
        {key: value for key, value in each.items() if key not in NOT_OF_THE_SPLIT} for each in (entry, other)
    )
    return "matched" in entry and "matched" not in other and not other["leaks"] and split == held_out


def _leaves_one_out(entry: Mapping[str, Any]) -> bool:
    return entry["kind"] == "leave_one_group_out" and not entry["leaks"]


def _splits_at_random(entry: Mapping[str, Any]) -> bool:
    return entry["kind"] == "stratified_kfold" and bool(entry["leaks"])


def _first(names: Iterable[str]) -> str | None:
    return next(iter(names), None)


def configured_pairs(study: Study) -> list[str]:
    """Return what numbers call the pairs of the configuration, whether they can run or not, sorted."""
    pairs = leakage_pairs(study, study.experiments)
    return sorted({f"{KEYS_OF_PREMIUMS[pair.folds]}.{pair.corpus}.{pair.model}" for pair in pairs})


def scores_of_leakage(study: Study) -> list[str]:
    """Return the scores of both sides of each pair, each once."""
    names = (name for pair in leakage_pairs(study) for name in (pair.shared, pair.apart))
    return [layout.scores(name) for name in dict.fromkeys(names)]


def pairs_of_premiums(study: Study) -> list[PremiumPair]:
    """Return the pairs with the predictions of both sides."""
    return [premium_pair(study, pair) for pair in leakage_pairs(study)]


def premium_pair(study: Study, pair: LeakagePair, protocol_file: str | None = None) -> PremiumPair:
    """Return a pair with the predictions of both sides; a protocol's file where that guesses the groups."""
    return PremiumPair(
        corpus=pair.corpus,
        model=pair.model,
        folds=pair.folds,
        shared=_side(study, study.experiments[pair.shared]),
        apart=_side(study, study.experiments[pair.apart]),
        protocol_file=protocol_file,
    )


def _side(study: Study, experiment: Experiment) -> PremiumSide:
    return PremiumSide(
        experiment=experiment.name,
        predictions=predictions_of(study, experiment),
        mean_of_folds=mean_of_folds(study, experiment.protocol),
    )


def predictions_of_pairs(study: Study) -> list[str]:
    """Return the predictions of both sides of all pairs, sorted."""
    return predictions_of_sides(pairs_of_premiums(study))


def predictions_of_sides(pairs: Iterable[PremiumPair]) -> list[str]:
    """Return the predictions of both sides of some pairs, sorted."""
    return sorted({path for pair in pairs for side in (pair.shared, pair.apart) for path in side.predictions})


def manifests_of_pairs(study: Study) -> list[str]:
    """Return the manifests of the corpora that have pairs, sorted."""
    return [layout.manifest(corpus) for corpus in sorted({pair.corpus for pair in leakage_pairs(study)})]
