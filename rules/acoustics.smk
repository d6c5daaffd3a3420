# Acoustic features: by openSMILE or another extractor, at 16 kHz or at the recordings' native rates, or as a corpus
# publishes them.
#   in:  results/corpora/{corpus}/audio/{shard}.parquet, or the corpus itself and its manifest
#   out: results/features/{feature_set}/{corpus}/{shard}.parquet


rule features:
    """Extract one feature set from one shard of 16 kHz audio."""
    input:
        audio=layout.audio("{corpus}", "{shard}"),
    output:
        layout.features("{feature_set}", "{corpus}", "{shard}"),
    log:
        layout.log("features", "{feature_set}", "{corpus}", "{shard}"),
    benchmark:
        layout.benchmark("features", "{feature_set}", "{corpus}", "{shard}")
    wildcard_constraints:
        corpus=one_of(choices.corpora_holding(study, "recordings")),
        feature_set=one_of(
            choices.feature_sets_where(study, lambda entry: extraction_of(entry) and "rate" not in entry)
        ),
    conda:
        "../envs/speech.yaml"
    threads: workers(2)
    resources:
        **needs(minutes=120),
    params:
        extraction=extraction,
    script:
        "../workflow/scripts/features.py"


rule recording_features:
    """Extract one feature set from the recordings of one shard at their native sample rates."""
    input:
        corpus=recordings,
        manifest=layout.manifest("{corpus}"),
    output:
        layout.features("{feature_set}", "{corpus}", "{shard}"),
    log:
        layout.log("recording_features", "{feature_set}", "{corpus}", "{shard}"),
    benchmark:
        layout.benchmark("recording_features", "{feature_set}", "{corpus}", "{shard}")
    wildcard_constraints:
        corpus=one_of(choices.corpora_holding(study, "recordings")),
        feature_set=one_of(choices.feature_sets_where(study, lambda entry: "rate" in entry)),
    conda:
        "../envs/speech.yaml"
    threads: workers(2)
    resources:
        **needs(minutes=120, mem_mb=2000),
    params:
        extraction=extraction,
    script:
        "../workflow/scripts/recording_features.py"


rule published_features:
    """Take one feature set of one shard from a corpus that is published as features, without recordings."""
    input:
        corpus=recordings,
        manifest=layout.manifest("{corpus}"),
    output:
        layout.features("{feature_set}", "{corpus}", "{shard}"),
    log:
        layout.log("published_features", "{feature_set}", "{corpus}", "{shard}"),
    benchmark:
        layout.benchmark("published_features", "{feature_set}", "{corpus}", "{shard}")
    wildcard_constraints:
        corpus=one_of(choices.corpora_holding(study, "features")),
        feature_set=one_of(choices.feature_sets_where(study, lambda entry: not needs_recordings(entry))),
    conda:
        "../envs/speech.yaml"
    resources:
        **needs(minutes=120),
    params:
        feature_set=lambda wildcards: choices.set_published(study, wildcards.feature_set),
    script:
        "../workflow/scripts/published_features.py"
