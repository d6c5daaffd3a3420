# Acoustic features: by openSMILE, or as a corpus without recordings is published.
#   in:  results/corpora/{corpus}/audio/{shard}.parquet; the corpus itself where it holds features
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
    wildcard_constraints:
        corpus=holding("recordings"),
    conda:
        "../envs/speech.yaml"
    threads: 2
    resources:
        mem_mb=1000,
    params:
        feature_set=lambda wildcards: study.config["feature_sets"][wildcards.feature_set]["opensmile"],
    script:
        "../workflow/scripts/features.py"


rule published_features:
    """Take one feature set of one shard from a corpus that is published as features, without recordings."""
    input:
        corpus=corpus_in_hand,
        manifest="results/corpora/{corpus}/manifest.parquet",
    output:
        "results/features/{feature_set}/{corpus}/{shard}.parquet",
    log:
        "results/logs/published_features/{feature_set}/{corpus}/{shard}.log",
    benchmark:
        "results/benchmarks/published_features/{feature_set}/{corpus}/{shard}.tsv"
    wildcard_constraints:
        corpus=holding("features"),
    conda:
        "../envs/speech.yaml"
    resources:
        mem_mb=1000,
    params:
        feature_set=lambda wildcards: study.config["feature_sets"][wildcards.feature_set]["opensmile"],
        inventory=inventory_of,
    script:
        "../workflow/scripts/published_features.py"
