"""Compare the models of a corpus and protocol on the same test utterances."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.scoring.differences import differences

    differences(
        snakemake.params.models,
        Path(snakemake.input.manifest),
        Path(snakemake.input.protocol),
        Path(snakemake.input.audit),
        snakemake.params.described,
        snakemake.params.settings,
        run.output,
        run.provenance,
    )
