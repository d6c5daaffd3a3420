# Transcripts by Whisper.
#   in:  results/corpora/{corpus}/audio/{shard}.parquet, manifest, a checkpoint
#   out: results/transcripts/{asr}/{corpus}/{shard}.parquet


rule transcribe:
    """Transcribe one shard of audio in the language of its manifest; error rates where words are known."""
    input:
        audio="results/corpora/{corpus}/audio/{shard}.parquet",
        manifest="results/corpora/{corpus}/manifest.parquet",
        checkpoint=lambda wildcards: str(study.checkpoints[wildcards.asr]),
    output:
        "results/transcripts/{asr}/{corpus}/{shard}.parquet",
    log:
        "results/logs/transcribe/{asr}/{corpus}/{shard}.log",
    benchmark:
        "results/benchmarks/transcribe/{asr}/{corpus}/{shard}.tsv"
    conda:
        "../envs/speech.yaml"
    resources:
        mem_mb=4000,
        gpu=1,
    params:
        batch=lambda wildcards: study.config["asr"][wildcards.asr]["batch"],
        tokens=lambda wildcards: study.config["asr"][wildcards.asr]["tokens"],
        threads=study.config["threads"]["torch"],
    script:
        "../workflow/scripts/transcribe.py"
