# Audio: every recording as 16 kHz mono 16-bit FLAC.
#   in:  resources/corpora/{corpus}, results/corpora/{corpus}/manifest.parquet
#   out: results/corpora/{corpus}/audio/{shard}.parquet, results/corpora/{corpus}/levels/{shard}.parquet


rule resample:
    """Decode, mix down and resample one shard of a corpus; what cannot be decoded keeps its row."""
    input:
        corpus=recordings,
        manifest="results/corpora/{corpus}/manifest.parquet",
    output:
        audio="results/corpora/{corpus}/audio/{shard}.parquet",
        levels="results/corpora/{corpus}/levels/{shard}.parquet",
    log:
        "results/logs/resample/{corpus}/{shard}.log",
    benchmark:
        "results/benchmarks/resample/{corpus}/{shard}.tsv"
    wildcard_constraints:
        corpus=one_of(choices.corpora_holding(study, "recordings")),
    conda:
        "../envs/speech.yaml"
    resources:
        mem_mb=grown(2000),
        runtime=grown(120),
    params:
        inventory=inventory_of,
    script:
        "../workflow/scripts/resample.py"
