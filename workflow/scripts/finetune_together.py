"""Fine-tune encoders, or train on pooled states: every fold and seed of an experiment."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.models.encoders import Encoder
    from sarangi.models.finetuning import finetune_together
    from sarangi.models.runs import CorpusShards, Run, RunFiles, Training

    inputs, params = snakemake.input, snakemake.params
    branches = {"audio": inputs.audio_encoder, "text": inputs.text_encoder}
    training = Training(
        CorpusShards(
            Path(inputs.manifest),
            {
                kind: [Path(shard) for shard in inputs[kind]]
                for kind in ("audio", "transcripts", "pooled_states", "prefix_states")
            },
        ),
        Path(inputs.protocol),
        {
            branch: Encoder(Path(files[0]).parent, branch, params.loads["families"])
            for branch, files in branches.items()
            if files
        },
        params.model,
        params.threads,
        Path(params.checkpoints),
        # of the configuration and no parameter: another bound must not train anything again
        snakemake.config["cache_gb"],
        Path(inputs.votes[0]) if inputs.votes else None,
    )
    output = snakemake.output
    finetune_together(
        training,
        {
            Run(*one): RunFiles(*(run.result_at(output[kind][n]) for kind in RunFiles._fields))
            for n, one in enumerate(params.runs)
        },
        # no parameter: how many train at a time must not train anything again
        snakemake.threads,
    )
