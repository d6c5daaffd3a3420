"""Score an experiment with intervals over groups."""

from sarangi.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.bootstrap import scores

    scores(
        Path(snakemake.input.predictions),
        Path(snakemake.input.manifest),
        Path(snakemake.input.protocol),
        snakemake.params.experiment,
        snakemake.params.settings,
        run.output,
        run.provenance,
    )
