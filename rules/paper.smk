# The paper, its package for arXiv, and the bundle of what stands behind it.
#   in:  paper/main.tex, sarangi.sty, sections/, references.bib, and the generated tables, figures and numbers
#   out: paper/paper.pdf, paper/arxiv.tar.gz, results/bundle.zip


rule paper_pdf:
    """Build the PDF with latexmk or tectonic; where both are missing, say what to install."""
    input:
        main=os.path.relpath(BASE / "paper/main.tex"),
        macros=os.path.relpath(BASE / "paper/sarangi.sty"),
        bibliography=os.path.relpath(BASE / "paper/references.bib"),
        sections=sorted(map(os.path.relpath, (BASE / "paper/sections").glob("*.tex"))),
        generated=[*TABLES, *FINDING_TABLES, *FIGURES, "paper/numbers.tex"],
    output:
        "paper/paper.pdf",
    log:
        "results/logs/paper_pdf.log",
    benchmark:
        "results/benchmarks/paper_pdf.tsv"
    conda:
        "../envs/paper.yaml"
    resources:
        mem_mb=1000,
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
        mem_mb=1000,
    script:
        "../workflow/scripts/arxiv.py"


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
        mem_mb=1000,
    params:
        identities=study.identities,
    script:
        "../workflow/scripts/results_bundle.py"
