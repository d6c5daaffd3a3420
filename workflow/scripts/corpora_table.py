"""Write the table of corpora."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.paper.tables.corpora import corpora_table

    corpora_table(
        snakemake.input.manifests,
        snakemake.input.levels,
        snakemake.params.corpora,
        snakemake.params.unavailable,
        snakemake.params.labels,
        run.files,
    )
