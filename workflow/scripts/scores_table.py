"""Write the table of scores."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.paper.tables.scores import scores_table

    scores_table(
        snakemake.input.scores,
        snakemake.input.differences,
        snakemake.params.waiting,
        snakemake.params.limits,
        snakemake.params.labels,
        run.files,
        snakemake.params.voices,
    )
