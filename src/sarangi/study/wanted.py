"""Every result that can be made here, whether anything that is asked for still needs it."""

from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from sarangi.base import layout
from sarangi.runtime import provenance
from sarangi.study.audit_inputs import audits_of, voices_audited
from sarangi.study.confound_inputs import probes_made
from sarangi.study.entries import asr_of, encoders_needed, modality
from sarangi.study.findings_inputs import findings
from sarangi.study.guessed_folds import pseudo_pairs
from sarangi.study.identities import RESTORED
from sarangi.study.inputs import (
    encoder_files,
    feature_shards,
    level_shards,
    near_duplicates_of,
    pooled_of,
    predictions_of,
    prefix_of,
    states_of_features,
    transcript_shards,
)
from sarangi.study.locations import MADE_CORPORA, MADE_WEIGHTS
from sarangi.study.rated_inputs import differences_of_ratings, scores_of_ratings
from sarangi.study.robustness_inputs import disturbed_files
from sarangi.study.robustness_inputs import made as robust
from sarangi.study.scored import differences_of_study, scores_of_experiments, scores_of_transfers
from sarangi.study.sensitivity_inputs import corpora_split_again
from sarangi.study.speaker_inputs import encoders_of_speakers, files_of_speakers
from sarangi.study.study import Study


def every_table(study: Study) -> list[str]:
    """Return a file of every job that can run here but those of :func:`corpora_and_weights`, sorted.

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
            *([layout.pseudo_premiums()] if pseudo_pairs(study) else []),
            layout.numbers(),
            *findings(study),
            *files_of_speakers(study),
            *map(layout.sensitivity, corpora_split_again(study)),
            *robust(study),
            *disturbed_files(study),
            *scores_of_experiments(study),
            *scores_of_transfers(study),
            *differences_of_study(study),
            *scores_of_ratings(study),
            *differences_of_ratings(study),
        }
    )


def lost(study: Study, incomplete: Callable[[list[str]], Collection[str]]) -> list[str]:
    """Return the corpora and weights that a killed or failed job took away, sorted.

    They are not asked for in general, since who restored a bundle needs none of them.

    Parameters
    ----------
    incomplete
        Returns which of some files Snakemake calls incomplete: their job began, and did not end.
    """
    files = corpora_and_weights(study)
    killed = set(incomplete(files))
    # a bundle holds the provenance of files that it leaves out
    recorded = not RESTORED.exists()
    return [
        file
        for file in files
        if file in killed or (recorded and provenance.place(file).exists() and not Path(file).exists())
    ]


def corpora_and_weights(study: Study) -> list[str]:
    """Return the files of the corpora and weights that are fetched or made here and used, sorted."""
    files = [str(path) for path in study.sources.values() if path.is_relative_to(MADE_CORPORA)]
    runnable = study.every_runnable.values()
    used = {name for e in runnable for name in encoders_needed(study.config, study.model(e))}
    used |= encoders_of_speakers(study)
    made = [encoder for encoder in used if study.weights[encoder].is_relative_to(MADE_WEIGHTS)]
    for encoder in made:
        files += encoder_files(study.weights[encoder], modality(study.config["encoders"][encoder]))
    transcribing = {asr for asr, corpus in study.transcribed() if corpus in study.sources}
    parted = {asr for encoder in made if (asr := asr_of(study.config["encoders"][encoder])) is not None}
    for asr in transcribing | parted:
        path = study.checkpoints.get(asr)
        files += [] if path is None or not path.is_relative_to(MADE_WEIGHTS) else [str(path)]
    return sorted(files)


def protocols_in_use(study: Study, corpus: str) -> list[str]:
    """Return the protocols of the experiments that can run on a corpus, sorted."""
    return sorted({e.protocol for e in study.every_runnable.values() if e.corpus == corpus})


def _of_corpora(study: Study) -> Iterator[str]:
    for corpus in study.corpora:
        yield from audits_of(study, corpus)
        yield from voices_audited(study, corpus)
    for corpus in study.sources:
        yield layout.manifest(corpus)
        yield from (layout.protocol(corpus, name) for name in protocols_in_use(study, corpus))
        shared = near_duplicates_of(study, corpus)
        yield from [] if shared is None else [shared]
        yield from level_shards(study, corpus)


def _of_experiments(study: Study) -> Iterator[str]:
    for e in (study.kept | study.rated_kept).values():
        yield layout.protocol(e.corpus, e.protocol)
    for e in study.every_runnable.values():
        yield from predictions_of(study, e)
        features = study.config["models"][e.model].get("features")
        if features:
            yield from feature_shards(study, e.corpus, features)
            yield from states_of_features(study, features, e.corpus)
        yield from pooled_of(study, e, e.corpus)
        yield from prefix_of(study, e)
    yield from (layout.speaker_probe(*made) for made in probes_made(study))
    for e, test in (*study.transfers, *study.rated_transfers):
        if e.name in study.every_runnable and test in study.tests(e):
            yield from predictions_of(study, e, test)


def _of_transcripts(study: Study) -> Iterator[str]:
    for asr, corpus in study.transcribed():
        if corpus in study.sources:
            yield from transcript_shards(study, asr, corpus)
