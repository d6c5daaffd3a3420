"""Names in a configuration that refer to entries which are not there, or do not go together."""

import itertools
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from sarangi.base.hints import nearest
from sarangi.base.weights_files import FASTER_WHISPER
from sarangi.sources.kinds import Synthetic, kind_of
from sarangi.study.defaults import built_in
from sarangi.study.dimensions import problems_of_dimensions
from sarangi.study.entries import (
    BRANCHES,
    CORPORA,
    CORPUS_WORDS,
    EXTRACTORS,
    FAMILIES,
    SPEAKER_ENCODERS,
    STAND_INS,
    WHISPER,
    WORDS,
    X_VECTOR,
    asr_of,
    context_of,
    encoders_of,
    families_of,
    is_control,
    modality,
    needs_recordings,
    needs_sound,
    on_corpus,
    states_of,
    trainable,
    words_of,
)  # fmt: skip
from sarangi.study.places import Place
from sarangi.study.problems import Problem
from sarangi.study.recipes import problems_of_targets
from sarangi.study.robustness_inputs import problems_of_augmentation, problems_of_robustness
from sarangi.study.study import Study
from sarangi.study.table_corpora import has_table, problems_of, vocabulary_of
from sarangi.study.vote_inputs import problems_of_votes


def unknown_names(config: dict[str, Any]) -> Iterator[Problem]:
    """Yield each name that refers to an entry which is not there."""
    yield from _of_corpora(config)
    yield from _of_feature_sets(config)
    yield from _of_encoders(config)
    yield from _of_asr(config)
    yield from _of_speaker_encoders(config)
    yield from _of_pseudo_speakers(config)
    yield from _of_protocols(config)
    for model, entry in config["models"].items():
        yield from _of_model(config, model, entry)
    for position, entry in enumerate(config["experiments"]):
        yield from _of_experiments(config, ("experiments", position), entry)
    yield from problems_of_dimensions(config)
    yield from problems_of_targets(config)
    yield from _of_sensitivity(config)
    yield from _of_language_pairs(config)
    yield from _of_benchmarks(config)
    yield from problems_of_robustness(config, Study(config).experiments)
    yield from _of_label_map(config)
    yield from _of_emotions(config)
    yield from _of_names(config)
    study = Study(config)
    yield from _of_layers(study)
    yield from _of_app(study)
    yield from _of_findings(study)


def _not_in(what: str, place: Place, names: Collection[str], known: Collection[str]) -> Iterator[Problem]:
    """Yield each of some names that is not one of the known ones."""
    for position, name in enumerate(names):
        if name not in known:
            yield (*place, position), f"{name!r} is not in {what}; {nearest(name, list(known))}"


def _not_among(
    config: Mapping[str, Any], kind: str, place: Place, names: Collection[str]
) -> Iterator[Problem]:
    """Yield each of some names that no entry of a kind has, own or built-in."""
    for position, name in enumerate(names):
        if name not in config[kind]:
            yield (*place, position), f"{name!r} is not in {kind}; {_no_entry(config, kind, name)}"


def _no_entry(config: Mapping[str, Any], kind: str, name: Any) -> str:
    """Say what is most like the name of an entry that is not there, own or built-in, or why it is not."""
    if name in built_in()[kind]:
        return f"the configuration removes the built-in one with null: remove {kind}.{name}"
    return nearest(name, [*config[kind], *built_in()[kind]])


def _of_corpora(config: Mapping[str, Any]) -> Iterator[Problem]:
    for corpus, entry in config["corpora"].items():
        yield from problems_of(corpus, entry)
        yield from problems_of_votes(corpus, entry)
        if corpus not in CORPORA and not has_table(entry):
            hint = f"{nearest(corpus, CORPORA)}; a corpus of any other name needs a `table` of its labels"
            yield ("corpora", corpus), f"no reader for corpus {corpus!r}; {hint}"
        elif isinstance(kind_of(entry["source"]), Synthetic) and corpus not in STAND_INS:
            choices = ", ".join(STAND_INS)
            yield (
                ("corpora", corpus, "source"),
                f"there is no synthetic copy of {corpus}; there is one of {choices}",
            )


