"""The configuration: read by the Snakefile, checked whole before any job starts."""

import hashlib
import json
import re
import string
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jsonschema
import yaml

from sarangi.base.documents import DocumentError, json_in, text_in
from sarangi.base.errors import SarangiError
from sarangi.base.hints import nearest
from sarangi.base.weights_files import ENCODER_FILES, FASTER_WHISPER, FASTER_WHISPER_FILES
from sarangi.base.yaml_documents import Loader, yaml_in
from sarangi.published import claims
from sarangi.runtime import provenance
from sarangi.sources.addresses import HUB, KAGGLE, KAGGLE_ADVICE, WHISPER, ZENODO
from sarangi.sources.source import ARCHIVES, IN_HAND, SLOW_ARCHIVES, find

CORPORA = tuple(
    sorted(
        file.stem
        for file in (Path(__file__).parents[1] / "corpora/layouts").glob("*.py")
        if file.stem[0] != "_"
    )
)
"""Names of the corpora that can be read: one module each."""

STAND_INS = tuple(
    name for name in CORPORA if (Path(__file__).parents[1] / "synthetic" / f"{name}.py").exists()
)
"""Names of the corpora that the demo's generator can speak."""

MADE_CORPORA = Path("resources/made")
MODELS = Path("resources/models")
MADE_WEIGHTS = Path("resources/weights")
RESTORED = Path("results/restored.json")
ASR_DEFAULTS = {"engine": "openai-whisper", "language": "manifest", "context": "whole"}
BRANCHES = {"audio": "speech", "text": "text"}
"""The branches of a fine-tuned model, with the modality of the encoder of each."""
SHUFFLED = ("stratified_kfold", "stratified_group_kfold", "random")
"""The kinds of protocols whose test parts follow from a seed."""
CORPUS_WORDS = "corpus"
MOST_PROBLEMS = 50  # that are listed


@dataclass(frozen=True)
class Experiment:
    """A model on a corpus under a protocol."""

    corpus: str
    protocol: str
    model: str

    @property
    def name(self) -> str:
        """Name of the experiment, as in file names and tables."""
        return f"{self.corpus}_{self.protocol}_{self.model}"


@dataclass(frozen=True)
class Batch:
    """Experiments that one job trains and predicts: they share a corpus and its features, or guess alone."""

    corpus: str
    features: str | None
    experiments: tuple[Experiment, ...]

    @property
    def name(self) -> str:
        """Name of the batch, as in names of rules and logs."""
        return f"{self.corpus}_{self.features or 'baselines'}"

    @property
    def protocols(self) -> list[str]:
        """Names of its protocols, sorted."""
        return sorted({e.protocol for e in self.experiments})


