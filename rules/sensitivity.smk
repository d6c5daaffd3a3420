# Scores under few groups, with other seeds, numbers of folds and sample rates.
#   in:  manifest, results/audit/{corpus}.parquet, results/features/{feature_set}/{corpus}/*.parquet
#   out: results/sensitivity/{corpus}.parquet


rule sensitivity:
    """Train classical models under other splits and at another rate, where the audit finds few groups."""
    input:
        unpack(lambda wildcards: sensitivity_inputs.features_split_again(study, wildcards.corpus)),
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
        features=lambda wildcards: sensitivity_inputs.features_split_again(study, wildcards.corpus),
        experiments=lambda wildcards: sensitivity_inputs.experiments_split_again(study, wildcards.corpus),
    script:
        "../workflow/scripts/sensitivity.py"
