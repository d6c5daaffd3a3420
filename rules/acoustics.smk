# Acoustic features by openSMILE.
#   in:  results/corpora/{corpus}/audio/{shard}.parquet
#   out: results/features/{feature_set}/{corpus}/{shard}.parquet


rule features:
    """Extract one feature set from one shard of audio."""
    input:
        audio="results/corpora/{corpus}/audio/{shard}.parquet",
    output:
        "results/features/{feature_set}/{corpus}/{shard}.parquet",
    log:
        "results/logs/features/{feature_set}/{corpus}/{shard}.log",
    benchmark:
        "results/benchmarks/features/{feature_set}/{corpus}/{shard}.tsv"
    conda:
        "../envs/speech.yaml"
    threads: 2
    resources:
        mem_mb=1000,
    params:
        feature_set=lambda wildcards: study.config["feature_sets"][wildcards.feature_set]["opensmile"],
    script:
        "../workflow/scripts/features.py"