@dataclass(frozen=True)
class Study:
    """A checked configuration and what follows from it and from what is in hand.

    ``probe`` says whether the network may be asked for what is not in hand; ``published`` are the claims
    of :func:`read_claims`.
    """

    config: dict[str, Any]
    probe: bool = False
    published: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def sources(self) -> dict[str, Path]:
        """Where each corpus that can be had lies, or will lie; looked up once a parse."""
        return self._located("corpora", IN_HAND, MADE_CORPORA, ".zip")

    @cached_property
    def own(self) -> dict[str, Path]:
        """The user's own copy of each corpus that there is one of."""
        found = {name: find(name) for name in self.config["corpora"]}
        return {name: path for name, path in found.items() if path is not None}

    @cached_property
    def compressed(self) -> dict[str, Path]:
        """The user's own compressed archives, which are made into a zip before they are read."""
        return {name: path for name, path in self.own.items() if path.name.endswith(SLOW_ARCHIVES)}

    @cached_property
    def weights(self) -> dict[str, Path]:
        """Where the weights of each encoder (a folder) that can be had lie, or will lie."""
        return self._located("encoders", MODELS, MADE_WEIGHTS, "")

    @cached_property
    def checkpoints(self) -> dict[str, Path]:
        """Where each Whisper that can be had lies, or will lie: a file, or a folder for faster-whisper."""
        return self._located("asr", MODELS, MADE_WEIGHTS, ".pt")

    def asr_settings(self, name: str) -> dict[str, Any]:
        """Return how a Whisper is to transcribe."""
        entry = self.config["asr"][name]
        return ASR_DEFAULTS | {key: entry[key] for key in (*ASR_DEFAULTS, "batch", "tokens") if key in entry}

    def _located(self, kind: str, in_hand: Path, made: Path, suffix_of_kind: str) -> dict[str, Path]:
        found = {}
        for name, entry in self.config[kind].items():
            if kind == "corpora" and name in self.kept_corpora:
                continue
            suffix = "" if entry.get("engine") == FASTER_WHISPER else suffix_of_kind
            own = self.own.get(name) if kind == "corpora" else in_hand / f"{name}{suffix}"
            if kind == "corpora" and name in self.compressed:
                found[name] = made / f"{name}{suffix}"
            elif own is not None and own.exists():
                found[name] = own
            elif "folder" in entry["source"]:
                if not lacking(entry):
                    found[name] = Path(entry["source"]["folder"])
            elif self._can_be_made(
                ENCODER_FILES[modality(entry)] if kind == "encoders" else (),
                entry["source"],
                made / f"{name}{suffix}",
            ):
                found[name] = made / f"{name}{suffix}"
        return found

    def _can_be_made(self, names: Iterable[str], source: dict[str, Any], path: Path) -> bool:
        if "packed" in source:
            return Path(source["packed"]).is_file()
        # a fetch that broke off leaves the folder of an encoder, not all of its files
        files = [path / name for name in names] or [path]
        if "synthetic" in source or "random" in source or all(file.exists() for file in files):
            return True
        return address_of(source) in self._reachable

    @cached_property
    def _reachable(self) -> set[str]:
        """Addresses that answer now; never remembered, so that a failure is not kept."""
        if not (self.probe and self.config["download"]):
            return set()
        from sarangi.sources.download import reachable

        entries = [entry for kind in ("corpora", "encoders", "asr") for entry in self.config[kind].values()]
        return reachable(address for e in entries if (address := address_of(e["source"])))

    def unavailable(self, kind: str, with_waiting: bool = True) -> dict[str, str]:
        """Names of a kind that cannot be had now, each with what to do about it and what waits for it."""
        waiting = self._waiting if kind == "corpora" and with_waiting else {}
        return {
            name: f"{text}; {waiting[name]}" if waiting.get(name) else text
            for name, text in self._missing(kind).items()
        }

    @cached_property
    def _waiting(self) -> dict[str, str]:
        """Return which tables have a part on each corpus and which findings need it, as text."""
        config, found = self.config, {}
        tested = {name for e in config["experiments"] for name in e.get("transfer", ())}
        used = {
            finding: claims.our_experiments(claims.of_finding(self.published, finding)["records"])
            + entry.get("experiments", [])
            for finding, entry in sorted(config["findings"].items())
        }
        for corpus in config["corpora"]:
            names = {name for name, e in self.experiments.items() if e.corpus == corpus}
            paired = any(
                f"{corpus}_{protocol}_{model}" in names
                for pair in config["language_pairs"]
                for side in pair["languages"]
                if side["corpus"] == corpus
                for protocol in (*side["within"], *([side["across"]] if "across" in side else []))
                for model in config["models"]
            )
            rates = any(row["corpus"] == corpus for row in self.rates_compared())
            parts = {"scores": names, "transfer": corpus in tested}
            parts |= dict.fromkeys(("within_language", "across_languages", "gaps"), paired)
            again = any(self._chosen(self.experiments[name]) for name in names)
            parts |= {"sensitivity": rates, "splits": again, "transcripts": config["asr"]}
            waiting = [table for table, part in parts.items() if part]
            # a claim may name an experiment that is not configured yet
            waiting += [
                finding
                for finding, experiments in used.items()
                if any(n.startswith(f"{corpus}_") or n.endswith(f"_to_{corpus}") for n in experiments)
            ]
            if waiting:
                *others, last = waiting
                found[corpus] = (
                    f"{', '.join(others)} and {last} wait for it" if others else f"{last} waits for it"
                )
        return found

    def _missing(self, kind: str) -> dict[str, str]:
        found = {"corpora": self.sources, "encoders": self.weights, "asr": self.checkpoints}[kind]
        place = {
            "corpora": f"{IN_HAND}/{{}}",
            "encoders": f"{MODELS}/{{}} ({{}})",
            "asr": f"{MODELS}/{{}}.pt",
        }[kind]
        folder = f"{MODELS}/{{}} ({', '.join(FASTER_WHISPER_FILES)})"
        places = {
            name: (folder if entry.get("engine") == FASTER_WHISPER else place).format(
                name, ", ".join(ENCODER_FILES[modality(entry)])
            )
            for name, entry in self.config[kind].items()
        }
        return {
            name: f"put {' and '.join(lacking(entry))} into the folder {entry['source']['folder']}"
            if "folder" in entry["source"]
            else f"{how_to_get(entry['source'])}, put it at {places[name]}{_suffix(entry['source'])}"
            for name, entry in sorted(self.config[kind].items())
            if name not in found and name not in self.kept_corpora and f"{kind}/{name}" not in self._restored
        }

    @cached_property
    def identities(self) -> dict[str, str]:
        """What the configuration says of each thing whose results can be used without their recordings.

        ``corpora/<corpus>``, ``asr/<asr>`` and ``experiments/<experiment>``, each with a hash of the
        entries that its results follow from.
        """
        config = self.config
        found = {f"corpora/{name}": _identity(entry["shards"]) for name, entry in config["corpora"].items()}
        found |= {f"asr/{name}": _identity(entry) for name, entry in config["asr"].items()}
        for name, e in self.experiments.items():
            model = self.model(e)
            found[f"experiments/{name}"] = _identity(
                config["corpora"][e.corpus]["shards"],
                config["protocols"][e.protocol],
                model,
                config["feature_sets"].get(model.get("features")),
                config["classifiers"].get(model.get("classifier")),
                *(config["encoders"][encoder] for encoder in encoders_of(model).values()),
                config["asr"].get(words_of(model)),
                config["label_map"],
                config["seed"],
            )
        return found

    @cached_property
    def _restored(self) -> set[str]:
        """Identities that were restored from a bundle and are still those of the configuration."""
        if not RESTORED.exists():
            return set()
        try:
            restored = json_in(RESTORED)
            if not isinstance(restored, dict):
                raise DocumentError("it is no object")
        except (OSError, DocumentError) as error:
            raise SarangiError(
                f"{RESTORED}: expected what make restore writes, found something else ({error}). Delete "
                "it, or restore the bundle again"
            ) from error
        return {name for name, identity in restored.items() if self.identities.get(name) == identity}

    @cached_property
    def kept_corpora(self) -> list[str]:
        """Corpora whose recordings are not here, and whose results were restored from a bundle."""
        kept = []
        for name in self.config["corpora"]:
            if f"corpora/{name}" in self._restored and name not in self.own:
                record = provenance.read(f"results/corpora/{name}/manifest.parquet")
                if record and all(map(_own, record["inputs"])):
                    kept.append(name)
        return kept

    @property
    def corpora(self) -> list[str]:
        """Corpora of which there is a manifest, or will be."""
        return sorted([*self.sources, *self.kept_corpora])

    @cached_property
    def kept(self) -> dict[str, Experiment]:
        """Experiments that cannot run here, and whose predictions were restored from a bundle."""
        return {
            name: e
            for name, e in self.experiments.items()
            if f"experiments/{name}" in self._restored
            and self.waits_for(e)
            and all(path.exists() for path in self.predictions(e))
        }

    @cached_property
    def scored(self) -> dict[str, Experiment]:
        """The experiments that can run or were restored, sorted by name."""
        return dict(sorted((self.runnable | self.kept).items()))

    def predictions(self, experiment: Experiment, test: str | None = None) -> list[Path]:
        """Return the files of predictions of all runs, on the experiment's own corpus or on ``test``."""
        folder = Path("results/runs") / experiment.name
        # each run of a fine-tuning predicts its own test part, in a job of its own
        if test is None and "finetuning" in self.config["models"][experiment.model]:
            runs = self.runs(experiment)
            return [folder / f"{fold}/{seed}/predictions/within.parquet" for fold, seed in runs]
        return [folder / f"predictions/{test or 'within'}.parquet"]

    def batches(self, experiments: Mapping[str, Experiment]) -> list[Batch]:
        """Return the experiments that are no fine-tuning in batches, each of one corpus and feature set."""
        together: dict[tuple[str, str], list[Experiment]] = {}
        for e in experiments.values():
            model = self.config["models"][e.model]
            if "finetuning" not in model:
                together.setdefault((e.corpus, model.get("features", "")), []).append(e)
        return [
            Batch(corpus, features or None, tuple(found))
            for (corpus, features), found in sorted(together.items())
        ]

    def settings(self, model: str) -> dict[str, Any]:
        """Return what a model's classifier is and how its features are prepared, without titles."""
        entry = self.config["models"][model]
        classifier = self.config["classifiers"][entry["classifier"]]
        prepared = {key: entry[key] for key in ("scaling", "alignment") if key in entry}
        return {key: value for key, value in classifier.items() if key != "title"} | prepared

    def tests(self, experiment: Experiment) -> list[str]:
        """Return the other corpora that an experiment is tested on, as far as they are in hand."""
        return [test for e, test in self.transfers if e == experiment and test in self.sources]

    def compared(self, corpus: str, protocol: str) -> set[str]:
        """Return the models on a corpus and protocol whose differences are of interest."""
        return {
            model
            for entry in self.config["experiments"]
            if corpus in entry["corpora"] and protocol in entry["protocols"]
            for model in entry["models"]
            if model in entry.get("compared", entry["models"]) or "baseline" in self.config["models"][model]
        }

    @cached_property
    def _published_uars(self) -> dict[str, str]:
        """The UAR that was published of each experiment of ours that replays one, as it was printed."""
        return {
            record["ours"]: record["value"]
            for record in reversed(self.published.values())
            if "ours" in record and record.get("metric") == "uar" and "slice" not in record
        }

    def language_cells(self) -> list[dict[str, Any]]:
        """Return a cell for each classical model within and across the languages of each pair.

        Titles, the scores that there can be, and what was published, see
        :mod:`sarangi.paper.tables.languages`.
        """
        config, found = self.config, []
        models = {name: entry for name, entry in config["models"].items() if "classifier" in entry}
        can_be = {*self.scored, *(f"{e.name}_to_{test}" for e, test in self.transfers)}
        wanted = {f"{e.name}_to_{test}" for e, test in self.wanted_transfers} | set(self.experiments)
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
                                "disjoint": _keeps_apart(config["protocols"][protocol]),
                                "features": config["feature_sets"][entry["features"]]["title"],
                                "model": self._classifier_title(entry),
                                "scores": f"results/scores/{name}.parquet" if name in can_be else None,
                                "published": self._published_uars.get(name),
                            }
                        )
        return found

    def _classifier_title(self, entry: Mapping[str, Any]) -> str:
        """Return the title of a classifier with what is done to its features beside."""
        beside = {"scaling": {"each": "each side scaled"}, "alignment": {"coral": "CORAL"}}
        done = [beside[key][entry[key]] for key in beside if entry.get(key) in beside[key]]
        return ", ".join([self.config["classifiers"][entry["classifier"]]["title"], *done])

    def rates_compared(self) -> list[dict[str, Any]]:
        """Return each experiment on features of the recordings' own rate beside the same one at 16 kHz."""
        config, found = self.config, []
        sets, models = config["feature_sets"], config["models"]
        for name, e in self.experiments.items():
            entry = models[e.model]
            own = sets.get(entry.get("features"), {})
            if "rate" not in own:
                continue
            twins = [
                f"{e.corpus}_{e.protocol}_{model}"
                for model, other in models.items()
                if other == entry | {"title": other["title"], "features": other.get("features")}
                and sets.get(other["features"], {}).get("opensmile") == own["opensmile"]
                and "rate" not in sets[other["features"]]
            ]
            twin = next((twin for twin in twins if twin in self.experiments), None)
            found.append(
                {
                    "corpus": e.corpus,
                    "protocol": config["protocols"][e.protocol]["title"],
                    "features": sets[models[self.experiments[twin].model]["features"]]["title"]
                    if twin
                    else own["title"],
                    "model": self._classifier_title(entry),
                    "resampled": f"results/scores/{twin}.parquet" if twin in self.scored else None,
                    "own_rate": f"results/scores/{name}.parquet" if name in self.scored else None,
                }
            )
        return found

    def split_again(self, corpus: str) -> list[Experiment]:
        """Return the experiments on a corpus that are shown under other splits or rates, sorted by name."""
        return [
            e
            for e in self.scored.values()
            if e.corpus == corpus and self._chosen(e) and (self.other_splits(e.protocol) or self.own_rate(e))
        ]

    def _chosen(self, experiment: Experiment) -> bool:
        """Whether an experiment is to be shown under other splits, where the audit finds few groups."""
        chosen = self.config["sensitivity"]
        return experiment.protocol in chosen["protocols"] and experiment.model in chosen["models"]

    def other_splits(self, protocol: str) -> dict[str, list[int]]:
        """Return the other seeds and numbers of folds that a protocol is shown with, where it has them."""
        entry, chosen = self.config["protocols"][protocol], self.config["sensitivity"]
        if entry["kind"] not in SHUFFLED:
            return {}
        values = {"seed": chosen["seeds"], "folds": chosen["folds"]}
        return {key: [v for v in values[key] if v != entry[key]] for key in values if key in entry}

    def own_rate(self, experiment: Experiment) -> str | None:
        """Return the features of an experiment at the recordings' own rate, if any model is trained on them.

        None where no experiment on its corpus is, or where its own features are such.
        """
        sets, models = self.config["feature_sets"], self.config["models"]
        own = sets[models[experiment.model]["features"]]
        used = {
            models[e.model].get("features") for e in self.scored.values() if e.corpus == experiment.corpus
        }
        found = [
            name
            for name, entry in sets.items()
            if name in used and "rate" in entry and "rate" not in own
            if entry["opensmile"] == own.get("opensmile")
        ]
        return found[0] if found else None

    def transcribed(self) -> list[tuple[str, str]]:
        """Return each Whisper and corpus of which there are transcripts, or can be."""
        return [
            (asr, corpus)
            for asr in sorted(self.config["asr"])
            for corpus in self.corpora
            if self.holds(corpus) == "recordings"
            if (asr in self.checkpoints and corpus in self.sources)
            or (
                {f"asr/{asr}", f"corpora/{corpus}"} <= self._restored
                and (Path("results/transcripts") / asr / corpus).exists()
            )
        ]

    def holds(self, corpus: str) -> str:
        """Return what a corpus is published as: ``recordings``, or ``features`` without any."""
        return self.config["corpora"][corpus].get("holds", "recordings")

    @property
    def synthetic(self) -> list[str]:
        """Corpora that the demo's generator speaks."""
        return sorted(
            name
            for name, path in self.sources.items()
            if path.is_relative_to(MADE_CORPORA)
            and name not in self.compressed
            and "synthetic" in self.config["corpora"][name]["source"]
        )

    def described(self, corpus: str) -> dict[str, str]:
        """Return access, licence and citation of a corpus; a copy put in place of a stand-in has its own."""
        entry = self.config["corpora"][corpus]
        if "synthetic" in entry["source"] and corpus not in self.synthetic:
            return {"access": "own copy", "licence": "its publisher's", "citation": "its publisher"}
        return {key: entry[key] for key in ("access", "licence", "citation")}

    def untrained(self, model: str) -> bool:
        """Whether the weights of a model's encoder are random ones of ours, and not somebody's training."""
        return any(
            "random" in self.config["encoders"][encoder]["source"]
            and self.weights.get(encoder, Path()).is_relative_to(MADE_WEIGHTS)
            for encoder in encoders_of(self.config["models"][model]).values()
        )

    @cached_property
    def experiments(self) -> dict[str, Experiment]:
        """Every experiment of the configuration by name, sorted, whether it can run or not."""
        grid = (
            Experiment(corpus, protocol, model)
            for entry in self.config["experiments"]
            for corpus in entry["corpora"]
            for protocol in entry["protocols"]
            for model in entry["models"]
        )
        return {experiment.name: experiment for experiment in sorted(grid, key=lambda e: e.name)}

    @cached_property
    def runnable(self) -> dict[str, Experiment]:
        """The experiments whose corpus and weights can be had."""
        return {name: e for name, e in self.experiments.items() if not self.waits_for(e)}

    def waits_for(self, experiment: Experiment) -> list[str]:
        """Return what an experiment cannot have now, as text; empty if it can run."""
        waits = []
        if experiment.corpus not in self.sources:
            advice = self._missing("corpora").get(experiment.corpus, "its recordings are not here")
            waits.append(f"corpus {experiment.corpus}: {advice}")
        if not self._folds_in_hand(experiment.protocol):
            folder = self.config["protocols"][experiment.protocol]["folder"]
            waits.append(f"folds of {experiment.protocol}: put the folder with fold_<n>/ at {folder}")
        model = self.model(experiment)
        for encoder in encoders_of(model).values():
            if encoder not in self.weights:
                waits.append(f"weights of {encoder}: {self._missing('encoders')[encoder]}")
        asr = words_of(model)
        if asr is not None and asr not in self.checkpoints:
            advice = self._missing("asr").get(asr, "its checkpoint is not here")
            waits.append(f"transcripts by {asr}: {advice}")
        return waits

    @cached_property
    def transfers(self) -> list[tuple[Experiment, str]]:
        """The experiments that can run or were restored, with each other corpus they are tested on."""
        found = []
        for e, test in self.wanted_transfers:
            can_run = e.name in self.runnable and test in self.sources
            if can_run or (
                f"experiments/{e.name}" in self._restored
                and test in self.corpora
                and all(path.exists() for path in self.predictions(e, test))
            ):
                found.append((e, test))
        return found

    @cached_property
    def wanted_transfers(self) -> list[tuple[Experiment, str]]:
        """The trained experiments with each other corpus that they are to be tested on, sorted."""
        wanted = {
            (f"{corpus}_{protocol}_{model}", test)
            for entry in self.config["experiments"]
            for corpus in entry["corpora"]
            for protocol in entry["protocols"]
            for model in entry["models"]
            for test in entry.get("transfer", ())
            if test != corpus and "baseline" not in self.config["models"][model]
        }
        return [(self.experiments[name], test) for name, test in sorted(wanted)]

    def protocols_of(self, corpus: str) -> list[str]:
        """Return the protocols of the experiments on a corpus that can be made, sorted."""
        used = {e.protocol for e in self.experiments.values() if e.corpus == corpus}
        return sorted(name for name in used if self._folds_in_hand(name))

    def _folds_in_hand(self, protocol: str) -> bool:
        folder = self.config["protocols"][protocol].get("folder")
        return folder is None or Path(folder).is_dir()

    def model(self, experiment: Experiment) -> dict[str, Any]:
        """Return the entry of an experiment's model, with what it says of the experiment's corpus."""
        return on_corpus(self.config["models"][experiment.model], experiment.corpus)

    def trained_together(self, experiments: Mapping[str, Experiment]) -> list[Experiment]:
        """Return the fine-tuned experiments of which one job trains all runs.

        These are those on pooled states, and those that the configuration says so of (``together``): their
        training is shorter than the start of a job.
        """
        found = []
        for e in experiments.values():
            model = self.model(e)
            pooled = "states" in model.get("audio", {})
            if pooled or model.get("finetuning", {}).get("together", False):
                found.append(e)
        return found

    def runs(self, experiment: Experiment) -> list[tuple[int, int]]:
        """Return each fold and seed of a fine-tuned experiment."""
        folds = fold_count(self.config["protocols"][experiment.protocol])
        seeds = self.model(experiment)["finetuning"]["seeds"]
        return [(fold, seed) for fold in range(folds) for seed in seeds]

    @cached_property
    def offered(self) -> list[Experiment]:
        """The fine-tuned experiments that the page offers, of those that can run here, by model and name."""
        wanted = self.config.get("app", {}).get("experiments", [])
        models = list(self.config["models"])
        found = [
            e
            for e in self.runnable.values()
            if "finetuning" in self.config["models"][e.model] and (not wanted or e.name in wanted)
        ]
        return sorted(found, key=lambda e: (models.index(e.model), e.name))

    @cached_property
    def in_space(self) -> list[tuple[Experiment, int, int]]:
        """The runs that go into space/: experiment, fold and seed."""
        wanted = self.config.get("app", {}).get("space", [])
        runs = [(e, fold, seed) for e in self.offered for fold, seed in self.runs(e)]
        if wanted:
            return [(e, fold, seed) for e, fold, seed in runs if f"{e.name}/{fold}/{seed}" in wanted]
        first: dict[tuple[str, ...], tuple[Experiment, int, int]] = {}
        for run in runs:
            first.setdefault(tuple(encoders_of(self.model(run[0]))), run)
        return list(first.values())


