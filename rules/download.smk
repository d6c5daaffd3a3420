# Fetching and making what is not available: corpora and weights.
#   in:  resources/corpora/{corpus}.tar.gz (the user's), checksums.yaml (what came first, where nobody states it),
#        weights/{asr}.safetensors (the demo's, packed), resources/models/{asr}.pt (the user's, of an encoder)
#   out: resources/made/{corpus}.zip, resources/weights/{encoder}/, resources/weights/{asr}.pt


rule download:
    """Fetch a corpus: an archive by its checksum, a Zenodo record, or a git repository at its commit."""
    output:
        layout.made_corpus("{corpus}"),
    log:
        layout.log("download", "{corpus}"),
    benchmark:
        layout.benchmark("download", "{corpus}")
    wildcard_constraints:
        corpus=one_of(choices.made_from(study, "corpora", kinds.Fetched)),
    localrule: True
    conda:
        "../envs/speech.yaml"
    resources:
        **needs(minutes=60),
    params:
        source=lambda wildcards: choices.source_of(study, "corpora", wildcards.corpus),
    script:
        "../workflow/scripts/download.py"


rule repack:
    """Make one zip of a user's own compressed tar, which can only be read from its beginning."""
    input:
        archive=lambda wildcards: str(study.compressed[wildcards.corpus]),
    output:
        layout.made_corpus("{corpus}"),
    log:
        layout.log("repack", "{corpus}"),
    benchmark:
        layout.benchmark("repack", "{corpus}")
    wildcard_constraints:
        corpus=one_of(study.compressed),
    conda:
        "../envs/speech.yaml"
    resources:
        **needs(minutes=60),
    script:
        "../workflow/scripts/repack.py"


rule synthetic_corpus:
    """Speak the demo's stand-in of a corpus, in the layout and under the file names of the real one."""
    output:
        layout.made_corpus("{corpus}"),
    log:
        layout.log("synthetic_corpus", "{corpus}"),
    benchmark:
        layout.benchmark("synthetic_corpus", "{corpus}")
    wildcard_constraints:
        corpus=one_of(choices.made_from(study, "corpora", kinds.Synthetic)),
    conda:
        "../envs/speech.yaml"
    threads: workers(2)
    resources:
        **needs(minutes=60),
    params:
        settings=lambda wildcards: choices.source_of(study, "corpora", wildcards.corpus)["synthetic"],
    script:
        "../workflow/scripts/synthetic_corpus.py"


rule encoder_weights:
    """Fetch a speech encoder at its revision; its tensors become safetensors."""
    output:
        inputs.made_encoder("{encoder}", "speech"),
    log:
        layout.log("encoder_weights", "{encoder}"),
    benchmark:
        layout.benchmark("encoder_weights", "{encoder}")
    wildcard_constraints:
        encoder=one_of(choices.made_from(study, "encoders", kinds.Hub, "speech")),
    localrule: True
    conda:
        "../envs/speech.yaml"
    resources:
        **needs(minutes=60, mem_mb=4000),
    params:
        source=lambda wildcards: choices.source_of(study, "encoders", wildcards.encoder),
    script:
        "../workflow/scripts/encoder_weights.py"


use rule encoder_weights as text_encoder_weights with:
    output:
        inputs.made_encoder("{encoder}", "text"),
    log:
        layout.log("text_encoder_weights", "{encoder}"),
    benchmark:
        layout.benchmark("text_encoder_weights", "{encoder}")
    wildcard_constraints:
        encoder=one_of(choices.made_from(study, "encoders", kinds.Hub, "text")),


rule random_encoder:
    """Make a small encoder with random weights, for tests."""
    output:
        inputs.made_encoder("{encoder}", "speech"),
    log:
        layout.log("random_encoder", "{encoder}"),
    benchmark:
        layout.benchmark("random_encoder", "{encoder}")
    wildcard_constraints:
        encoder=one_of(choices.made_from(study, "encoders", kinds.Random)),
    conda:
        "../envs/speech.yaml"
    resources:
        **needs(minutes=60),
    params:
        shape=lambda wildcards: choices.source_of(study, "encoders", wildcards.encoder)["random"],
    script:
        "../workflow/scripts/random_encoder.py"


rule whisper_weights:
    """Fetch a Whisper checkpoint by name, checked by the hash that openai-whisper states."""
    output:
        layout.checkpoint("{asr}"),
    log:
        layout.log("whisper_weights", "{asr}"),
    benchmark:
        layout.benchmark("whisper_weights", "{asr}")
    wildcard_constraints:
        asr=one_of(choices.made_from(study, "asr", kinds.WhisperCheckpoint)),
    localrule: True
    conda:
        "../envs/speech.yaml"
    resources:
        **needs(minutes=60),
    params:
        name=lambda wildcards: choices.source_of(study, "asr", wildcards.asr)["whisper"],
    script:
        "../workflow/scripts/whisper_weights.py"


rule random_whisper:
    """Make the demo's small Whisper, with random weights."""
    output:
        layout.checkpoint("{asr}"),
    log:
        layout.log("random_whisper", "{asr}"),
    benchmark:
        layout.benchmark("random_whisper", "{asr}")
    wildcard_constraints:
        asr=one_of(choices.made_from(study, "asr", kinds.Random)),
    conda:
        "../envs/speech.yaml"
    resources:
        **needs(minutes=60),
    params:
        shape=lambda wildcards: choices.source_of(study, "asr", wildcards.asr)["random"],
    script:
        "../workflow/scripts/random_whisper.py"


rule whisper_encoder:
    """Write the encoder of a Whisper's checkpoint as a speech encoder, without the decoder."""
    input:
        checkpoint=lambda wildcards: inputs.checkpoint_of(study, wildcards.encoder),
    output:
        inputs.made_encoder("{encoder}", "speech"),
    log:
        layout.log("whisper_encoder", "{encoder}"),
    benchmark:
        layout.benchmark("whisper_encoder", "{encoder}")
    wildcard_constraints:
        encoder=one_of(choices.made_from(study, "encoders", kinds.WhisperEncoder)),
    conda:
        "../envs/speech.yaml"
    resources:
        **needs(minutes=60, mem_mb=8000),
    script:
        "../workflow/scripts/whisper_encoder.py"


rule unpacked_whisper:
    """Unpack a small Whisper that comes with the project: what it can never say is filled in."""
    input:
        packed=lambda wildcards: choices.source_of(study, "asr", wildcards.asr)["packed"],
    output:
        layout.checkpoint("{asr}"),
    log:
        layout.log("unpacked_whisper", "{asr}"),
    benchmark:
        layout.benchmark("unpacked_whisper", "{asr}")
    wildcard_constraints:
        asr=one_of(choices.made_from(study, "asr", kinds.Packed)),
    conda:
        "../envs/speech.yaml"
    resources:
        **needs(minutes=60, mem_mb=2000),
    script:
        "../workflow/scripts/unpacked_whisper.py"
