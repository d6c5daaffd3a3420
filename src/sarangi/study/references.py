"""Names in a configuration that refer to entries which are not there, or do not go together."""

from collections.abc import Iterator, Mapping
from typing import Any

from sarangi.base.hints import nearest
from sarangi.sources.kinds import Synthetic, kind_of
from sarangi.study.entries import (
    BRANCHES,
    CORPORA,
    CORPUS_WORDS,
    EXTRACTORS,
    STAND_INS,
    encoders_of,
    modality,
    trainable,
    words_of,
)  # fmt: skip
from sarangi.study.problems import Place
from sarangi.study.study import Study


def unknown_names(config: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
    """Yield each name that refers to an entry which is not there."""
    for corpus in config["corpora"]:
        if corpus not in CORPORA:
            yield ("corpora", corpus), f"no reader for corpus {corpus!r}; {nearest(corpus, CORPORA)}"
        elif isinstance(kind_of(config["corpora"][corpus]["source"]), Synthetic) and corpus not in STAND_INS:
            choices = ", ".join(STAND_INS)
            yield (
                ("corpora", corpus, "source"),
                f"there is no stand-in of {corpus}; there is one of {choices}",
            )
    for name, entry in config["feature_sets"].items():
        if entry.get("extractor", EXTRACTORS[0]) not in EXTRACTORS:
            hint = nearest(entry["extractor"], EXTRACTORS)
            yield ("feature_sets", name, "extractor"), f"no extractor {entry['extractor']!r}; {hint}"
    for model, entry in config["models"].items():
        known = list(config["feature_sets"])
        if "features" in entry and entry["features"] not in known:
            yield (
                ("models", model, "features"),
                f"unknown feature set {entry['features']!r}; {nearest(entry['features'], known)}",
            )
        if "classifier" in entry and entry["classifier"] not in config["classifiers"]:
            hint = nearest(entry["classifier"], list(config["classifiers"]))
            yield ("models", model, "classifier"), f"unknown classifier {entry['classifier']!r}; {hint}"
        for branch, encoder in encoders_of(entry).items():
            place = ("models", model, branch, "encoder")
            if encoder not in config["encoders"]:
                hint = nearest(encoder, list(config["encoders"]))
                yield place, f"unknown encoder {encoder!r}; {hint}"
            elif (found := modality(config["encoders"][encoder])) != BRANCHES[branch]:
                yield (
                    place,
                    f"{encoder!r} is an encoder of {found}, and this branch takes one of {BRANCHES[branch]}",
                )
        if "states" in entry.get("audio", {}) and "text" in entry:
            yield (
                ("models", model, "audio", "states"),
                "pooled states have no frames, and a fusion trains a text encoder beside them; take it out",
            )
        fusion = entry.get("fusion", {})
        if "heads" in fusion and fusion["width"] % fusion["heads"]:
            yield (
                ("models", model, "fusion", "heads"),
                f"{fusion['heads']} is no divisor of the width {fusion['width']}",
            )
        asr = words_of(entry)
        if asr is not None and asr not in config["asr"]:
            hint = nearest(asr, [CORPUS_WORDS, *config["asr"]])
            yield ("models", model, "text", "words"), f"unknown words {asr!r}; {hint}"
    for position, entry in enumerate(config["experiments"]):
        for kind in ("corpora", "protocols", "models"):
            for place, name in enumerate(entry[kind]):
                if name not in config[kind]:
                    hint = nearest(name, list(config[kind]))
                    yield ("experiments", position, kind, place), f"{name!r} is not in {kind}; {hint}"
        for place, name in enumerate(entry.get("transfer", ())):
            if name not in config["corpora"]:
                hint = nearest(name, list(config["corpora"]))
                yield ("experiments", position, "transfer", place), f"{name!r} is not in corpora; {hint}"
        tuned = [name for name in entry["models"] if "finetuning" in config["models"].get(name, ())]
        for kind in ("corpora", "transfer"):
            for place, name in enumerate(entry.get(kind, ())):
                holds = config["corpora"].get(name, {}).get("holds", "recordings")
                if tuned and holds == "features":
                    yield (
                        ("experiments", position, kind, place),
                        f"{name!r} holds features, no recordings, and {tuned[0]} is fine-tuned on recordings",
                    )
                for model in entry["models"]:
                    features = config["models"].get(model, {}).get("features")
                    wants = config["feature_sets"].get(features, {})
                    if "published" in wants and holds == "recordings":
                        yield (
                            ("experiments", position, kind, place),
                            f"{name!r} holds recordings, and {features} of {model} cannot be computed from "
                            "them: it is only as a corpus publishes it",
                        )
                    elif {"rate", "extractor"} & set(wants) and holds == "features":
                        yield (
                            ("experiments", position, kind, place),
                            f"{name!r} holds features, no recordings, and {features} of {model} is computed "
                            "from recordings",
                        )
        for place, name in enumerate(entry.get("compared", ())):
            if name not in entry["models"]:
                hint = nearest(name, entry["models"])
                yield ("experiments", position, "compared", place), f"{name!r} is not in models; {hint}"
        for place, name in enumerate(entry["protocols"]):
            settings = config["protocols"].get(name)
            if tuned and settings and not trainable(settings):
                yield (
                    ("experiments", position, "protocols", place),
                    f"{tuned[0]} is fine-tuned, and {name} lacks folds or a validation part; give it both",
                )
    classical = [name for name, entry in config["models"].items() if "classifier" in entry]
    for kind, known in (("protocols", list(config["protocols"])), ("models", classical)):
        for place, name in enumerate(config["sensitivity"][kind]):
            if name not in known:
                what = "classical models" if kind == "models" else kind
                yield ("sensitivity", kind, place), f"{name!r} is not in {what}; {nearest(name, known)}"
    for position, pair in enumerate(config["language_pairs"]):
        for side, entry in enumerate(pair["languages"]):
            place = ("language_pairs", position, "languages", side)
            for key, kind in (("corpus", "corpora"), ("across", "protocols"), ("transfer", "corpora")):
                if key in entry and entry[key] not in config[kind]:
                    hint = nearest(entry[key], list(config[kind]))
                    yield (*place, key), f"{entry[key]!r} is not in {kind}; {hint}"
            for number, name in enumerate(entry["within"]):
                if name not in config["protocols"]:
                    hint = nearest(name, list(config["protocols"]))
                    yield (*place, "within", number), f"{name!r} is not in protocols; {hint}"
    for emotion, counts_as in config["label_map"].items():
        if counts_as in config["label_map"]:
            yield (
                ("label_map", emotion),
                f"{counts_as!r} counts as {config['label_map'][counts_as]!r} itself; name that",
            )
    study = Study(config)
    # of an experiment whose model or protocol is unknown that has been said
    tuned = {
        name: e
        for name, e in study.experiments.items()
        if "finetuning" in config["models"].get(e.model, {}) and e.protocol in config["protocols"]
    }
    for place, name in enumerate(config.get("app", {}).get("experiments", ())):
        if name not in tuned:
            hint = nearest(name, list(tuned))
            yield ("app", "experiments", place), f"{name!r} is no fine-tuned experiment; {hint}"
    for place, name in enumerate(config.get("app", {}).get("space", ())):
        experiment, fold, seed = name.split("/")
        known = (
            [f"{experiment}/{f}/{s}" for f, s in study.runs(tuned[experiment])] if experiment in tuned else []
        )
        if f"{experiment}/{int(fold)}/{int(seed)}" not in known:
            hint = nearest(name, known) if known else nearest(experiment, list(tuned))
            yield ("app", "space", place), f"{name!r} is no run of a fine-tuned experiment; {hint}"
    known = study.wanted_scores
    for finding, entry in config["findings"].items():
        for place, name in enumerate(entry.get("experiments", ())):
            if name not in known:
                hint = nearest(name, known)
                yield ("findings", finding, "experiments", place), f"{name!r} is no experiment; {hint}"
