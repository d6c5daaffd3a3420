# Figures.
#   in:  results/scores/*.parquet, results/confusions/*.parquet, results/premiums.parquet,
#        results/findings/finding_*.parquet
#   out: paper/figures/*.pdf, *.png


rule methodology_figure:
    """Draw what is made from what, from the recordings to the paper."""
    output:
        **figure_files("methodology"),
    log:
        "results/logs/methodology_figure.log",
    benchmark:
        "results/benchmarks/methodology_figure.tsv"
    conda:
        "../envs/analysis.yaml"
    resources:
        mem_mb=grown(1000),
        runtime=grown(20),
    script:
        "../workflow/scripts/methodology_figure.py"


rule leakage_figure:
    """Draw UAR under random folds against UAR on speakers held out, and what the difference is."""
    input:
        scores=leakage.scores_of_leakage(study),
        premiums="results/premiums.parquet",
    output:
        **figure_files("leakage"),
    log:
        "results/logs/leakage_figure.log",
    benchmark:
        "results/benchmarks/leakage_figure.tsv"
    conda:
        "../envs/analysis.yaml"
    resources:
        mem_mb=grown(1000),
        runtime=grown(20),
    script:
        "../workflow/scripts/leakage_figure.py"


rule inversion_figure:
    """Draw UAR of each feature set within and across languages."""
    input:
        scores=scored.scores_of_cells(study),
    output:
        **figure_files("inversion"),
    log:
        "results/logs/inversion_figure.log",
    benchmark:
        "results/benchmarks/inversion_figure.tsv"
    conda:
        "../envs/analysis.yaml"
    resources:
        mem_mb=grown(1000),
        runtime=grown(20),
    params:
        cells=language_cells(study),
    script:
        "../workflow/scripts/inversion_figure.py"


rule conditions_figure:
    """Draw UAR of each model within corpora and on others."""
    input:
        scores=shown.results_shown(study, layout.scores),
    output:
        **figure_files("conditions"),
    log:
        "results/logs/conditions_figure.log",
    benchmark:
        "results/benchmarks/conditions_figure.tsv"
    conda:
        "../envs/analysis.yaml"
    resources:
        mem_mb=grown(1000),
        runtime=grown(20),
    script:
        "../workflow/scripts/conditions_figure.py"


rule seeds_figure:
    """Draw UAR of each seed and of all of them."""
    input:
        scores=shown.results_shown(study, layout.scores),
    output:
        **figure_files("seeds"),
    log:
        "results/logs/seeds_figure.log",
    benchmark:
        "results/benchmarks/seeds_figure.tsv"
    conda:
        "../envs/analysis.yaml"
    resources:
        mem_mb=grown(1000),
        runtime=grown(20),
    script:
        "../workflow/scripts/seeds_figure.py"


rule recalls_figure:
    """Draw the recall of each emotion by each experiment."""
    input:
        scores=shown.results_shown(study, layout.scores),
    output:
        **figure_files("recalls"),
    log:
        "results/logs/recalls_figure.log",
    benchmark:
        "results/benchmarks/recalls_figure.tsv"
    conda:
        "../envs/analysis.yaml"
    resources:
        mem_mb=grown(1000),
        runtime=grown(20),
    script:
        "../workflow/scripts/recalls_figure.py"


rule confusions_figure:
    """Draw which emotions each experiment takes for which."""
    input:
        scores=shown.results_shown(study, layout.scores),
        confusions=shown.results_shown(study, layout.confusions),
    output:
        **figure_files("confusions"),
    log:
        "results/logs/confusions_figure.log",
    benchmark:
        "results/benchmarks/confusions_figure.tsv"
    conda:
        "../envs/analysis.yaml"
    resources:
        mem_mb=grown(1000),
        runtime=grown(20),
    script:
        "../workflow/scripts/confusions_figure.py"


rule published_figure:
    """Draw published numbers beside ours, and say which cannot be compared."""
    input:
        findings=findings_inputs.findings(study),
    output:
        **figure_files("published"),
        points_pdf="paper/figures/published_points.pdf",
        points_png=in_report("paper/figures/published_points.png", "Figures", "published points"),
    log:
        "results/logs/published_figure.log",
    benchmark:
        "results/benchmarks/published_figure.tsv"
    conda:
        "../envs/analysis.yaml"
    resources:
        mem_mb=grown(1000),
        runtime=grown(20),
    script:
        "../workflow/scripts/published_figure.py"


rule finding_figure:
    """Draw one finding: published scores and differences beside ours."""
    input:
        finding="results/findings/{finding}.parquet",
    output:
        **figure_files("{finding}"),
    log:
        "results/logs/finding_figure/{finding}.log",
    benchmark:
        "results/benchmarks/finding_figure/{finding}.tsv"
    conda:
        "../envs/analysis.yaml"
    resources:
        mem_mb=grown(1000),
        runtime=grown(20),
    script:
        "../workflow/scripts/finding_figure.py"
