"""Measure how much the features of a corpus tell of the speaker."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.models.vectors import CorpusFiles
    from sarangi.speakers.probing import speaker_probe

    speaker_probe(
        CorpusFiles(Path(snakemake.input.manifest), list(map(Path, snakemake.input.features))),
        snakemake.params.draws,
        snakemake.params.seed,
        run.result,
    )