def _of_feature_sets(config: Mapping[str, Any]) -> Iterator[Problem]:
    for name, entry in config["feature_sets"].items():
        if entry.get("extractor", EXTRACTORS[0]) not in EXTRACTORS:
            hint = nearest(entry["extractor"], EXTRACTORS)
            yield ("feature_sets", name, "extractor"), f"no extractor {entry['extractor']!r}; {hint}"
        if (taken := states_of(entry)) is not None:
            place = ("feature_sets", name, "encoder")
            yield from _encoder_of(config, place, taken.encoder, "speech", "a feature set takes")


def _of_encoders(config: Mapping[str, Any]) -> Iterator[Problem]:
    for name, entry in config["encoders"].items():
        if not set(families_of(entry)) <= set(FAMILIES):
            hint = nearest(entry["family"], FAMILIES)
            yield ("encoders", name, "family"), f"no family {entry['family']!r}; {hint}"
        if "context" in entry and families_of(entry) != [WHISPER]:
            yield (
                ("encoders", name, "context"),
                f"only an encoder of family: {WHISPER} takes silence behind a clip; state that family, or "
                "take the context out",
            )
        asr = asr_of(entry)
        if asr is None:
            continue
        place = ("encoders", name, "source", "asr")
        if asr not in config["asr"]:
            yield place, f"unknown asr {asr!r}; {_no_entry(config, 'asr', asr)}"
        elif config["asr"][asr].get("engine") == FASTER_WHISPER:
            yield (
                place,
                f"{asr!r} is of faster-whisper, whose folder has no weights that learn; name an entry of "
                "openai-whisper",
            )
        if entry.get("family", WHISPER) != WHISPER:
            yield (
                ("encoders", name, "family"),
                f"expected {WHISPER}, as the encoder of an entry of asr is; found {entry['family']!r}",
            )


def _encoder_of(
    config: Mapping[str, Any], place: Place, encoder: str, wanted: str, taker: str
) -> Iterator[Problem]:
    """Yield why an encoder, by its name, cannot be that of a branch or a feature set of a modality."""
    if encoder not in config["encoders"]:
        yield place, f"unknown encoder {encoder!r}; {_no_entry(config, 'encoders', encoder)}"
    elif (has := modality(config["encoders"][encoder])) != wanted:
        yield place, f"{encoder!r} is an encoder of {has}, and {taker} one of {wanted}"


def _of_asr(config: Mapping[str, Any]) -> Iterator[Problem]:
    for name, entry in config["asr"].items():
        if "precision" in entry and entry.get("engine") != FASTER_WHISPER:
            yield (
                ("asr", name, "precision"),
                "only faster-whisper has a precision to choose; remove it, or write engine: faster-whisper",
            )


def _of_speaker_encoders(config: Mapping[str, Any]) -> Iterator[Problem]:
    for name, entry in config["speaker_encoders"].items():
        kind, place = entry["kind"], ("speaker_encoders", name)
        if kind not in SPEAKER_ENCODERS:
            yield (*place, "kind"), f"no speaker encoder {kind!r}; {nearest(kind, SPEAKER_ENCODERS)}"
        elif (kind == X_VECTOR) != ("encoder" in entry):
            key = "encoder, an entry of encoders" if kind == X_VECTOR else "weights, a file"
            yield (*place, "kind"), f"{kind} takes {key}; correct the entry"
        if "encoder" in entry:
            yield from _encoder_of(
                config, (*place, "encoder"), entry["encoder"], "speech", "a speaker encoder takes"
            )


def _of_pseudo_speakers(config: Mapping[str, Any]) -> Iterator[Problem]:
    encoders = config["speaker_encoders"]
    for name, entry in config["pseudo_speakers"].items():
        place = ("pseudo_speakers", name)
        if name in encoders:
            yield place, "an entry of speaker_encoders has this name, and their files would; rename one"
        if entry["encoder"] not in encoders:
            hint = nearest(entry["encoder"], list(encoders)) if encoders else "there is none"
            yield (*place, "encoder"), f"{entry['encoder']!r} is not in speaker_encoders; {hint}"
        yield from _not_in("corpora", (*place, "corpora"), entry["corpora"], config["corpora"])
        if "calibration" in entry:
            corpus = entry["calibration"]
            yield from (
                ((*place, "calibration"), text)
                for _, text in _not_in("corpora", place, [corpus], config["corpora"])
            )
            if corpus in entry["corpora"]:
                yield (
                    (*place, "calibration"),
                    f"{corpus!r} is one of its corpora: a threshold that is chosen on a corpus says nothing "
                    "of its errors there; name another one with known speakers, or remove it from `corpora`",
                )


