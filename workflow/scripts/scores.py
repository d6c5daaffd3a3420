"""Score experiments, or their transfers, with intervals over groups."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.base.progress import progress
    from sarangi.scoring.scores import scores

    experiments, output = snakemake.params.experiments, snakemake.output
    written = zip(experiments, output.scores, output.confusions, strict=True)
    for experiment, score, confusion in progress(written, len(experiments), "scores"):
        made = {"scores": run.result_at(score), "confusions": run.result_at(confusion)}
        scores(experiment, snakemake.params.settings, made)
