"""Every table of results that can be made here, whether anything that is asked for still needs it."""

from collections.abc import Iterator

from sarangi.base import layout
from sarangi.study.inputs import (
    feature_shards,
    level_shards,
    near_duplicates_of,
    pooled_of,
    predictions_of,
    prefix_of,
    transcript_shards,
)
from sarangi.study.scored import differences_of_study, scores_of_experiments, scores_of_transfers
from sarangi.study.study import Study


def every_table(study: Study) -> list[str]:
    """Return every table of results that can be made here, sorted.

    Snakemake deletes what a job will make before it starts. Where that run is killed and the parameter
    changed back, all that was computed from the deleted file is right again, and nothing else would rebuild
    it.
    """
    return sorted(
        {
            *_of_corpora(study),
            *_of_experiments(study),
            *_of_transcripts(study),
            layout.premiums(),
            *scores_of_experiments(study),
            *scores_of_transfers(study),
            *differences_of_study(study),
        }
    )


def protocols_in_use(study: Study, corpus: str) -> list[str]:
    """Return the protocols of the experiments that can run on a corpus, sorted."""
    return sorted({e.protocol for e in study.runnable.values() if e.corpus == corpus})


def _of_corpora(study: Study) -> Iterator[str]:
    for corpus in study.sources:
        yield layout.manifest(corpus)
        yield from (layout.protocol(corpus, name) for name in protocols_in_use(study, corpus))
        shared = near_duplicates_of(study, corpus)
        yield from [] if shared is None else [shared]
        yield from level_shards(study, corpus)


def _of_experiments(study: Study) -> Iterator[str]:
    for e in study.runnable.values():
        yield from predictions_of(study, e)
        features = study.config["models"][e.model].get("features")
        if features:
            yield from feature_shards(study, e.corpus, features)
        yield from pooled_of(study, e, e.corpus)
        yield from prefix_of(study, e)
    for e, test in study.transfers:
        if e.name in study.runnable and test in study.sources:
            yield from predictions_of(study, e, test)


def _of_transcripts(study: Study) -> Iterator[str]:
    for asr, corpus in study.transcribed():
        if corpus in study.sources:
            yield from transcript_shards(study, asr, corpus)
