# Audio: every recording as 16 kHz mono 16-bit FLAC.
#   in:  resources/corpora/{corpus}, results/corpora/{corpus}/manifest.parquet
#   out: results/corpora/{corpus}/audio/{shard}.parquet, results/corpora/{corpus}/levels/{shard}.parquet


rule resample:
    """Decode, mix down and resample one shard of a corpus; what cannot be decoded keeps its row."""
    input:
        corpus=recordings,
        manifest=layout.manifest("{corpus}"),
    output:
        audio=layout.audio("{corpus}", "{shard}"),
        levels=layout.levels("{corpus}", "{shard}"),
    log:
        layout.log("resample", "{corpus}", "{shard}"),
    benchmark:
        layout.benchmark("resample", "{corpus}", "{shard}")
    wildcard_constraints:
        corpus=one_of(choices.corpora_holding(study, "recordings")),
    conda:
        "../envs/speech.yaml"
    resources:
        **needs(minutes=120, mem_mb=2000),
    script:
        "../workflow/scripts/resample.py"
