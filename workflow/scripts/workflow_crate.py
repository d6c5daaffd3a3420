"""Pack the workflow as an RO-Crate."""

from pathlib import Path

from sarangi.job import job

with job(snakemake) as run:
    from sarangi.crate import workflow_crate
    from sarangi.provenance import PROJECT

    workflow_crate(
        [Path(path).resolve() for path in snakemake.input.sources],
        PROJECT,
        Path(snakemake.input.diagram),
        run.output,
    )
