"""What the paper shows of published experiments and of ours, and which scores that needs."""

from collections.abc import Callable, Collection, Container, Iterable, Mapping
from typing import Any

from sarangi.base import layout
from sarangi.base.score_id import ScoreId
from sarangi.published.printed import printed_experiments
from sarangi.study.findings_inputs import further_experiments
from sarangi.study.leakage import GUESSES
from sarangi.study.missing import what_is_missing
from sarangi.study.recipes import is_tuned, tuned_scored
from sarangi.study.study import Study
from sarangi.study.vote_inputs import votes_of

ENGLISH = ("ravdess", "meld", "iemocap")
"""The English corpora that the published study names, in its order."""
WITH_SEEDS = ("finding_4", "finding_5")
"""The findings whose fine-tuned models are shown seed by seed."""


def results_shown(study: Study, path: Callable[[str], str]) -> list[str]:
    """Return the scores or confusions that figures show, by a function of the layout.

    Of all experiments and transfers but those of :data:`~sarangi.study.leakage.GUESSES`.
    """
    transfers = (ScoreId(e.name, test).name for e, test in study.transfers)
    return [path(name) for name in (*study.scored, *transfers) if not _guesses(study, name)]


def parts_tested(study: Study) -> list[dict[str, str]]:
    """Return each corpus and protocol that a score of emotions is of, with its manifest and its folds."""
    pairs = dict.fromkeys(
        (e.corpus, e.protocol) for name, e in study.scored.items() if not _guesses(study, name)
    )
    return [
        {
            "corpus": corpus,
            "protocol": protocol,
            "manifest": layout.manifest(corpus),
            "folds": layout.protocol(corpus, protocol),
        }
        for corpus, protocol in pairs
    ]


def fairness_shown(study: Study) -> list[str]:
    """Return the differences between parts of the speakers of every audio model, on its own corpus.

    Matched folds are there to be compared with the folds that they are matched to, and are left out.
    """
    return [
        layout.fairness(name)
        for name, e in study.scored.items()
        if "baseline" not in study.config["models"][e.model]
        and "matched" not in study.config["protocols"][e.protocol]
    ]


def humans_shown(study: Study) -> list[str]:
    """Return what annotators reach beside every audio model, on its own corpus and on others.

    Of those that are tested on a corpus with votes; matched folds are left out, as in :func:`fairness_shown`.
    """
    scores = [ScoreId(name) for name in study.scored]
    scores += [ScoreId(e.name, test) for e, test in study.transfers]
    shown = []
    for score in scores:
        e = study.experiments[score.experiment]
        listens = "baseline" not in study.config["models"][e.model]
        matched = "matched" in study.config["protocols"][e.protocol]
        if listens and not matched and votes_of(study, score.test or e.corpus):
            shown.append(layout.human(score.name))
    return shown


def results_first(study: Study) -> list[str]:
    """Return the names of the results that figures show before others, whatever their scores.

    What the entries of findings name, then what is fine-tuned; nothing where a study has no findings.
    """
    if not study.config["findings"]:
        return []
    moved = [ScoreId(e.name, test).name for e, test in study.transfers if is_tuned(study, e)]
    named = [name for finding in study.config["findings"] for name in further_experiments(study, finding)]
    names = dict.fromkeys([*named, *tuned_scored(study), *moved])
    return [name for name in names if name in study.available_scores and not _guesses(study, name)]


def have_seeds(study: Study) -> bool:
    """Whether some experiment that can be scored is trained with several seeds."""
    models = [study.model(e) for e in study.scored.values()]
    recipes = [model["finetuning"] for model in models if "finetuning" in model]
    recipes += [study.config["classifiers"][model["classifier"]] for model in models if "classifier" in model]
    return any(len(recipe.get("seeds", ())) > 1 for recipe in recipes)


def _guesses(study: Study, name: str) -> bool:
    model = study.experiments[study.scores[name].experiment].model
    return study.config["models"][model].get("baseline") in GUESSES


def printed_of_corpus(study: Study, corpus: str) -> dict[str, dict[str, Any]]:
    """Return what was published of experiments on a corpus that ours replay."""
    return printed_experiments(study.published, lambda record: record["replay"]["corpus"] == corpus)


