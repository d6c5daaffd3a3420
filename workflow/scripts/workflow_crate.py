"""Pack the workflow as an RO-Crate."""

from pathlib import Path

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.reproduce.crate import workflow_crate
    from sarangi.runtime.provenance import OF_PROJECT, named

    workflow_crate(
        {named(path).removeprefix(OF_PROJECT): Path(path) for path in snakemake.input.sources},
        Path(snakemake.input.diagram),
        run.output,
    )
