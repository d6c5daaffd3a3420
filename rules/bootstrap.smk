# Scores with intervals over groups.
#   in:  results/runs/{experiment}/predictions.parquet, manifest, protocol
#   out: results/scores/{experiment}.parquet


rule scores:
    """Score an experiment: every metric with its interval, its chance level and its marks."""
    input:
        predictions="results/runs/{experiment}/predictions.parquet",
        manifest=of_experiment("results/corpora/{corpus}/manifest.parquet"),
        protocol=of_experiment("results/protocols/{corpus}/{protocol}.parquet"),
    output:
        "results/scores/{experiment}.parquet",
    log:
        "results/logs/scores/{experiment}.log",
    benchmark:
        "results/benchmarks/scores/{experiment}.tsv"
    conda:
        "../envs/analysis.yaml"
    resources:
        mem_mb=1000,
    params:
        experiment=described,
        settings=study.config["bootstrap"],
    script:
        "../workflow/scripts/scores.py"
