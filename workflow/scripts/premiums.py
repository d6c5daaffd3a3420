"""Say what shared speakers add to a score."""

from pathlib import Path

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.scoring.differences import premiums

    premiums(
        snakemake.params.pairs,
        {Path(path).parent.name: path for path in snakemake.input.manifests},
        snakemake.params.settings,
        run.output,
        run.provenance,
    )
