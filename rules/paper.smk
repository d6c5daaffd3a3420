# The paper, its package for arXiv, the report, the bundle of what stands behind it, and the workflow's crate.
#   in:  paper/main.tex, sarangi.sty, sections/, references.bib, and the generated tables, figures and numbers
#   out: paper/paper.pdf, paper/arxiv.tar.gz, paper/report.html, results/bundle.zip,
#        results/workflow_crate.zip


rule paper_pdf:
    """Build the PDF with latexmk or tectonic; where both are missing, say what to install."""
    input:
        main=os.path.relpath(BASE / "paper/main.tex"),
        macros=os.path.relpath(BASE / "paper/sarangi.sty"),
        bibliography=os.path.relpath(BASE / "paper/references.bib"),
        sections=sorted(map(os.path.relpath, (BASE / "paper/sections").glob("*.tex"))),
        generated=[*TABLES, *FINDING_TABLES, *FIGURES, "paper/numbers.tex"],
    output:
        in_report("paper/paper.pdf", "Paper", "paper"),
    log:
        "results/logs/paper_pdf.log",
    benchmark:
        "results/benchmarks/paper_pdf.tsv"
    conda:
        "../envs/paper.yaml"
    resources:
        mem_mb=grown(1000),
        runtime=grown(30),
    script:
        "../workflow/scripts/paper_pdf.py"


rule arxiv:
    """Pack the paper as arXiv takes it: LaTeX with its finished bibliography, to be built by pdflatex alone."""
    input:
        main=os.path.relpath(BASE / "paper/main.tex"),
        macros=os.path.relpath(BASE / "paper/sarangi.sty"),
        bibliography=os.path.relpath(BASE / "paper/references.bib"),
        sections=sorted(map(os.path.relpath, (BASE / "paper/sections").glob("*.tex"))),
        generated=[*TABLES, *FINDING_TABLES, *FIGURES, "paper/numbers.tex"],
    output:
        "paper/arxiv.tar.gz",
    log:
        "results/logs/arxiv.log",
    benchmark:
        "results/benchmarks/arxiv.tsv"
    conda:
        "../envs/paper.yaml"
    resources:
        mem_mb=grown(1000),
        runtime=grown(30),
    script:
        "../workflow/scripts/arxiv.py"


rule report:
    """Write every table and figure into one HTML file, with what made each; it holds times, so it is no result."""
    input:
        tables=[Path(table).with_suffix(".html") for table in TABLES + FINDING_TABLES],
        figures=[Path(figure).with_suffix(".png") for figure in FIGURES + FINDING_FIGURES],
        paper="paper/paper.pdf" if CAN_BUILD_PDF else [],
    log:
        "results/logs/report.log",
    conda:
        "../envs/workflow.yaml"
    resources:
        mem_mb=grown(2000),
        runtime=grown(30),
    params:
        targets=["paper/tables", "paper/figures", *(["paper"] if CAN_BUILD_PDF else [])],
        output="paper/report.html",
    script:
        "../workflow/scripts/report.py"


rule results_bundle:
    """Zip the results behind the paper with their provenance, to be put back with make restore."""
    input:
        TABLES,
        FINDING_TABLES,
        FIGURES,
        FINDING_FIGURES,
        "paper/numbers.tex",
        "paper/paper.pdf" if CAN_BUILD_PDF else [],
        AUDITS,
    output:
        "results/bundle.zip",
    log:
        "results/logs/results_bundle.log",
    benchmark:
        "results/benchmarks/results_bundle.tsv"
    conda:
        "../envs/analysis.yaml"
    resources:
        mem_mb=grown(1000),
        runtime=grown(30),
    params:
        identities=study.identities,
    script:
        "../workflow/scripts/results_bundle.py"


rule workflow_crate:
    """Pack the workflow's code as a Workflow RO-Crate, which says of itself what it is."""
    input:
        sources=lambda wildcards: files_of_workflow(BASE),
        diagram="paper/figures/methodology.png",
    output:
        "results/workflow_crate.zip",
    log:
        "results/logs/workflow_crate.log",
    benchmark:
        "results/benchmarks/workflow_crate.tsv"
    conda:
        "../envs/workflow.yaml"
    resources:
        mem_mb=grown(1000),
        runtime=grown(30),
    script:
        "../workflow/scripts/workflow_crate.py"
