"""Draw published numbers beside ours."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.paper.figures.published import published_figure

    published_figure(
        snakemake.input.findings,
        snakemake.params.labels,
        {suffix: run.named(suffix) for suffix in ("pdf", "png")},
        {suffix: run.named(f"points_{suffix}") for suffix in ("pdf", "png")},
    )
