"""Hold the pseudo-speakers of a corpus against its known speakers."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.speakers.measures import speaker_measures

    speaker_measures(
        Path(snakemake.input.manifest),
        list(map(Path, snakemake.input.embeddings)),
        Path(snakemake.input.pseudo),
        snakemake.params.seed,
        run.result,
    )
