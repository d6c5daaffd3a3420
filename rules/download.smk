# Fetching and making what is not in hand: corpora and weights.
#   in:  resources/corpora/{corpus}.tar.gz (the user's), checksums.yaml (what came first, where nobody states it),
#        weights/{asr}.safetensors (the demo's, packed)
#   out: resources/made/{corpus}.zip, resources/weights/{encoder}/, resources/weights/{asr}.pt


rule download:
    """Fetch a corpus: an archive by its checksum, a Zenodo record, or a git repository at its commit."""
    output:
        "resources/made/{corpus}.zip",
    log:
        "results/logs/download/{corpus}.log",
    benchmark:
        "results/benchmarks/download/{corpus}.tsv"
    wildcard_constraints:
        corpus=one_of(choices.made_from(study, "corpora", kinds.Fetched)),
    localrule: True
    conda:
        "../envs/speech.yaml"
    resources:
        mem_mb=grown(1000),
        runtime=grown(60),
    params:
        source=lambda wildcards: choices.source_of(study, "corpora", wildcards.corpus),
    script:
        "../workflow/scripts/download.py"


rule repack:
    """Make one zip of a user's own compressed tar, which can only be read from its beginning."""
    input:
        archive=lambda wildcards: str(study.compressed[wildcards.corpus]),
    output:
        "resources/made/{corpus}.zip",
    log:
        "results/logs/repack/{corpus}.log",
    benchmark:
        "results/benchmarks/repack/{corpus}.tsv"
    wildcard_constraints:
        corpus=one_of(study.compressed),
    conda:
        "../envs/speech.yaml"
    resources:
        mem_mb=grown(1000),
        runtime=grown(60),
    script:
        "../workflow/scripts/repack.py"


rule synthetic_corpus:
    """Speak the demo's stand-in of a corpus, in the layout and under the file names of the real one."""
    output:
        "resources/made/{corpus}.zip",
    log:
        "results/logs/synthetic_corpus/{corpus}.log",
    benchmark:
        "results/benchmarks/synthetic_corpus/{corpus}.tsv"
    wildcard_constraints:
        corpus=one_of(choices.made_from(study, "corpora", kinds.Synthetic)),
    conda:
        "../envs/speech.yaml"
    threads: 2
    resources:
        mem_mb=grown(1000),
        runtime=grown(60),
    params:
        settings=lambda wildcards: choices.source_of(study, "corpora", wildcards.corpus)["synthetic"],
    script:
        "../workflow/scripts/synthetic_corpus.py"


rule encoder_weights:
    """Fetch a speech encoder at its revision; its tensors become safetensors."""
    output:
        inputs.encoder_files("resources/weights/{encoder}", "speech"),
    log:
        "results/logs/encoder_weights/{encoder}.log",
    benchmark:
        "results/benchmarks/encoder_weights/{encoder}.tsv"
    wildcard_constraints:
        encoder=one_of(choices.made_from(study, "encoders", kinds.Hub, "speech")),
    localrule: True
    conda:
        "../envs/speech.yaml"
    resources:
        mem_mb=grown(4000),
        runtime=grown(60),
    params:
        source=lambda wildcards: choices.source_of(study, "encoders", wildcards.encoder),
    script:
        "../workflow/scripts/encoder_weights.py"


use rule encoder_weights as text_encoder_weights with:
    output:
        inputs.encoder_files("resources/weights/{encoder}", "text"),
    log:
        "results/logs/text_encoder_weights/{encoder}.log",
    benchmark:
        "results/benchmarks/text_encoder_weights/{encoder}.tsv"
    wildcard_constraints:
        encoder=one_of(choices.made_from(study, "encoders", kinds.Hub, "text")),


rule random_encoder:
    """Make a small encoder with random weights, for tests."""
    output:
        inputs.encoder_files("resources/weights/{encoder}", "speech"),
    log:
        "results/logs/random_encoder/{encoder}.log",
    benchmark:
        "results/benchmarks/random_encoder/{encoder}.tsv"
    wildcard_constraints:
        encoder=one_of(choices.made_from(study, "encoders", kinds.Random)),
    conda:
        "../envs/speech.yaml"
    resources:
        mem_mb=grown(1000),
        runtime=grown(60),
    params:
        shape=lambda wildcards: choices.source_of(study, "encoders", wildcards.encoder)["random"],
    script:
        "../workflow/scripts/random_encoder.py"


rule whisper_weights:
    """Fetch a Whisper checkpoint by name, checked by the hash that openai-whisper states."""
    output:
        "resources/weights/{asr}.pt",
    log:
        "results/logs/whisper_weights/{asr}.log",
    benchmark:
        "results/benchmarks/whisper_weights/{asr}.tsv"
    wildcard_constraints:
        asr=one_of(choices.made_from(study, "asr", kinds.WhisperCheckpoint)),
    localrule: True
    conda:
        "../envs/speech.yaml"
    resources:
        mem_mb=grown(1000),
        runtime=grown(60),
    params:
        name=lambda wildcards: choices.source_of(study, "asr", wildcards.asr)["whisper"],
    script:
        "../workflow/scripts/whisper_weights.py"


rule random_whisper:
    """Make the demo's small Whisper, with random weights."""
    output:
        "resources/weights/{asr}.pt",
    log:
        "results/logs/random_whisper/{asr}.log",
    benchmark:
        "results/benchmarks/random_whisper/{asr}.tsv"
    wildcard_constraints:
        asr=one_of(choices.made_from(study, "asr", kinds.Random)),
    conda:
        "../envs/speech.yaml"
    resources:
        mem_mb=grown(1000),
        runtime=grown(60),
    params:
        shape=lambda wildcards: choices.source_of(study, "asr", wildcards.asr)["random"],
    script:
        "../workflow/scripts/random_whisper.py"


rule unpacked_whisper:
    """Unpack a small Whisper that comes with the project: what it can never say is filled in."""
    input:
        packed=lambda wildcards: choices.source_of(study, "asr", wildcards.asr)["packed"],
    output:
        "resources/weights/{asr}.pt",
    log:
        "results/logs/unpacked_whisper/{asr}.log",
    benchmark:
        "results/benchmarks/unpacked_whisper/{asr}.tsv"
    wildcard_constraints:
        asr=one_of(choices.made_from(study, "asr", kinds.Packed)),
    conda:
        "../envs/speech.yaml"
    resources:
        mem_mb=grown(1000),
        runtime=grown(60),
    script:
        "../workflow/scripts/unpacked_whisper.py"
