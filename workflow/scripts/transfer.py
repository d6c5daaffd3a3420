"""Test a fine-tuned run on another corpus."""

from sarangi.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.finetuning import transfer

    transfer(
        Path(snakemake.input.model),
        Path(snakemake.input.config),
        Path(snakemake.input.manifest),
        [Path(shard) for shard in snakemake.input.audio],
        [Path(shard) for shard in snakemake.input.transcripts],
        int(snakemake.wildcards.fold),
        int(snakemake.wildcards.seed),
        snakemake.params.batch,
        snakemake.params.threads,
        run.output,
        run.provenance,
    )
