# Scores under few groups, with other seeds, numbers of folds and sample rates.
#   in:  manifest, results/audit/{corpus}.parquet, results/features/{feature_set}/{corpus}/*.parquet
#   out: results/sensitivity/{corpus}.parquet


rule sensitivity:
    """Train classical models under other splits and at another rate, where the audit finds few groups."""
    input:
        unpack(features_split_again),
        manifest="results/corpora/{corpus}/manifest.parquet",
        audit="results/audit/{corpus}.parquet",
    output:
        "results/sensitivity/{corpus}.parquet",
    log:
        "results/logs/sensitivity/{corpus}.log",
    benchmark:
        "results/benchmarks/sensitivity/{corpus}.tsv"
    conda:
        "../envs/analysis.yaml"
    threads: 4
    resources:
        mem_mb=grown(4000),
        runtime=grown(240),
    params:
        features=features_split_again,
        experiments=experiments_split_again,
    script:
        "../workflow/scripts/sensitivity.py"
