"""Write the report for people, and the best scores in a few lines."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.paper.report_page import report_page
    from sarangi.scoring.summary import run_summary

    report_page(
        {
            "tables": snakemake.input.tables,
            "figures": snakemake.input.figures,
            "scores": snakemake.input.scores,
            "ratings": snakemake.input.ratings,
            "audits": snakemake.input.audits,
            "findings": snakemake.input.findings,
            "premiums": [snakemake.input.premiums],
        },
        snakemake.params.methods,
        snakemake.params.statements,
        snakemake.params.baselines,
        snakemake.params.leaking,
        snakemake.params.labels,
        run.named("page"),
    )
    run_summary(
        snakemake.input.scores,
        snakemake.params.leaking,
        snakemake.params.baselines,
        snakemake.params.labels,
        run.named("summary"),
        snakemake.input.ratings,
        snakemake.params.waiting,
    )
