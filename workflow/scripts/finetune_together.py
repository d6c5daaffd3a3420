"""Fine-tune encoders, or train on pooled states: every fold and seed of some experiments."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    import itertools
    from pathlib import Path

    from sarangi.models.encoders import Encoder
    from sarangi.models.finetuning import Batch, finetune_together
    from sarangi.models.runs import CorpusShards, Run, RunFiles, Training

    params, output = snakemake.params, snakemake.output
    files = zip(*(map(run.result_at, output[kind]) for kind in RunFiles._fields), strict=True)
    batches = {}
    for each in params.trainings:
        training = Training(
            CorpusShards(
                Path(each.manifest),
                {kind: [Path(shard) for shard in shards] for kind, shards in each.shards.items()},
            ),
            Path(each.protocol),
            {
                branch: Encoder(Path(of_branch[0]).parent, branch, params.loads["families"])
                for branch, of_branch in each.encoders.items()
            },
            each.model,
            params.threads,
            Path(each.checkpoints),
            # of the configuration and no parameter: another bound must not train anything again
            snakemake.config["cache_gb"],
            None if each.votes is None else Path(each.votes),
        )
        of_runs = itertools.islice(files, len(each.runs))
        runs = {Run(*one): RunFiles(*left) for one, left in zip(each.runs, of_runs, strict=True)}
        batches[each.experiment] = Batch(training, runs)
    # no parameter: how many train at a time must not train anything again
    finetune_together(batches, snakemake.threads)
