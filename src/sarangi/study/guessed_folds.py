"""Which experiments show what it is worth to hold pseudo-speakers apart, and what that is computed from."""

from typing import Any

from sarangi.base import layout
from sarangi.base.guessed_folds import GuessedFolds, MeasuredVoices
from sarangi.base.premium_rows import MATCHED_FOLDS
from sarangi.base.scored import PremiumPair
from sarangi.study.entries import Experiment, keeps_apart
from sarangi.study.leakage import LeakagePair, is_matched, leakage_pairs, predictions_of_sides, premium_pair
from sarangi.study.speaker_inputs import pseudo_made
from sarangi.study.study import Study


def rows_of_folds(study: Study) -> list[GuessedFolds]:
    """Return a row for each audio model and each protocol that holds pseudo-speakers apart."""
    made, known = set(pseudo_made(study)), _known(study)
    rows = []
    for e in study.experiments.values():
        entry = study.config["protocols"][e.protocol]
        if not _guesses(study, e):
            continue
        pseudo = entry["pseudo_speakers"]
        beside = [each for each in study.scored.values() if _alike(study, e, each)]
        random = [each.name for each in beside if _entry(study, each)["kind"] == "stratified_kfold"]
        apart = [each.name for each in beside if keeps_apart(_entry(study, each))]
        # where several protocols keep known groups apart, the one whose leakage is known
        apart.sort(key=lambda name: name not in known.get((e.corpus, e.model), ()))
        measured = (pseudo, e.corpus) in made
        rows.append(
            GuessedFolds(
                corpus=e.corpus,
                model=e.model,
                protocol=e.protocol,
                guessed=e.name if e.name in study.scored else None,
                random=next(iter(random), None),
                known=next(iter(apart), None),
                measures=layout.speaker_measures(pseudo, e.corpus) if measured else None,
                missing=() if e.name in study.scored else tuple(study.waits_for(e)),
            )
        )
    return rows


def _entry(study: Study, experiment: Experiment) -> dict[str, Any]:
    entry: dict[str, Any] = study.config["protocols"][experiment.protocol]
    return entry


def _guesses(study: Study, experiment: Experiment) -> bool:
    """Whether an experiment holds pseudo-speakers apart, with an audio model that is compared."""
    entry, model = _entry(study, experiment), study.config["models"][experiment.model]
    compared = experiment.model in study.compared(experiment.corpus, experiment.protocol)
    return "pseudo_speakers" in entry and not entry["leaks"] and compared and "baseline" not in model


def _alike(study: Study, experiment: Experiment, other: Experiment) -> bool:
    """Whether another experiment has the corpus, model and emotions of one, and its folds guess nothing."""
    mine, theirs = _entry(study, experiment), _entry(study, other)
    same = (experiment.corpus, experiment.model) == (other.corpus, other.model)
    kept = all(mine.get(key) == theirs.get(key) for key in ("emotions", "language"))
    return same and kept and "pseudo_speakers" not in theirs


def _known(study: Study) -> dict[tuple[str, str], set[str]]:
    """Return the experiments with known groups held apart whose leakage is known, by corpus and model."""
    found: dict[tuple[str, str], set[str]] = {}
    for pair in leakage_pairs(study):
        if pair.folds == MATCHED_FOLDS:
            found.setdefault((pair.corpus, pair.model), set()).add(pair.apart)
    return found


def scores_of_folds(study: Study) -> list[str]:
    """Return the scores of the experiments of :func:`rows_of_folds`, each once."""
    names = (name for row in rows_of_folds(study) for name in (row.guessed, row.random, row.known))
    return [layout.scores(name) for name in dict.fromkeys(names) if name is not None]


def measures_of_folds(study: Study) -> list[str]:
    """Return the measures of the pseudo-speakers of :func:`rows_of_folds`, each once."""
    files = (row.measures for row in rows_of_folds(study))
    return [file for file in dict.fromkeys(files) if file is not None]


def measured_voices(study: Study) -> list[MeasuredVoices]:
    """Return the pseudo-speakers that can be measured, where some score is of folds that hold such apart."""
    if not any("pseudo_speakers" in _entry(study, e) for e in study.scored.values()):
        return []
    entries = study.config["pseudo_speakers"]
    return [
        MeasuredVoices(entries[name]["title"], corpus, layout.speaker_measures(name, corpus))
        for name, corpus in pseudo_made(study)
    ]


def pseudo_pairs(study: Study) -> list[PremiumPair]:
    """Return the pairs of folds with pseudo-speakers held apart and folds that are matched to them."""
    pairs = []
    for e in (e for e in study.scored.values() if _guesses(study, e)):
        for other in study.scored.values():
            same = (e.corpus, e.model) == (other.corpus, other.model)
            if same and is_matched(_entry(study, other), _entry(study, e)):
                pair = LeakagePair(e.corpus, e.model, MATCHED_FOLDS, other.name, e.name)
                pairs.append(premium_pair(study, pair, layout.protocol(e.corpus, e.protocol)))
                break
    return pairs


def predictions_of_pseudo_pairs(study: Study) -> list[str]:
    """Return the predictions of both sides of :func:`pseudo_pairs`, sorted."""
    return predictions_of_sides(pseudo_pairs(study))


def manifests_of_pseudo_pairs(study: Study) -> list[str]:
    """Return the manifests of the corpora of :func:`pseudo_pairs`, sorted."""
    return [layout.manifest(corpus) for corpus in sorted({pair.corpus for pair in pseudo_pairs(study)})]


def protocols_of_pseudo_pairs(study: Study) -> list[str]:
    """Return the protocols of :func:`pseudo_pairs` that say whose voice each clip is, sorted."""
    return sorted({pair.protocol_file for pair in pseudo_pairs(study) if pair.protocol_file is not None})
