# The audit: near-duplicates, leaks, missing emotions, predictors that do not listen; before any training.
#   in:  manifest, results/corpora/{corpus}/{audio,levels}/*.parquet, results/votes/{corpus}.parquet if there are votes
#   out: results/near_duplicates/{corpus}.parquet, results/audit/{corpus}/corpus.parquet,
#        results/audit/{corpus}/protocols/{protocol}.parquet, results/audit/{corpus}/transcripts/{asr}.parquet for
#        transcripts that a model reads, results/audit/{corpus}/voices/{pseudo}.parquet for corpora of an entry of
#        pseudo-speakers, and all of a corpus in results/audit/{corpus}.parquet; audit.html, the worst first


rule near_duplicates:
    """Find the recordings of a corpus that share a stretch of sound."""
    input:
        audio=lambda wildcards: inputs.audio_shards(study, wildcards.corpus),
    output:
        layout.near_duplicates("{corpus}"),
    log:
        layout.log("near_duplicates", "{corpus}"),
    benchmark:
        layout.benchmark("near_duplicates", "{corpus}")
    wildcard_constraints:
        corpus=one_of(choices.corpora_holding(study, "recordings")),
    # before any training that is ready: what it says may spare that
    priority: 1
    conda:
        "../envs/speech.yaml"
    resources:
        **needs(minutes=120, mem_mb=2000),
    script:
        "../workflow/scripts/near_duplicates.py"


rule corpus_audit:
    """Check a corpus against what its publisher says, and for what its recordings share."""
    input:
        manifest=layout.manifest("{corpus}"),
        levels=lambda wildcards: inputs.level_shards(study, wildcards.corpus),
        near_duplicates=lambda wildcards: inputs.near_duplicates_of(study, wildcards.corpus) or [],
        votes=lambda wildcards: vote_inputs.votes_of(study, wildcards.corpus),
    output:
        layout.corpus_audit("{corpus}"),
    log:
        layout.log("corpus_audit", "{corpus}"),
    benchmark:
        layout.benchmark("corpus_audit", "{corpus}")
    # before any training that is ready: what it says may spare that
    priority: 1
    group:
        "audit_{corpus}"
    conda:
        "../envs/analysis.yaml"
    resources:
        **needs(minutes=120),
    params:
        # a stand-in is not what the publisher promises, and nobody promises what a table describes
        published=lambda wildcards: wildcards.corpus not in [*study.synthetic, *study.tables],
        confidence=study.config["bootstrap"]["confidence"],
    script:
        "../workflow/scripts/corpus_audit.py"


rule protocol_audit:
    """Check a protocol for what would make a score mean something else than it says."""
    input:
        manifest=layout.manifest("{corpus}"),
        levels=lambda wildcards: inputs.level_shards(study, wildcards.corpus),
        near_duplicates=lambda wildcards: inputs.near_duplicates_of(study, wildcards.corpus) or [],
        folder=published_folds,
        voices=voices_held_apart,
    output:
        layout.protocol_audit("{corpus}", "{protocol}"),
    log:
        layout.log("protocol_audit", "{corpus}", "{protocol}"),
    benchmark:
        layout.benchmark("protocol_audit", "{corpus}", "{protocol}")
    # before any training that is ready: what it says may spare that
    priority: 1
    group:
        "audit_{corpus}"
    conda:
        "../envs/analysis.yaml"
    resources:
        **needs(minutes=120),
    params:
        settings=lambda wildcards: study.config["protocols"][wildcards.protocol],
    script:
        "../workflow/scripts/protocol_audit.py"


rule transcript_audit:
    """Count the transcripts that a model reads and that are none to trust."""
    input:
        transcripts=lambda wildcards: inputs.transcript_shards(study, wildcards.asr, wildcards.corpus),
    output:
        layout.transcript_audit("{corpus}", "{asr}"),
    log:
        layout.log("transcript_audit", "{corpus}", "{asr}"),
    benchmark:
        layout.benchmark("transcript_audit", "{corpus}", "{asr}")
    # before any training that is ready: what it says may spare that
    priority: 1
    localrule: True
    conda:
        "../envs/analysis.yaml"
    resources:
        **needs(minutes=20, mem_mb=500),
    script:
        "../workflow/scripts/transcript_audit.py"


rule voice_audit:
    """Check by the sound of voices who is in training and test alike, and whose names mislead."""
    input:
        manifest=layout.manifest("{corpus}"),
        embeddings=lambda wildcards: speaker_inputs.shards_of_pseudo(
            study, wildcards.pseudo, wildcards.corpus
        ),
        voices=lambda wildcards: audit_inputs.single_voices(study, wildcards.pseudo, wildcards.corpus),
        thresholds=lambda wildcards: audit_inputs.voice_thresholds(study, wildcards.pseudo),
        protocols=lambda wildcards: [
            layout.protocol(wildcards.corpus, name) for name in study.protocols_of(wildcards.corpus)
        ],
    output:
        layout.voice_audit("{corpus}", "{pseudo}"),
    log:
        layout.log("voice_audit", "{corpus}", "{pseudo}"),
    benchmark:
        layout.benchmark("voice_audit", "{corpus}", "{pseudo}")
    # before any training that is ready: what it says may spare that
    priority: 1
    conda:
        "../envs/analysis.yaml"
    resources:
        **needs(minutes=120, mem_mb=4000),
    params:
        protocols=lambda wildcards: study.protocols_of(wildcards.corpus),
    script:
        "../workflow/scripts/voice_audit.py"


rule whole_audit:
    """Bring the audits of a corpus, of its protocols, its transcripts and its voices together."""
    input:
        lambda wildcards: audit_inputs.audits_of(study, wildcards.corpus),
    output:
        table=layout.audit("{corpus}"),
        readable=layout.readable_audit("{corpus}"),
    log:
        layout.log("whole_audit", "{corpus}"),
    benchmark:
        layout.benchmark("whole_audit", "{corpus}")
    # before any training that is ready: what it says may spare that
    priority: 1
    localrule: True
    conda:
        "../envs/analysis.yaml"
    resources:
        **needs(minutes=120, mem_mb=500),
    params:
        leaking=lambda wildcards: study.leaking([wildcards.corpus]),
    script:
        "../workflow/scripts/whole_audit.py"


rule audit_page:
    """Show the audit of every corpus on one page, the worst first, with what to do."""
    input:
        audits=AUDITS,
    output:
        page=layout.audit_page(),
        summary=layout.audit_summary(),
    log:
        layout.log("audit_page"),
    benchmark:
        layout.benchmark("audit_page")
    # before any training that is ready: what it says may spare that
    priority: 1
    localrule: True
    conda:
        "../envs/analysis.yaml"
    resources:
        **needs(minutes=20, mem_mb=500),
    params:
        unavailable=unavailable(study, "corpora"),
        leaking=study.leaking(study.corpora),
        labels=labels_of(study),
    script:
        "../workflow/scripts/audit_page.py"
