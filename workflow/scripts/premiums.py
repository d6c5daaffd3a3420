"""Say what folds with speakers in training and test add to a score."""

from pathlib import Path

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.scoring.premiums import premiums

    premiums(
        snakemake.params.pairs,
        {Path(path).parent.name: Path(path) for path in snakemake.input.manifests},
        snakemake.params.settings,
        run.result,
    )
