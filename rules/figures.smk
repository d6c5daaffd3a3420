# Figures.
#   in:  results/scores/*.parquet, results/confusions/*.parquet, results/premiums.parquet,
#        results/findings/finding_*.parquet
#   out: paper/figures/*.pdf, *.png


SHOWN = shown.results_shown(study, layout.scores)
PARTS = shown.parts_tested(study)
LOGGED = recipes.runs_logged(study)
# of the published numbers that have one of ours
CLAIMS = claims_drawn.claims_drawn(study, study.config["findings"])

FIGURES_SHOWN = {
    "methodology": Exhibit(
        "Draw what is made from what, from the recordings to the paper.",
        params={
            "without": [
                *([] if ALL else ["claims", "findings"]),
                *([] if ALL or study.transcribed() else ["transcripts"]),
                *(
                    []
                    if ALL
                    or any(encoders_needed(study.config, study.model(e)) for e in study.experiments.values())
                    else ["states"]
                ),
            ]
        },
    ),
    "leakage": Exhibit(
        "Draw UAR in random and in matched folds against UAR on speakers held out, and the differences.",
        wanted=bool(leakage.leakage_pairs(study)),
        inputs={
            "scores": leakage.scores_of_leakage(study),
            "premiums": layout.premiums(),
        },
        params={"guesses": leakage.speaker_guesses(study)},
        finding="finding_0",
    ),
    "inversion": Exhibit(
        "Draw UAR of each feature set within and across languages.",
        wanted=bool(scored.scores_of_cells(study)),
        inputs={"scores": scored.scores_of_cells(study)},
        params={"cells": language_cells(study)},
        finding="finding_2",
    ),
    # their job draws what those scores rest on, too
    "conditions": Exhibit(
        "Draw UAR of each model within corpora and on others, what is tested, and how models learnt.",
        wanted=bool(SHOWN),
        inputs={
            "scores": SHOWN,
            "manifests": sorted({part["manifest"] for part in PARTS}),
            "protocols": [part["folds"] for part in PARTS],
            "logs": [log for run in LOGGED for log in run["logs"]],
        },
        params={"first": shown.results_first(study), "parts": PARTS, "runs": LOGGED},
        also={"tested": "what_is_tested"} | ({"curves": "learning_curves"} if LOGGED else {}),
    ),
    "seeds": Exhibit(
        "Draw UAR of each seed and of all of them.",
        wanted=shown.have_seeds(study),
        inputs={"scores": SHOWN},
        params={"first": shown.results_first(study)},
    ),
    "recalls": Exhibit(
        "Draw the recall of each emotion by each experiment.",
        wanted=bool(SHOWN),
        inputs={"scores": SHOWN},
        params={"first": shown.results_first(study)},
    ),
    "confusions": Exhibit(
        "Draw which emotions each experiment takes for which.",
        wanted=bool(SHOWN),
        inputs={
            "scores": SHOWN,
            "confusions": shown.results_shown(study, layout.confusions),
        },
        params={
            "first": shown.results_first(study),
            "baselines": [name for name, entry in study.config["models"].items() if "baseline" in entry],
        },
    ),
    "robustness": Exhibit(
        "Draw what models lose on worse recordings of the same clips.",
        wanted=bool(study.config["robustness"]),
        inputs={"robustness": robustness_inputs.made(study)},
    ),
    "fairness": Exhibit(
        "Draw how models fare on one part of the speakers beside another.",
        wanted=bool(shown.fairness_shown(study)),
        inputs={"fairness": shown.fairness_shown(study)},
    ),
    "dimension_scatter": Exhibit(
        "Draw ratings against the predictions of the best model of each dimension.",
        wanted=bool(study.rated_experiments),
        inputs={
            "scores": rated_shown.own_scores(study),
            "predictions": [file for files in rated_shown.own_predictions(study).values() for file in files],
        },
        params={
            "files": rated_shown.own_predictions(study),
            "baselines": rated_shown.rated_baselines(study),
        },
    ),
    "dimension_speakers": Exhibit(
        "Draw how well the best model of each dimension does on each speaker.",
        wanted=bool(study.rated_experiments),
        inputs={"scores": rated_shown.own_scores(study)},
        params={"baselines": rated_shown.rated_baselines(study)},
    ),
    "published": Exhibit(
        "Draw published numbers and ours, by verdict.",
        wanted=CLAIMS.scores,
        inputs={"findings": findings_inputs.findings(study)},
        also={"points": "published_points"} if CLAIMS.points else {},
    ),
}
FIGURES_SHOWN = wanted(FIGURES_SHOWN)
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
        localrule: True
        conda:
            f"../envs/{exhibit.environment}.yaml"
        resources:
            **needs(minutes=20),
        params:
            **exhibit.params,
        script:
            f"../workflow/scripts/{rule}.py"

    workflow.get_rule(rule).docstring = exhibit.about
