"""Train a model on pooled states: every fold and seed of an experiment."""

from sarangi.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.finetuning import probe

    files = snakemake.output
    probe(
        Path(snakemake.input.manifest),
        Path(snakemake.input.protocol),
        [Path(shard) for shard in snakemake.input.pooled_states],
        Path(snakemake.input.encoder[0]).parent,
        {
            tuple(one): {
                name: run.place(files[name][n]) for name in ("model", "config", "log", "predictions")
            }
            for n, one in enumerate(snakemake.params.runs)
        },
        snakemake.params.model,
        snakemake.params.threads,
        Path(snakemake.params.checkpoints),
        run.provenance,
    )