def on_corpus(model: Mapping[str, Any], corpus: str) -> dict[str, Any]:
    """Return a model's entry as it is on a corpus: its recipe of it in place of the general values."""
    recipe = model.get("recipes", {}).get(corpus, {})
    entry = {key: value for key, value in model.items() if key != "recipes"}
    return entry | {part: {**entry.get(part, {}), **changed} for part, changed in recipe.items()}


def encoders_of(model: Mapping[str, Any]) -> dict[str, str]:
    """Return the encoder of each branch of a model's entry; none where nothing is fine-tuned."""
    return {branch: model[branch]["encoder"] for branch in BRANCHES if branch in model}


def words_of(model: Mapping[str, Any]) -> str | None:
    """Return the entry of ``asr`` whose transcripts a model's entry reads; None for a corpus's own words."""
    words = model.get("text", {}).get("words", CORPUS_WORDS)
    return None if words == CORPUS_WORDS else words


def modality(encoder: Mapping[str, Any]) -> str:
    """Return the modality of an encoder's entry: ``speech``, if it does not say ``text``."""
    return encoder.get("modality", "speech")


def fold_count(protocol: Mapping[str, Any]) -> int | None:
    """Return how many folds the entry of a protocol says there are; None where the corpus decides."""
    if protocol["kind"] == "held_out":
        return len(protocol["test"])
    return 1 if protocol["kind"] in ("random", "publisher") else protocol.get("folds")


