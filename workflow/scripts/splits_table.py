"""Write scores under few groups beside those under other splits."""

from sarangi.job import job

with job(snakemake) as run:
    from sarangi.languages import splits_table

    splits_table(
        snakemake.input.sensitivity,
        snakemake.input.scores,
        snakemake.params.titles,
        snakemake.params.synthetic,
        run.files,
    )
