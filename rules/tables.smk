# Tables, findings and numbers.
#   in:  manifests, audio, transcripts, results/scores/*.parquet, results/differences/*.parquet, claims.yaml,
#        errata.yaml, results/audit/*.parquet, costs.yaml
#   out: paper/tables/*.tex, *.md, *.csv, results/findings/finding_*.parquet, paper/numbers.tex


# a study that holds a published one against its scores shows all of these, with what is missing; another one
# shows those that it has something in
ALL = bool(published)

# what the scores of a table do not show
LIMITS = {
    "scores": limit_sources(study, study.scored),
    "differences": limit_sources(study, [e.name for e in scored.experiments_compared(study)]),
    "transfer": limit_sources(study, [ScoreId(e.name, test).name for e, test in study.transfers]),
    "english": limit_sources(study, shown.names_of(shown.ours_on_english(study))),
    "seeds": limit_sources(study, shown.names_of(shown.ours_with_seeds(study))),
}

TABLES_SHOWN = {
    "corpora": Exhibit(
        "Say what is available of each corpus, and how to get what is not.",
        inputs={
            "manifests": [layout.manifest(corpus) for corpus in study.corpora],
            "levels": [shard for corpus in study.corpora for shard in inputs.level_shards(study, corpus)],
        },
        params={
            "corpora": {name: study.described(name) for name in study.config["corpora"]},
            "unavailable": unavailable(study, "corpora"),
        },
    ),
    "scores": Exhibit(
        "Show the scores of every experiment with interval, chance level and marks, and what marks mean.",
        also={"marks": "marks"},
        inputs={
            "scores": scored.scores_of_experiments(study),
            "differences": scored.differences_of_study(study),
            "limits": LIMITS["scores"].files,
            "measures": [voices.file for voices in guessed_folds.measured_voices(study)],
        },
        params={
            "waiting": missing.missing_of_experiments(study),
            "limits": LIMITS["scores"],
            "voices": guessed_folds.measured_voices(study),
        },
    ),
    "differences": Exhibit(
        "Show the differences between models with interval and tests.",
        wanted=ALL or bool(scored.differences_of_study(study)),
        inputs={
            "differences": scored.differences_of_study(study),
            "limits": LIMITS["differences"].files,
        },
        params={"limits": LIMITS["differences"]},
    ),
    "transfer": Exhibit(
        "Show the scores of models on corpora that they were not trained on.",
        wanted=ALL or bool(study.transfers),
        inputs={"scores": scored.scores_of_transfers(study), "limits": LIMITS["transfer"].files},
        params={"limits": LIMITS["transfer"]},
        finding="finding_5",
    ),
    "within_language": Exhibit(
        "Show the classical models within each language.",
        wanted=ALL or bool(study.config["language_pairs"]),
        inputs={"scores": scored.scores_of_cells(study)},
        params={"cells": language_cells(study)},
        finding="finding_1",
    ),
    "across_languages": Exhibit(
        "Show the classical models trained on one language and tested on the other.",
        wanted=ALL or bool(study.config["language_pairs"]),
        inputs={"scores": scored.scores_of_cells(study)},
        params={"cells": language_cells(study)},
        finding="finding_2",
    ),
    "gaps": Exhibit(
        "Show what is lost across languages, computed both ways.",
        wanted=ALL or bool(study.config["language_pairs"]),
        inputs={"scores": scored.scores_of_cells(study)},
        params={"cells": language_cells(study)},
        finding="finding_2",
    ),
    "sensitivity": Exhibit(
        "Show what the sample rate that features are computed at is worth.",
        wanted=ALL or bool(rates_compared(study)),
        inputs={
            "scores": [
                row[key] for row in rates_compared(study) for key in ("resampled", "own_rate") if row[key]
            ],
        },
        params={"rows": rates_compared(study)},
    ),
    "splits": Exhibit(
        "Show scores under few groups beside those under other splits.",
        wanted=ALL or bool(sensitivity_inputs.corpora_split_again(study)),
        inputs={
            "sensitivity": [
                layout.sensitivity(corpus) for corpus in sensitivity_inputs.corpora_split_again(study)
            ],
            "scores": sensitivity_inputs.scores_split_again(study),
        },
    ),
    "robustness": Exhibit(
        "Show what models lose on worse recordings of the same clips.",
        wanted=bool(study.config["robustness"]),
        inputs={"robustness": robustness_inputs.made(study)},
        params={"waiting": robustness_inputs.untested(study)},
    ),
    "fairness": Exhibit(
        "Show how models fare on one part of the speakers beside another.",
        wanted=bool(shown.fairness_shown(study)),
        inputs={"fairness": shown.fairness_shown(study)},
    ),
    "dimensions": Exhibit(
        "Show how well models predict ratings on a scale.",
        wanted=bool(study.rated_experiments),
        inputs={"scores": rated_inputs.scores_of_ratings(study)},
        params={
            "waiting": rated_shown.unscored(study),
            "baselines": rated_shown.rated_baselines(study),
            "oracles": rated_shown.oracles(study),
        },
    ),
    "dimension_differences": Exhibit(
        "Show how models of ratings differ on the same utterances.",
        wanted=bool(rated_inputs.differences_of_ratings(study)),
        inputs={"differences": rated_inputs.differences_of_ratings(study)},
        params={"oracles": rated_shown.oracles(study)},
    ),
    "annotators": Exhibit(
        "Show what single annotators reach beside each model, on the same clips.",
        wanted=bool(shown.humans_shown(study)),
        inputs={"human": shown.humans_shown(study)},
    ),
    "speakers": Exhibit(
        "Show what pseudo-speakers are worth where speakers are known.",
        wanted=bool(study.config["pseudo_speakers"]),
        inputs={
            "measures": [layout.speaker_measures(*made) for made in speaker_inputs.pseudo_made(study)],
            "thresholds": speaker_inputs.thresholds_made(study),
        },
        params={"rows": speaker_inputs.rows_of_table(study)},
    ),
    "confounds": Exhibit(
        "Show what features tell of the speaker, and what scores are without it.",
        wanted=bool(confound_inputs.experiments_shown(study)),
        inputs={
            "probes": [layout.speaker_probe(*made) for made in confound_inputs.probes_made(study)],
            "scores": [
                layout.scores(e.name)
                for e in confound_inputs.experiments_shown(study)
                if e.name in study.scored
            ],
        },
        params={"rows": confound_inputs.rows_of_confounds(study)},
    ),
    "pseudo_speakers": Exhibit(
        "Show what models score with pseudo-speakers held apart, beside random folds and known speakers.",
        wanted=bool(guessed_folds.rows_of_folds(study)),
        inputs={
            "scores": guessed_folds.scores_of_folds(study),
            "premiums": layout.premiums() if guessed_folds.scores_of_folds(study) else [],
            "pseudo_premiums": layout.pseudo_premiums() if guessed_folds.pseudo_pairs(study) else [],
            "measures": guessed_folds.measures_of_folds(study),
        },
        params={"rows": guessed_folds.rows_of_folds(study)},
    ),
    "transcripts": Exhibit(
        "Show how well each Whisper transcribes each corpus.",
        wanted=ALL or bool(study.transcribed()),
        inputs={
            "transcripts": [
                shard
                for asr, corpus in study.transcribed()
                for shard in inputs.transcript_shards(study, asr, corpus)
            ],
            "manifests": [layout.manifest(corpus) for corpus in inputs.transcribed_corpora(study)],
        },
        params={
            "corpora": inputs.transcribed_corpora(study),
            "settings": study.config["bootstrap"],
            "unavailable": unavailable(study, "asr"),
            "untrained": choices.made_from(study, "asr", kinds.Random),
        },
    ),
    "recipes": Exhibit(
        "Show how each model is fine-tuned, on which corpora.",
        wanted=ALL or bool(recipes.recipes_shown(study)),
        params={"recipes": recipes.recipes_shown(study)},
    ),
    "findings": Exhibit(
        "Show every finding with its claims and verdicts.",
        wanted=ALL,
        inputs={"findings": findings_inputs.findings(study)},
    ),
    "errata": Exhibit(
        "Show what can be said against the published study, and apart what is no fault of it.",
        wanted=bool(errata),
        also={"apart": "errata_apart"},
        inputs={
            "findings": findings_inputs.findings(study),
            "scores": errata_inputs.scores_of_errata(study, errata),
            "differences": errata_inputs.differences_of_errata(study, errata),
            "audits": errata_inputs.audits_of_errata(study, errata),
        },
        params={
            "errata": errata,
            "records": errata_inputs.records_of_errata(study, errata),
            "missing": errata_inputs.missing_of_errata(study, errata),
        },
    ),
    "audit": Exhibit(
        "Show what the audit found of each corpus and protocol.",
        inputs={"audits": AUDITS},
        params={"unavailable": unavailable(study, "corpora")},
    ),
    "english": Exhibit(
        "Show what the published study printed of English corpora beside ours: all of them, and each by itself.",
        wanted=bool(shown.printed_on_english(study)),
        also={name: name for name in shown.printed_on_english(study)},
        inputs={
            "scores": shown.scores_of(shown.ours_on_english(study)),
            "limits": LIMITS["english"].files,
        },
        params={
            "printed": shown.printed_on_english(study),
            "ours": {corpus: shown.ours_on(study, corpus) for corpus in shown.printed_on_english(study)},
            "side_by_side": shown.ours_by_english(study),
            "limits": LIMITS["english"],
        },
    ),
    "seeds": Exhibit(
        "Show fine-tuned models within and across languages seed by seed, published and ours.",
        wanted=bool(shown.printed_with_seeds(study)),
        inputs={
            "scores": shown.scores_of(shown.ours_with_seeds(study)),
            "limits": LIMITS["seeds"].files,
        },
        params={
            "printed": shown.printed_with_seeds(study),
            "ours": shown.ours_with_seeds(study),
            "limits": LIMITS["seeds"],
        },
    ),
    "costs": Exhibit(
        "Show what a run of the study took, as it was recorded.",
        wanted=ALL or Path("costs.yaml").exists(),
        inputs={"costs": "costs.yaml" if Path("costs.yaml").exists() else []},
        environment="workflow",
    ),
    "availability": Exhibit(
        "Show where corpora and weights are had, on what terms, and what is not available here.",
        also={"absent": "absent"},
        params={"rows": availability(study), "needed": waiting_for(study)},
    ),
}
TABLES_SHOWN = wanted(TABLES_SHOWN)
TABLES = [layout.table(name) for name in names(TABLES_SHOWN)]


