"""Test the runs of a fine-tuned experiment on another corpus."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.models.finetuning import transfer

    folders = [Path(model).parent for model in snakemake.input.models]
    transfer(
        dict(zip(map(tuple, snakemake.params.runs), folders, strict=True)),
        Path(snakemake.input.manifest),
        {
            kind: [Path(shard) for shard in snakemake.input[kind]]
            for kind in ("audio", "transcripts", "pooled_states")
        },
        snakemake.params.batch,
        snakemake.params.threads,
        snakemake.params.label_map,
        run.output,
        run.provenance,
    )
