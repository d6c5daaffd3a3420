# Scores with intervals over groups, and differences between models.
#   in:  predictions of every run, manifest, protocol
#   out: results/scores/{experiment}.parquet, results/scores/{experiment}_to_{test}.parquet,
#        results/confusions/ of the same names, results/differences/{corpus}_{protocol}.parquet,
#        results/premiums.parquet


rule scores:
    """Score a fine-tuned experiment: every metric with its interval, its chance level and its marks."""
    input:
        predictions=predictions_of_wildcards,
        manifest=of_experiment(lambda e: layout.manifest(e.corpus)),
        protocol=of_experiment(lambda e: layout.protocol(e.corpus, e.protocol)),
        audit=of_experiment(lambda e: layout.protocol_audit(e.corpus, e.protocol)),
    output:
        scores=["results/scores/{experiment}.parquet"],
        confusions=["results/confusions/{experiment}.parquet"],
    log:
        "results/logs/scores/{experiment}.log",
    benchmark:
        "results/benchmarks/scores/{experiment}.tsv"
    wildcard_constraints:
        experiment=one_of(recipes.tuned_scored(study)),
    conda:
        "../envs/analysis.yaml"
    resources:
        mem_mb=grown(1000),
        runtime=grown(240),
    params:
        experiments=lambda wildcards: [scored.to_score(study, experiment_of(wildcards))],
        settings=study.config["bootstrap"],
    script:
        "../workflow/scripts/scores.py"


use rule scores as transfer_scores with:
    input:
        predictions=predictions_of_wildcards,
        manifest="results/corpora/{test}/manifest.parquet",
    output:
        scores=["results/scores/{experiment}_to_{test}.parquet"],
        confusions=["results/confusions/{experiment}_to_{test}.parquet"],
    log:
        "results/logs/scores/{experiment}_to_{test}.log",
    benchmark:
        "results/benchmarks/scores/{experiment}_to_{test}.tsv"
    wildcard_constraints:
        experiment=one_of(recipes.tuned_transferred(study)),
        test=one_of(study.corpora),
    params:
        experiments=lambda wildcards: [scored.to_score(study, experiment_of(wildcards), wildcards.test)],
        settings=study.config["bootstrap"],


# the experiments that were predicted in one job are scored in one, too
for batch in study.batches(study.scored):

    rule:
        """Score every experiment on one feature set of a corpus, or every baseline, and their transfers."""
        name:
            f"scores_{batch.name}"
        input:
            scored.files_to_score(study, batch),
        output:
            scores=[layout.scores(name) for name in scored.names_to_score(study, batch)],
            confusions=[layout.confusions(name) for name in scored.names_to_score(study, batch)],
        log:
            f"results/logs/scores/{batch.name}.log",
        benchmark:
            f"results/benchmarks/scores/{batch.name}.tsv"
        conda:
            "../envs/analysis.yaml"
        resources:
            mem_mb=grown(1000),
            runtime=grown(240),
        params:
            experiments=scored.entries_to_score(study, batch),
            settings=study.config["bootstrap"],
        script:
            "../workflow/scripts/scores.py"


rule differences:
    """Compare the models of a corpus and protocol on the same test utterances."""
    input:
        predictions=lambda wildcards: scored.predictions_compared(study, wildcards.corpus, wildcards.protocol),
        manifest="results/corpora/{corpus}/manifest.parquet",
        protocol="results/protocols/{corpus}/{protocol}.parquet",
        audit="results/audit/{corpus}/protocols/{protocol}.parquet",
    output:
        "results/differences/{corpus}_{protocol}.parquet",
    log:
        "results/logs/differences/{corpus}_{protocol}.log",
    benchmark:
        "results/benchmarks/differences/{corpus}_{protocol}.tsv"
    conda:
        "../envs/analysis.yaml"
    resources:
        mem_mb=grown(1000),
        runtime=grown(240),
    params:
        models=lambda wildcards: scored.models_compared(study, wildcards.corpus, wildcards.protocol),
        described=lambda wildcards: {
            "corpus": wildcards.corpus,
            "protocol": wildcards.protocol,
            "mean_of_folds": scored.mean_of_folds(study, wildcards.protocol),
        },
        settings=study.config["bootstrap"],
    script:
        "../workflow/scripts/differences.py"


rule premiums:
    """Say what shared speakers add to a score: random folds against speakers held out."""
    input:
        predictions=leakage.predictions_of_pairs(study),
        manifests=leakage.manifests_of_pairs(study),
    output:
        "results/premiums.parquet",
    log:
        "results/logs/premiums.log",
    benchmark:
        "results/benchmarks/premiums.tsv"
    conda:
        "../envs/analysis.yaml"
    resources:
        mem_mb=grown(1000),
        runtime=grown(240),
    params:
        pairs=leakage.pairs_of_premiums(study),
        settings=study.config["bootstrap"],
    script:
        "../workflow/scripts/premiums.py"