for rule, exhibit in rules_of(TABLES_SHOWN, "table").items():

    # the script's path is looked up again in the job, where `rule` is the rule's name, too
    rule:
        """One table of the paper."""
        name:
            rule
        input:
            **exhibit.inputs,
        output:
            **table_files(rule.removesuffix("_table"), exhibit.also),
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


rule finding:
    """Judge the claims of one finding of the published study by its own parts and by our scores."""
    input:
        scores=lambda wildcards: findings_inputs.scores_of_finding(study, wildcards.finding),
        confusions=lambda wildcards: findings_inputs.confusions_of_finding(study, wildcards.finding),
        compared=lambda wildcards: findings_inputs.files_of_systems(
            findings_inputs.systems_of_finding(study, wildcards.finding)
        ),
    output:
        layout.finding("{finding}"),
    log:
        layout.log("finding", "{finding}"),
    benchmark:
        layout.benchmark("finding", "{finding}")
    conda:
        "../envs/analysis.yaml"
    resources:
        **needs(minutes=20),
    params:
        claims=lambda wildcards: findings_inputs.claims_of_finding(study, errata, wildcards.finding),
        experiments=lambda wildcards: findings_inputs.titles_of_further(study, wildcards.finding),
        systems=lambda wildcards: findings_inputs.systems_of_finding(study, wildcards.finding),
        confidence=study.config["bootstrap"]["confidence"],
        missing=lambda wildcards: findings_inputs.missing_of_finding(study, wildcards.finding),
        synthetic=study.synthetic,
    script:
        "../workflow/scripts/finding.py"


