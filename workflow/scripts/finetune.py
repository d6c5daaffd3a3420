"""Fine-tune encoders: one fold, one seed."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.models.finetuning import finetune

    finetune(
        Path(snakemake.input.manifest),
        Path(snakemake.input.protocol),
        {
            kind: [Path(shard) for shard in snakemake.input[kind]]
            for kind in ("audio", "transcripts", "prefix_states")
        },
        {
            branch: Path(files[0]).parent
            for branch, files in (
                ("audio", snakemake.input.audio_encoder),
                ("text", snakemake.input.text_encoder),
            )
            if files
        },
        int(snakemake.wildcards.fold),
        int(snakemake.wildcards.seed),
        snakemake.params.model,
        snakemake.params.threads,
        Path(snakemake.output.model).parent / "checkpoints",
        {name: run.named(name) for name in ("model", "config", "log", "predictions")},
        run.provenance,
    )
