"""Pack a benchmark."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.benchmark.archive import bench_archive

    bench_archive(snakemake.params.benchmark, run.results["archive"], run.results["hidden"])
