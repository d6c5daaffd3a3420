"""How models are trained: what a job needs to know of a recipe, and what the paper shows of it."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sarangi.base import layout
from sarangi.study.dimensions import scales_of
from sarangi.study.entries import BRANCHES, CHECKPOINTS, DIMENSIONS, Experiment, on_corpus
from sarangi.study.problems import Problem
from sarangi.study.study import Study

NOT_OF_A_RUN = ("seeds", "together")
"""Keys of a fine-tuning that change no run: the other seeds, and what else its job trains."""


def is_tuned(study: Study, experiment: Experiment) -> bool:
    """Whether an experiment is a fine-tuning, with a run a fold and seed."""
    return "finetuning" in study.config["models"][experiment.model]


def tuned_scored(study: Study) -> list[str]:
    """Return the names of the fine-tuned experiments that can run or were restored, sorted."""
    return [name for name, e in study.scored.items() if is_tuned(study, e)]


def runs_logged(study: Study) -> list[dict[str, Any]]:
    """Return the logs of the runs of each fine-tuned experiment that trains here, or whose logs are there.

    Results that were restored may be without them.
    """
    found = []
    for name in tuned_scored(study):
        e = study.scored[name]
        logs = [layout.run_log(name, fold, seed) for fold, seed in study.runs(e)]
        if name in study.runnable or all(Path(log).exists() for log in logs):
            found.append({"corpus": e.corpus, "protocol": e.protocol, "model": e.model, "logs": logs})
    return found


def tuned_transferred(study: Study) -> list[str]:
    """Return the names of the fine-tuned experiments with transfers that can be scored, sorted."""
    return sorted({e.name for e, _ in study.transfers if is_tuned(study, e)})


def tuned_runnable(study: Study, together: bool = True) -> list[str]:
    """Return the names of the fine-tuned experiments that can run.

    Without ``together`` those are left out of which one job trains all runs, or none trains any.
    """
    runnable = study.every_runnable
    names = [name for name, e in runnable.items() if is_tuned(study, e)]
    otherwise = {e.name for e in study.trained_together(runnable)} | set(from_checkpoints(study))
    return [name for name in names if together or name not in otherwise]


def from_checkpoints(study: Study) -> list[str]:
    """Return the names of the experiments that can run whose networks the published study trained, sorted."""
    return [name for name, e in study.runnable.items() if CHECKPOINTS in study.model(e)]


def runs_an_encoder(study: Study, experiment: Experiment) -> bool:
    """Whether an experiment's training runs an encoder, and so is the faster for a GPU."""
    model = study.model(experiment)
    return any("states" not in model[branch] for branch in BRANCHES if branch in model)


def recipe_of_a_run(model: Mapping[str, Any]) -> dict[str, Any]:
    """Return the entry of a model without its title and what else changes no run."""
    entry = {key: value for key, value in model.items() if key != "title"}
    tuning = {key: value for key, value in entry["finetuning"].items() if key not in NOT_OF_A_RUN}
    return entry | {"finetuning": tuning}


def model_of_a_run(study: Study, experiment: Experiment) -> dict[str, Any]:
    """Return what the training of a run knows of its model: :func:`recipe_of_a_run`.

    Of ratings ``dimensions`` has the ends of the manifest's scales, by name and sorted.
    """
    entry = recipe_of_a_run(study.model(experiment))
    if DIMENSIONS not in entry:
        return entry
    scales = scales_of(experiment.corpus, study.config["corpora"][experiment.corpus])
    return entry | {DIMENSIONS: {name: list(scales[name].ends) for name in sorted(entry[DIMENSIONS])}}


def learns_votes(model: Mapping[str, Any]) -> bool:
    """Whether a model's entry is trained on votes of annotators in place of labels."""
    return bool(model.get("finetuning", {}).get("targets") == "soft")


def votes_learnt(study: Study, experiment: Experiment) -> list[str]:
    """Return the votes that an experiment is trained on; nothing for one that is trained on labels."""
    return [layout.votes(experiment.corpus)] if learns_votes(study.model(experiment)) else []


def problems_of_targets(config: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield experiments whose models learn votes on corpora that name none."""
    for position, entry in enumerate(config["experiments"]):
        for place, corpus in enumerate(entry["corpora"]):
            if corpus not in config["corpora"] or "votes" in config["corpora"][corpus]:
                continue
            for name in entry["models"]:
                if learns_votes(on_corpus(config["models"].get(name, {}), corpus)):
                    yield (
                        ("experiments", position, "corpora", place),
                        f"{name} learns the votes of annotators (targets: soft), and corpora.{corpus} names "
                        "no `votes`; name them, or remove targets from the recipe",
                    )


def recipes_shown(study: Study) -> list[dict[str, Any]]:
    """Return how each fine-tuned model is trained, with the corpora on which that is the same."""
    recipes: list[dict[str, Any]] = []
    for e in study.every_experiment.values():
        if not is_tuned(study, e):
            continue
        recipe = {key: value for key, value in study.model(e).items() if key != "recipes"}
        same = [entry for entry in recipes if (entry["model"], entry["recipe"]) == (e.model, recipe)]
        if not same:
            recipes.append({"model": e.model, "corpora": [e.corpus], "recipe": recipe})
        elif e.corpus not in same[0]["corpora"]:
            same[0]["corpora"].append(e.corpus)
    return recipes
