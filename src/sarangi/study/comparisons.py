"""Experiments that the tables put side by side: languages, sample rates, other splits."""

from collections.abc import Mapping
from typing import Any

from sarangi.study.entries import SHUFFLED, Experiment, extraction_of, keeps_apart
from sarangi.study.study import Study


def _published_uars(study: Study) -> dict[str, str]:
    """Return the UAR that was published of each experiment of ours that replays one, as it was printed."""
    return {
        record["ours"]: record["value"]
        for record in reversed(study.published.values())
        if "ours" in record and record.get("metric") == "uar" and "slice" not in record
    }


def language_cells(study: Study) -> list[dict[str, Any]]:
    """Return a cell for each classical model within and across the languages of each pair.

    Titles, the scores that there can be, and what was published, see
    :mod:`sarangi.paper.cells`.
    """
    config, found = study.config, []
    printed = _published_uars(study)
    models = {name: entry for name, entry in config["models"].items() if "classifier" in entry}
    can_be = {*study.scored, *(f"{e.name}_to_{test}" for e, test in study.transfers)}
    wanted = {f"{e.name}_to_{test}" for e, test in study.wanted_transfers} | set(study.experiments)
    for pair in config["language_pairs"]:
        first, second = pair["languages"]
        for train, test in ((first, second), (second, first)):
            corpus, other = train["corpus"], train.get("transfer")
            within = [(name, f"{corpus}_{name}_{{}}", train) for name in train["within"]]
            # the other language is unseen whatever the folds within, so the first protocol serves
            if other:
                across = [(train["within"][0], f"{corpus}_{train['within'][0]}_{{}}_to_{other}", test)]
            else:
                across = [(train["across"], f"{corpus}_{train['across']}_{{}}", test)]
            for protocol, pattern, tested in (*within, *across):
                for model, entry in models.items():
                    name = pattern.format(model)
                    adapted = "alignment" in entry or entry.get("scaling") == "each"
                    if name not in wanted or (adapted and tested is train):
                        continue
                    if "rate" in config["feature_sets"][entry["features"]]:
                        continue
                    found.append(
                        {
                            "name": name,
                            "pair": pair["title"],
                            "train": train["title"],
                            "test": tested["title"],
                            "protocol": config["protocols"][protocol]["title"],
                            "disjoint": keeps_apart(config["protocols"][protocol]),
                            "features": config["feature_sets"][entry["features"]]["title"],
                            "model": _classifier_title(study, entry),
                            "scores": f"results/scores/{name}.parquet" if name in can_be else None,
                            "published": printed.get(name),
                        }
                    )
    return found


def _classifier_title(study: Study, entry: Mapping[str, Any]) -> str:
    """Return the title of a classifier with what is done to its features beside."""
    beside = {"scaling": {"each": "each side scaled"}, "alignment": {"coral": "CORAL"}}
    done = [beside[key][entry[key]] for key in beside if entry.get(key) in beside[key]]
    return ", ".join([study.config["classifiers"][entry["classifier"]]["title"], *done])


def rates_compared(study: Study) -> list[dict[str, Any]]:
    """Return each experiment on features of the recordings' own rate beside the same one at 16 kHz."""
    config, found = study.config, []
    sets, models = config["feature_sets"], config["models"]
    for name, e in study.experiments.items():
        entry = models[e.model]
        own = sets.get(entry.get("features"), {})
        if "rate" not in own:
            continue
        twins = [
            f"{e.corpus}_{e.protocol}_{model}"
            for model, other in models.items()
            if other == entry | {"title": other["title"], "features": other.get("features")}
            and extraction_of(sets.get(other["features"], {})) == extraction_of(own)
            and "rate" not in sets[other["features"]]
        ]
        twin = next((twin for twin in twins if twin in study.experiments), None)
        found.append(
            {
                "corpus": e.corpus,
                "protocol": config["protocols"][e.protocol]["title"],
                "features": sets[models[study.experiments[twin].model]["features"]]["title"]
                if twin
                else own["title"],
                "model": _classifier_title(study, entry),
                "resampled": f"results/scores/{twin}.parquet" if twin in study.scored else None,
                "own_rate": f"results/scores/{name}.parquet" if name in study.scored else None,
            }
        )
    return found


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
    """Return the features of an experiment at the recordings' own rate, if any model is trained on them.

    None where no experiment on its corpus is, or where its own features are such.
    """
    sets, models = study.config["feature_sets"], study.config["models"]
    own = sets[models[experiment.model]["features"]]
    used = {models[e.model].get("features") for e in study.scored.values() if e.corpus == experiment.corpus}
    found = [
        name
        for name, entry in sets.items()
        if name in used and "rate" in entry and "rate" not in own
        if extraction_of(entry) == extraction_of(own)
    ]
    return found[0] if found else None
