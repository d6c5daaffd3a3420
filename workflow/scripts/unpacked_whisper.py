"""Unpack a small Whisper that comes with the project."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.sources.small_weights import unpacked_whisper

    unpacked_whisper(Path(snakemake.input.packed), run.output)
