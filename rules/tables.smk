# Tables.
#   in:  manifests, audio, results/scores/*.parquet
#   out: paper/tables/*.tex, *.md, *.csv


rule corpora_table:
    """Say what is in hand of each corpus, and how to get what is not."""
    input:
        manifests=expand("results/corpora/{corpus}/manifest.parquet", corpus=sorted(study.sources)),
        audio=[
            shard
            for corpus in sorted(study.sources)
            for shard in shards("results/corpora/{corpus}/audio/{shard}.parquet", corpus)
        ],
    output:
        tex="paper/tables/corpora.tex",
        md="paper/tables/corpora.md",
        csv="paper/tables/corpora.csv",
    log:
        "results/logs/corpora_table.log",
    benchmark:
        "results/benchmarks/corpora_table.tsv"
    conda:
        "../envs/analysis.yaml"
    resources:
        mem_mb=1000,
    params:
        unavailable=study.unavailable,
        synthetic=study.synthetic,
    script:
        "../workflow/scripts/corpora_table.py"


rule scores_table:
    """Show the scores of every experiment with interval, chance level and marks."""
    input:
        scores=expand("results/scores/{experiment}.parquet", experiment=study.runnable),
    output:
        tex="paper/tables/scores.tex",
        md="paper/tables/scores.md",
        csv="paper/tables/scores.csv",
    log:
        "results/logs/scores_table.log",
    benchmark:
        "results/benchmarks/scores_table.tsv"
    conda:
        "../envs/analysis.yaml"
    resources:
        mem_mb=1000,
    params:
        titles={"protocols": titles("protocols"), "models": titles("models")},
        unavailable=study.unavailable,
        synthetic=study.synthetic,
    script:
        "../workflow/scripts/scores_table.py"
