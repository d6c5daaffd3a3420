"""Pack the paper for arXiv."""

from sarangi.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.paper import arxiv

    arxiv(Path(snakemake.input.main).parent, [Path(part) for part in snakemake.input.generated], run.output)
