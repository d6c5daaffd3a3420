# Fine-tuning encoders of speech and text, one run (experiment, fold, seed) or all of some experiments a job, or testing
# what the published study trained, and the transfer of all of them.
#   in:  manifest, protocol, weights, results/corpora/{corpus}/audio/*.parquet,
#        results/transcripts/{asr}/{corpus}/*.parquet, results/votes/{corpus}.parquet, states of frozen encoders
#   out: results/runs/{experiment}/{fold}/{seed}/, results/runs/{experiment}/predictions/{test}.parquet


rule finetune:
    """Fine-tune encoders on one fold with one seed; a run that was killed resumes after its last epoch."""
    input:
        manifest=of_experiment(lambda e: layout.manifest(e.corpus)),
        protocol=of_experiment(lambda e: layout.protocol(e.corpus, e.protocol)),
        audio=tested(inputs.audio_of),
        transcripts=tested(inputs.transcripts_of),
        prefix_states=of_experiment(lambda e: inputs.prefix_of(study, e)),
        audio_encoder=of_experiment(lambda e: inputs.encoder_of(study, e, "audio")),
        text_encoder=of_experiment(lambda e: inputs.encoder_of(study, e, "text")),
        votes=of_experiment(lambda e: recipes.votes_learnt(study, e)),
    output:
        model=layout.run_model("{experiment}", "{fold}", "{seed}"),
        config=layout.run_config("{experiment}", "{fold}", "{seed}"),
        log=layout.run_log("{experiment}", "{fold}", "{seed}"),
        predictions=layout.run_predictions("{experiment}", "{fold}", "{seed}"),
    log:
        layout.log("finetune", "{experiment}", "{fold}", "{seed}"),
    benchmark:
        layout.benchmark("finetune", "{experiment}", "{fold}", "{seed}")
    wildcard_constraints:
        experiment=one_of(recipes.tuned_runnable(study, together=False)),
    conda:
        "../envs/speech.yaml"
    resources:
        **A_GPU,
        **needs(minutes=1440, mem_mb=lambda wildcards: 8000 * len(encoders_of(model_of(wildcards)))),
    params:
        loads=lambda wildcards: families(study, encoders_of(model_of(wildcards)).values()),
        model=of_experiment(lambda e: recipes.model_of_a_run(study, e)),
        threads=study.config["threads"]["torch"],
    script:
        "../workflow/scripts/finetune.py"


rule evaluate_checkpoint:
    """Test a network that the published study trained, from its Lightning checkpoint, on one fold."""
    input:
        manifest=of_experiment(lambda e: layout.manifest(e.corpus)),
        protocol=of_experiment(lambda e: layout.protocol(e.corpus, e.protocol)),
        audio=tested(inputs.audio_of),
        transcripts=tested(inputs.transcripts_of),
        audio_encoder=of_experiment(lambda e: inputs.encoder_of(study, e, "audio")),
        text_encoder=of_experiment(lambda e: inputs.encoder_of(study, e, "text")),
        checkpoint=lambda wildcards: study.checkpoint_of_run(
            experiment_of(wildcards), wildcards.fold, wildcards.seed
        ),
    output:
        model=layout.run_model("{experiment}", "{fold}", "{seed}"),
        config=layout.run_config("{experiment}", "{fold}", "{seed}"),
        log=layout.run_log("{experiment}", "{fold}", "{seed}"),
        predictions=layout.run_predictions("{experiment}", "{fold}", "{seed}"),
    log:
        layout.log("evaluate_checkpoint", "{experiment}", "{fold}", "{seed}"),
    benchmark:
        layout.benchmark("evaluate_checkpoint", "{experiment}", "{fold}", "{seed}")
    wildcard_constraints:
        experiment=one_of(recipes.from_checkpoints(study)),
    conda:
        "../envs/speech.yaml"
    resources:
        **A_GPU,
        **needs(minutes=240, mem_mb=lambda wildcards: 8000 * len(encoders_of(model_of(wildcards)))),
    params:
        loads=lambda wildcards: families(study, encoders_of(model_of(wildcards)).values()),
        model=lambda wildcards: recipes.recipe_of_a_run(model_of(wildcards)),
        threads=study.config["threads"]["torch"],
    script:
        "../workflow/scripts/evaluate_checkpoint.py"


for batch in trainings.training_batches(study):

    on_a_gpu = A_GPU if trainings.on_an_encoder(study, batch) else {}
    # of its runs, each with a core and memory of its own
    at_a_time = min(CLUSTER["side_by_side"], trainings.most_runs(study, batch)) if on_a_gpu else 1
    entries = [trainings.to_train(study, e) for e in batch.experiments]

    rule:
        """Fine-tune encoders, or train on pooled states of frozen ones, on all folds with all seeds."""
        name:
            f"finetune_together_{batch.name}"
        input:
            sorted({file for entry in entries for file in entry.files}),
        output:
            **trainings.outputs_of_batch(study, batch),
        log:
            layout.log("finetune_together", batch.name),
        benchmark:
            layout.benchmark("finetune_together", batch.name)
        conda:
            "../envs/speech.yaml"
        threads: at_a_time
        resources:
            **on_a_gpu,
            **needs(minutes=1440, mem_mb=8000 * at_a_time * trainings.most_encoders(study, batch)),
        params:
            loads=families(study, trainings.encoders_of_batch(study, batch)),
            trainings=entries,
            threads=study.config["threads"]["torch"],
        script:
            "../workflow/scripts/finetune_together.py"


rule transfer:
    """Test all runs of a fine-tuned experiment on another corpus, over the emotions or dimensions that both have."""
    input:
        unpack(of_experiment(lambda e: inputs.models_of_runs(study, e))),
        manifest=layout.manifest("{test}"),
        audio=tested(inputs.audio_of),
        transcripts=tested(inputs.transcripts_of),
        pooled_states=tested(inputs.pooled_of),
    output:
        layout.predictions("{experiment}", "{test}"),
    log:
        layout.log("transfer", "{experiment}", "{test}"),
    benchmark:
        layout.benchmark("transfer", "{experiment}", "{test}")
    wildcard_constraints:
        experiment=one_of(recipes.tuned_runnable(study)),
    conda:
        "../envs/speech.yaml"
    resources:
        **A_GPU,
        **needs(minutes=1440, mem_mb=lambda wildcards: 4000 * len(encoders_of(model_of(wildcards)))),
    params:
        loads=lambda wildcards: families(study, encoders_of(model_of(wildcards)).values()),
        runs=of_experiment(study.runs),
        batch=lambda wildcards: model_of(wildcards)["finetuning"]["batch"],
        label_map=study.config["label_map"],
        threads=study.config["threads"]["torch"],
    script:
        "../workflow/scripts/transfer.py"