rule finding_shown:
    """Draw one finding, published scores and differences and ours, and show its claims and verdicts, a line each."""
    input:
        finding=layout.finding("{finding}"),
    output:
        **figure_files("{finding}"),
        **table_files("{finding}"),
    log:
        layout.log("finding_shown", "{finding}"),
    benchmark:
        layout.benchmark("finding_shown", "{finding}")
    localrule: True
    conda:
        "../envs/analysis.yaml"
    resources:
        **needs(minutes=20),
    params:
        further=lambda wildcards: claims_drawn.titles_of_further(study, wildcards.finding),
    script:
        "../workflow/scripts/finding_shown.py"


rule numbers:
    """Write every number that the paper's text may look up, and the outcomes that its sentences follow."""
    input:
        scores=scored.scores_of_experiments(study) + scored.scores_of_transfers(study),
        findings=findings_inputs.findings(study),
        premiums=layout.premiums(),
    output:
        layout.numbers(),
    log:
        layout.log("numbers"),
    benchmark:
        layout.benchmark("numbers")
    localrule: True
    conda:
        "../envs/analysis.yaml"
    resources:
        **needs(minutes=20),
    params:
        claims=findings_inputs.claims_of_numbers(published),
        missing=findings_inputs.missing_of_numbers(study),
        pairs=leakage.configured_pairs(study),
        bootstrap=study.config["bootstrap"],
        errata=accusations.counts(errata),
        synthetic=study.synthetic,
    script:
        "../workflow/scripts/numbers.py"
