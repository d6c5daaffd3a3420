"""Which experiments are tested again on worse recordings, and what that is computed from."""

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from sarangi.base import layout
from sarangi.base.hints import nearest
from sarangi.study.entries import FEATURES, SOUND, Experiment, extraction_of, on_corpus
from sarangi.study.inputs import shards
from sarangi.study.problems import Problem
from sarangi.study.recipes import is_tuned
from sarangi.study.study import Study


def conditions_of(study: Study) -> dict[str, list[str]]:
    """Return the conditions that each experiment is tested under, by its name."""
    found: dict[str, list[str]] = {}
    for entry in study.config["robustness"]:
        for name in entry["experiments"]:
            found.setdefault(name, []).extend(entry["conditions"])
    return {name: list(dict.fromkeys(conditions)) for name, conditions in found.items()}


def disturbed_experiments(study: Study) -> dict[str, Experiment]:
    """Return the experiments that are tested again and can run here, or were before a restore."""
    return {
        name: study.scored[name]
        for name in conditions_of(study)
        if name in study.scored and (name in study.runnable or Path(layout.robustness(name)).exists())
    }


def to_test_again(study: Study, *, tuned: bool) -> list[Experiment]:
    """Return the experiments that are tested again and can run here: fine-tuned ones, or the others."""
    names = [name for name in conditions_of(study) if name in study.runnable]
    return [study.runnable[name] for name in names if is_tuned(study, study.runnable[name]) == tuned]


def disturbed_corpora(study: Study) -> dict[str, list[str]]:
    """Return the conditions that the recordings of each corpus are needed under, by the corpus."""
    found: dict[str, list[str]] = {}
    for name, conditions in conditions_of(study).items():
        if name in study.runnable:
            found.setdefault(study.runnable[name].corpus, []).extend(conditions)
    return {corpus: list(dict.fromkeys(conditions)) for corpus, conditions in found.items()}


def disturbed_audio(study: Study, experiment: Experiment, condition: str) -> list[str]:
    """Return the recordings of an experiment's corpus under a condition."""
    corpus = experiment.corpus
    return shards(study, corpus, lambda shard: layout.disturbed_audio(corpus, condition, shard))


def disturbed_features(study: Study, experiment: Experiment, condition: str) -> list[str]:
    """Return the features of an experiment's corpus under a condition."""
    corpus, features = experiment.corpus, study.config["models"][experiment.model]["features"]
    return shards(study, corpus, lambda shard: layout.disturbed_features(corpus, condition, features, shard))


def inputs_under(study: Study, experiment: Experiment, branch: str) -> dict[str, list[str]]:
    """Return the ``audio`` or ``features`` of an experiment under each condition, by ``<branch>_<name>``."""
    of = {"audio": disturbed_audio, "features": disturbed_features}[branch]
    conditions = conditions_of(study)[experiment.name]
    return {f"{branch}_{condition}": of(study, experiment, condition) for condition in conditions}


def untested(study: Study) -> list[list[object]]:
    """Return what cannot be tested again now: corpus, protocol, model, and what each experiment needs."""
    there = disturbed_experiments(study)
    return [
        [e.corpus, e.protocol, e.model, study.waits_for(e)]
        for e in (study.experiments[name] for name in conditions_of(study) if name not in there)
    ]


def disturbed_files(study: Study) -> Iterator[str]:
    """Yield what is made of worse recordings before anything is compared."""
    for corpus, conditions in disturbed_corpora(study).items():
        for condition in conditions:
            yield from shards(study, corpus, partial(layout.disturbed_audio, corpus, condition))
    for name, conditions in conditions_of(study).items():
        if name not in study.runnable:
            continue
        experiment = study.runnable[name]
        yield layout.disturbed_predictions(name)
        if not is_tuned(study, experiment):
            for condition in conditions:
                yield from disturbed_features(study, experiment, condition)


def made(study: Study) -> list[str]:
    """Return what experiments lose on worse recordings, of each that is tested again."""
    return [layout.robustness(name) for name in disturbed_experiments(study)]


def _why_not(model: Mapping[str, Any], features: Mapping[str, Any], holds: str) -> Iterator[str]:
    """Yield why a model cannot be, by its entry, that of its features, and what its corpus holds."""
    if holds == FEATURES:
        yield "its corpus is published as features, without recordings"
    if "baseline" in model:
        yield "it is not an audio model"
    elif "audio" not in model and "features" not in model:
        yield "it is a text model"
    if "states" in model.get("audio", ()):
        yield "its pooled states are precomputed; remove `states` in a copy of the model"
    if "features" in model and (extraction_of(features) is None or "rate" in features):
        yield "its features are not computed from recordings at 16 kHz"


def problems_of_robustness(
    config: Mapping[str, Any], experiments: Mapping[str, Experiment]
) -> Iterator[Problem]:
    """Yield experiments to test on worse recordings that are none, or whose model cannot be."""
    for position, entry in enumerate(config["robustness"]):
        for which, name in enumerate(entry["experiments"]):
            place = ("robustness", position, "experiments", which)
            if name not in experiments:
                yield place, f"{name!r} is not an experiment; {nearest(name, list(experiments))}"
                continue
            model = config["models"][experiments[name].model]
            features = config["feature_sets"].get(model.get("features"), {})
            holds = config["corpora"][experiments[name].corpus].get("holds", SOUND)
            for reason in _why_not(model, features, holds):
                yield place, f"{name} cannot be tested on worse recordings: {reason}"


def problems_of_augmentation(model: str, entry: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield why the training clips of a model cannot be made worse, as it is on any corpus."""
    for corpus in ("", *entry.get("recipes", ())):
        whole = on_corpus(entry, corpus)
        if "augment" not in whole.get("finetuning", ()):
            continue
        place = ("models", model, *(("recipes", corpus) if corpus else ()), "finetuning", "augment")
        audio = whole.get("audio")
        if audio is None:
            yield place, "it is a text model; give it an audio branch, or remove augment"
        elif "states" in audio or "prefix" in audio:
            key = "states" if "states" in audio else "prefix"
            yield place, f"the model's audio input is precomputed (audio.{key}); remove one of them"
        if whole.get("replay"):
            yield place, "replay is true, and the published study augments nothing; remove one of them"
