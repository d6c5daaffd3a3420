"""Ratings on a scale: which a corpus has, which models predict, and what does not go together."""

from collections.abc import Iterator, Mapping
from typing import Any

from sarangi.base.dimension_rows import Scale
from sarangi.base.hints import nearest
from sarangi.corpora import registry
from sarangi.corpora.label_rows import COLUMNS, further_name
from sarangi.corpora.table_settings import RatedColumn
from sarangi.sources.tables import clean
from sarangi.study.entries import CORPORA, DIMENSIONS, is_rated
from sarangi.study.places import Place
from sarangi.study.problems import Problem


def layout_scales(corpus: str) -> Mapping[str, Scale]:
    """Return the ratings that a corpus has in its published layout, with their scales; none for most."""
    if corpus not in CORPORA:
        return {}
    scales: Mapping[str, Scale] = getattr(registry.load(corpus), "DIMENSIONS", {})
    return scales


def scales_of(corpus: str, entry: Mapping[str, Any]) -> dict[str, Scale]:
    """Return the ratings that a corpus's entry names, sorted, each with its scale.

    Parameters
    ----------
    corpus, entry
        Name, and the entry of a checked configuration.
    """
    wanted: Mapping[str, Mapping[str, Any]] = entry[DIMENSIONS]
    own = layout_scales(corpus) if wanted and "table" not in entry else {}
    found = {}
    for name, settings in sorted(wanted.items()):
        scale = Scale(*settings["scale"]) if "scale" in settings else own[name]
        to = settings.get("to")
        found[name] = scale._replace(to=None if to is None else (to[0], to[1]))
    return found


def rated_columns(entry: Mapping[str, Any]) -> dict[str, RatedColumn]:
    """Return the column and scale of each rating that the entry of a corpus with a table names, sorted."""
    return {
        name: RatedColumn(entry[DIMENSIONS][name].get("column", name), scale)
        for name, scale in scales_of("", entry).items()
    }


def problems_of_dimensions(config: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong with ratings of corpora, and with models that predict ratings."""
    for corpus, entry in config["corpora"].items():
        yield from _of_corpus(corpus, entry)
    for model, entry in config["models"].items():
        if "regressor" in entry and entry["regressor"] not in config["regressors"]:
            hint = nearest(entry["regressor"], list(config["regressors"]))
            yield ("models", model, "regressor"), f"unknown regressor {entry['regressor']!r}; {hint}"
    for position, entry in enumerate(config["experiments"]):
        yield from _of_experiments(config, ("experiments", position), entry)
    for name, benchmark in config["benchmarks"].items():
        for task, asked in enumerate(benchmark["tasks"]):
            place = ("benchmarks", name, "tasks", task, "baselines")
            yield from _not_of_emotions(config, place, asked["baselines"], "a task of a benchmark")
    yield from _of_names(config)


def _of_corpus(corpus: str, entry: Mapping[str, Any]) -> Iterator[Problem]:
    own = layout_scales(corpus) if entry[DIMENSIONS] and "table" not in entry else {}
    taken: dict[str, str] = {}
    for name, settings in entry[DIMENSIONS].items():
        place: Place = ("corpora", corpus, DIMENSIONS, name)
        for key in ("scale", "to"):
            if key in settings and not settings[key][0] < settings[key][1]:
                yield (
                    (*place, key),
                    f"{settings[key]} is not a scale; expected its lowest value, then its highest",
                )
        if "table" in entry:
            yield from _of_column(place, name, settings, entry["columns"], taken)
            continue
        if name not in own:
            there = nearest(name, list(own)) if own else "it has none"
            yield place, f"the layout of {corpus} has no rating {name!r}; {there}"
        for key in ("scale", "column"):
            if key in settings:
                yield (*place, key), f"the layout states its own {key}; remove it"


def _of_column(
    place: Place,
    name: str,
    settings: Mapping[str, Any],
    columns: Mapping[str, str | None],
    taken: dict[str, str],
) -> Iterator[Problem]:
    """Yield why a rating of a table cannot be read; ``taken`` has the dimension of each column so far."""
    if "scale" not in settings:
        yield place, "the key 'scale' is missing: the ends of the scale of the ratings, as in scale: [1, 5]"
    column = settings.get("column", name)
    meant = {clean(columns.get(key, key) or key).casefold(): key for key in COLUMNS}
    if clean(column).casefold() in meant:
        key = meant[clean(column).casefold()]
        yield (*place, "column"), f"the column {column!r} is read as {key}, and a rating has one of its own"
    other = taken.setdefault(further_name(column), name)
    if other != name:
        yield (*place, "column"), f"the column {column!r} is that of {other}, too; name each once"


def _of_experiments(config: Mapping[str, Any], place: Place, entry: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield ratings that a corpus of an experiment does not have, and transfers between unequal scales."""
    for model in entry["models"]:
        wanted = config["models"].get(model, {}).get(DIMENSIONS, ())
        for kind in ("corpora", "transfer"):
            for position, corpus in enumerate(entry.get(kind, ())):
                named = config["corpora"].get(corpus, {}).get(DIMENSIONS)
                for name in (name for name in wanted if named is not None and name not in named):
                    states = nearest(name, list(named)) if named else "it names none"
                    yield (
                        (*place, kind, position),
                        f"{model} predicts {name}, which corpora.{corpus}.dimensions does not name; {states}",
                    )
        for corpus in entry["corpora"]:
            for position, test in enumerate(entry.get("transfer", ())):
                yield from _unequal(config, (*place, "transfer", position), corpus, test, wanted)


def _unequal(
    config: Mapping[str, Any], place: Place, corpus: str, test: str, wanted: list[str]
) -> Iterator[Problem]:
    for name in wanted:
        ends = {}
        for side in (corpus, test):
            try:
                ends[side] = scales_of(side, {DIMENSIONS: {}, **config["corpora"].get(side, {})})[name].ends
            except (KeyError, ModuleNotFoundError):  # that has been said
                return
        if ends[corpus] != ends[test]:
            (low, high), (low_there, high_there) = ends[corpus], ends[test]
            yield (
                place,
                f"{name} is from {low:g} to {high:g} on {corpus} and from {low_there:g} to {high_there:g} on "
                f"{test}, so that no error would mean anything; map both to one scale, as in to: [0, 1]",
            )


def _not_of_emotions(
    config: Mapping[str, Any], place: Place, models: list[str], what: str
) -> Iterator[Problem]:
    for position, model in enumerate(models):
        if is_rated(config["models"].get(model, {})):
            yield (*place, position), f"{model} predicts ratings, and {what} is about emotions; remove it"


def _of_names(config: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield places that take experiments on emotions, and name one that predicts ratings."""
    rated = {
        f"{corpus}_{protocol}_{model}"
        for entry in config["experiments"]
        for corpus in entry["corpora"]
        for protocol in entry["protocols"]
        for model in entry["models"]
        if is_rated(config["models"].get(model, {}))
    }
    named = [
        *((("app", "experiments"), name) for name in config["app"]["experiments"]),
        *(
            (("robustness", position, "experiments"), name)
            for position, entry in enumerate(config["robustness"])
            for name in entry["experiments"]
        ),
        *(
            (("findings", finding, "experiments"), name)
            for finding, entry in config["findings"].items()
            for name in entry.get("experiments", ())
        ),
    ]
    for place, name in named:
        if name in rated:
            yield place, f"{name} predicts ratings, and only experiments on emotions go here; remove it"
