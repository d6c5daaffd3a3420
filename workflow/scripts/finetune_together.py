"""Fine-tune encoders, or train on pooled states: every fold and seed of an experiment."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.models.finetuning import finetune_together

    wanted = snakemake.output
    finetune_together(
        Path(snakemake.input.manifest),
        Path(snakemake.input.protocol),
        {
            kind: [Path(shard) for shard in snakemake.input[kind]]
            for kind in ("audio", "transcripts", "pooled_states", "prefix_states")
        },
        {
            branch: Path(files[0]).parent
            for branch, files in (
                ("audio", snakemake.input.audio_encoder),
                ("text", snakemake.input.text_encoder),
            )
            if files
        },
        {
            tuple(one): {
                name: run.place(wanted[name][n]) for name in ("model", "config", "log", "predictions")
            }
            for n, one in enumerate(snakemake.params.runs)
        },
        snakemake.params.model,
        snakemake.params.threads,
        Path(snakemake.params.checkpoints),
        run.provenance,
    )
