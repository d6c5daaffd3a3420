# The paper.
#   in:  paper/main.tex, sections/, references.bib, and the generated tables, figures and numbers
#   out: paper/main.pdf


rule paper_pdf:
    """Build the PDF with latexmk; where LaTeX is missing, say which packages it needs."""
    input:
        main=BASE / "paper/main.tex",
        bibliography=BASE / "paper/references.bib",
        sections=sorted((BASE / "paper/sections").glob("*.tex")),
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
