"""Bring the audits of a corpus together."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.audit.whole import whole_audit

    whole_audit(
        [Path(path) for path in snakemake.input],
        snakemake.params.leaking,
        run.result,
        run.temporary[1],
    )
