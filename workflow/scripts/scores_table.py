"""Write the table of scores, and the legend of marks."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.paper.tables.marks import marks_table
    from sarangi.paper.tables.scores import scores_table
    from sarangi.paper.tables.writing import FORMATS

    scores_table(
        snakemake.input.scores,
        snakemake.input.differences,
        snakemake.params.waiting,
        snakemake.params.limits,
        snakemake.params.labels,
        {suffix: run.named(suffix) for suffix in FORMATS},
        snakemake.params.voices,
    )
    marks_table(snakemake.params.labels, {suffix: run.named(f"marks_{suffix}") for suffix in FORMATS})
