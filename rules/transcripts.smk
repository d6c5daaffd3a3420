# Transcripts by Whisper.
#   in:  results/corpora/{corpus}/audio/{shard}.parquet, manifest, a checkpoint (a file, or a folder of files)
#   out: results/transcripts/{asr}/{corpus}/{shard}.parquet


rule transcribe:
    """Transcribe one shard of audio, with error rates where words are known; a killed run goes on."""
    input:
        audio="results/corpora/{corpus}/audio/{shard}.parquet",
        manifest="results/corpora/{corpus}/manifest.parquet",
        checkpoint=lambda wildcards: inputs.whisper_files(study, wildcards.asr),
    output:
        "results/transcripts/{asr}/{corpus}/{shard}.parquet",
    log:
        "results/logs/transcribe/{asr}/{corpus}/{shard}.log",
    benchmark:
        "results/benchmarks/transcribe/{asr}/{corpus}/{shard}.tsv"
    conda:
        "../envs/speech.yaml"
    resources:
        **A_GPU,
        mem_mb=grown(4000),
        runtime=grown(720),
    params:
        checkpoint=lambda wildcards: str(study.checkpoints[wildcards.asr]),
        settings=lambda wildcards: study.asr_settings(wildcards.asr),
        unfinished="results/unfinished/transcripts/{asr}/{corpus}/{shard}",
        threads=study.config["threads"]["torch"],
    script:
        "../workflow/scripts/transcribe.py"
