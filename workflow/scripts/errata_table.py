"""Write the table of errata."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.paper.tables.errata import errata_table

    errata_table(
        snakemake.params.errata,
        snakemake.params.records,
        {kind: snakemake.input[kind] for kind in ("findings", "scores", "differences", "audits")},
        snakemake.params.missing,
        snakemake.params.labels,
        run.files,
    )
