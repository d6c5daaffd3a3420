"""Write the tables of errata."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.paper.tables.errata import errata_table
    from sarangi.paper.tables.writing import FORMATS

    errata_table(
        snakemake.params.errata,
        snakemake.params.records,
        {kind: snakemake.input[kind] for kind in ("findings", "scores", "differences", "audits")},
        snakemake.params.missing,
        snakemake.params.labels,
        {suffix: run.named(suffix) for suffix in FORMATS},
        {suffix: run.named(f"apart_{suffix}") for suffix in FORMATS},
    )
