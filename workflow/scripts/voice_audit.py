"""Audit the voices of a corpus and of its protocols."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.audit.voices import voice_audit

    # an entry that states its threshold has neither
    voices, thresholds = snakemake.input.voices, snakemake.input.thresholds
    voice_audit(
        Path(snakemake.input.manifest),
        list(map(Path, snakemake.input.embeddings)),
        Path(voices[0]) if voices else None,
        Path(thresholds[0]) if thresholds else None,
        dict(zip(snakemake.params.protocols, map(Path, snakemake.input.protocols), strict=True)),
        run.result,
    )
