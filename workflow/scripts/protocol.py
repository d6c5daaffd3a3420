"""Split a corpus into folds."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.splits.guessed import guess_of
    from sarangi.splits.protocols import protocol

    folder, voices = snakemake.input.get("folder"), snakemake.input.get("voices")
    protocol(
        Path(snakemake.input.manifest),
        snakemake.wildcards.protocol,
        snakemake.params.settings,
        run.result,
        Path(folder) if folder else None,
        guess_of(voices or []),
    )
