# Models that predict ratings on a scale, such as arousal: classical ones and trivial baselines, and the scores and
# differences of all, fine-tuned ones too (docs/dimensions.md).
#   in:  manifest with ratings, protocols, results/features/{feature_set}/{corpus}/*.parquet, predictions
#   out: results/runs/{experiment}/predictions/{test}.parquet of these models,
#        results/dimensions/{experiment}.parquet and results/dimensions/{experiment}_to_{test}.parquet,
#        results/dimension_differences/{corpus}_{protocol}.parquet


for batch in study.batches(study.rated_runnable):
    if batch.features is None:
        continue

    rule:
        """Train the regressors of a batch on features of a corpus, in the folds of each protocol, and test them."""
        name:
            f"regression_{batch.name}"
        input:
            **inputs.files_elsewhere(study, batch),
            manifest=layout.manifest(batch.corpus),
            protocols=inputs.protocols_of_batch(batch),
            features=inputs.feature_shards(study, batch.corpus, batch.features),
        output:
            **inputs.predictions_of_batch(study, batch),
        log:
            layout.log("regression", batch.name),
        benchmark:
            layout.benchmark("regression", batch.name)
        conda:
            "../envs/analysis.yaml"
        threads: workers(4)
        resources:
            **needs(minutes=720, mem_mb=8000),
        params:
            loads={"regressors": sorted({study.settings(e.model)["kind"] for e in batch.experiments})},
            protocols=batch.protocols,
            experiments={
                e.name: {
                    "protocol": e.protocol,
                    "settings": study.settings(e.model),
                    "dimensions": rated_inputs.dimensions_of(study, e),
                    "tests": study.tests(e),
                }
                for e in batch.experiments
            },
        script:
            "../workflow/scripts/regression.py"


for batch in study.batches(study.rated_runnable):
    if batch.features is not None:
        continue

    rule:
        """Predict the ratings of the test parts of every protocol of a corpus without listening, for comparison."""
        name:
            f"rated_baseline_{batch.corpus}"
        input:
            manifest=layout.manifest(batch.corpus),
            protocols=inputs.protocols_of_batch(batch),
        output:
            **inputs.predictions_of_batch(study, batch),
        log:
            layout.log("rated_baseline", batch.corpus),
        benchmark:
            layout.benchmark("rated_baseline", batch.corpus)
        conda:
            "../envs/analysis.yaml"
        resources:
            **needs(minutes=720),
        params:
            protocols=batch.protocols,
            experiments={
                e.name: {
                    "protocol": e.protocol,
                    "kind": study.config["models"][e.model]["baseline"],
                    "dimensions": rated_inputs.dimensions_of(study, e),
                }
                for e in batch.experiments
            },
        script:
            "../workflow/scripts/rated_baseline.py"


rule dimension_scores:
    """Score the ratings that a fine-tuned experiment predicts: each metric with its interval and marks."""
    input:
        lambda wildcards: rated_inputs.to_score_rated(study, experiment_of(wildcards)).files,
    output:
        scores=[layout.dimension_scores("{experiment}")],
    log:
        layout.log("dimension_scores", "{experiment}"),
    benchmark:
        layout.benchmark("dimension_scores", "{experiment}")
    wildcard_constraints:
        experiment=one_of(rated_inputs.tuned_scored(study)),
    conda:
        "../envs/analysis.yaml"
    resources:
        **needs(minutes=240),
    params:
        experiments=lambda wildcards: [rated_inputs.to_score_rated(study, experiment_of(wildcards))],
        settings=scored.bootstrap(study),
    script:
        "../workflow/scripts/dimension_scores.py"


use rule dimension_scores as dimension_transfer_scores with:
    input:
        lambda wildcards: rated_inputs.to_score_rated(study, experiment_of(wildcards), wildcards.test).files,
    output:
        scores=[layout.dimension_scores(TRANSFER)],
    log:
        layout.log("dimension_scores", TRANSFER),
    benchmark:
        layout.benchmark("dimension_scores", TRANSFER)
    wildcard_constraints:
        experiment=one_of(rated_inputs.tuned_transferred(study)),
        test=one_of(study.corpora),
    params:
        experiments=lambda wildcards: [
            rated_inputs.to_score_rated(study, experiment_of(wildcards), wildcards.test)
        ],
        settings=scored.bootstrap(study),


# the experiments that were predicted in one job are scored in one, too
for batch in study.batches(study.rated_scored):
    entries = rated_inputs.scores_of_batch(study, batch)

    rule:
        """Score the ratings that every experiment of a batch predicts, and its transfers."""
        name:
            f"dimension_scores_{batch.name}"
        input:
            rated_inputs.files_of_scores(entries),
        output:
            scores=[layout.dimension_scores(entry.scored.name) for entry in entries],
        log:
            layout.log("dimension_scores", batch.name),
        benchmark:
            layout.benchmark("dimension_scores", batch.name)
        conda:
            "../envs/analysis.yaml"
        resources:
            **needs(minutes=240),
        params:
            experiments=entries,
            settings=scored.bootstrap(study),
        script:
            "../workflow/scripts/dimension_scores.py"


rule dimension_differences:
    """Compare the models of ratings of a corpus and protocol on the same test utterances."""
    input:
        predictions=lambda wildcards: rated_inputs.rated_predictions_compared(
            study, wildcards.corpus, wildcards.protocol
        ),
        manifest=layout.manifest("{corpus}"),
        protocol=layout.protocol("{corpus}", "{protocol}"),
        audit=layout.protocol_audit("{corpus}", "{protocol}"),
    output:
        layout.dimension_differences("{corpus}_{protocol}"),
    log:
        layout.log("dimension_differences", "{corpus}_{protocol}"),
    benchmark:
        layout.benchmark("dimension_differences", "{corpus}_{protocol}")
    conda:
        "../envs/analysis.yaml"
    resources:
        **needs(minutes=240),
    params:
        models=lambda wildcards: rated_inputs.rated_models_compared(
            study, wildcards.corpus, wildcards.protocol
        ),
        described=lambda wildcards: scored.compared_on(study, wildcards.corpus, wildcards.protocol),
        scales=lambda wildcards: rated_inputs.ends_of(study, wildcards.corpus),
        settings=scored.bootstrap(study),
    script:
        "../workflow/scripts/dimension_differences.py"
