"""What is shown of models whose features lose the directions of speakers, and what that is computed from."""

from collections.abc import Mapping
from typing import Any

from sarangi.base import layout
from sarangi.study.entries import Experiment
from sarangi.study.study import Study

OF_PROJECTION = ("title", "project_out", "seeds")
"""Keys in which models that are compared differ."""


def draws_of(study: Study, feature_set: str) -> dict[str, list[int]]:
    """Return the seeds of what directions of speakers are compared with, by its kind."""
    draws: dict[str, set[int]] = {}
    for entry in study.config["models"].values():
        if entry.get("features") == feature_set and "seeds" in entry:
            draws.setdefault(entry["project_out"], set()).update(entry["seeds"])
    return {kind: sorted(seeds) for kind, seeds in sorted(draws.items(), reverse=True)}


def probes_made(study: Study) -> list[tuple[str, str]]:
    """Return each feature set and corpus of which some experiment that can run loses directions, sorted."""
    models = study.config["models"]
    return sorted(
        {
            (models[e.model]["features"], e.corpus)
            for e in study.runnable.values()
            if "project_out" in models[e.model]
        }
    )


def experiments_shown(study: Study) -> list[Experiment]:
    """Return the experiments that lose directions, and the same without, in the configuration's order."""
    models = study.config["models"]
    lose = {
        (e.corpus, e.protocol, _otherwise(models[e.model]))
        for e in study.experiments.values()
        if "project_out" in models[e.model]
    }
    places = {name: place for place, name in enumerate(models)}
    shown = [
        e for e in study.experiments.values() if (e.corpus, e.protocol, _otherwise(models[e.model])) in lose
    ]
    return sorted(shown, key=lambda e: (e.corpus, e.protocol, places[e.model]))


def _otherwise(entry: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return what a model is but for what is projected out."""
    return tuple(sorted((key, str(value)) for key, value in entry.items() if key not in OF_PROJECTION))


def rows_of_confounds(study: Study) -> list[dict[str, Any]]:
    """Return what the table of speaker directions shows, a row an experiment.

    Each has ``corpus``, ``protocol`` and ``model`` (names), ``projected`` (``nothing``, or a kind),
    ``probe`` and ``scores`` (files, None where there can be none) and ``missing`` (why not, or None).
    """
    models, probes = study.config["models"], set(probes_made(study))
    rows = []
    for e in experiments_shown(study):
        features = models[e.model]["features"]
        missing = [str(each) for each in study.waits_for(e)]
        rows.append(
            {
                "corpus": e.corpus,
                "protocol": e.protocol,
                "model": e.model,
                "projected": models[e.model].get("project_out", "nothing"),
                "probe": layout.speaker_probe(features, e.corpus) if (features, e.corpus) in probes else None,
                "scores": layout.scores(e.name) if e.name in study.scored else None,
                "missing": "; ".join(missing) or None,
            }
        )
    return rows
