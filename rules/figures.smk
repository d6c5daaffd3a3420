# Figures.
#   in:  results/scores/*.parquet, results/confusions/*.parquet, results/premiums.parquet,
#        results/findings/finding_*.parquet
#   out: paper/figures/*.pdf, *.png


FIGURES_SHOWN = {
    "methodology": Exhibit("Draw what is made from what, from the recordings to the paper."),
    "leakage": Exhibit(
        "Draw UAR in random and in matched folds against UAR on speakers held out, and the differences.",
        inputs={
            "scores": leakage.scores_of_leakage(study),
            "premiums": layout.premiums(),
        },
        finding="finding_0",
    ),
    "inversion": Exhibit(
        "Draw UAR of each feature set within and across languages.",
        inputs={"scores": scored.scores_of_cells(study)},
        params={"cells": language_cells(study)},
        finding="finding_2",
    ),
    "conditions": Exhibit(
        "Draw UAR of each model within corpora and on others.",
        inputs={"scores": shown.results_shown(study, layout.scores)},
    ),
    "seeds": Exhibit(
        "Draw UAR of each seed and of all of them.",
        inputs={"scores": shown.results_shown(study, layout.scores)},
    ),
    "recalls": Exhibit(
        "Draw the recall of each emotion by each experiment.",
        inputs={"scores": shown.results_shown(study, layout.scores)},
    ),
    "confusions": Exhibit(
        "Draw which emotions each experiment takes for which.",
        inputs={
            "scores": shown.results_shown(study, layout.scores),
            "confusions": shown.results_shown(study, layout.confusions),
        },
    ),
    "published": Exhibit(
        "Draw published numbers beside ours, and say which cannot be compared.",
        inputs={"findings": findings_inputs.findings(study)},
        also={"points": "published_points"},
    ),
}
FIGURES = [layout.figure(name) for name in names(FIGURES_SHOWN)]


for rule, exhibit in rules_of(FIGURES_SHOWN, "figure").items():

    # the script's path is looked up again in the job, where `rule` is the rule's name, too
    rule:
        """One figure of the paper."""
        name:
            rule
        input:
            **exhibit.inputs,
        output:
            **figure_files(rule.removesuffix("_figure"), exhibit.also),
        log:
            layout.log(rule),
        benchmark:
            layout.benchmark(rule)
        conda:
            f"../envs/{exhibit.environment}.yaml"
        resources:
            **needs(minutes=20),
        params:
            **exhibit.params,
        script:
            f"../workflow/scripts/{rule}.py"

    workflow.get_rule(rule).docstring = exhibit.about


rule finding_figure:
    """Draw one finding: published scores and differences beside ours."""
    input:
        finding=layout.finding("{finding}"),
    output:
        **figure_files("{finding}"),
    log:
        layout.log("finding_figure", "{finding}"),
    benchmark:
        layout.benchmark("finding_figure", "{finding}")
    conda:
        "../envs/analysis.yaml"
    resources:
        **needs(minutes=20),
    script:
        "../workflow/scripts/finding_figure.py"
