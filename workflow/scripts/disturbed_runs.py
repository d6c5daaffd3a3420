"""Test the runs of a fine-tuned experiment again on worse recordings."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.models.disturbed_runs import disturbed_runs
    from sarangi.models.runs import CorpusShards, Run

    inputs, params = snakemake.input, snakemake.params
    words = [Path(shard) for shard in inputs.transcripts]
    disturbed_runs(
        {Run(*one): Path(model).parent for one, model in zip(params.runs, inputs.models, strict=True)},
        Path(inputs.protocol),
        {
            name: CorpusShards(
                Path(inputs.manifest),
                {"audio": [Path(shard) for shard in inputs[f"audio_{name}"]], "transcripts": words},
            )
            for name in params.conditions
        },
        params.batch,
        params.threads,
        run.result,
    )
