# The audit: near-duplicates, leaks, missing emotions, predictors that do not listen; before any training.
#   in:  manifest, results/corpora/{corpus}/{audio,levels}/*.parquet, protocols
#   out: results/near_duplicates/{corpus}.parquet, results/audit/{corpus}.parquet


rule near_duplicates:
    """Find the recordings of a corpus that share a stretch of sound."""
    input:
        audio=lambda wildcards: shards("results/corpora/{corpus}/audio/{shard}.parquet", wildcards.corpus),
    output:
        "results/near_duplicates/{corpus}.parquet",
    log:
        "results/logs/near_duplicates/{corpus}.log",
    benchmark:
        "results/benchmarks/near_duplicates/{corpus}.tsv"
    conda:
        "../envs/speech.yaml"
    resources:
        mem_mb=2000,
    script:
        "../workflow/scripts/near_duplicates.py"


rule corpus_audit:
    """Check a corpus and its protocols for what would make a score mean something else than it says."""
    input:
        unpack(audited),
    output:
        "results/audit/{corpus}.parquet",
    log:
        "results/logs/corpus_audit/{corpus}.log",
    benchmark:
        "results/benchmarks/corpus_audit/{corpus}.tsv"
    conda:
        "../envs/analysis.yaml"
    resources:
        mem_mb=1000,
    params:
        protocols=lambda wildcards: study.protocols_of(wildcards.corpus),
        synthetic=lambda wildcards: wildcards.corpus in study.synthetic,
    script:
        "../workflow/scripts/corpus_audit.py"
