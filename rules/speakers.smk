# Who speaks, where nobody says so: embeddings of voices, pseudo-speakers, and what these are worth; and what
# features tell of speakers.
#   in:  results/corpora/{corpus}/audio/{shard}.parquet, weights of a speaker encoder, manifests, features
#   out: results/speakers/{speaker_encoder}/{corpus}/{shard}.parquet, results/speaker_thresholds/{pseudo}.parquet,
#        results/speakers/{pseudo}/{corpus}.parquet, results/speaker_measures/{pseudo}/{corpus}.parquet,
#        results/voice_thresholds/{pseudo}.parquet, results/voice_audit/{pseudo}/{corpus}.parquet,
#        results/speaker_probes/{feature_set}/{corpus}.parquet


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


rule speaker_threshold:
    """Choose the distance that parts two voices, on a corpus with known speakers, for use on others."""
    input:
        manifest=lambda wildcards: layout.manifest(
            speaker_inputs.entry_of(study, wildcards.pseudo)["calibration"]
        ),
        embeddings=lambda wildcards: speaker_inputs.calibrating_shards(study, wildcards.pseudo),
    output:
        layout.speaker_threshold("{pseudo}"),
    log:
        layout.log("speaker_threshold", "{pseudo}"),
    benchmark:
        layout.benchmark("speaker_threshold", "{pseudo}")
    conda:
        "../envs/analysis.yaml"
    resources:
        **needs(minutes=60, mem_mb=4000),
    params:
        corpus=lambda wildcards: speaker_inputs.entry_of(study, wildcards.pseudo)["calibration"],
    script:
        "../workflow/scripts/speaker_threshold.py"


rule pseudo_speakers:
    """Say who seems to speak each utterance of a corpus, by its voice alone."""
    input:
        manifest=layout.manifest("{corpus}"),
        embeddings=lambda wildcards: speaker_inputs.shards_of_pseudo(
            study, wildcards.pseudo, wildcards.corpus
        ),
        threshold=lambda wildcards: speaker_inputs.thresholds(study, [wildcards.pseudo]),
    output:
        layout.pseudo_speakers("{pseudo}", "{corpus}"),
    log:
        layout.log("pseudo_speakers", "{pseudo}", "{corpus}"),
    benchmark:
        layout.benchmark("pseudo_speakers", "{pseudo}", "{corpus}")
    conda:
        "../envs/analysis.yaml"
    resources:
        **needs(minutes=60, mem_mb=4000),
    params:
        stated=lambda wildcards: speaker_inputs.entry_of(study, wildcards.pseudo).get("threshold"),
        within=lambda wildcards: speaker_inputs.entry_of(study, wildcards.pseudo).get("within"),
    script:
        "../workflow/scripts/pseudo_speakers.py"


rule speaker_measures:
    """Hold the pseudo-speakers of a corpus against the speakers that its publisher names."""
    input:
        manifest=layout.manifest("{corpus}"),
        embeddings=lambda wildcards: speaker_inputs.shards_of_pseudo(
            study, wildcards.pseudo, wildcards.corpus
        ),
        pseudo=layout.pseudo_speakers("{pseudo}", "{corpus}"),
    output:
        layout.speaker_measures("{pseudo}", "{corpus}"),
    log:
        layout.log("speaker_measures", "{pseudo}", "{corpus}"),
    benchmark:
        layout.benchmark("speaker_measures", "{pseudo}", "{corpus}")
    conda:
        "../envs/analysis.yaml"
    resources:
        **needs(minutes=60, mem_mb=8000),
    params:
        seed=study.config["seed"],
    script:
        "../workflow/scripts/speaker_measures.py"


rule voice_thresholds:
    """Choose for each question about voices the distance of two, on a corpus with known speakers."""
    input:
        manifest=lambda wildcards: layout.manifest(
            speaker_inputs.entry_of(study, wildcards.pseudo)["calibration"]
        ),
        embeddings=lambda wildcards: speaker_inputs.calibrating_shards(study, wildcards.pseudo),
    output:
        layout.voice_thresholds("{pseudo}"),
    log:
        layout.log("voice_thresholds", "{pseudo}"),
    benchmark:
        layout.benchmark("voice_thresholds", "{pseudo}")
    conda:
        "../envs/analysis.yaml"
    resources:
        **needs(minutes=60, mem_mb=4000),
    params:
        corpus=lambda wildcards: speaker_inputs.entry_of(study, wildcards.pseudo)["calibration"],
        seed=study.config["seed"],
    script:
        "../workflow/scripts/voice_thresholds.py"


rule single_voices:
    """Say of each speaker and gender of a corpus whether it is one voice, and of each two whether both are."""
    input:
        manifest=layout.manifest("{corpus}"),
        embeddings=lambda wildcards: speaker_inputs.shards_of_pseudo(
            study, wildcards.pseudo, wildcards.corpus
        ),
        thresholds=layout.voice_thresholds("{pseudo}"),
    output:
        layout.single_voices("{pseudo}", "{corpus}"),
    log:
        layout.log("single_voices", "{pseudo}", "{corpus}"),
    benchmark:
        layout.benchmark("single_voices", "{pseudo}", "{corpus}")
    conda:
        "../envs/analysis.yaml"
    resources:
        **needs(minutes=60, mem_mb=4000),
    params:
        seed=study.config["seed"],
    script:
        "../workflow/scripts/single_voices.py"


rule speaker_probe:
    """Measure how much features tell of the speaker, and what is left with directions projected out."""
    input:
        manifest=layout.manifest("{corpus}"),
        features=lambda wildcards: inputs.feature_shards(study, wildcards.corpus, wildcards.feature_set),
    output:
        layout.speaker_probe("{feature_set}", "{corpus}"),
    log:
        layout.log("speaker_probe", "{feature_set}", "{corpus}"),
    benchmark:
        layout.benchmark("speaker_probe", "{feature_set}", "{corpus}")
    conda:
        "../envs/analysis.yaml"
    resources:
        **needs(minutes=240, mem_mb=8000),
    params:
        draws=lambda wildcards: confound_inputs.draws_of(study, wildcards.feature_set),
        seed=study.config["seed"],
    script:
        "../workflow/scripts/speaker_probe.py"
