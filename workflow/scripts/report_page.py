"""Write the report for people."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.paper.report_page import report_page

    report_page(
        {
            "tables": snakemake.input.tables,
            "figures": snakemake.input.figures,
            "scores": snakemake.input.scores,
            "ratings": snakemake.input.ratings,
            "audits": snakemake.input.audits,
            "premiums": [snakemake.input.premiums],
        },
        snakemake.params.methods,
        snakemake.params.baselines,
        snakemake.params.leaking,
        snakemake.params.labels,
        run.output,
    )
