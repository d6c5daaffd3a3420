"""Write the best scores in a few lines."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.scoring.summary import run_summary

    run_summary(
        snakemake.input.scores,
        snakemake.params.leaking,
        snakemake.params.baselines,
        snakemake.params.labels,
        run.output,
        snakemake.input.ratings,
    )
