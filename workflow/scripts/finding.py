"""Judge the claims of one finding."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.published.findings import Question, finding

    finding(
        Question(snakemake.params.statement, snakemake.params.claims, snakemake.params.experiments),
        snakemake.input.scores,
        snakemake.params.missing,
        snakemake.params.synthetic,
        run.result,
    )
