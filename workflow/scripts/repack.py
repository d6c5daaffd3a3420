"""Make one zip of a user's own compressed archive."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.sources.repack import repack

    path = Path(snakemake.input[0])
    repack({path.name: path}, run.output)
