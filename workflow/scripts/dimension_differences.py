"""Compare the models of ratings of a corpus and protocol on the same test utterances."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.scoring.dimension_differences import dimension_differences
    from sarangi.scoring.marks import SplitFiles

    dimension_differences(
        snakemake.params.models,
        snakemake.params.described,
        SplitFiles(*(Path(snakemake.input[name]) for name in SplitFiles._fields)),
        snakemake.params.scales,
        snakemake.params.settings,
        run.result,
    )
