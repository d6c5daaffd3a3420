"""Audit the transcripts of a corpus."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.audit.transcripts import transcript_audit

    transcript_audit([Path(shard) for shard in snakemake.input], snakemake.wildcards.asr, run.result)
