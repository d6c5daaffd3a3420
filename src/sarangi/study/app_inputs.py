"""What the page offers: the cards of all runs, what they say, and what a Space is made of."""

from typing import Any

from sarangi.base import layout
from sarangi.base.errors import SarangiError
from sarangi.sources.kinds import Hub, kind_of
from sarangi.study.availability import origin_of_corpus
from sarangi.study.entries import Experiment, encoders_of, is_control, words_of
from sarangi.study.inputs import encoder_of, run_files, whisper_files
from sarangi.study.recipes import is_tuned, recipe_of_a_run
from sarangi.study.scored import mean_of_folds
from sarangi.study.study import Study


def offered(study: Study) -> list[Experiment]:
    """Return the fine-tuned experiments that the page offers, of those that can run here, by model and name.

    Without controls of the words, which answer by what nobody said.
    """
    wanted = study.config.get("app", {}).get("experiments", [])
    models = list(study.config["models"])
    found = [
        e
        for e in study.runnable.values()
        if is_tuned(study, e) and (not wanted or e.name in wanted) and not is_control(study.model(e))
    ]
    return sorted(found, key=lambda e: (models.index(e.model), e.name))


def in_space(study: Study) -> list[tuple[Experiment, int, int]]:
    """Return the runs that go into space/: experiment, fold and seed."""
    wanted = study.config.get("app", {}).get("space", [])
    runs = [(e, fold, seed) for e in offered(study) for fold, seed in study.runs(e)]
    if wanted:
        return [(e, fold, seed) for e, fold, seed in runs if f"{e.name}/{fold}/{seed}" in wanted]
    first: dict[tuple[str, ...], tuple[Experiment, int, int]] = {}
    for run in runs:
        first.setdefault(tuple(encoders_of(study.model(run[0]))), run)
    return list(first.values())


def cards_of(study: Study, experiment: Experiment) -> dict[str, list[str]]:
    """Return the cards of each run of an experiment: for people, and as data for machines."""
    return {
        "cards": run_files(study, experiment, layout.run_card),
        "data": run_files(study, experiment, layout.run_card_data),
    }


def about_of(study: Study, experiment: Experiment) -> dict[str, Any]:
    """Return what the cards of an experiment's runs say of it: see sarangi.app.cards."""
    model, e = study.model(experiment), experiment
    asr = words_of(model)
    titles = study.locations.corpus_titles
    corpus = {"name": e.corpus, "title": titles[e.corpus], "source": origin_of_corpus(study, e.corpus)}
    return {
        "experiment": e.name,
        "model": model["title"],
        "corpus": study.described(e.corpus) | corpus,
        "protocol": {key: study.config["protocols"][e.protocol][key] for key in ("title", "kind", "leaks")},
        "mean_of_folds": mean_of_folds(study, e.protocol),
        "confidence": study.config["bootstrap"]["confidence"],
        "synthetic": e.corpus in study.synthetic,
        "untrained": study.untrained(e.model),
        "encoders": {
            branch: _about_weights(study, "encoders", name) | {"folder": str(study.weights[name])}
            for branch, name in encoders_of(model).items()
        },
        "asr": asr
        and _about_weights(study, "asr", asr)
        | {"checkpoint": str(study.checkpoints[asr]), "settings": study.asr_settings(asr)},
        "recipe": recipe_of_a_run(model)["finetuning"]
        | {
            f"{branch}.adapters.{key}": value
            for branch in encoders_of(model)
            for key, value in model[branch].get("adapters", {}).items()
        },
    }


def _about_weights(study: Study, kind: str, name: str) -> dict[str, Any]:
    """Return what a card says of an encoder or a Whisper."""
    entry = study.config[kind][name]
    source = kind_of(entry["source"])
    hub = source.hub if isinstance(source, Hub) else None
    about = {"name": name, "title": entry["title"], "licence": entry["licence"], "hub": hub}
    return about | {"source": study.locations.origin_of_weights(entry)}


def files_of_app(study: Study) -> list[str]:
    """Return the cards of all runs that the page offers, and the Space.

    Raises
    ------
    SarangiError
        Where an experiment that the configuration names, or any at all, cannot be offered; it says why.
    """
    tuned = {name: e for name, e in study.experiments.items() if is_tuned(study, e)}
    # those that are named must be there; of all others what can run
    absent = sorted(_named(study, tuned) - {e.name for e in offered(study)})
    absent = absent or ([] if offered(study) else list(tuned))
    if absent:
        missing = "; ".join(map(str, study.waits_for(study.experiments[absent[0]])))
        why = f"it needs {missing}" if missing else "it is not in app.experiments"
        raise SarangiError(f"app: {absent[0]} cannot be offered: {why}")
    if not offered(study):
        raise SarangiError(
            "app: no experiment is fine-tuned, so there is no model to offer; add one to config.yaml, as "
            "with models: [wav2vec2_base] under a protocol with a validation part (grouped5_validated)"
        )
    return [
        *(
            path
            for e in offered(study)
            for paths in zip(*cards_of(study, e).values(), strict=True)
            for path in paths
        ),
        layout.space("app.py"),
    ]


def _named(study: Study, tuned: dict[str, Experiment]) -> set[str]:
    """Return the experiments that the configuration names for the page, or of which it names a run."""
    chosen = study.config.get("app", {})
    runs = {f"{name}/{fold}/{seed}": name for name, e in tuned.items() for fold, seed in study.runs(e)}
    return {*chosen.get("experiments", ()), *(runs[run] for run in chosen.get("space", ()) if run in runs)}


def models_of_space(study: Study) -> list[str]:
    """Return what the models of the Space are made of, sorted: weights, cards, Whisper, encoders."""
    files: set[str] = set()
    for e, fold, seed in in_space(study):
        own = (layout.run_config, layout.run_model, layout.run_card, layout.run_card_data)
        files |= {path(e.name, fold, seed) for path in own}
        model = study.model(e)
        asr = words_of(model)
        files |= set(whisper_files(study, asr) if asr is not None else ())
        if "states" in model.get("audio", {}):
            files |= set(encoder_of(study, e, "audio"))
    return sorted(files)


def runs_of_space(study: Study) -> list[str]:
    """Return the runs whose models go into the Space: ``<experiment>/<fold>/<seed>``."""
    return [f"{e.name}/{fold}/{seed}" for e, fold, seed in in_space(study)]
