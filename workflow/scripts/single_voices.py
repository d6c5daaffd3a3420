"""Say which speakers and genders of a corpus are one voice."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.speakers.single_voices import single_voices

    single_voices(
        Path(snakemake.input.manifest),
        list(map(Path, snakemake.input.embeddings)),
        Path(snakemake.input.thresholds),
        snakemake.params.seed,
        run.result,
    )
