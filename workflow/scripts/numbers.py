"""Write the numbers of the paper's text, and the outcomes that its sentences follow."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.paper.numbers import Asked, Results, numbers

    read, asked = snakemake.input, snakemake.params
    numbers(
        Results(read.scores, [Path(finding) for finding in read.findings], Path(read.premiums)),
        Asked(asked.claims, asked.missing, asked.pairs, asked.bootstrap, asked.errata),
        asked.synthetic,
        run.output,
    )
