"""Build the paper."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.paper.building import paper_pdf

    paper_pdf(
        dict(zip(snakemake.params.places, map(Path, snakemake.input.written), strict=True)),
        [Path(part) for part in snakemake.input.generated],
        {name: run.named(name) for name in ("main", "supplement")},
        snakemake.config,
    )
