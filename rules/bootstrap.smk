# Scores with intervals over groups, and differences between models.
#   in:  predictions of every run, manifest, protocol
#   out: results/scores/{experiment}.parquet, results/scores/{experiment}_to_{test}.parquet,
#        results/confusions/ of the same names, results/differences/{corpus}_{protocol}.parquet,
#        results/premiums.parquet


rule scores:
    """Score a fine-tuned experiment: every metric with its interval, its chance level and its marks."""
    input:
        predictions=predictions_of,
        manifest=of_experiment("results/corpora/{corpus}/manifest.parquet"),
        protocol=of_experiment("results/protocols/{corpus}/{protocol}.parquet"),
        audit=of_experiment("results/audit/{corpus}/protocols/{protocol}.parquet"),
    output:
        scores=["results/scores/{experiment}.parquet"],
        confusions=["results/confusions/{experiment}.parquet"],
    log:
        "results/logs/scores/{experiment}.log",
    benchmark:
        "results/benchmarks/scores/{experiment}.tsv"
    wildcard_constraints:
        experiment="|".join(sorted(name for name, e in study.scored.items() if is_tuned(e))) or "none",
    conda:
        "../envs/analysis.yaml"
    resources:
        mem_mb=grown(1000),
        runtime=grown(240),
    params:
        experiments=lambda wildcards: [to_score(study.experiments[wildcards.experiment])],
        settings=study.config["bootstrap"],
    script:
        "../workflow/scripts/scores.py"


use rule scores as transfer_scores with:
    input:
        predictions=predictions_of,
        manifest="results/corpora/{test}/manifest.parquet",
    output:
        scores=["results/scores/{experiment}_to_{test}.parquet"],
        confusions=["results/confusions/{experiment}_to_{test}.parquet"],
    log:
        "results/logs/scores/{experiment}_to_{test}.log",
    benchmark:
        "results/benchmarks/scores/{experiment}_to_{test}.tsv"
    wildcard_constraints:
        experiment="|".join(sorted({e.name for e, _ in study.transfers if is_tuned(e)})) or "none",
        test="|".join(study.corpora) or "none",
    params:
        experiments=lambda wildcards: [to_score(study.experiments[wildcards.experiment], wildcards.test)],
        settings=study.config["bootstrap"],


# the experiments that were predicted in one job are scored in one, too
for batch in study.batches(study.scored):

    rule:
        """Score every experiment on one feature set of a corpus, or every baseline, and their transfers."""
        name:
            f"scores_{batch.name}"
        input:
            sorted(
                {
                    path
                    for entry in entries_to_score(batch)
                    for path in (
                        *entry["predictions"],
                        *(entry[key] for key in ("manifest", "protocol_file", "audit") if key in entry),
                    )
                }
            ),
        output:
            scores=[f"results/scores/{entry['scored']}.parquet" for entry in entries_to_score(batch)],
            confusions=[f"results/confusions/{entry['scored']}.parquet" for entry in entries_to_score(batch)],
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
            experiments=entries_to_score(batch),
            settings=study.config["bootstrap"],
        script:
            "../workflow/scripts/scores.py"


rule differences:
    """Compare the models of a corpus and protocol on the same test utterances."""
    input:
        predictions=lambda wildcards: [
            path for entry in models_compared(wildcards).values() for path in entry["predictions"]
        ],
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
        models=models_compared,
        described=lambda wildcards: {
            "corpus": wildcards.corpus,
            "protocol": wildcards.protocol,
            "mean_of_folds": mean_of_folds(wildcards.protocol),
        },
        settings=study.config["bootstrap"],
    script:
        "../workflow/scripts/differences.py"


rule premiums:
    """Say what shared speakers add to a score: random folds against speakers held out."""
    input:
        predictions=sorted(
            {
                path
                for pair in pairs_of_premiums()
                for side in ("shared", "apart")
                for path in pair[side]["predictions"]
            }
        ),
        manifests=[
            f"results/corpora/{corpus}/manifest.parquet"
            for corpus in sorted({pair["corpus"] for pair in leakage_pairs()})
        ],
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
        pairs=pairs_of_premiums(),
        settings=study.config["bootstrap"],
    script:
        "../workflow/scripts/premiums.py"
