"""Fetch a corpus."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.sources.download import download

    download(snakemake.params.source, run.output, Path(f"{snakemake.output[0]}.part"))
