# Corpora: what recordings there are, and what their names and headers say.
#   in:  resources/corpora/{corpus} (folder, link or archive of the user's), or the audio and the table of labels
#        that the configuration names
#   out: results/corpora/{corpus}/manifest.parquet, and results/votes/{corpus}.parquet where annotators' votes are
#        configured


rule manifest:
    """List every utterance of a corpus with its labels, its hash, and why it cannot be used if so."""
    input:
        corpus=recordings,
    output:
        layout.manifest("{corpus}"),
    log:
        layout.log("manifest", "{corpus}"),
    benchmark:
        layout.benchmark("manifest", "{corpus}")
    wildcard_constraints:
        corpus=one_of(vote_inputs.unvoted(study, [c for c in study.sources if c not in study.tables])),
    conda:
        "../envs/speech.yaml"
    resources:
        **needs(minutes=120),
    params:
        shards=lambda wildcards: study.config["corpora"][wildcards.corpus]["shards"],
        dimensions=lambda wildcards: scales_of(wildcards.corpus, study.config["corpora"][wildcards.corpus]),
    script:
        "../workflow/scripts/manifest.py"


use rule manifest as voted_manifest with:
    output:
        layout.manifest("{corpus}"),
        votes=layout.votes("{corpus}"),
    log:
        layout.log("voted_manifest", "{corpus}"),
    benchmark:
        layout.benchmark("voted_manifest", "{corpus}")
    wildcard_constraints:
        corpus=one_of(vote_inputs.voted(study, [c for c in study.sources if c not in study.tables])),
    params:
        shards=lambda wildcards: study.config["corpora"][wildcards.corpus]["shards"],
        dimensions=lambda wildcards: scales_of(wildcards.corpus, study.config["corpora"][wildcards.corpus]),
        votes=lambda wildcards: vote_inputs.settings_of_votes(study.config["corpora"][wildcards.corpus]),


rule table_manifest:
    """List every utterance of a corpus that a table of labels describes, as rule manifest does."""
    input:
        corpus=recordings,
        table=lambda wildcards: ancient(str(study.tables[wildcards.corpus])),
    output:
        layout.manifest("{corpus}"),
    log:
        layout.log("table_manifest", "{corpus}"),
    benchmark:
        layout.benchmark("table_manifest", "{corpus}")
    wildcard_constraints:
        corpus=one_of(vote_inputs.unvoted(study, study.tables)),
    conda:
        "../envs/speech.yaml"
    resources:
        **needs(minutes=120, mem_mb=2000),
    params:
        shards=lambda wildcards: study.config["corpora"][wildcards.corpus]["shards"],
        settings=lambda wildcards: settings_of(study.config["corpora"][wildcards.corpus]),
    script:
        "../workflow/scripts/table_manifest.py"


use rule table_manifest as voted_table_manifest with:
    input:
        corpus=recordings,
        table=lambda wildcards: ancient(str(study.tables[wildcards.corpus])),
        votes=votes_of_table,
    output:
        layout.manifest("{corpus}"),
        votes=layout.votes("{corpus}"),
    log:
        layout.log("voted_table_manifest", "{corpus}"),
    benchmark:
        layout.benchmark("voted_table_manifest", "{corpus}")
    wildcard_constraints:
        corpus=one_of(vote_inputs.voted(study, study.tables)),
    params:
        shards=lambda wildcards: study.config["corpora"][wildcards.corpus]["shards"],
        settings=lambda wildcards: settings_of(study.config["corpora"][wildcards.corpus]),
        votes=lambda wildcards: vote_inputs.settings_of_votes(study.config["corpora"][wildcards.corpus]),
