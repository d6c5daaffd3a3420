# Protocols: which utterances train and which test.
#   in:  results/corpora/{corpus}/manifest.parquet
#   out: results/protocols/{corpus}/{protocol}.parquet


rule protocol:
    """Split a corpus into the folds of a protocol; refuse a leak that is not declared."""
    input:
        manifest="results/corpora/{corpus}/manifest.parquet",
        folder=published_folds,
    output:
        "results/protocols/{corpus}/{protocol}.parquet",
    log:
        "results/logs/protocol/{corpus}/{protocol}.log",
    benchmark:
        "results/benchmarks/protocol/{corpus}/{protocol}.tsv"
    conda:
        "../envs/analysis.yaml"
    resources:
        mem_mb=grown(1000),
        runtime=grown(30),
    params:
        settings=lambda wildcards: study.config["protocols"][wildcards.protocol],
        inventory=inventory_of_folds,
    script:
        "../workflow/scripts/protocol.py"
