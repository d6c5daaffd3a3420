"""Unpack a benchmark."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.benchmark.folder import bench_folder

    bench_folder(run.inputs[0], run.outputs[0].parent, run.output)
