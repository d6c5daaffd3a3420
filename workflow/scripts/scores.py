"""Score an experiment, or its transfer, with intervals over groups."""

from sarangi.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.bootstrap import scores

    protocol = snakemake.input.get("protocol")  # a transfer has none
    scores(
        [Path(path) for path in snakemake.input.predictions],
        Path(snakemake.input.manifest),
        Path(protocol) if protocol else None,
        snakemake.params.experiment,
        snakemake.params.settings,
        run.output,
        run.provenance,
    )
