"""Say what an experiment loses on worse recordings."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.scoring.robustness import robustness

    params = snakemake.params
    robustness(
        params.experiment, Path(snakemake.input.disturbed), params.conditions, params.confidence, run.result
    )
