"""Pack the workflow as an RO-Crate."""

from pathlib import Path

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.reproduce.crate import workflow_crate
    from sarangi.runtime.provenance import PROJECT

    workflow_crate(
        [Path(path).resolve() for path in snakemake.input.sources],
        PROJECT,
        Path(snakemake.input.diagram),
        run.output,
    )
