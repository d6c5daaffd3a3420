"""Fetch a corpus."""

from sarangi.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.download import download

    download(snakemake.params.source, run.output, Path(f"{snakemake.output[0]}.part"))
