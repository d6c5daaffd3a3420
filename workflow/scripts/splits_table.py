"""Write scores under few groups beside those under other splits."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.paper.tables.splits import splits_table

    splits_table(
        snakemake.input.sensitivity,
        snakemake.input.scores,
        snakemake.params.labels,
        run.files,
    )
