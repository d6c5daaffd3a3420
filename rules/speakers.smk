# Who speaks, where nobody says so: embeddings of voices.
#   in:  results/corpora/{corpus}/audio/{shard}.parquet, weights of a speaker encoder
#   out: results/speakers/{speaker_encoder}/{corpus}/{shard}.parquet


rule speaker_embeddings:
    """Compute the speaker embedding of each utterance of one shard of audio."""
    input:
        audio=layout.audio("{corpus}", "{shard}"),
        weights=lambda wildcards: speaker_inputs.files_of_weights(study, wildcards.speaker_encoder),
    output:
        layout.speaker_embeddings("{speaker_encoder}", "{corpus}", "{shard}"),
    log:
        layout.log("speaker_embeddings", "{speaker_encoder}", "{corpus}", "{shard}"),
    benchmark:
        layout.benchmark("speaker_embeddings", "{speaker_encoder}", "{corpus}", "{shard}")
    wildcard_constraints:
        corpus=one_of(choices.corpora_holding(study, "recordings")),
    conda:
        "../envs/speech.yaml"
    resources:
        **needs(minutes=240, mem_mb=4000),
    params:
        kind=lambda wildcards: study.config["speaker_encoders"][wildcards.speaker_encoder]["kind"],
        weights=lambda wildcards: str(speaker_inputs.weights_of(study, wildcards.speaker_encoder)),
        threads=study.config["threads"]["torch"],
    script:
        "../workflow/scripts/speaker_embeddings.py"
