"""Train a classifier in each fold, and test it on worse recordings."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.models.disturbed_classical import disturbed_classical
    from sarangi.models.vectors import CorpusFiles

    inputs, params = snakemake.input, snakemake.params
    disturbed_classical(
        CorpusFiles(Path(inputs.manifest), [Path(shard) for shard in inputs.features]),
        Path(inputs.protocol),
        {name: [Path(shard) for shard in inputs[f"features_{name}"]] for name in params.conditions},
        params.settings,
        run.result,
        snakemake.threads,
    )