def _trainable(protocol: Mapping[str, Any]) -> bool:
    """Whether the folds are counted and a validation part is there, as fine-tuning needs."""
    validates = {"validation", "validate"} & set(protocol) or protocol["kind"] in ("publisher", "emobox")
    return bool(validates) and fold_count(protocol) is not None


def _keeps_apart(protocol: Mapping[str, Any]) -> bool:
    """Whether a protocol keeps groups apart, and not only because a corpus states none."""
    return protocol["kind"] not in ("stratified_kfold", "random") and not protocol["leaks"]


def _identity(*entries: Any) -> str:
    untitled = [{k: v for k, v in e.items() if k != "title"} if isinstance(e, dict) else e for e in entries]
    return hashlib.sha256(json.dumps(untitled, sort_keys=True).encode()).hexdigest()[:16]


def _own(recordings: str) -> bool:
    """Whether the recordings that a manifest was made from were the user's own, or repacked from that."""
    made = provenance.read(recordings)
    return Path(recordings).is_relative_to(IN_HAND) or (made is not None and made["rule"] == "repack")


def _suffix(source: Mapping[str, Any]) -> str:
    """Return how the name of a downloaded archive ends, for the place where a user puts it."""
    path = urlsplit(source.get("address", "")).path
    return next((suffix for suffix in ARCHIVES if path.endswith(suffix)), "")


