"""Make one zip of a user's own compressed archive."""

from sarangi.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.repack import repack

    path = Path(snakemake.input[0])
    repack({path.name: path}, run.output)
