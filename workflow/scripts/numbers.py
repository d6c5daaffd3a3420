"""Write the numbers of the paper's text."""

from sarangi.job import job

with job(snakemake) as run:
    from sarangi.numbers import numbers

    numbers(snakemake.input.scores, snakemake.params.synthetic, run.output)