def address_of(source: Mapping[str, Any]) -> str | None:
    """Return the address that a source is fetched from, or None where it is not fetched.

    A data set of Kaggle is fetched only with a token of the user's.
    """
    if "hub" in source:
        return HUB
    if "whisper" in source:
        return WHISPER
    if "zenodo" in source:
        return f"{ZENODO}/{source['zenodo']}"
    if "kaggle" in source:
        from sarangi.sources.download import kaggle_token

        return f"{KAGGLE}/{source['kaggle']}" if kaggle_token() else None
    return source.get("address") or source.get("git")


def lacking(encoder: Mapping[str, Any]) -> list[str]:
    """Return which of an encoder's files the folder of its source lacks."""
    folder = Path(encoder["source"]["folder"])
    return [name for name in ENCODER_FILES[modality(encoder)] if not (folder / name).is_file()]


def how_to_get(source: Mapping[str, Any]) -> str:
    """Return what a person can do to get what a source describes."""
    if "address" in source:
        return f"download {source['address']}"
    if "git" in source:
        return f"clone {source['git']} at {source['commit'][:12]}"
    if "zenodo" in source:
        return f"download the files of Zenodo record {source['zenodo']}"
    if "kaggle" in source:
        return f"{KAGGLE_ADVICE}, or download {source['kaggle']}"
    if "hub" in source:
        return f"fetch {source['hub']} at revision {source['revision'][:12]} of the Hugging Face hub"
    if "whisper" in source:
        return f"fetch Whisper {source['whisper']} of openai-whisper"
    if "packed" in source:
        return f"restore {source['packed']}, which is missing, or fetch another Whisper"
    return source.get("request", "make it")


