"""Draw what leakage is worth."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.paper.figures.leakage import leakage_figure

    leakage_figure(
        snakemake.input.scores,
        snakemake.input.premiums,
        snakemake.params.guesses,
        snakemake.params.labels,
        run.files,
    )
