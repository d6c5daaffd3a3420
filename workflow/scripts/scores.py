"""Score experiments, or their transfers, with intervals over groups."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.base.progress import progress
    from sarangi.scoring.fairness import fairness
    from sarangi.scoring.human import human
    from sarangi.scoring.scores import scores

    params, output = snakemake.params, snakemake.output
    written = zip(params.experiments, output.scores, output.confusions, output.fairness, strict=True)
    beside = iter(output.get("human", []))
    for experiment, score, confusion, compared in progress(written, len(params.experiments), "scores"):
        made = {"scores": run.result_at(score), "confusions": run.result_at(confusion)}
        scores(experiment, params.settings, made)
        fairness(experiment, params.parted, params.settings.confidence, run.result_at(compared))
        if experiment.votes is not None:
            human(experiment, params.settings.confidence, run.result_at(next(beside)))
