"""The study: what a configuration asks for, and what of it can run here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from sarangi.base import layout
from sarangi.base.missing import CORPUS, FOLDS, RECORDINGS, TRANSCRIPTS, WEIGHTS, Missing
from sarangi.base.score_id import ScoreId
from sarangi.sources.kinds import Synthetic, kind_of
from sarangi.study.defaults import built_in
from sarangi.study.entries import (
    ASR_DEFAULTS,
    CHECKPOINTS,
    CORPORA,
    NOT_OF_RESULTS,
    PREPARED,
    READ,
    SOUND,
    WORDS,
    Batch,
    Experiment,
    asr_of,
    context_of,
    encoders_needed,
    experiments_of,
    fold_count,
    needs_sound,
    on_corpus,
    words_of,
)
from sarangi.study.identities import identities
from sarangi.study.locations import MADE_CORPORA, Locations
from sarangi.study.voices import missing_of_voices


@dataclass(frozen=True)
class Study:
    """A checked configuration and what follows from it and from what is available.

    ``probe`` says whether the network may be asked for what is not here; ``published`` are the claims
    of :func:`sarangi.study.claims_file.read_claims`; ``lacking`` are the extras of the package that are not
    installed, with what to do (:func:`sarangi.runtime.extras.lacking`).
    """

    config: dict[str, Any]
    probe: bool = False
    published: Mapping[str, Any] = field(default_factory=dict)
    lacking: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def experiments(self) -> dict[str, Experiment]:
        """Every experiment whose model tells emotions, by name, sorted, whether it can run or not."""
        return experiments_of(self.config)

    @cached_property
    def rated_experiments(self) -> dict[str, Experiment]:
        """Every experiment whose model predicts ratings on a scale, by name, sorted."""
        return experiments_of(self.config, rated=True)

    @cached_property
    def every_experiment(self) -> dict[str, Experiment]:
        """The experiments of both kinds, sorted by name."""
        return dict(sorted((self.experiments | self.rated_experiments).items()))

    @cached_property
    def scores(self) -> dict[str, ScoreId]:
        """Each configured experiment on its own corpus, and on every other one that there can be, by name.

        What a name stands for is looked up here, and never read off the name.
        """
        corpora = dict.fromkeys([*CORPORA, *self.config["corpora"]])
        scores = (ScoreId(name, test) for name in self.experiments for test in (None, *corpora))
        return {score.name: score for score in scores}

    @cached_property
    def locations(self) -> Locations:
        """Where each corpus, encoder and Whisper is, or will be."""
        return Locations(self.config, self.every_experiment, self.probe, self.lacking)

    @property
    def sources(self) -> dict[str, Path]:
        """Where each available corpus is, or will be."""
        return self.locations.sources

    @property
    def tables(self) -> dict[str, Path]:
        """The table of labels of each available corpus that has one."""
        return self.locations.tables

    @property
    def compressed(self) -> dict[str, Path]:
        """The user's own compressed archives, which are made into a zip before they are read."""
        return self.locations.compressed

    @property
    def weights(self) -> dict[str, Path]:
        """Where the weights of each encoder (a folder) are, or will be, where available."""
        return self.locations.weights

    @property
    def checkpoints(self) -> dict[str, Path]:
        """Where each available Whisper is, or will be: a file, or a folder for faster-whisper."""
        return self.locations.checkpoints

    @property
    def kept_corpora(self) -> list[str]:
        """Corpora whose recordings are not here, and whose results were restored from a bundle."""
        return self.locations.kept_corpora

    @cached_property
    def identities(self) -> dict[str, str]:
        """What the configuration says of each thing whose results can be used without their recordings.

        ``corpora/<corpus>``, ``asr/<asr>`` and ``experiments/<experiment>``, each with a hash of the
        entries that its results follow from.
        """
        return identities(self.config, self.every_experiment)

    def asr_settings(self, name: str) -> dict[str, Any]:
        """Return how a Whisper is to transcribe."""
        entry = self.config["asr"][name]
        return ASR_DEFAULTS | {key: entry[key] for key in (*ASR_DEFAULTS, "batch", "tokens") if key in entry}

    @property
    def corpora(self) -> list[str]:
        """Corpora of which there is a manifest, or will be."""
        return sorted([*self.sources, *self.kept_corpora])

    @cached_property
    def kept(self) -> dict[str, Experiment]:
        """Experiments that cannot run here, and whose predictions were restored from a bundle."""
        return {name: e for name, e in self.experiments.items() if self._is_kept(e)}

    @cached_property
    def rated_kept(self) -> dict[str, Experiment]:
        """As :attr:`kept`, of the experiments whose models predict ratings."""
        return {name: e for name, e in self.rated_experiments.items() if self._is_kept(e)}

    def _is_kept(self, experiment: Experiment) -> bool:
        return (
            f"experiments/{experiment.name}" in self.locations.restored
            and bool(self.waits_for(experiment))
            and all(path.exists() for path in self.predictions(experiment))
        )

    @cached_property
    def scored(self) -> dict[str, Experiment]:
        """The experiments that can run or were restored, sorted by name."""
        return dict(sorted((self.runnable | self.kept).items()))

    @cached_property
    def rated_scored(self) -> dict[str, Experiment]:
        """As :attr:`scored`, of the experiments whose models predict ratings."""
        return dict(sorted((self.rated_runnable | self.rated_kept).items()))

    def predictions(self, experiment: Experiment, test: str | None = None) -> list[Path]:
        """Return the files of predictions of all runs, on the experiment's own corpus or on ``test``."""
        name = experiment.name
        # each run of a fine-tuning predicts its own test part, in a job of its own
        if test is None and "finetuning" in self.config["models"][experiment.model]:
            runs = self.runs(experiment)
            return [Path(layout.run_predictions(name, fold, seed)) for fold, seed in runs]
        return [Path(layout.predictions(name, test or layout.WITHIN))]

    def batches(self, experiments: Mapping[str, Experiment]) -> list[Batch]:
        """Return experiments of one kind in batches of a corpus, its features and a classifier or regressor.

        So whoever asks for one score has no other one trained, unless the configuration says that some are
        trained together.  Those that are fine-tuned are left out.
        """
        members: dict[tuple[str, str, str], list[Experiment]] = {}
        for e in experiments.values():
            model = self.config["models"][e.model]
            if "finetuning" not in model:
                kind = "regressor" if "regressor" in model else "classifier"
                classifier = model.get(kind, "")
                together = self.config[f"{kind}s"].get(classifier, {}).get("together", False)
                key = (e.corpus, model.get("features", ""), "" if together else classifier)
                members.setdefault(key, []).append(e)
        return [
            Batch(corpus, features or None, classifier or None, tuple(batch))
            for (corpus, features, classifier), batch in sorted(members.items())
        ]

    def settings(self, model: str) -> dict[str, Any]:
        """Return what is trained on features, and how these are prepared: what results follow from."""
        entry = self.config["models"][model]
        kind = "regressor" if "regressor" in entry else "classifier"
        classifier = self.config[f"{kind}s"][entry[kind]]
        prepared = {key: entry[key] for key in PREPARED if key in entry}
        return {key: value for key, value in classifier.items() if key not in NOT_OF_RESULTS} | prepared

    def tests(self, experiment: Experiment) -> list[str]:
        """Return the other corpora that an experiment is tested on, as far as they are available."""
        tests = self._transfers.get(experiment.name, ())
        return [test for test in tests if test in self.sources and not self.lacks_sound(experiment, test)]

    @cached_property
    def _transfers(self) -> dict[str, list[str]]:
        """The other corpora of each experiment that has any; each rule asks for those of its own."""
        tests: dict[str, list[str]] = {}
        for e, test in (*self.transfers, *self.rated_transfers):
            tests.setdefault(e.name, []).append(test)
        return tests

    def compared(self, corpus: str, protocol: str) -> set[str]:
        """Return the models on a corpus and protocol whose differences are of interest."""
        return self._compared.get((corpus, protocol), set())

    @cached_property
    def _compared(self) -> dict[tuple[str, str], set[str]]:
        found: dict[tuple[str, str], set[str]] = {}
        for entry in self.config["experiments"]:
            chosen = entry.get("compared", entry["models"])
            baselines = (model for model in entry["models"] if "baseline" in self.config["models"][model])
            models = {*chosen, *baselines}
            for corpus in entry["corpora"]:
                for protocol in entry["protocols"]:
                    found.setdefault((corpus, protocol), set()).update(models)
        return found

    def transcribed(self) -> list[tuple[str, str]]:
        """Return each Whisper and corpus of which there are transcripts, or can be.

        Without a built-in Whisper that encoders alone name, and without corpora whose words no model reads
        where its entry leaves these out: nobody asked for those transcripts.
        """
        return [
            (asr, corpus)
            for asr in sorted(self.config["asr"])
            if asr not in self._of_encoders_alone
            for corpus in self.corpora
            if self.holds(corpus) == SOUND
            if self.config["asr"][asr].get("transcribes") != READ or self._reads(asr, corpus)
            if (asr in self.checkpoints and corpus in self.sources)
            or (
                {f"asr/{asr}", f"corpora/{corpus}"} <= self.locations.restored
                and Path(layout.TRANSCRIPTS, asr, corpus).exists()
            )
        ]

    def _reads(self, asr: str, corpus: str) -> bool:
        """Whether some model reads what a Whisper transcribes in a corpus."""
        of_corpus = (e for e in self.every_runnable.values() if corpus in (e.corpus, *self.tests(e)))
        return any(words_of(self.model(e)) == asr for e in of_corpus)

    @cached_property
    def _of_encoders_alone(self) -> set[str]:
        """The built-in Whispers whose encoders are named, and that transcribe for no model."""
        named = {asr for entry in self.config["encoders"].values() if (asr := asr_of(entry)) is not None}
        read = {words_of(model) for model in self.config["models"].values()}
        return {name for name in named - read if self.config["asr"][name] == built_in()["asr"].get(name)}

    def holds(self, corpus: str) -> str:
        """Return what a corpus holds: ``recordings``, or without any ``features`` or ``words``."""
        return self.locations.holds(corpus)

    def lacks_sound(self, experiment: Experiment, corpus: str) -> Missing | None:
        """Return the recordings of a corpus where an experiment needs them and there are words alone."""
        if self.holds(corpus) != WORDS or not needs_sound(self.model(experiment)):
            return None
        advice = self.locations.advice_on_sound(corpus)
        return Missing(RECORDINGS, corpus, advice, self.locations.corpus_titles.get(corpus, ""))

    @property
    def synthetic(self) -> list[str]:
        """Corpora that the demo's generator speaks."""
        return sorted(
            name
            for name, path in self.sources.items()
            if path.is_relative_to(MADE_CORPORA)
            and name not in self.compressed
            and isinstance(kind_of(self.config["corpora"][name]["source"]), Synthetic)
        )

    def described(self, corpus: str) -> dict[str, str]:
        """Return access, licence and citation of a corpus; a copy put in place of a stand-in has its own."""
        entry = self.config["corpora"][corpus]
        if isinstance(kind_of(entry["source"]), Synthetic) and corpus not in self.synthetic:
            return {"access": "own copy", "licence": "its publisher's", "citation": "its publisher"}
        return {key: entry[key] for key in ("access", "licence", "citation")}

    def untrained(self, model: str) -> bool:
        """Whether an encoder of a model has random weights of ours, and not somebody's training."""
        return any(
            self.locations.has_random_weights(encoder)
            for encoder in encoders_needed(self.config, self.config["models"][model])
        )

    @cached_property
    def runnable(self) -> dict[str, Experiment]:
        """The experiments whose corpus and weights are available."""
        return {name: e for name, e in self.experiments.items() if not self.waits_for(e)}

    @cached_property
    def rated_runnable(self) -> dict[str, Experiment]:
        """As :attr:`runnable`, of the experiments whose models predict ratings."""
        return {name: e for name, e in self.rated_experiments.items() if not self.waits_for(e)}

    @cached_property
    def every_runnable(self) -> dict[str, Experiment]:
        """The experiments of both kinds whose corpus and weights are available, sorted by name."""
        return dict(sorted((self.runnable | self.rated_runnable).items()))

    def waits_for(self, experiment: Experiment) -> list[Missing]:
        """Return what an experiment needs that is missing; empty if it can run."""
        waits = []
        if experiment.corpus not in self.sources:
            advice = self.locations.missing("corpora").get(experiment.corpus, "its recordings are not here")
            title = self.locations.corpus_titles.get(experiment.corpus, "")
            waits.append(Missing(CORPUS, experiment.corpus, advice, title))
        elif silent := self.lacks_sound(experiment, experiment.corpus):
            waits.append(silent)
        if not self._folds_in_hand(experiment.protocol):
            protocol = self.config["protocols"][experiment.protocol]
            advice = f"put the folder with fold_<n>/ at {protocol['folder']}"
            waits.append(Missing(FOLDS, experiment.protocol, advice, protocol.get("title", "")))
        voices = self._voices_missing(experiment.corpus, experiment.protocol)
        waits += [each for each in voices if each not in waits]
        model = self.model(experiment)
        for encoder in encoders_needed(self.config, model):
            if encoder not in self.weights:
                advice = self.locations.missing("encoders")[encoder]
                title = self.config["encoders"][encoder].get("title", "")
                waits.append(Missing(WEIGHTS, encoder, advice, title))
        runs = self.runs(experiment) if CHECKPOINTS in model else []
        for path in (self.checkpoint_of_run(experiment, *run) for run in runs):
            if not Path(path).exists():
                waits.append(Missing(WEIGHTS, path, "put the study's checkpoint there, or remove the run"))
        asr = words_of(model)
        if asr is not None and asr not in self.checkpoints:
            advice = self.locations.missing("asr").get(asr, "its checkpoint is not here")
            waits.append(Missing(TRANSCRIPTS, asr, advice, self.config["asr"][asr].get("title", "")))
        return waits

    @cached_property
    def transfers(self) -> list[tuple[Experiment, str]]:
        """The experiments that can run or were restored, with each other corpus they are tested on."""
        return self._available(self.wanted_transfers, self.runnable)

    @cached_property
    def rated_transfers(self) -> list[tuple[Experiment, str]]:
        """As :attr:`transfers`, of the experiments whose models predict ratings."""
        return self._available(self.wanted_rated_transfers, self.rated_runnable)

    def _available(
        self, wanted: list[tuple[Experiment, str]], runnable: Mapping[str, Experiment]
    ) -> list[tuple[Experiment, str]]:
        available = []
        for e, test in wanted:
            can_run = e.name in runnable and test in self.sources
            if (can_run and not self.lacks_sound(e, test)) or (
                f"experiments/{e.name}" in self.locations.restored
                and test in self.corpora
                and all(path.exists() for path in self.predictions(e, test))
            ):
                available.append((e, test))
        return available

    @cached_property
    def wanted_transfers(self) -> list[tuple[Experiment, str]]:
        """The trained experiments with each other corpus that they are to be tested on, sorted."""
        return self._wanted(self.experiments)

    @cached_property
    def wanted_rated_transfers(self) -> list[tuple[Experiment, str]]:
        """As :attr:`wanted_transfers`, of the experiments whose models predict ratings."""
        return self._wanted(self.rated_experiments)

    def _wanted(self, experiments: Mapping[str, Experiment]) -> list[tuple[Experiment, str]]:
        wanted = {
            (Experiment(corpus, protocol, model).name, test)
            for entry in self.config["experiments"]
            for corpus in entry["corpora"]
            for protocol in entry["protocols"]
            for model in entry["models"]
            for test in entry.get("transfer", ())
            if test != corpus and "baseline" not in self.config["models"][model]
        }
        return [(experiments[name], test) for name, test in sorted(wanted) if name in experiments]

    @cached_property
    def wanted_scores(self) -> list[str]:
        """The names of all scores that the configuration asks for: of experiments, then of transfers."""
        transfers = (ScoreId(e.name, test).name for e, test in self.wanted_transfers)
        return [*self.experiments, *transfers]

    @cached_property
    def available_scores(self) -> frozenset[str]:
        """The names of the scores that there are or can be, of experiments and of transfers."""
        return frozenset({*self.scored, *(ScoreId(e.name, test).name for e, test in self.transfers)})

    def protocols_of(self, corpus: str) -> list[str]:
        """Return the protocols of the experiments on a corpus that can be made, sorted."""
        used = {e.protocol for e in self.every_experiment.values() if e.corpus == corpus}
        return sorted(
            name for name in used if self._folds_in_hand(name) and not self._voices_missing(corpus, name)
        )

    def leaking(self, corpora: Iterable[str]) -> list[str]:
        """Return the protocols of some corpora that test groups of their training on purpose."""
        used = {name for corpus in corpora for name in self.protocols_of(corpus)}
        return sorted(name for name in used if self.config["protocols"][name]["leaks"])

    def _folds_in_hand(self, protocol: str) -> bool:
        folder = self.config["protocols"][protocol].get("folder")
        return folder is None or Path(folder).is_dir()

    def _voices_missing(self, corpus: str, protocol: str) -> list[Missing]:
        """Return what the pseudo-speakers that a protocol holds apart need on a corpus and do not have."""
        pseudo = self.config["protocols"][protocol].get("pseudo_speakers")
        return [] if pseudo is None else missing_of_voices(self.locations, pseudo, corpus)

    def model(self, experiment: Experiment) -> dict[str, Any]:
        """Return the entry of an experiment's model, with what it says of the experiment's corpus.

        Its audio branch has the context that the entry of its encoder states, if it does.
        """
        model = on_corpus(self.config["models"][experiment.model], experiment.corpus)
        context = context_of(self.config, model)
        return model | {"audio": {**model["audio"], "context": context}} if context else model

    def trained_together(self, experiments: Mapping[str, Experiment]) -> list[Experiment]:
        """Return the fine-tuned experiments of which one job trains all runs.

        These are those on pooled states, and those that the configuration says so of (``together``): their
        training is shorter than the start of a job.
        """
        together = []
        for e in experiments.values():
            model = self.model(e)
            pooled = "states" in model.get("audio", {})
            if CHECKPOINTS in model:
                continue
            if pooled or model.get("finetuning", {}).get("together", False):
                together.append(e)
        return together

    def runs(self, experiment: Experiment) -> list[tuple[int, int]]:
        """Return each fold and seed of a fine-tuned experiment."""
        folds = fold_count(self.config["protocols"][experiment.protocol])
        seeds = self.model(experiment)["finetuning"]["seeds"]
        return [(fold, seed) for fold in range(folds or 0) for seed in seeds]

    def checkpoint_of_run(self, experiment: Experiment, fold: int | str, seed: int | str) -> str:
        """Return where the study's checkpoint of a run is to be, for a model of such."""
        folder = Path(self.model(experiment)[CHECKPOINTS]["folder"])
        return str(folder / experiment.name / f"{fold}_{seed}.ckpt")
