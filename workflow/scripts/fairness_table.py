"""Write how models fare on parts of the speakers."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.paper.tables.fairness import fairness_table

    fairness_table(snakemake.input.fairness, snakemake.params.labels, run.files)
