"""Pack the paper for arXiv."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.paper.building import arxiv

    arxiv(
        dict(zip(snakemake.params.places, map(Path, snakemake.input.written), strict=True)),
        [Path(part) for part in snakemake.input.generated],
        run.output,
        snakemake.config,
    )
