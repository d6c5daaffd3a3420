"""Pack the paper for arXiv."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.paper.building import arxiv

    arxiv(
        Path(snakemake.input.main).parent,
        [Path(part) for part in snakemake.input.generated],
        run.output,
        snakemake.config,
    )
