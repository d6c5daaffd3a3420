"""Which tasks a benchmark has, with which baselines, and what they are made from."""

from collections.abc import Iterator, Mapping
from typing import Any

from sarangi.base import layout
from sarangi.base.benchmarked import Baseline, Benchmarked, BenchmarkTask, CorpusTerms
from sarangi.base.errors import SarangiError
from sarangi.base.score_id import ScoreId
from sarangi.study.availability import origin_of_corpus
from sarangi.study.entries import Experiment
from sarangi.study.inputs import predictions_of
from sarangi.study.labels import labels_of
from sarangi.study.missing import what_is_missing
from sarangi.study.scored import bootstrap, mean_of_folds
from sarangi.study.study import Study


def benchmarked(study: Study, name: str) -> Benchmarked:
    """Return a benchmark of the configuration, with what is available of it here."""
    entry = study.config["benchmarks"][name]
    tasks = tuple(_tasks(study, name))
    corpora = sorted({corpus for task in tasks for corpus in (task.corpus, task.tested)})
    return Benchmarked(
        name=name,
        title=entry["title"],
        version=entry["version"],
        licence=entry["licence"],
        contact=entry["contact"],
        entries=entry["entries"],
        changes=tuple(entry["changes"]),
        bootstrap=bootstrap(study),
        label_map=study.config["label_map"],
        corpora=tuple(_terms(study, corpus) for corpus in corpora),
        tasks=tasks,
    )


def folders_or_error(study: Study) -> list[str]:
    """Return what stands for the folder of each benchmark of the configuration: the sums of its files.

    Raises
    ------
    SarangiError
        Where there is none, or no task of one is available; it says what to do.
    """
    names = list(study.config["benchmarks"])
    if not names:
        raise SarangiError(
            "config.yaml has no benchmark to write: describe one under `benchmarks` (docs/benchmark.md)"
        )
    for name in names:
        bench = benchmarked(study, name)
        if all(task.missing for task in bench.tasks):
            absent = [f"{each.name}: {each.missing}" for each in bench.corpora if each.missing]
            reasons = absent or [task.missing for task in bench.tasks]
            raise SarangiError(f"no task of the benchmark {name} is available:", *reasons)
    return [layout.bench_folder(name) for name in names]


def files_of_benchmark(study: Study, name: str) -> list[str]:
    """Return the files that a benchmark is made from, sorted."""
    return sorted({path for task in benchmarked(study, name).tasks for path in task.files})


def _tasks(study: Study, name: str) -> Iterator[BenchmarkTask]:
    for entry in study.config["benchmarks"][name]["tasks"]:
        for corpus in entry["corpora"]:
            for protocol in entry["protocols"]:
                for test in (None, *(test for test in entry.get("transfer", ()) if test != corpus)):
                    yield _task(study, corpus, protocol, test, entry)


def _task(
    study: Study, corpus: str, protocol: str, test: str | None, asked: Mapping[str, Any]
) -> BenchmarkTask:
    tested, entry, models = test or corpus, study.config["protocols"][protocol], asked["baselines"]
    audits = [layout.corpus_audit(name) for name in dict.fromkeys((corpus, tested))]
    absent = [f"{name}: {_advice(study, name)}" for name in (corpus, tested) if name not in study.corpora]
    if not absent and protocol not in study.protocols_of(corpus):
        names = (Experiment(corpus, protocol, model).name for model in models)
        waits = [study.waits_for(study.experiments[name]) for name in names]
        # what the model that needs least lacks is what the protocol lacks
        absent += [str(each) for each in sorted(waits, key=lambda each: len(each))[0]]
    return BenchmarkTask(
        name=ScoreId(f"{corpus}_{protocol}", test).name,
        corpus=corpus,
        protocol=protocol,
        test=test,
        title=entry["title"],
        mean_of_folds=mean_of_folds(study, protocol),
        leaks=entry["leaks"],
        manifest=layout.manifest(corpus),
        protocol_file=layout.protocol(corpus, protocol),
        tested_manifest=layout.manifest(tested),
        audits=(*audits, layout.protocol_audit(corpus, protocol)),
        baselines=tuple(_baselines(study, corpus, protocol, test, models)),
        missing="; ".join(dict.fromkeys(absent)),
        hidden=asked.get("hidden", False),
    )


def _baselines(
    study: Study, corpus: str, protocol: str, test: str | None, models: list[str]
) -> Iterator[Baseline]:
    """Yield the models of a task; what does not listen is tested on no other corpus."""
    for model in models:
        experiment = study.experiments[Experiment(corpus, protocol, model).name]
        score = ScoreId(experiment.name, test)
        if test is not None and score.name not in study.wanted_scores:
            continue
        made = score.name in study.available_scores
        missing = [] if made else what_is_missing(study, score.name)
        yield Baseline(
            model=model,
            title=study.config["models"][model]["title"],
            experiment=score.name,
            baseline="baseline" in study.config["models"][model],
            untrained=study.untrained(model),
            predictions=tuple(predictions_of(study, experiment, test)) if made else (),
            scores=layout.scores(score.name) if made else None,
            missing="; ".join(map(str, missing)),
        )


def _terms(study: Study, corpus: str) -> CorpusTerms:
    described = study.described(corpus)
    return CorpusTerms(
        name=corpus,
        title=labels_of(study).corpora[corpus],
        licence=described["licence"],
        access=described["access"],
        citation=described["citation"],
        source=origin_of_corpus(study, corpus),
        synthetic=corpus in study.synthetic,
        missing="" if corpus in study.corpora else _advice(study, corpus),
    )


def _advice(study: Study, corpus: str) -> str:
    return study.locations.missing("corpora").get(corpus, "its recordings are not here")
