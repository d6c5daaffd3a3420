"""Test the runs of a fine-tuned experiment on another corpus."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.models.runs import CorpusShards, Run
    from sarangi.models.transfer import transfer

    inputs, params = snakemake.input, snakemake.params
    transfer(
        {Run(*one): Path(model).parent for one, model in zip(params.runs, inputs.models, strict=True)},
        CorpusShards(
            Path(inputs.manifest),
            {
                kind: [Path(shard) for shard in inputs[kind]]
                for kind in ("audio", "transcripts", "pooled_states")
            },
        ),
        params.batch,
        params.threads,
        params.label_map,
        run.result,
    )
