"""What a configuration leaves out: the defaults of its keys, and the built-in entries that it names."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from sarangi.base.installation import home
from sarangi.study.entries import BRANCHES
from sarangi.study.problems import with_defaults

BUILT_IN = "workflow/schemas/builtin.yaml"
KINDS = ("protocols", "feature_sets", "encoders", "asr", "classifiers", "regressors", "models")
"""Keys of the configuration that have built-in entries."""
SEE_CARD = "see the model card"
"""Where the licence of an encoder is, of which the configuration states the repository alone."""


def completed(config: Mapping[str, Any], schema: Path) -> dict[str, Any]:
    """Return a configuration with the defaults of its schema and the built-in entries that it names.

    An entry of the configuration replaces the built-in one of its name whole; ``null`` removes that one.
    An encoder that is stated as ``owner/name`` becomes an entry of that repository of the Hugging Face hub.
    A built-in entry that nothing names stays out, so that it costs nothing.  Own entries come first, and
    built-in ones follow in their own order.

    Parameters
    ----------
    config
        As merged from all files and the command line; it need not be valid.
    schema
        JSON schema, as YAML.
    """
    whole = with_defaults(config, schema)
    choice = {kind: dict(entries) for kind, entries in built_in().items()}
    for kind in KINDS:
        if isinstance(whole.get(kind), Mapping):
            for name in [name for name, entry in whole[kind].items() if entry is None]:
                choice[kind].pop(name, None)
            whole[kind] = {name: entry for name, entry in whole[kind].items() if entry is not None}
    # models first: they name what they are made of, as feature sets and encoders do
    for named in (_named, _parts_of_models, _parts_of_others, _whispers_of_encoders):
        for kind, names in list(named(whole)):
            if isinstance(whole.get(kind), Mapping):
                wanted = [name for name in choice[kind] if name in names and name not in whole[kind]]
                whole[kind] = {**whole[kind], **{name: choice[kind][name] for name in wanted}}
    if isinstance(whole.get("encoders"), Mapping):
        whole["encoders"] = {
            name: _of_hub(name, entry, whole) if isinstance(entry, str) else entry
            for name, entry in whole["encoders"].items()
        }
    return whole


def _of_hub(name: str, repository: str, config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the entry of an encoder that is stated by its repository alone.

    Its modality is that of the branch of the models that name it; its licence is in its card alone.
    """
    models = config["models"].values() if isinstance(config.get("models"), Mapping) else ()
    branches = {branch for entry in models for branch, encoder in _encoders_in(entry) if encoder == name}
    text = {"modality": "text"} if branches == {"text"} else {}
    title = repository.rpartition("/")[2] or name
    return {"title": title, "licence": SEE_CARD, **text, "source": {"hub": repository}}


def _encoders_in(model: Any) -> Iterator[tuple[str, Any]]:
    """Yield the branches of a model's entry with what each names as its encoder, its recipes' too."""
    recipes = model.get("recipes") if isinstance(model, Mapping) else None
    for each in (model, *(recipes.values() if isinstance(recipes, Mapping) else ())):
        for branch in BRANCHES if isinstance(each, Mapping) else ():
            if isinstance(each.get(branch), Mapping) and "encoder" in each[branch]:
                yield branch, each[branch]["encoder"]


@cache
def built_in() -> dict[str, dict[str, Any]]:
    """Return the built-in entries of each of :data:`KINDS`."""
    found: dict[str, dict[str, Any]] = yaml.load(
        (home() / BUILT_IN).read_text(encoding="utf-8"), Loader=yaml.CSafeLoader
    )
    return found


def _named(config: Mapping[str, Any]) -> Iterator[tuple[str, list[Any]]]:
    """Yield the protocols and models that parts of a configuration name; odd parts name none."""
    experiments = [entry for entry in _list(config.get("experiments")) if isinstance(entry, Mapping)]
    sensitivity = config.get("sensitivity")
    for entry in (*experiments, sensitivity if isinstance(sensitivity, Mapping) else {}):
        yield "protocols", _list(entry.get("protocols"))
        yield "models", _list(entry.get("models"))
    for pair in _list(config.get("language_pairs")):
        for side in _list(pair.get("languages")) if isinstance(pair, Mapping) else ():
            if isinstance(side, Mapping):
                yield "protocols", [*_list(side.get("within")), side.get("across")]


def _parts_of_models(config: Mapping[str, Any]) -> Iterator[tuple[str, list[Any]]]:
    """Yield what the models of a configuration are made of; odd parts name nothing."""
    models = config["models"] if isinstance(config.get("models"), Mapping) else {}
    for entry in models.values():
        if not isinstance(entry, Mapping):
            continue
        yield "feature_sets", [entry.get("features")]
        yield "classifiers", [entry.get("classifier")]
        yield "regressors", [entry.get("regressor")]
        recipes = entry.get("recipes")
        for each in (entry, *(recipes.values() if isinstance(recipes, Mapping) else ())):
            branches = [each[key] for key in BRANCHES if isinstance(each, Mapping) and key in each]
            for branch in branches:
                if isinstance(branch, Mapping):
                    yield "encoders", [branch.get("encoder")]
                    yield "asr", [branch.get("words")]


def _whispers_of_encoders(config: Mapping[str, Any]) -> Iterator[tuple[str, list[Any]]]:
    """Yield the entries of ``asr`` that encoders are parts of; odd encoders name none."""
    encoders = config["encoders"] if isinstance(config.get("encoders"), Mapping) else {}
    for entry in encoders.values():
        source = entry.get("source") if isinstance(entry, Mapping) else None
        yield "asr", [source.get("asr") if isinstance(source, Mapping) else None]


def _parts_of_others(config: Mapping[str, Any]) -> Iterator[tuple[str, list[Any]]]:
    """Yield the encoders whose states are features, or that tell speakers; odd entries name none."""
    for kind in ("feature_sets", "speaker_encoders"):
        entries = config[kind] if isinstance(config.get(kind), Mapping) else {}
        for entry in entries.values():
            if isinstance(entry, Mapping):
                yield "encoders", [entry.get("encoder")]


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list) else []
