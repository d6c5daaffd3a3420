# Fine-tuning speech encoders, one run (experiment, fold, seed) a job, and their transfer.
#   in:  manifest, protocol, results/corpora/{corpus}/audio/*.parquet, weights
#   out: results/runs/{experiment}/{fold}/{seed}/


rule finetune:
    """Fine-tune an encoder on one fold with one seed; a run that was killed goes on at its last epoch."""
    input:
        manifest=of_experiment("results/corpora/{corpus}/manifest.parquet"),
        protocol=of_experiment("results/protocols/{corpus}/{protocol}.parquet"),
        after=audit_first,
        audio=audio_of_experiment,
        encoder=encoder_of,
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
        mem_mb=8000,
        gpu=1,
    params:
        recipe=lambda wildcards: {k: v for k, v in model_of(wildcards)["finetuning"].items() if k != "seeds"},
        threads=study.config["threads"]["torch"],
    script:
        "../workflow/scripts/finetune.py"


rule transfer:
    """Test a fine-tuned run on another corpus, over the emotions that both have."""
    input:
        model="results/runs/{experiment}/{fold}/{seed}/model.safetensors",
        config="results/runs/{experiment}/{fold}/{seed}/config.json",
        manifest="results/corpora/{test}/manifest.parquet",
        audio=lambda wildcards: shards("results/corpora/{corpus}/audio/{shard}.parquet", wildcards.test),
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
        mem_mb=4000,
        gpu=1,
    params:
        batch=lambda wildcards: model_of(wildcards)["finetuning"]["batch"],
        threads=study.config["threads"]["torch"],
    script:
        "../workflow/scripts/transfer.py"
