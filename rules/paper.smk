# The paper, its package for arXiv, the report, the bundle of what stands behind it, and the workflow's crate.
#   in:  paper/main.tex, supplement.tex, sarangi.sty, sections/, references.bib, and the generated tables, figures and numbers
#   out: paper/texts.tex, report.html, results/summary.txt, paper/paper.pdf, paper/supplement.pdf, paper/arxiv.tar.gz, paper/report.html, results/bundle.zip,
#        results/workflow_crate.zip

WRITTEN = sources(bool(published), Path(), BASE)
SOURCES_OF_PAPER = {
    "written": [os.path.relpath(file) for file in WRITTEN.values()],
    "generated": [
        *TABLES,
        *FINDING_TABLES,
        *FIGURES,
        layout.numbers(),
        *([] if published else [layout.texts()]),
    ],
}


rule study_texts:
    """Write the sentences of a study without claims for its paper: methods, audit, best models, leakage."""
    input:
        scores=scored.scores_of_experiments(study),
        ratings=rated_shown.own_scores(study),
        audits=AUDITS,
        premiums=layout.premiums(),
    output:
        layout.texts(),
    log:
        layout.log("study_texts"),
    benchmark:
        layout.benchmark("study_texts")
    localrule: True
    conda:
        "../envs/analysis.yaml"
    resources:
        **needs(minutes=20),
    params:
        corpora=list(study.config["corpora"]),
        methods=methods_of(study),
        baselines=[name for name, entry in study.config["models"].items() if "baseline" in entry],
        leaking=study.leaking(study.corpora),
        labels=labels_of(study),
    script:
        "../workflow/scripts/study_texts.py"


rule report_page:
    """Write the report for people, one page with verdict, results, claims and limits; and what a terminal shows."""
    input:
        tables=[Path(table).with_suffix(".json") for table in TABLES + FINDING_TABLES],
        figures=[Path(figure).with_suffix(".png") for figure in FIGURES + FINDING_FIGURES],
        scores=scored.scores_of_experiments(study),
        ratings=rated_shown.own_scores(study),
        audits=AUDITS,
        findings=findings_inputs.findings(study) if published else [],
        premiums=layout.premiums(),
    output:
        page=layout.report_page(),
        summary=layout.run_summary(),
    log:
        layout.log("report_page"),
    benchmark:
        layout.benchmark("report_page")
    localrule: True
    conda:
        "../envs/analysis.yaml"
    resources:
        **needs(minutes=20),
    params:
        methods=methods_of(study),
        statements={name: entry["statement"] for name, entry in study.config["findings"].items()},
        baselines=[name for name, entry in study.config["models"].items() if "baseline" in entry],
        leaking=study.leaking(study.corpora),
        labels=labels_of(study),
        waiting=missing.missing_of_experiments(study),
    script:
        "../workflow/scripts/report_page.py"


rule paper_pdf:
    """Build the PDF and its supplement with latexmk or tectonic; where both are missing, say what to install."""
    input:
        **SOURCES_OF_PAPER,
    output:
        main=in_report(layout.pdf(), "Paper", "paper"),
        supplement=in_report(layout.supplement(), "Paper", "supplement"),
    log:
        layout.log("paper_pdf"),
    benchmark:
        layout.benchmark("paper_pdf")
    conda:
        "../envs/paper.yaml"
    resources:
        **needs(minutes=30),
    params:
        places=list(WRITTEN),
    script:
        "../workflow/scripts/paper_pdf.py"


rule arxiv:
    """Pack the paper as arXiv takes it: LaTeX with its finished bibliography, to be built by pdflatex alone."""
    input:
        **SOURCES_OF_PAPER,
    output:
        layout.arxiv(),
    log:
        layout.log("arxiv"),
    benchmark:
        layout.benchmark("arxiv")
    conda:
        "../envs/paper.yaml"
    resources:
        **needs(minutes=30),
    params:
        places=list(WRITTEN),
    script:
        "../workflow/scripts/arxiv.py"


rule report:
    """Write every table and figure into one HTML file, with what made each; it holds times, so it is no result."""
    input:
        tables=[Path(table).with_suffix(".html") for table in TABLES + FINDING_TABLES],
        figures=[Path(figure).with_suffix(".png") for figure in FIGURES + FINDING_FIGURES],
        paper=PDFS,
    log:
        layout.log("report"),
    conda:
        "../envs/workflow.yaml"
    resources:
        **needs(minutes=30, mem_mb=2000),
    params:
        targets=["paper/tables", "paper/figures", *(["paper"] if CAN_BUILD_PDF else [])],
        output=layout.report(),
    script:
        "../workflow/scripts/report.py"


rule results_bundle:
    """Zip the results behind the paper with their provenance, to be put back with make restore."""
    input:
        TABLES,
        FINDING_TABLES,
        FIGURES,
        FINDING_FIGURES,
        layout.numbers(),
        PDFS,
        AUDITS,
        layout.audit_page(),
        layout.report_page(),
        layout.run_summary(),
    output:
        layout.bundle(),
    log:
        layout.log("results_bundle"),
    benchmark:
        layout.benchmark("results_bundle")
    conda:
        "../envs/analysis.yaml"
    resources:
        **needs(minutes=30),
    params:
        identities=study.identities,
    script:
        "../workflow/scripts/results_bundle.py"


rule workflow_crate:
    """Pack the workflow's code as a Workflow RO-Crate, which says of itself what it is."""
    input:
        sources=lambda wildcards: files_of_workflow(BASE),
        diagram=layout.figure("methodology", "png"),
    output:
        layout.workflow_crate(),
    log:
        layout.log("workflow_crate"),
    benchmark:
        layout.benchmark("workflow_crate")
    conda:
        "../envs/workflow.yaml"
    resources:
        **needs(minutes=30),
    script:
        "../workflow/scripts/workflow_crate.py"
