# Benchmarks that others can enter: folds, labels, audits and baselines, without recordings.
#   in:  manifests, protocols, their audits; predictions and scores of the baselines
#   out: results/bench/{bench}.zip and {bench}.hidden.parquet, bench/{bench}/


rule bench_archive:
    """Pack the tasks of a benchmark with its data sheet and sums."""
    input:
        lambda wildcards: benchmark_inputs.files_of_benchmark(study, wildcards.bench),
    output:
        archive=layout.bench_archive("{bench}"),
        hidden=layout.bench_hidden("{bench}"),
    log:
        layout.log("bench_archive", "{bench}"),
    benchmark:
        layout.benchmark("bench_archive", "{bench}")
    conda:
        "../envs/analysis.yaml"
    resources:
        **needs(minutes=60, mem_mb=4000),
    params:
        benchmark=lambda wildcards: benchmark_inputs.benchmarked(study, wildcards.bench),
    script:
        "../workflow/scripts/bench_archive.py"


rule bench_folder:
    """Unpack a benchmark into the folder that its users read."""
    input:
        layout.bench_archive("{bench}"),
    output:
        layout.bench_folder("{bench}"),
    log:
        layout.log("bench_folder", "{bench}"),
    benchmark:
        layout.benchmark("bench_folder", "{bench}")
    localrule: True
    conda:
        "../envs/analysis.yaml"
    resources:
        **needs(minutes=30),
    script:
        "../workflow/scripts/bench_folder.py"


rule bench:
    """Every benchmark of the configuration, in bench/<name>/."""
    input:
        lambda wildcards: of_study(benchmark_inputs.folders_or_error),
    localrule: True