def printed_on_english(study: Study) -> dict[str, dict[str, Any]]:
    """Return what was published of experiments on each English corpus of :data:`ENGLISH` that has some."""
    printed = {corpus: printed_of_corpus(study, corpus) for corpus in ENGLISH}
    return {corpus: found for corpus, found in printed.items() if found}


def ours_by_english(study: Study) -> dict[str, list[dict[str, Any]]]:
    """Return our experiments on each English corpus, those of :func:`ours_on` first, then all others."""
    known = {*study.config["corpora"], *printed_on_english(study)}
    found = {}
    for corpus in (corpus for corpus in ENGLISH if corpus in known):
        first = ours_on(study, corpus)
        names = {entry["name"] for entry in first}
        others = [name for name, e in study.experiments.items() if e.corpus == corpus and name not in names]
        found[corpus] = first + [_described(study, name) for name in others]
    return found


def ours_on_english(study: Study) -> list[dict[str, Any]]:
    """Return our experiments on all English corpora, one after another."""
    return [entry for entries in ours_by_english(study).values() for entry in entries]


def printed_with_seeds(study: Study) -> dict[str, dict[str, Any]]:
    """Return what was published of the experiments that are shown seed by seed."""
    return printed_experiments(study.published, lambda record: record["finding"] in WITH_SEEDS)


def ours_on(study: Study, corpus: str) -> list[dict[str, Any]]:
    """Return our experiments on a corpus as sarangi.paper.tables.published lists them next to published ones.

    Those that replay one, what else is compared under the same protocols, and what findings name.
    """
    printed = printed_of_corpus(study, corpus)
    replayed = _protocols_replayed(study, printed)
    models = list(study.config["models"])
    compared = [
        e
        for e in study.experiments.values()
        if e.corpus == corpus and e.protocol in replayed and e.model in study.compared(corpus, e.protocol)
    ]
    names = [entry["ours"] for entry in printed.values()]
    names += [e.name for e in sorted(compared, key=lambda e: (models.index(e.model), e.protocol))]
    named = _named_by_findings(study, sorted(study.config["findings"]))
    further = [study.experiments[name] for name in named if name in study.experiments]
    names += [e.name for e in further if e.corpus == corpus]
    return [_described(study, name, replayed) for name in dict.fromkeys(names)]


def ours_with_seeds(study: Study) -> list[dict[str, Any]]:
    """Return our fine-tuned experiments and transfers that are shown seed by seed, likewise."""
    names = [entry["ours"] for entry in printed_with_seeds(study).values()]
    for name in _named_by_findings(study, WITH_SEEDS):
        names += [name] if is_tuned(study, study.experiments[study.scores[name].experiment]) else []
    return [_described(study, name) for name in dict.fromkeys(names)]


def scores_of(ours: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the scores of our experiments that a table of published numbers shows, of what there can be."""
    return [entry["scores"] for entry in ours if entry["scores"]]


def names_of(ours: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the names of the scores of :func:`scores_of`."""
    return [entry["name"] for entry in ours if entry["scores"]]


def _named_by_findings(study: Study, findings: Iterable[str]) -> list[str]:
    """Return the further experiments that the entries of findings name."""
    configured = (finding for finding in findings if finding in study.config["findings"])
    return [name for finding in configured for name in further_experiments(study, finding)]


def _protocols_replayed(study: Study, experiments: Container[str]) -> set[str]:
    """Return the configured protocols by which ours replay some published experiments."""
    protocols = {
        record["replay"]["protocol"]
        for record in study.published.values()
        if "replay" in record and record["experiment"] in experiments
    }
    return protocols & set(study.config["protocols"])


def _described(study: Study, name: str, replayed: Collection[str] = ()) -> dict[str, Any]:
    """Return what the tables of published numbers need of an experiment or transfer of ours."""
    score = study.scores.get(name)
    available = name in study.available_scores
    described: dict[str, Any] = {
        "name": name,
        **dict.fromkeys(("corpus", "test", "protocol", "model", "leaks")),
        "replayed": False,
        "scores": layout.scores(name) if available else None,
        "why": [] if available else what_is_missing(study, name),
    }
    if score is None:
        return described
    e = study.experiments[score.experiment]
    protocol = study.config["protocols"][e.protocol]
    return described | {
        "corpus": e.corpus,
        "test": score.test or e.corpus,
        "protocol": protocol["title"],
        "model": study.config["models"][e.model]["title"],
        "leaks": protocol["leaks"],
        "replayed": e.protocol in replayed,
    }
