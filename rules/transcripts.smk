# Transcripts by Whisper.
#   in:  results/corpora/{corpus}/audio/{shard}.parquet, manifest, a checkpoint (a file, or a folder of files)
#   out: results/transcripts/{asr}/{corpus}/{shard}.parquet


rule transcribe:
    """Transcribe one shard of audio, with error rates where words are known; a killed run resumes."""
    input:
        audio=layout.audio("{corpus}", "{shard}"),
        manifest=layout.manifest("{corpus}"),
        checkpoint=lambda wildcards: inputs.whisper_files(study, wildcards.asr),
    output:
        layout.transcripts("{asr}", "{corpus}", "{shard}"),
    log:
        layout.log("transcribe", "{asr}", "{corpus}", "{shard}"),
    benchmark:
        layout.benchmark("transcribe", "{asr}", "{corpus}", "{shard}")
    conda:
        "../envs/speech.yaml"
    resources:
        **A_GPU,
        **needs(minutes=720, mem_mb=4000),
    params:
        checkpoint=lambda wildcards: str(study.checkpoints[wildcards.asr]),
        settings=lambda wildcards: study.asr_settings(wildcards.asr),
        unfinished=layout.unfinished_transcripts("{asr}", "{corpus}", "{shard}"),
        threads=study.config["threads"]["torch"],
    script:
        "../workflow/scripts/transcribe.py"
