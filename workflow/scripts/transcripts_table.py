"""Write the table of transcripts."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.paper.tables.transcripts import transcripts_table

    transcripts_table(
        snakemake.input.transcripts,
        dict(zip(snakemake.params.corpora, map(Path, snakemake.input.manifests), strict=True)),
        snakemake.params.settings,
        snakemake.params.unavailable,
        snakemake.params.untrained,
        snakemake.params.labels,
        run.files,
    )
