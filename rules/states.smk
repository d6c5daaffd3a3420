# States of frozen speech encoders, computed once for all epochs, folds and seeds that need them.
#   in:  results/corpora/{corpus}/audio/{shard}.parquet, manifest, weights
#   out: results/states/{encoder}/{seconds}s/{corpus}/{shard}.parquet, results/prefix/{encoder}/{layers}/{seconds}s/{corpus}/


rule pooled_states:
    """Compute the mean over time of every layer of a frozen encoder, for one shard of audio."""
    input:
        audio="results/corpora/{corpus}/audio/{shard}.parquet",
        encoder=lambda wildcards: inputs.encoder_files(study.weights[wildcards.encoder], "speech"),
    output:
        "results/states/{encoder}/{seconds}s/{corpus}/{shard}.parquet",
    log:
        "results/logs/pooled_states/{encoder}/{seconds}s/{corpus}/{shard}.log",
    benchmark:
        "results/benchmarks/pooled_states/{encoder}/{seconds}s/{corpus}/{shard}.tsv"
    conda:
        "../envs/speech.yaml"
    resources:
        **A_GPU,
        mem_mb=grown(8000),
        runtime=grown(480),
    params:
        seconds=lambda wildcards: float(wildcards.seconds),
        threads=study.config["threads"]["torch"],
    script:
        "../workflow/scripts/pooled_states.py"


rule prefix_states:
    """Compute what goes into the lowest layer that learns, for one shard of audio."""
    input:
        audio="results/corpora/{corpus}/audio/{shard}.parquet",
        encoder=lambda wildcards: inputs.encoder_files(study.weights[wildcards.encoder], "speech"),
    output:
        "results/prefix/{encoder}/{layers}/{seconds}s/{corpus}/{shard}.safetensors",
    log:
        "results/logs/prefix_states/{encoder}/{layers}/{seconds}s/{corpus}/{shard}.log",
    benchmark:
        "results/benchmarks/prefix_states/{encoder}/{layers}/{seconds}s/{corpus}/{shard}.tsv"
    conda:
        "../envs/speech.yaml"
    resources:
        **A_GPU,
        mem_mb=grown(8000),
        runtime=grown(480),
    params:
        layers=lambda wildcards: int(wildcards.layers),
        seconds=lambda wildcards: float(wildcards.seconds),
        threads=study.config["threads"]["torch"],
        shards=lambda wildcards: study.config["corpora"][wildcards.corpus]["shards"],
    script:
        "../workflow/scripts/prefix_states.py"
