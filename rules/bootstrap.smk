# Scores with intervals over groups, and differences between models.
#   in:  predictions of every run, manifest, protocol
#   out: results/scores/{experiment}.parquet, results/scores/{experiment}_to_{test}.parquet,
#        results/confusions/ and results/fairness/ of the same names, results/human/ of those that are tested on a
#        corpus with votes, results/differences/{corpus}_{protocol}.parquet, results/premiums.parquet, results/pseudo_premiums.parquet

TRANSFER = ScoreId("{experiment}", "{test}").name


rule scores:
    """Score a fine-tuned experiment: every metric with its interval, its chance level and its marks."""
    input:
        predictions=predictions_of_wildcards,
        manifest=of_experiment(lambda e: layout.manifest(e.corpus)),
        protocol=of_experiment(lambda e: layout.protocol(e.corpus, e.protocol)),
        audit=of_experiment(lambda e: layout.protocol_audit(e.corpus, e.protocol)),
    output:
        scores=[layout.scores("{experiment}")],
        confusions=[layout.confusions("{experiment}")],
        fairness=[layout.fairness("{experiment}")],
    log:
        layout.log("scores", "{experiment}"),
    benchmark:
        layout.benchmark("scores", "{experiment}")
    wildcard_constraints:
        experiment=one_of(vote_inputs.unvoted_experiments(study, scored.scored_apart(study))),
    conda:
        "../envs/analysis.yaml"
    resources:
        **needs(minutes=240),
    params:
        experiments=lambda wildcards: [scored.to_score(study, experiment_of(wildcards))],
        settings=scored.bootstrap(study),
        parted=scored.fairness(study),
    script:
        "../workflow/scripts/scores.py"


use rule scores as transfer_scores with:
    input:
        predictions=predictions_of_wildcards,
        manifest=layout.manifest("{test}"),
        parts=lambda wildcards: scored.files_of_parts(study, experiment_of(wildcards), wildcards.test),
    output:
        scores=[layout.scores(TRANSFER)],
        confusions=[layout.confusions(TRANSFER)],
        fairness=[layout.fairness(TRANSFER)],
    log:
        layout.log("scores", TRANSFER),
    benchmark:
        layout.benchmark("scores", TRANSFER)
    wildcard_constraints:
        experiment=one_of(recipes.tuned_transferred(study)),
        test=one_of(vote_inputs.unvoted(study, study.corpora)),
    params:
        experiments=lambda wildcards: [scored.to_score(study, experiment_of(wildcards), wildcards.test)],
        settings=scored.bootstrap(study),
        parted=scored.fairness(study),


use rule scores as voted_scores with:
    input:
        predictions=predictions_of_wildcards,
        manifest=of_experiment(lambda e: layout.manifest(e.corpus)),
        protocol=of_experiment(lambda e: layout.protocol(e.corpus, e.protocol)),
        audit=of_experiment(lambda e: layout.protocol_audit(e.corpus, e.protocol)),
        votes=of_experiment(lambda e: layout.votes(e.corpus)),
    output:
        scores=[layout.scores("{experiment}")],
        confusions=[layout.confusions("{experiment}")],
        fairness=[layout.fairness("{experiment}")],
        human=[layout.human("{experiment}")],
    log:
        layout.log("voted_scores", "{experiment}"),
    benchmark:
        layout.benchmark("voted_scores", "{experiment}")
    wildcard_constraints:
        experiment=one_of(vote_inputs.voted_experiments(study, scored.scored_apart(study))),


use rule scores as voted_transfer_scores with:
    input:
        predictions=predictions_of_wildcards,
        manifest=layout.manifest("{test}"),
        parts=lambda wildcards: scored.files_of_parts(study, experiment_of(wildcards), wildcards.test),
        votes=layout.votes("{test}"),
    output:
        scores=[layout.scores(TRANSFER)],
        confusions=[layout.confusions(TRANSFER)],
        fairness=[layout.fairness(TRANSFER)],
        human=[layout.human(TRANSFER)],
    log:
        layout.log("voted_scores", TRANSFER),
    benchmark:
        layout.benchmark("voted_scores", TRANSFER)
    wildcard_constraints:
        experiment=one_of(recipes.tuned_transferred(study)),
        test=one_of(vote_inputs.voted(study, study.corpora)),
    params:
        experiments=lambda wildcards: [scored.to_score(study, experiment_of(wildcards), wildcards.test)],
        settings=scored.bootstrap(study),
        parted=scored.fairness(study),


# the experiments that were predicted or trained in one job are scored in one, too
for together, entries in scored.scored_together(study).items():

    rule:
        """Score the experiments of a corpus that share a job: classifiers with transfers, baselines, trainings."""
        name:
            f"scores_{together}"
        input:
            scored.files_to_score(entries),
        output:
            scores=[layout.scores(entry.name) for entry in entries],
            confusions=[layout.confusions(entry.name) for entry in entries],
            fairness=[layout.fairness(entry.name) for entry in entries],
            human=scored.humans_of(entries),
        log:
            layout.log("scores", together),
        benchmark:
            layout.benchmark("scores", together)
        # on a cluster one job with what predicted
        group:
            together
        conda:
            "../envs/analysis.yaml"
        resources:
            **needs(minutes=240),
        params:
            experiments=entries,
            settings=scored.bootstrap(study),
            parted=scored.fairness(study),
        script:
            "../workflow/scripts/scores.py"


rule differences:
    """Compare the models of a corpus and protocol on the same test utterances."""
    input:
        predictions=lambda wildcards: scored.predictions_compared(study, wildcards.corpus, wildcards.protocol),
        manifest=layout.manifest("{corpus}"),
        protocol=layout.protocol("{corpus}", "{protocol}"),
        audit=layout.protocol_audit("{corpus}", "{protocol}"),
    output:
        layout.differences("{corpus}_{protocol}"),
    log:
        layout.log("differences", "{corpus}_{protocol}"),
    benchmark:
        layout.benchmark("differences", "{corpus}_{protocol}")
    conda:
        "../envs/analysis.yaml"
    resources:
        **needs(minutes=240),
    params:
        models=lambda wildcards: scored.models_compared(study, wildcards.corpus, wildcards.protocol),
        described=lambda wildcards: scored.compared_on(study, wildcards.corpus, wildcards.protocol),
        settings=scored.bootstrap(study),
    script:
        "../workflow/scripts/differences.py"


rule premiums:
    """Say what speakers in training and test add to a score: matched and random folds against held-out ones."""
    input:
        predictions=leakage.predictions_of_pairs(study),
        manifests=leakage.manifests_of_pairs(study),
    output:
        layout.premiums(),
    log:
        layout.log("premiums"),
    benchmark:
        layout.benchmark("premiums")
    conda:
        "../envs/analysis.yaml"
    resources:
        **needs(minutes=240),
    params:
        pairs=leakage.pairs_of_premiums(study),
        settings=scored.bootstrap(study),
    script:
        "../workflow/scripts/premiums.py"


use rule premiums as pseudo_premiums with:
    input:
        predictions=guessed_folds.predictions_of_pseudo_pairs(study),
        manifests=guessed_folds.manifests_of_pseudo_pairs(study),
        protocols=guessed_folds.protocols_of_pseudo_pairs(study),
    output:
        layout.pseudo_premiums(),
    log:
        layout.log("pseudo_premiums"),
    benchmark:
        layout.benchmark("pseudo_premiums")
    params:
        pairs=guessed_folds.pseudo_pairs(study),
        settings=scored.bootstrap(study),
