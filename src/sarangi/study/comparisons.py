"""Experiments that the tables put side by side: languages, sample rates, other splits."""

from collections.abc import Iterator, Mapping
from typing import Any

from sarangi.base import layout
from sarangi.base.score_id import ScoreId
from sarangi.study.entries import SHUFFLED, Experiment, extraction_of, keeps_apart
from sarangi.study.study import Study


def _published_uars(study: Study) -> dict[str, str]:
    """Return the UAR that was published of each experiment of ours that replays one, as it was printed."""
    return {
        record["ours"]: record["value"]
        for record in reversed(list(study.published.values()))
        if "ours" in record and record.get("metric") == "uar" and "slice" not in record
    }


def language_cells(study: Study) -> list[dict[str, Any]]:
    """Return a cell for each classical model within and across the languages of each pair.

    Titles, the scores that there can be, and what was published, see
    :mod:`sarangi.paper.cells`.
    """
    printed = _published_uars(study)
    cells = []
    for pair in study.config["language_pairs"]:
        first, second = pair["languages"]
        for train, test in ((first, second), (second, first)):
            for tested, experiment, other in _tried(study, train, test):
                score = ScoreId(experiment.name, other).name
                available = score in study.available_scores
                cells.append(
                    {
                        "name": score,
                        "pair": pair["title"],
                        "train": train["title"],
                        "test": tested["title"],
                        **_titles(study, experiment),
                        "scores": layout.scores(score) if available else None,
                        "published": printed.get(score),
                    }
                )
    return cells


def _tried(
    study: Study, train: Mapping[str, Any], test: Mapping[str, Any]
) -> Iterator[tuple[Mapping[str, Any], Experiment, str | None]]:
    """Yield each classical experiment of a language, with the language and the other corpus of its test."""
    other = train.get("transfer")
    # the other language is unseen whatever the folds within, so the first protocol serves
    across = (train["within"][0], other, test) if other else (train["across"], None, test)
    for protocol, corpus, tested in (*((name, None, train) for name in train["within"]), across):
        for model, entry in study.config["models"].items():
            experiment = Experiment(train["corpus"], protocol, model)
            adapted = "alignment" in entry or entry.get("scaling") == "each"
            if (
                "classifier" in entry
                and ScoreId(experiment.name, corpus).name in study.wanted_scores
                and not (adapted and tested is train)
                and "rate" not in study.config["feature_sets"][entry["features"]]
            ):
                yield tested, experiment, corpus


def _titles(study: Study, experiment: Experiment) -> dict[str, Any]:
    """Return what a cell says of its experiment."""
    protocol = study.config["protocols"][experiment.protocol]
    model = study.config["models"][experiment.model]
    return {
        "protocol": protocol["title"],
        "disjoint": keeps_apart(protocol),
        "features": study.config["feature_sets"][model["features"]]["title"],
        "model": _classifier_title(study, model),
        "base": study.config["classifiers"][model["classifier"]]["title"],
    }


def _classifier_title(study: Study, entry: Mapping[str, Any]) -> str:
    """Return the title of a classifier with what is done to its features beside."""
    beside = {
        "scaling": {"each": "each side scaled"},
        "alignment": {"coral": "CORAL"},
        "project_out": {
            "speaker": "speaker directions out",
            "shuffled": "directions of shuffled speakers out",
            "random": "random directions out",
        },
    }
    done = [beside[key][entry[key]] for key in beside if entry.get(key) in beside[key]]
    return ", ".join([study.config["classifiers"][entry["classifier"]]["title"], *done])


def rates_compared(study: Study) -> list[dict[str, Any]]:
    """Return each experiment on features of the recordings' native rate beside the same one at 16 kHz."""
    sets, models = study.config["feature_sets"], study.config["models"]
    rows = []
    for name, e in study.experiments.items():
        entry = models[e.model]
        own = sets.get(entry.get("features"), {})
        if "rate" not in own:
            continue
        twin = next((twin for twin in _twins(study, e) if twin.name in study.experiments), None)
        rows.append(
            {
                "corpus": e.corpus,
                "protocol": study.config["protocols"][e.protocol]["title"],
                "features": (own if twin is None else sets[models[twin.model]["features"]])["title"],
                "model": _classifier_title(study, entry),
                "resampled": layout.scores(twin.name) if twin and twin.name in study.scored else None,
                "own_rate": layout.scores(name) if name in study.scored else None,
            }
        )
    return rows


def _twins(study: Study, experiment: Experiment) -> Iterator[Experiment]:
    """Yield the same experiment on the same features at 16 kHz, whether it is configured or not."""
    sets, models = study.config["feature_sets"], study.config["models"]
    entry = models[experiment.model]
    own = sets[entry["features"]]
    for model, other in models.items():
        if (
            other == entry | {"title": other["title"], "features": other.get("features")}
            and extraction_of(sets.get(other["features"], {})) == extraction_of(own)
            and "rate" not in sets[other["features"]]
        ):
            yield Experiment(experiment.corpus, experiment.protocol, model)


def split_again(study: Study, corpus: str) -> list[Experiment]:
    """Return the experiments on a corpus that are shown under other splits or rates, sorted by name."""
    return [
        e
        for e in study.scored.values()
        if e.corpus == corpus and chosen(study, e) and (other_splits(study, e.protocol) or own_rate(study, e))
    ]


def chosen(study: Study, experiment: Experiment) -> bool:
    """Whether an experiment is to be shown under other splits, where the audit finds few groups."""
    wanted = study.config["sensitivity"]
    return experiment.protocol in wanted["protocols"] and experiment.model in wanted["models"]


def other_splits(study: Study, protocol: str) -> dict[str, list[int]]:
    """Return the other seeds and numbers of folds that a protocol is shown with, where it has them."""
    entry, wanted = study.config["protocols"][protocol], study.config["sensitivity"]
    if entry["kind"] not in SHUFFLED:
        return {}
    values = {"seed": wanted["seeds"], "folds": wanted["folds"]}
    return {key: [v for v in values[key] if v != entry[key]] for key in values if key in entry}


def own_rate(study: Study, experiment: Experiment) -> str | None:
    """Return the features of an experiment at the recordings' native rate, if any model is trained on them.

    None where no experiment on its corpus is, or where its own features are such.
    """
    sets, models = study.config["feature_sets"], study.config["models"]
    own = sets[models[experiment.model]["features"]]
    used = {models[e.model].get("features") for e in study.scored.values() if e.corpus == experiment.corpus}
    at_own_rate = [
        name
        for name, entry in sets.items()
        if name in used and "rate" in entry and "rate" not in own
        if extraction_of(entry) == extraction_of(own)
    ]
    return at_own_rate[0] if at_own_rate else None