def refuse_odd_yaml(file: str | Path) -> None:
    """Refuse a configuration that Snakemake could not read, or would read in silence as something else.

    It loads the file itself, with aliases of aliases as what they stand for, and of a key that stands twice
    the last value.

    Raises
    ------
    SarangiError
        Says what is wrong, on which line.
    """
    try:
        yaml_in(file)
    except FileNotFoundError:
        return  # Snakemake says so
    except (OSError, DocumentError) as error:
        raise SarangiError(f"{file}: not YAML that can be read; no job was started. {error}") from error


def check(
    config: dict[str, Any],
    schema: Path,
    files: list[Path],
    probe: bool = False,
    published: Mapping[str, Any] | None = None,
) -> Study:
    """Check a configuration and return it as a study.

    Parameters
    ----------
    config
        The configuration as Snakemake merged it from files and command line.
    schema
        JSON schema, as YAML.
    files
        The files it came from, to give line numbers.
    probe
        Whether the study may ask the network for what is not in hand.
    published
        Claims of the published study, from :func:`read_claims`.

    Raises
    ------
    SarangiError
        Lists every problem: the key, its place, what was found, what is valid, the nearest name.
    """
    for file in files:
        refuse_odd_yaml(file)
    problems = _against(config, schema) or _unfit_recipes(config, schema) or list(_unknown_names(config))
    _refuse(problems, files, "the configuration")
    return Study(config, probe, published or {})


class _AsPrinted(Loader):
    """Reads a number with decimals as the text that it is: 0.590 keeps its last digit."""


_AsPrinted.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:float"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_claims(file: Path, schema: Path) -> dict[str, dict[str, Any]]:
    """Read and check a file of claims, and return its records by name (:func:`claims.records`).

    Raises
    ------
    SarangiError
        Lists every problem, as :func:`check` does.
    """
    try:
        document = yaml_in(file, _AsPrinted)
    except DocumentError as error:
        raise SarangiError(f"{file}: not YAML that can be read; no job was started. {error}") from error
    _refuse(_against(document, schema) or list(_unknown_parts(document)), [file], "the file of claims")
    return claims.records(document)


