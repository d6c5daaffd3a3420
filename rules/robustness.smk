# Robustness: trained models on the same clips under conditions that they were not trained on.
#   in:  results/corpora/{corpus}/audio/{shard}.parquet, results/runs/{experiment}/, manifest, protocol
#   out: results/disturbed/{corpus}/{condition}/audio/{shard}.parquet and features/,
#        results/runs/{experiment}/disturbed.parquet, results/robustness/{experiment}.parquet


# one job a shard makes all conditions of it: a rule each, since corpora have conditions of their own
for disturbed_corpus, conditions in robustness_inputs.disturbed_corpora(study).items():

    rule:
        """Make the recordings of one shard worse: noise, a room, a telephone, MP3, clipping, another speed."""
        name:
            f"disturbed_audio_{disturbed_corpus}"
        input:
            audio=layout.audio(disturbed_corpus, "{shard}"),
        output:
            **{name: layout.disturbed_audio(disturbed_corpus, name, "{shard}") for name in conditions},
        log:
            layout.log("disturbed_audio", disturbed_corpus, "{shard}"),
        benchmark:
            layout.benchmark("disturbed_audio", disturbed_corpus, "{shard}")
        conda:
            "../envs/speech.yaml"
        resources:
            **needs(minutes=120, mem_mb=2000),
        params:
            seed=study.config["seed"],
        script:
            "../workflow/scripts/disturbed_audio.py"


use rule features as disturbed_features with:
    input:
        audio=layout.disturbed_audio("{corpus}", "{condition}", "{shard}"),
    output:
        layout.disturbed_features("{corpus}", "{condition}", "{feature_set}", "{shard}"),
    log:
        layout.log("disturbed_features", "{feature_set}", "{corpus}", "{condition}", "{shard}"),
    benchmark:
        layout.benchmark("disturbed_features", "{feature_set}", "{corpus}", "{condition}", "{shard}")


for disturbed in robustness_inputs.to_test_again(study, tuned=True):

    rule:
        """Test all runs of a fine-tuned experiment again, each on its own test part under each condition."""
        name:
            f"disturbed_runs_{disturbed.name}"
        input:
            **inputs.models_of_runs(study, disturbed),
            **robustness_inputs.inputs_under(study, disturbed, "audio"),
            manifest=layout.manifest(disturbed.corpus),
            protocol=layout.protocol(disturbed.corpus, disturbed.protocol),
            transcripts=inputs.transcripts_of(study, disturbed, disturbed.corpus),
        output:
            layout.disturbed_predictions(disturbed.name),
        log:
            layout.log("disturbed_runs", disturbed.name),
        benchmark:
            layout.benchmark("disturbed_runs", disturbed.name)
        conda:
            "../envs/speech.yaml"
        resources:
            **A_GPU,
            **needs(minutes=1440, mem_mb=4000 * len(encoders_of(study.model(disturbed)))),
        params:
            loads=families(study, encoders_of(study.model(disturbed)).values()),
            runs=study.runs(disturbed),
            conditions=robustness_inputs.conditions_of(study)[disturbed.name],
            batch=study.model(disturbed)["finetuning"]["batch"],
            threads=study.config["threads"]["torch"],
        script:
            "../workflow/scripts/disturbed_runs.py"


for disturbed in robustness_inputs.to_test_again(study, tuned=False):

    rule:
        """Train a classifier in each fold, and test it on the fold's test part under each condition."""
        name:
            f"disturbed_classical_{disturbed.name}"
        input:
            **robustness_inputs.inputs_under(study, disturbed, "features"),
            manifest=layout.manifest(disturbed.corpus),
            protocol=layout.protocol(disturbed.corpus, disturbed.protocol),
            features=inputs.feature_shards(
                study, disturbed.corpus, study.config["models"][disturbed.model]["features"]
            ),
        output:
            layout.disturbed_predictions(disturbed.name),
        log:
            layout.log("disturbed_classical", disturbed.name),
        benchmark:
            layout.benchmark("disturbed_classical", disturbed.name)
        conda:
            "../envs/analysis.yaml"
        threads: workers(4)
        resources:
            **needs(minutes=720, mem_mb=8000),
        params:
            loads={"classifiers": [study.settings(disturbed.model)["kind"]]},
            settings=study.settings(disturbed.model),
            conditions=robustness_inputs.conditions_of(study)[disturbed.name],
        script:
            "../workflow/scripts/disturbed_classical.py"


rule robustness:
    """Say what an experiment loses under each condition, on the same clips, with intervals over groups."""
    input:
        predictions=predictions_of_wildcards,
        disturbed=layout.disturbed_predictions("{experiment}"),
        manifest=of_experiment(lambda e: layout.manifest(e.corpus)),
        protocol=of_experiment(lambda e: layout.protocol(e.corpus, e.protocol)),
        audit=of_experiment(lambda e: layout.protocol_audit(e.corpus, e.protocol)),
    output:
        layout.robustness("{experiment}"),
    log:
        layout.log("robustness", "{experiment}"),
    benchmark:
        layout.benchmark("robustness", "{experiment}")
    wildcard_constraints:
        experiment=one_of(robustness_inputs.disturbed_experiments(study)),
    conda:
        "../envs/analysis.yaml"
    resources:
        **needs(minutes=120),
    params:
        experiment=lambda wildcards: scored.to_score(study, experiment_of(wildcards)),
        conditions=lambda wildcards: robustness_inputs.conditions_of(study)[wildcards.experiment],
        confidence=study.config["bootstrap"]["confidence"],
    script:
        "../workflow/scripts/robustness.py"
