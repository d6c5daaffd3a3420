"""Score predicted ratings, with intervals over groups."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.base.progress import progress
    from sarangi.scoring.dimension_scores import dimension_scores

    params = snakemake.params
    written = zip(params.experiments, snakemake.output.scores, strict=True)
    for experiment, score in progress(written, len(params.experiments), "dimension_scores"):
        dimension_scores(experiment, params.settings, run.result_at(score))
