"""Fine-tune an encoder: one fold, one seed."""

from sarangi.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.finetuning import finetune

    finetune(
        Path(snakemake.input.manifest),
        Path(snakemake.input.protocol),
        [Path(shard) for shard in snakemake.input.audio],
        Path(snakemake.input.encoder[0]).parent,
        int(snakemake.wildcards.fold),
        int(snakemake.wildcards.seed),
        snakemake.params.recipe,
        snakemake.params.threads,
        Path(snakemake.output.model).parent / "checkpoints",
        {name: run.named(name) for name in ("model", "config", "log", "predictions")},
        run.provenance,
    )
