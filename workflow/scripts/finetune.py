"""Fine-tune encoders: one fold, one seed."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.models.encoders import Encoder
    from sarangi.models.finetuning import finetune
    from sarangi.models.runs import CorpusShards, Run, RunFiles, Training

    inputs, params = snakemake.input, snakemake.params
    branches = {"audio": inputs.audio_encoder, "text": inputs.text_encoder}
    training = Training(
        CorpusShards(
            Path(inputs.manifest),
            {
                kind: [Path(shard) for shard in inputs[kind]]
                for kind in ("audio", "transcripts", "prefix_states")
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
        Path(snakemake.output.model).parent / "checkpoints",
        # of the configuration and no parameter: another bound must not train anything again
        snakemake.config["cache_gb"],
        Path(inputs.votes[0]) if inputs.votes else None,
    )
    wildcards = snakemake.wildcards
    finetune(training, Run(int(wildcards.fold), int(wildcards.seed)), RunFiles(**run.results))
