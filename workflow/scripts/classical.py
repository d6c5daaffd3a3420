"""Train and test the classifiers of one corpus and feature set, fold by fold."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.models.classical import classical

    experiments, files = snakemake.params.experiments, snakemake.input
    classical(
        Path(files.manifest),
        dict(zip(snakemake.params.protocols, map(Path, files.protocols), strict=True)),
        [Path(shard) for shard in files.features],
        experiments,
        {
            test: (Path(files[f"manifest_{test}"]), [Path(shard) for shard in files[f"features_{test}"]])
            for test in sorted({test for entry in experiments.values() for test in entry["tests"]})
        },
        {name: run.named(name) for name in snakemake.output.keys()},  # noqa: SIM118 (a Namedlist)
        run.provenance,
        snakemake.threads,
        snakemake.params.label_map,
    )
