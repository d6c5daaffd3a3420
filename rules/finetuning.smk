# Fine-tuning encoders of speech and text, one run (experiment, fold, seed) or all of an experiment a job, and the
# transfer of all of them.
#   in:  manifest, protocol, weights, results/corpora/{corpus}/audio/*.parquet,
#        results/transcripts/{asr}/{corpus}/*.parquet, states of frozen encoders
#   out: results/runs/{experiment}/{fold}/{seed}/, results/runs/{experiment}/predictions/{test}.parquet


rule finetune:
    """Fine-tune encoders on one fold with one seed; a run that was killed goes on at its last epoch."""
    input:
        manifest=of_experiment("results/corpora/{corpus}/manifest.parquet"),
        protocol=of_experiment("results/protocols/{corpus}/{protocol}.parquet"),
        audio=audio_of_model,
        transcripts=transcripts_of_model,
        prefix_states=prefix_of_model,
        audio_encoder=encoder_of_model("audio"),
        text_encoder=encoder_of_model("text"),
    output:
        model="results/runs/{experiment}/{fold}/{seed}/model.safetensors",
        config="results/runs/{experiment}/{fold}/{seed}/config.json",
        log="results/runs/{experiment}/{fold}/{seed}/log.parquet",
        predictions="results/runs/{experiment}/{fold}/{seed}/predictions/within.parquet",
    log:
        "results/logs/finetune/{experiment}/{fold}/{seed}.log",
    benchmark:
        "results/benchmarks/finetune/{experiment}/{fold}/{seed}.tsv"
    wildcard_constraints:
        experiment=experiments_tuned(together=False),
    conda:
        "../envs/speech.yaml"
    resources:
        **A_GPU,
        mem_mb=grown(lambda wildcards: 8000 * len(encoders_of(model_of(wildcards)))),
        runtime=grown(1440),
    params:
        model=recipe_of,
        threads=study.config["threads"]["torch"],
    script:
        "../workflow/scripts/finetune.py"


for together in study.trained_together(study.runnable):

    rule:
        """Fine-tune encoders, or train on pooled states of a frozen one, on all folds with all seeds."""
        name:
            f"finetune_together_{together.name}"
        input:
            manifest=f"results/corpora/{together.corpus}/manifest.parquet",
            protocol=f"results/protocols/{together.corpus}/{together.protocol}.parquet",
            audio=audio_of(together, together.corpus),
            transcripts=transcripts_of(together, together.corpus),
            pooled_states=pooled_of(together, together.corpus),
            prefix_states=prefix_of(together),
            audio_encoder=encoder_of(together, "audio"),
            text_encoder=encoder_of(together, "text"),
        output:
            **{
                kind: [f"{folder}/{file}" for folder in folders_of_runs(together)]
                for kind, file in FILES_OF_RUN.items()
            },
        log:
            f"results/logs/finetune_together/{together.name}.log",
        benchmark:
            f"results/benchmarks/finetune_together/{together.name}.tsv"
        conda:
            "../envs/speech.yaml"
        resources:
            **(A_GPU if runs_an_encoder(together) else {}),
            mem_mb=grown(8000 * len(encoders_of(study.model(together)))),
            runtime=grown(1440),
        params:
            runs=study.runs(together),
            model=recipe_without_seeds(study.model(together)),
            checkpoints=f"results/runs/{together.name}/checkpoints",
            threads=study.config["threads"]["torch"],
        script:
            "../workflow/scripts/finetune_together.py"


rule transfer:
    """Test all runs of a fine-tuned experiment on another corpus, over the emotions that both have."""
    input:
        unpack(files_of_runs),
        manifest="results/corpora/{test}/manifest.parquet",
        audio=audio_of_model,
        transcripts=transcripts_of_model,
        pooled_states=pooled_of_model,
    output:
        "results/runs/{experiment}/predictions/{test}.parquet",
    log:
        "results/logs/transfer/{experiment}/{test}.log",
    benchmark:
        "results/benchmarks/transfer/{experiment}/{test}.tsv"
    wildcard_constraints:
        experiment=experiments_tuned(),
    conda:
        "../envs/speech.yaml"
    resources:
        **A_GPU,
        mem_mb=grown(lambda wildcards: 4000 * len(encoders_of(model_of(wildcards)))),
        runtime=grown(1440),
    params:
        runs=runs_of,
        batch=lambda wildcards: model_of(wildcards)["finetuning"]["batch"],
        label_map=study.config["label_map"],
        threads=study.config["threads"]["torch"],
    script:
        "../workflow/scripts/transfer.py"
