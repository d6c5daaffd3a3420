# Classical models and trivial baselines.
#   in:  manifest, protocol, results/features/{feature_set}/{corpus}/*.parquet
#   out: results/runs/{experiment}/predictions.parquet


rule classical:
    """Train a classifier in every fold of an experiment and predict the test parts."""
    input:
        manifest=of_experiment("results/corpora/{corpus}/manifest.parquet"),
        protocol=of_experiment("results/protocols/{corpus}/{protocol}.parquet"),
        after=audit_first,
        features=features_of,
    output:
        "results/runs/{experiment}/predictions.parquet",
    log:
        "results/logs/classical/{experiment}.log",
    benchmark:
        "results/benchmarks/classical/{experiment}.tsv"
    wildcard_constraints:
        experiment=experiments_of("classifier"),
    conda:
        "../envs/analysis.yaml"
    resources:
        mem_mb=2000,
    params:
        settings=lambda wildcards: model_of(wildcards)["classifier"],
    script:
        "../workflow/scripts/classical.py"


rule baseline:
    """Predict the test parts without listening, for comparison."""
    input:
        manifest=of_experiment("results/corpora/{corpus}/manifest.parquet"),
        protocol=of_experiment("results/protocols/{corpus}/{protocol}.parquet"),
        after=audit_first,
    output:
        "results/runs/{experiment}/predictions.parquet",
    log:
        "results/logs/baseline/{experiment}.log",
    benchmark:
        "results/benchmarks/baseline/{experiment}.tsv"
    wildcard_constraints:
        experiment=experiments_of("baseline"),
    conda:
        "../envs/analysis.yaml"
    resources:
        mem_mb=1000,
    params:
        kind=lambda wildcards: model_of(wildcards)["baseline"],
        seed=study.config["seed"],
    script:
        "../workflow/scripts/baseline.py"
