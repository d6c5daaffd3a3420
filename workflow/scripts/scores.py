"""Score experiments, or their transfers, with intervals over groups."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.base.progress import progress
    from sarangi.scoring.scores import scores

    experiments, output = snakemake.params.experiments, snakemake.output
    written = zip(experiments, output.scores, output.confusions, strict=True)
    for experiment, score, confusion in progress(written, len(experiments), "scores"):
        # a transfer has no protocol of its own, and so no audit of one
        protocol, audit = experiment.get("protocol_file"), experiment.get("audit")
        scores(
            [Path(path) for path in experiment["predictions"]],
            Path(experiment["manifest"]),
            Path(protocol) if protocol else None,
            Path(audit) if audit else None,
            experiment,
            snakemake.params.settings,
            {"scores": run.place(score), "confusions": run.place(confusion)},
            run.provenance,
        )