def _of_protocols(config: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield pseudo-speakers of protocols that there are none of, or none on a corpus that they split."""
    known = config["pseudo_speakers"]
    used = {
        name: entry["pseudo_speakers"]
        for name, entry in config["protocols"].items()
        if "pseudo_speakers" in entry
    }
    for name, pseudo in used.items():
        if pseudo not in known:
            hint = nearest(pseudo, list(known)) if known else "there is none"
            yield ("protocols", name, "pseudo_speakers"), f"{pseudo!r} is not in pseudo_speakers; {hint}"
    for position, entry in enumerate(config["experiments"]):
        for name in (name for name in entry["protocols"] if used.get(name) in known):
            absent = sorted(set(entry["corpora"]) - set(known[used[name]]["corpora"]))
            if absent:
                yield (
                    ("experiments", position, "protocols"),
                    f"{name} holds apart the pseudo-speakers {used[name]}, of which there are none on "
                    f"{', '.join(absent)}; add that to the corpora of pseudo_speakers.{used[name]}",
                )


def _of_model(config: Mapping[str, Any], model: str, entry: Mapping[str, Any]) -> Iterator[Problem]:
    if "features" in entry and entry["features"] not in config["feature_sets"]:
        hint = _no_entry(config, "feature_sets", entry["features"])
        yield ("models", model, "features"), f"unknown feature set {entry['features']!r}; {hint}"
    if "classifier" in entry and entry["classifier"] not in config["classifiers"]:
        hint = _no_entry(config, "classifiers", entry["classifier"])
        yield ("models", model, "classifier"), f"unknown classifier {entry['classifier']!r}; {hint}"
    for branch, encoder in encoders_of(entry).items():
        place = ("models", model, branch, "encoder")
        yield from _encoder_of(config, place, encoder, BRANCHES[branch], "this branch takes")
    yield from _of_adapters(model, entry)
    yield from problems_of_augmentation(model, entry)
    if "states" in entry.get("audio", {}) and "text" in entry:
        yield (
            ("models", model, "audio", "states"),
            "pooled states have no frames, and a fusion trains a text encoder beside them; remove it",
        )
    recipes: dict[Place, Mapping[str, Any]] = {(): entry}
    recipes |= {("recipes", corpus): on_corpus(entry, corpus) for corpus in entry.get("recipes", ())}
    for where, recipe in recipes.items():
        if "prefix" in recipe.get("audio", {}) and context_of(config, recipe):
            yield (
                ("models", model, *where, "audio"),
                "its encoder has a context, with which no prefix is kept; remove the prefix, or name an "
                "encoder without a context",
            )
    fusion = entry.get("fusion", {})
    if "heads" in fusion and fusion["width"] % fusion["heads"]:
        yield (
            ("models", model, "fusion", "heads"),
            f"{fusion['heads']} does not divide the width {fusion['width']}",
        )
    asr = words_of(entry)
    if asr is not None and asr not in config["asr"]:
        hint = nearest(asr, [CORPUS_WORDS, *config["asr"], *built_in()["asr"]])
        yield ("models", model, "text", "words"), f"unknown words {asr!r}; {hint}"
    if asr is None and "accept" in entry.get("text", {}):
        yield (
            ("models", model, "text", "accept"),
            "the corpus's own words are all accepted, and the words are those; remove it, or name an entry "
            "of asr as the words",
        )


def _of_adapters(model: str, entry: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield why a model cannot have adapters, as it is on any corpus."""
    for branch in BRANCHES:
        on_each = [on_corpus(entry, corpus) for corpus in ("", *entry.get("recipes", ()))]
        adapted = [each for each in on_each if "adapters" in each.get(branch, {})]
        if any(each[branch]["frozen_layers"] == "all" for each in adapted):
            yield (
                ("models", model, branch, "adapters"),
                "adapters learn in the layers above the frozen ones, and frozen_layers is all; freeze a "
                "number of layers, without weighted layers and pooled states, or remove the adapters",
            )
        if adapted and entry.get("replay"):
            yield (
                ("models", model, branch, "adapters"),
                "replay is true, and the published study has no adapters; remove one of them",
            )


def _of_experiments(config: Mapping[str, Any], place: Place, entry: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong with an entry of the experiments."""
    yield from _not_in("corpora", (*place, "corpora"), entry["corpora"], config["corpora"])
    for kind in ("protocols", "models"):
        yield from _not_among(config, kind, (*place, kind), entry[kind])
    transfer = entry.get("transfer", ())
    yield from _not_in("corpora", (*place, "transfer"), transfer, config["corpora"])
    for test, protocols in entry.get("transfer_parts", {}).items():
        if test not in transfer:
            hint = nearest(test, transfer) if transfer else "this entry has none"
            yield (*place, "transfer_parts", test), f"{test!r} is not in transfer; {hint}"
            continue
        of_test = [e["protocols"] for e in config["experiments"] if test in e["corpora"]]
        used = sorted({name for names in of_test for name in names})
        what = f"the protocols of experiments on {test}"
        yield from _not_in(what, (*place, "transfer_parts", test), protocols, used)
    tuned = [name for name in entry["models"] if "finetuning" in config["models"].get(name, ())]
    for kind in ("corpora", "transfer"):
        for position, corpus in enumerate(entry.get(kind, ())):
            for text in _unfit(config, corpus, entry["models"], tuned):
                yield (*place, kind, position), text
    yield from _not_in("models", (*place, "compared"), entry.get("compared", ()), entry["models"])
    for position, name in enumerate(entry["protocols"]):
        settings = config["protocols"].get(name)
        if tuned and settings and not trainable(settings):
            yield (
                (*place, "protocols", position),
                f"{tuned[0]} is fine-tuned, and {name} lacks folds or a validation part; give it both",
            )


def _unfit(config: Mapping[str, Any], corpus: str, models: list[str], tuned: list[str]) -> Iterator[str]:
    """Yield why a corpus, by what it is published as, does not go with some models."""
    holds = config["corpora"].get(corpus, {}).get("holds", "recordings")
    if holds == WORDS:
        hearing = [model for model in models if needs_sound(config["models"].get(model, {}))]
        yield from (f"{corpus!r} holds words alone, and {model} needs recordings" for model in hearing)
    if tuned and holds == "features":
        yield f"{corpus!r} holds features, no recordings, and {tuned[0]} is fine-tuned on recordings"
    for model in models:
        features = config["models"].get(model, {}).get("features")
        wants = config["feature_sets"].get(features, {})
        if holds == WORDS:
            continue
        if "published" in wants and holds == "recordings":
            yield (
                f"{corpus!r} holds recordings, and {features} of {model} cannot be computed from them: it is "
                "only as a corpus publishes it"
            )
        elif needs_recordings(wants) and holds == "features":
            yield (
                f"{corpus!r} holds features, no recordings, and {features} of {model} is computed from "
                "recordings"
            )


def _of_sensitivity(config: Mapping[str, Any]) -> Iterator[Problem]:
    classical = [name for name, entry in config["models"].items() if "classifier" in entry]
    chosen = config["sensitivity"]
    place = ("sensitivity", "protocols")
    yield from _not_among(config, "protocols", place, chosen["protocols"])
    yield from _not_in("classical models", ("sensitivity", "models"), chosen["models"], classical)


def _of_language_pairs(config: Mapping[str, Any]) -> Iterator[Problem]:
    for position, pair in enumerate(config["language_pairs"]):
        for side, entry in enumerate(pair["languages"]):
            place = ("language_pairs", position, "languages", side)
            for key, kind in (("corpus", "corpora"), ("across", "protocols"), ("transfer", "corpora")):
                if key in entry and entry[key] not in config[kind]:
                    hint = nearest(entry[key], list(config[kind]))
                    yield (*place, key), f"{entry[key]!r} is not in {kind}; {hint}"
            yield from _not_among(config, "protocols", (*place, "within"), entry["within"])


def _of_benchmarks(config: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield tasks of benchmarks that are there twice, and baselines that no experiment trains."""
    trained = {
        (corpus, protocol, model)
        for entry in config["experiments"]
        for corpus in entry["corpora"]
        for protocol in entry["protocols"]
        for model in entry["models"]
    }
    for name, benchmark in config["benchmarks"].items():
        seen: set[tuple[str, str]] = set()
        for position, entry in enumerate(benchmark["tasks"]):
            place = ("benchmarks", name, "tasks", position)
            for key, kind in (("corpora", "corpora"), ("transfer", "corpora")):
                yield from _not_in(kind, (*place, key), entry.get(key, ()), config[kind])
            yield from _not_among(config, "protocols", (*place, "protocols"), entry["protocols"])
            for task in itertools.product(entry["corpora"], entry["protocols"]):
                if task in seen:
                    yield place, f"{' under '.join(task)} is a task already; name each once"
                seen.add(task)
                for which, model in enumerate(entry["baselines"]):
                    if (*task, model) not in trained:
                        yield (
                            (*place, "baselines", which),
                            f"no experiment trains {model} on {' under '.join(task)}; add it to "
                            "`experiments`, or remove it",
                        )


def _of_label_map(config: Mapping[str, Any]) -> Iterator[Problem]:
    for emotion, counts_as in config["label_map"].items():
        if counts_as in config["label_map"]:
            yield (
                ("label_map", emotion),
                f"{counts_as!r} counts as {config['label_map'][counts_as]!r} itself; name that",
            )


def _of_emotions(config: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield emotions that are neither canonical nor named by a corpus or the list of them: mistypings."""
    known = vocabulary_of(config)
    stated: list[tuple[Place, list[str]]] = [
        (("protocols", name, "emotions"), entry.get("emotions", ()))
        for name, entry in config["protocols"].items()
    ]
    stated.append((("label_map",), [*config["label_map"], *config["label_map"].values()]))
    for place, emotions in stated:
        for emotion in emotions:
            if emotion not in known:
                hint = f"{nearest(emotion, known)} Name it under `emotions` if it is one of your own"
                yield place, f"unknown emotion {emotion!r}; {hint}"


def _of_names(config: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield names whose parts cannot be told from those of others, so that files would have one name."""
    whole: dict[str, tuple[str, ...]] = {}
    for position, entry in enumerate(config["experiments"]):
        for corpus in entry["corpora"]:
            for protocol in entry["protocols"]:
                for parts in ((corpus, protocol), *((corpus, protocol, model) for model in entry["models"])):
                    other = whole.setdefault(f"{len(parts)} {'_'.join(parts)}", parts)
                    if other != parts:
                        both = f"{', '.join(parts)} and {', '.join(other)}"
                        yield (
                            ("experiments", position),
                            f"{both} have one name, {'_'.join(parts)}; rename one",
                        )


def _of_layers(study: Study) -> Iterator[Problem]:
    """Yield numbers of states that an encoder lacks, where its settings are here; else its job says so."""
    for name, entry in study.config["feature_sets"].items():
        taken = states_of(entry)
        if taken is None or isinstance(taken.layers, str) or taken.encoder not in study.config["encoders"]:
            continue
        layers = study.locations.layers_of(taken.encoder)
        if layers is not None and taken.layers > layers:
            yield (
                ("feature_sets", name, "layers"),
                f"{taken.encoder} has no state {taken.layers}; expected mean, last or a number from "
                f"0 to {layers}",
            )


def _of_app(study: Study) -> Iterator[Problem]:
    config = study.config
    # of an experiment whose model or protocol is unknown that has been said
    tuned = {
        name: e
        for name, e in study.experiments.items()
        if "finetuning" in config["models"].get(e.model, {}) and e.protocol in config["protocols"]
    }
    for place, name in enumerate(config.get("app", {}).get("experiments", ())):
        if name not in tuned:
            hint = nearest(name, list(tuned))
            yield ("app", "experiments", place), f"{name!r} is not a fine-tuned experiment; {hint}"
        elif is_control(study.model(tuned[name])):
            yield (
                ("app", "experiments", place),
                f"{name!r} reads other words than those of a recording (control), and is not offered",
            )
    for place, name in enumerate(config.get("app", {}).get("space", ())):
        experiment, fold, seed = name.split("/")
        runs = study.runs(tuned[experiment]) if experiment in tuned else []
        known = [f"{experiment}/{f}/{s}" for f, s in runs]
        if f"{experiment}/{int(fold)}/{int(seed)}" not in known:
            hint = nearest(name, known) if known else nearest(experiment, list(tuned))
            yield ("app", "space", place), f"{name!r} is not a run of a fine-tuned experiment; {hint}"


def _of_findings(study: Study) -> Iterator[Problem]:
    if study.config["findings"] and "claims" not in study.config["published"]:
        yield (
            ("findings",),
            "findings are claims of a published study, and no file has any; name it, published: {claims: …}",
        )
    known = study.wanted_scores
    for finding, entry in study.config["findings"].items():
        for place, name in enumerate(entry.get("experiments", ())):
            if name not in known:
                hint = nearest(name, known)
                yield ("findings", finding, "experiments", place), f"{name!r} is not an experiment; {hint}"
