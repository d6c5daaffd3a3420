"""Write the numbers of the paper's text, and the outcomes that its sentences follow."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.paper.numbers import numbers

    numbers(
        snakemake.input.scores,
        [Path(finding) for finding in snakemake.input.findings],
        Path(snakemake.input.premiums),
        snakemake.params.claims,
        snakemake.params.missing,
        snakemake.params.pairs,
        snakemake.params.bootstrap,
        snakemake.params.synthetic,
        run.output,
    )
