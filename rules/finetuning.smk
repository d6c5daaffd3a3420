# Fine-tuning encoders of speech and text, one run (experiment, fold, seed) a job, and their transfer.
#   in:  manifest, protocol, weights, results/corpora/{corpus}/audio/*.parquet,
#        results/transcripts/{asr}/{corpus}/*.parquet
#   out: results/runs/{experiment}/{fold}/{seed}/


rule finetune:
    """Fine-tune encoders on one fold with one seed; a run that was killed goes on at its last epoch."""
    input:
        manifest=of_experiment("results/corpora/{corpus}/manifest.parquet"),
        protocol=of_experiment("results/protocols/{corpus}/{protocol}.parquet"),
        after=audit_first,
        audio=audio_of_model,
        transcripts=transcripts_of_model,
        audio_encoder=encoder_of("audio"),
        text_encoder=encoder_of("text"),
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
        experiment=experiments_of("finetuning"),
    conda:
        "../envs/speech.yaml"
    resources:
        mem_mb=lambda wildcards: 8000 * len(encoders_of(model_of(wildcards))),
        gpu=1,
    params:
        model=recipe_of,
        threads=study.config["threads"]["torch"],
    script:
        "../workflow/scripts/finetune.py"


rule transfer:
    """Test a fine-tuned run on another corpus, over the emotions that both have."""
    input:
        model="results/runs/{experiment}/{fold}/{seed}/model.safetensors",
        config="results/runs/{experiment}/{fold}/{seed}/config.json",
        manifest="results/corpora/{test}/manifest.parquet",
        audio=audio_of_model,
        transcripts=transcripts_of_model,
    output:
        "results/runs/{experiment}/{fold}/{seed}/predictions/{test}.parquet",
    log:
        "results/logs/transfer/{experiment}/{fold}/{seed}/{test}.log",
    benchmark:
        "results/benchmarks/transfer/{experiment}/{fold}/{seed}/{test}.tsv"
    wildcard_constraints:
        experiment=experiments_of("finetuning"),
    conda:
        "../envs/speech.yaml"
    resources:
        mem_mb=lambda wildcards: 4000 * len(encoders_of(model_of(wildcards))),
        gpu=1,
    params:
        batch=lambda wildcards: model_of(wildcards)["finetuning"]["batch"],
        threads=study.config["threads"]["torch"],
    script:
        "../workflow/scripts/transfer.py"
