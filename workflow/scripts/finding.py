"""Judge the claims of one finding."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.published.findings import Question, finding
    from sarangi.published.ours import Measurements

    finding(
        Question(snakemake.params.claims, snakemake.params.experiments),
        Measurements(
            snakemake.input.scores,
            snakemake.input.confusions,
            snakemake.params.systems,
            snakemake.params.confidence,
        ),
        snakemake.params.missing,
        snakemake.params.synthetic,
        run.result,
    )
