"""Write what features tell of the speaker, and what scores are without it."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.paper.tables.confounds import confounds_table

    confounds_table(snakemake.params.rows, snakemake.params.labels, run.files)
