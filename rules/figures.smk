# Figures.
#   in:  results/scores/*.parquet
#   out: paper/figures/*.pdf, *.png


rule leakage_figure:
    """Draw UAR under random folds against UAR on speakers held out."""
    input:
        scores=scores_of_leakage(),
    output:
        pdf="paper/figures/leakage.pdf",
        png="paper/figures/leakage.png",
    log:
        "results/logs/leakage_figure.log",
    benchmark:
        "results/benchmarks/leakage_figure.tsv"
    conda:
        "../envs/analysis.yaml"
    resources:
        mem_mb=1000,
    params:
        titles={"models": titles("models")},
        synthetic=study.synthetic,
    script:
        "../workflow/scripts/leakage_figure.py"


rule inversion_figure:
    """Draw UAR of each feature set within and across languages."""
    input:
        scores=scores_of_cells(),
    output:
        pdf="paper/figures/inversion.pdf",
        png="paper/figures/inversion.png",
    log:
        "results/logs/inversion_figure.log",
    benchmark:
        "results/benchmarks/inversion_figure.tsv"
    conda:
        "../envs/analysis.yaml"
    resources:
        mem_mb=1000,
    params:
        cells=study.language_cells(),
        synthetic=study.synthetic,
    script:
        "../workflow/scripts/inversion_figure.py"