def read_errata(file: Path, schema: Path, published: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Read and check a file of errata, and return its entries in the order of their numbers.

    Parameters
    ----------
    file, schema
        As for :func:`read_claims`.
    published
        The claims that it names, from :func:`read_claims`.

    Raises
    ------
    SarangiError
        Lists every problem, as :func:`check` does.
    """
    try:
        document = yaml_in(file)
    except DocumentError as error:
        raise SarangiError(f"{file}: not YAML that can be read; no job was started. {error}") from error
    problems = _against(document, schema) or list(_unknown_claims(document, published))
    _refuse(problems, [file], "the file of errata")
    return sorted(document, key=lambda entry: entry["number"])


def _unknown_claims(
    document: list[dict[str, Any]], published: Mapping[str, Any]
) -> Iterator[tuple["Place", str]]:
    """Yield each number that stands twice, each claim that is not there, or cannot be read as it says."""
    known = list(published)
    for place, entry in enumerate(document):
        if entry["number"] in [other["number"] for other in document[:place]]:
            yield (place, "number"), f"{entry['number']} stands twice"
        for position, name in enumerate(entry.get("claims", ())):
            if name not in published:
                yield (place, "claims", position), f"{name!r} is no claim; {nearest(name, known)}"
        for position, row in enumerate(entry["rows"]):
            for side in claims.SIDES:
                operand = row.get(side, {})
                where, name = (place, "rows", position, side), operand.get("claim")
                if name is None:
                    continue
                if name not in published:
                    yield (*where, "claim"), f"{name!r} is no claim; {nearest(name, known)}"
                elif "otherwise" in operand:
                    labels = list(published[name].get("otherwise", ()))
                    if operand["otherwise"] not in labels:
                        hint = nearest(operand["otherwise"], labels)
                        yield (*where, "otherwise"), f"{name} has no {operand['otherwise']!r}; {hint}"
                elif not claims.can_be_read(name, published, operand.get("as", "printed")):
                    ways = [how for how in claims.READINGS if claims.can_be_read(name, published, how)]
                    yield (
                        (*where, "as"),
                        f"{name} cannot be read as {operand.get('as', 'printed')}; valid: {', '.join(ways)}",
                    )


@cache
def _validator(schema: Path) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(
        yaml.load(schema.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    )


def _against(document: Any, schema: Path) -> list[tuple["Place", str]]:
    """Return what a JSON schema (as YAML) refuses in a document."""
    errors = sorted(_validator(schema).iter_errors(document), key=lambda error: list(map(str, error.path)))
    # of a value of the wrong type nothing else is worth saying
    mistyped = {tuple(error.path) for error in errors if error.validator == "type"}
    errors = [error for error in errors if error.validator == "type" or tuple(error.path) not in mistyped]
    return [problem for error in errors for problem in _explain(error)]


def _unfit_recipes(config: Mapping[str, Any], schema: Path) -> list[tuple["Place", str]]:
    """Return what the schema refuses in a model as it is on a corpus that it has a recipe of."""
    found = []
    for name, entry in config["models"].items():
        for corpus in entry.get("recipes", ()):
            place = ("models", name, "recipes", corpus)
            if corpus not in config["corpora"]:
                hint = nearest(corpus, list(config["corpora"]))
                found.append((place, f"{corpus!r} is not in corpora; {hint}"))
            whole = {**config, "models": {name: on_corpus(entry, corpus)}}
            found += [((*place, *path[2:]), text) for path, text in _against(whole, schema)]
    return found


def _refuse(problems: list[tuple["Place", str]], files: list[Path], what: str) -> None:
    if problems:
        trees = {file: _tree(file) for file in files}
        named = f" ({', '.join(map(str, files))})" if files else ""
        raise SarangiError(
            f"{what}{named} has {len(problems)} problem{'s' if len(problems) > 1 else ''}; "
            "no job was started.",
            *(f"  {_place(path, trees)}: {text}" for path, text in problems[:MOST_PROBLEMS]),
            *([f"  and {len(problems) - MOST_PROBLEMS} more"] if len(problems) > MOST_PROBLEMS else []),
        )


def _unknown_parts(document: Mapping[str, Any]) -> Iterator[tuple["Place", str]]:
    """Yield each row of a grid that does not fit, and each name of a claim that is not there."""
    for grid, entry in document["grids"].items():
        for key in ("named_by", "metrics"):
            for place, column in enumerate(entry[key]):
                if column not in entry["columns"]:
                    yield (
                        ("grids", grid, key, place),
                        f"no column {column!r}; {nearest(column, entry['columns'])}",
                    )
        odd = [
            problem
            for key in ("title", "ours")
            for problem in _odd_fields(entry[key], ("grids", grid, key), entry["named_by"])
        ]
        if odd or set(entry["named_by"]) - set(entry["columns"]):
            yield from odd
            return
        for place, row in enumerate(entry["rows"]):
            columns = ", ".join(entry["columns"])
            if len(row) != len(entry["columns"]):
                yield (
                    ("grids", grid, "rows", place),
                    f"found {len(row)} cells, expected {len(entry['columns'])}: {columns}",
                )
                return
            for column, text in zip(entry["columns"], row, strict=True):
                if column in entry["metrics"] and not re.fullmatch(r"[-+]?\d{1,15}(\.\d{1,15})?", text):
                    yield ("grids", grid, "rows", place), f"{column} is {text!r}, expected a number"
    records = claims.records(document)
    for kind, key in (("derived", "compute"), ("derived", "otherwise"), ("statements", "holds")):
        for name, entry in document[kind].items():
            if key in entry:
                yield from _unknown_operands(entry[key], (kind, name, key), records, document["grids"])


def _odd_fields(pattern: str, place: "Place", columns: list[str]) -> Iterator[tuple["Place", str]]:
    """Yield each field of a pattern that is not the name of a column alone, in braces."""
    try:
        fields = list(string.Formatter().parse(pattern))
    except ValueError as error:
        yield place, f"{pattern!r} is no pattern: {error}"
        return
    for _, name, form, conversion in fields:
        if name is not None and (name not in columns or form or conversion):
            yield place, f"{{{name}}} is no column of named_by in braces; {nearest(name, columns)}"


def _unknown_operands(
    node: Any, path: "Place", records: Mapping[str, Any], grids: Mapping[str, Any]
) -> Iterator[tuple["Place", str]]:
    """Yield each name below an expression or a relation that is not there."""
    if isinstance(node, str):
        if node not in records:
            yield path, f"{node!r} is no number; {nearest(node, list(records))}"
    elif isinstance(node, list):
        for place, operand in enumerate(node):
            yield from _unknown_operands(operand, (*path, place), records, grids)
    elif "rows" in node:
        if node["rows"] not in grids:
            yield (*path, "rows"), f"no grid {node['rows']!r}; {nearest(node['rows'], list(grids))}"
        elif not claims.selected(node, records, lambda name: None):
            cells = ", ".join(f"{key} {text}" for key, text in node.get("where", {}).items())
            said = f"metric {node['metric']}" + (f" where {cells}" if cells else "")
            yield path, f"selects no row: {said}; columns: {', '.join(grids[node['rows']]['columns'])}"
    else:
        columns = {column for grid in grids.values() for column in grid["named_by"]}
        for column in [*node.get("by", ()), *([node["group"]] if "group" in node else [])]:
            if column not in columns:
                yield path, f"no column {column!r}; {nearest(column, list(columns))}"
        for key, operand in node.items():
            if key not in ("by", "group", "are", "near", "within", "unit"):
                yield from _unknown_operands(operand, (*path, key), records, grids)


Place = tuple[str | int, ...]


def _explain(error: jsonschema.ValidationError) -> Iterator[tuple[Place, str]]:
    path = tuple(error.absolute_path)
    if error.validator == "additionalProperties":
        valid = list(error.schema.get("properties", {}))
        for key in sorted(set(error.instance) - set(valid), key=str):
            yield (*path, key), f"unknown key {key!r}; {nearest(key, valid)}"
    elif error.validator == "enum":
        yield path, f"{error.instance!r} is not valid; {nearest(error.instance, error.validator_value)}"
    elif error.validator in ("oneOf", "anyOf") and (meant := _branch_meant(error)):
        for inner in meant:
            yield from _explain(inner)
    elif error.validator in ("oneOf", "anyOf"):
        choices = " or ".join(branch.get("title", "?") for branch in error.validator_value)
        keys = isinstance(error.instance, dict)
        found = f"keys {', '.join(map(str, error.instance))}" if keys else repr(error.instance)
        yield path, f"expected one of: {choices}; found {found}"
    elif error.schema is False:
        # jsonschema says the value, and not the key
        yield path, f"the key with value {error.instance!r} does not go with the others of this entry"
    elif error.validator == "required":
        missing = [key for key in error.validator_value if key not in error.instance]
        yield path, f"the key {missing[0]!r} is missing: {_description(error, missing[0])}"
    elif error.validator == "type":
        found = type(error.instance).__name__
        yield path, f"expected {error.validator_value}, found {found} {error.instance!r}"
    else:
        yield path, error.message


def _branch_meant(error: jsonschema.ValidationError) -> list[jsonschema.ValidationError]:
    """Return what is wrong by the one branch of a choice whose keys are all there, if it is one."""
    keys = set(error.instance) if isinstance(error.instance, dict) else set()
    meant = [
        n for n, b in enumerate(error.validator_value) if b.get("required") and keys >= set(b["required"])
    ]
    return [inner for inner in error.context if [inner.schema_path[0]] == meant]


def _description(error: jsonschema.ValidationError, key: str) -> str:
    return error.schema.get("properties", {}).get(key, {}).get("description", "")


def _unknown_names(config: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
    """Yield each name that refers to an entry which is not there."""
    for corpus in config["corpora"]:
        if corpus not in CORPORA:
            yield ("corpora", corpus), f"no reader for corpus {corpus!r}; {nearest(corpus, CORPORA)}"
        elif "synthetic" in config["corpora"][corpus]["source"] and corpus not in STAND_INS:
            choices = ", ".join(STAND_INS)
            yield (
                ("corpora", corpus, "source"),
                f"there is no stand-in of {corpus}; there is one of {choices}",
            )
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
                    elif "rate" in wants and holds == "features":
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
            if tuned and settings and not _trainable(settings):
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
    known = [*study.experiments, *(f"{e.name}_to_{test}" for e, test in study.wanted_transfers)]
    for finding, entry in config["findings"].items():
        for place, name in enumerate(entry.get("experiments", ())):
            if name not in known:
                hint = nearest(name, known)
                yield ("findings", finding, "experiments", place), f"{name!r} is no experiment; {hint}"


def _tree(file: Path) -> yaml.Node | None:
    try:
        return yaml.compose(text_in(file), Loader=yaml.CSafeLoader)
    except (OSError, yaml.YAMLError, DocumentError):
        return None  # Snakemake takes other forms, too; then the places have no lines


def _place(path: Place, trees: Mapping[Path, yaml.Node | None]) -> str:
    """Return file, line and key of a place in the configuration."""
    key = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")
    for file, tree in reversed(trees.items()):
        line = _line(tree, path)
        if line is not None:
            return f"{file}:{line}: {key or 'top level'}"
    return key or "top level"


def _line(node: yaml.Node | None, path: Place) -> int | None:
    """Return the line of a place below a node, or None where the file does not have it."""
    if not path:
        return None if node is None else node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(path[0]):
                return key.start_mark.line + 1 if len(path) == 1 else _line(value, path[1:])
    if isinstance(node, yaml.SequenceNode) and isinstance(path[0], int) and path[0] < len(node.value):
        return _line(node.value[path[0]], path[1:])
    return None
