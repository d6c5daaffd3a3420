"""Draw published numbers beside ours."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.paper.figures.published import published_figure

    files = run.files
    points = {name.removeprefix("points_"): path for name, path in files.items() if "points" in name}
    published_figure(
        snakemake.input.findings,
        snakemake.params.labels,
        {suffix: files[suffix] for suffix in ("pdf", "png")},
        points or None,
    )
