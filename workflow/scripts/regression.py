"""Train and test the regressors of one corpus and feature set, fold by fold."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.base.score_id import ScoreId
    from sarangi.models.regression import regression
    from sarangi.models.vectors import CorpusFiles

    experiments, files = snakemake.params.experiments, snakemake.input
    scores = [ScoreId(name, test) for name, entry in experiments.items() for test in (None, *entry["tests"])]
    regression(
        CorpusFiles(Path(files.manifest), [Path(shard) for shard in files.features]),
        dict(zip(snakemake.params.protocols, map(Path, files.protocols), strict=True)),
        experiments,
        {score: run.results[score.name] for score in scores},
        {
            test: CorpusFiles(
                Path(files[f"manifest_{test}"]), [Path(shard) for shard in files[f"features_{test}"]]
            )
            for test in sorted({score.test for score in scores} - {None})
        },
        snakemake.threads,
    )
