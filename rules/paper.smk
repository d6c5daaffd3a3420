# The paper, and the bundle of what stands behind it.
#   in:  paper/main.tex, sections/, references.bib, and the generated tables, figures and numbers
#   out: paper/main.pdf, results/bundle.zip


rule paper_pdf:
    """Build the PDF with latexmk; where LaTeX is missing, say which packages it needs."""
    input:
        main=os.path.relpath(BASE / "paper/main.tex"),
        bibliography=os.path.relpath(BASE / "paper/references.bib"),
        sections=sorted(map(os.path.relpath, (BASE / "paper/sections").glob("*.tex"))),
        generated=[*TABLES, *FIGURES, "paper/numbers.tex"],
    output:
        "paper/main.pdf",
    log:
        "results/logs/paper_pdf.log",
    benchmark:
        "results/benchmarks/paper_pdf.tsv"
    conda:
        "../envs/analysis.yaml"
    resources:
        mem_mb=1000,
    script:
        "../workflow/scripts/paper_pdf.py"


rule results_bundle:
    """Zip the results behind the paper with their provenance, to be put back with make restore."""
    input:
        TABLES,
        FINDING_TABLES,
        FIGURES,
        FINDING_FIGURES,
        "paper/numbers.tex",
        [] if missing_programs() else "paper/main.pdf",
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
