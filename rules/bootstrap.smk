# Scores with intervals over groups.
#   in:  predictions of every run, manifest, protocol
#   out: results/scores/{experiment}.parquet, results/scores/{experiment}_to_{test}.parquet


rule scores:
    """Score an experiment: every metric with its interval, its chance level and its marks."""
    input:
        predictions=predictions_of,
        manifest=of_experiment("results/corpora/{corpus}/manifest.parquet"),
        protocol=of_experiment("results/protocols/{corpus}/{protocol}.parquet"),
        audit=of_experiment("results/audit/{corpus}/protocols/{protocol}.parquet"),
    output:
        "results/scores/{experiment}.parquet",
    log:
        "results/logs/scores/{experiment}.log",
    benchmark:
        "results/benchmarks/scores/{experiment}.tsv"
    wildcard_constraints:
        experiment="|".join(study.scored) or "none",
    conda:
        "../envs/analysis.yaml"
    resources:
        mem_mb=1000,
    params:
        experiment=described,
        settings=study.config["bootstrap"],
    script:
        "../workflow/scripts/scores.py"


use rule scores as transfer_scores with:
    input:
        predictions=predictions_of,
        manifest="results/corpora/{test}/manifest.parquet",
    output:
        "results/scores/{experiment}_to_{test}.parquet",
    log:
        "results/logs/scores/{experiment}_to_{test}.log",
    benchmark:
        "results/benchmarks/scores/{experiment}_to_{test}.tsv"
    wildcard_constraints:
        experiment="|".join(sorted({e.name for e, _ in study.transfers})) or "none",
        test="|".join(study.corpora) or "none",
