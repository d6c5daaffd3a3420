# States of frozen speech encoders, computed once for all epochs, folds and seeds that need them.
#   in:  results/corpora/{corpus}/audio/{shard}.parquet, manifest, weights
#   out: results/states/{encoder}/{seconds}s/{corpus}/{shard}.parquet, results/prefix/{encoder}/{layers}/{seconds}s/{corpus}/,
#        results/features/{feature_set}/{corpus}/{shard}.parquet of feature sets that are such states


rule pooled_states:
    """Compute the mean over time of every layer of a frozen encoder, for one shard of audio."""
    input:
        audio=layout.audio("{corpus}", "{shard}"),
        encoder=lambda wildcards: inputs.encoder_files(study.weights[wildcards.encoder], "speech"),
    output:
        layout.states("{encoder}", "{seconds}", "{corpus}", "{shard}"),
    log:
        layout.log("pooled_states", "{encoder}", "{seconds}s", "{corpus}", "{shard}"),
    benchmark:
        layout.benchmark("pooled_states", "{encoder}", "{seconds}s", "{corpus}", "{shard}")
    conda:
        "../envs/speech.yaml"
    resources:
        **A_GPU,
        **needs(minutes=480, mem_mb=8000),
    params:
        loads=lambda wildcards: families(study, [wildcards.encoder]),
        context=lambda wildcards: study.config["encoders"][wildcards.encoder].get("context", 0),
        seconds=lambda wildcards: float(wildcards.seconds),
        threads=study.config["threads"]["torch"],
    script:
        "../workflow/scripts/pooled_states.py"


rule prefix_states:
    """Compute what goes into the lowest layer that learns, for one shard of audio."""
    input:
        audio=layout.audio("{corpus}", "{shard}"),
        encoder=lambda wildcards: inputs.encoder_files(study.weights[wildcards.encoder], "speech"),
    output:
        layout.prefix("{encoder}", "{layers}", "{seconds}", "{corpus}", "{shard}"),
    log:
        layout.log("prefix_states", "{encoder}", "{layers}", "{seconds}s", "{corpus}", "{shard}"),
    benchmark:
        layout.benchmark("prefix_states", "{encoder}", "{layers}", "{seconds}s", "{corpus}", "{shard}")
    conda:
        "../envs/speech.yaml"
    resources:
        **A_GPU,
        **needs(minutes=480, mem_mb=8000),
    params:
        loads=lambda wildcards: families(study, [wildcards.encoder]),
        layers=lambda wildcards: int(wildcards.layers),
        seconds=lambda wildcards: float(wildcards.seconds),
        threads=study.config["threads"]["torch"],
        shards=lambda wildcards: study.config["corpora"][wildcards.corpus]["shards"],
    script:
        "../workflow/scripts/prefix_states.py"


rule state_features:
    """Take a feature set of one shard from the pooled states of a frozen encoder."""
    input:
        states=lambda wildcards: layout.states(
            frozen_states(wildcards).encoder,
            frozen_states(wildcards).seconds,
            wildcards.corpus,
            wildcards.shard,
        ),
    output:
        layout.features("{feature_set}", "{corpus}", "{shard}"),
    log:
        layout.log("state_features", "{feature_set}", "{corpus}", "{shard}"),
    benchmark:
        layout.benchmark("state_features", "{feature_set}", "{corpus}", "{shard}")
    wildcard_constraints:
        corpus=one_of(choices.corpora_holding(study, "recordings")),
        feature_set=one_of(choices.feature_sets_where(study, states_of)),
    conda:
        "../envs/speech.yaml"
    resources:
        **needs(minutes=60, mem_mb=4000),
    params:
        layers=lambda wildcards: frozen_states(wildcards).layers,
    script:
        "../workflow/scripts/state_features.py"
