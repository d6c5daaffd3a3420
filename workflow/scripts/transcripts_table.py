"""Write the table of transcripts."""

from sarangi.job import job

with job(snakemake) as run:
    from sarangi.tables import transcripts_table

    transcripts_table(
        snakemake.input.transcripts,
        snakemake.params.titles,
        snakemake.params.unavailable,
        snakemake.params.untrained,
        snakemake.params.synthetic,
        {suffix: run.named(suffix) for suffix in ("tex", "md", "csv")},
    )
