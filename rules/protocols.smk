# Protocols: which utterances train and which test.
#   in:  results/corpora/{corpus}/manifest.parquet, results/speakers/{pseudo}/{corpus}.parquet of a protocol that holds
#        pseudo-speakers apart
#   out: results/protocols/{corpus}/{protocol}.parquet


rule protocol:
    """Split a corpus into the folds of a protocol; refuse a leak that is not declared."""
    input:
        manifest=layout.manifest("{corpus}"),
        folder=published_folds,
        voices=voices_held_apart,
    output:
        layout.protocol("{corpus}", "{protocol}"),
    log:
        layout.log("protocol", "{corpus}", "{protocol}"),
    benchmark:
        layout.benchmark("protocol", "{corpus}", "{protocol}")
    localrule: True
    conda:
        "../envs/analysis.yaml"
    resources:
        **needs(minutes=30),
    params:
        settings=lambda wildcards: study.config["protocols"][wildcards.protocol],
    script:
        "../workflow/scripts/protocol.py"
