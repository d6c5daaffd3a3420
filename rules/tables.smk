# Tables, findings and numbers.
#   in:  manifests, audio, transcripts, results/scores/*.parquet, results/differences/*.parquet, claims.yaml,
#        errata.yaml, results/audit/*.parquet, costs.yaml
#   out: paper/tables/*.tex, *.md, *.csv, results/findings/finding_*.parquet, paper/numbers.tex


rule corpora_table:
    """Say what is in hand of each corpus, and how to get what is not."""
    input:
        manifests=expand("results/corpora/{corpus}/manifest.parquet", corpus=study.corpora),
        levels=[shard for corpus in study.corpora for shard in inputs.level_shards(study, corpus)],
    output:
        **table_files("corpora"),
    log:
        "results/logs/corpora_table.log",
    benchmark:
        "results/benchmarks/corpora_table.tsv"
    conda:
        "../envs/analysis.yaml"
    resources:
        mem_mb=grown(1000),
        runtime=grown(20),
    params:
        corpora={name: study.described(name) for name in study.config["corpora"]},
        unavailable=unavailable(study, "corpora"),
    script:
        "../workflow/scripts/corpora_table.py"


rule scores_table:
    """Show the scores of every experiment with interval, chance level and marks."""
    input:
        scores=scored.scores_of_experiments(study),
        differences=scored.differences_of_study(study),
    output:
        **table_files("scores"),
    log:
        "results/logs/scores_table.log",
    benchmark:
        "results/benchmarks/scores_table.tsv"
    conda:
        "../envs/analysis.yaml"
    resources:
        mem_mb=grown(1000),
        runtime=grown(20),
    params:
        waiting=missing.missing_of_experiments(study),
    script:
        "../workflow/scripts/scores_table.py"


rule transfer_table:
    """Show the scores of models on corpora that they were not trained on."""
    input:
        scores=scored.scores_of_transfers(study),
    output:
        **table_files("transfer"),
    log:
        "results/logs/transfer_table.log",
    benchmark:
        "results/benchmarks/transfer_table.tsv"
    conda:
        "../envs/analysis.yaml"
    resources:
        mem_mb=grown(1000),
        runtime=grown(20),
    script:
        "../workflow/scripts/transfer_table.py"


rule differences_table:
    """Show the differences between models with interval and tests."""
    input:
        differences=scored.differences_of_study(study),
    output:
        **table_files("differences"),
    log:
        "results/logs/differences_table.log",
    benchmark:
        "results/benchmarks/differences_table.tsv"
    conda:
        "../envs/analysis.yaml"
    resources:
        mem_mb=grown(1000),
        runtime=grown(20),
    script:
        "../workflow/scripts/differences_table.py"


rule within_language_table:
    """Show the classical models within each language."""
    input:
        scores=scored.scores_of_cells(study),
    output:
        **table_files("within_language"),
    log:
        "results/logs/within_language_table.log",
    benchmark:
        "results/benchmarks/within_language_table.tsv"
    conda:
        "../envs/analysis.yaml"
    resources:
        mem_mb=grown(1000),
        runtime=grown(20),
    params:
        cells=language_cells(study),
    script:
        "../workflow/scripts/within_language_table.py"


rule across_languages_table:
    """Show the classical models trained on one language and tested on the other."""
    input:
        scores=scored.scores_of_cells(study),
    output:
        **table_files("across_languages"),
    log:
        "results/logs/across_languages_table.log",
    benchmark:
        "results/benchmarks/across_languages_table.tsv"
    conda:
        "../envs/analysis.yaml"
    resources:
        mem_mb=grown(1000),
        runtime=grown(20),
    params:
        cells=language_cells(study),
    script:
        "../workflow/scripts/across_languages_table.py"


rule gaps_table:
    """Show what is lost across languages, computed both ways."""
    input:
        scores=scored.scores_of_cells(study),
    output:
        **table_files("gaps"),
    log:
        "results/logs/gaps_table.log",
    benchmark:
        "results/benchmarks/gaps_table.tsv"
    conda:
        "../envs/analysis.yaml"
    resources:
        mem_mb=grown(1000),
        runtime=grown(20),
    params:
        cells=language_cells(study),
    script:
        "../workflow/scripts/gaps_table.py"


rule sensitivity_table:
    """Show what the sample rate that features are computed at is worth."""
    input:
        scores=[row[key] for row in rates_compared(study) for key in ("resampled", "own_rate") if row[key]],
    output:
        **table_files("sensitivity"),
    log:
        "results/logs/sensitivity_table.log",
    benchmark:
        "results/benchmarks/sensitivity_table.tsv"
    conda:
        "../envs/analysis.yaml"
    resources:
        mem_mb=grown(1000),
        runtime=grown(20),
    params:
        rows=rates_compared(study),
    script:
        "../workflow/scripts/sensitivity_table.py"


rule splits_table:
    """Show scores under few groups beside those under other splits."""
    input:
        sensitivity=[layout.sensitivity(corpus) for corpus in sensitivity_inputs.corpora_split_again(study)],
        scores=sensitivity_inputs.scores_split_again(study),
    output:
        **table_files("splits"),
    log:
        "results/logs/splits_table.log",
    benchmark:
        "results/benchmarks/splits_table.tsv"
    conda:
        "../envs/analysis.yaml"
    resources:
        mem_mb=grown(1000),
        runtime=grown(20),
    script:
        "../workflow/scripts/splits_table.py"


rule transcripts_table:
    """Show how well each Whisper transcribes each corpus."""
    input:
        transcripts=[
            shard
            for asr, corpus in study.transcribed()
            for shard in inputs.transcript_shards(study, asr, corpus)
        ],
        manifests=[layout.manifest(corpus) for corpus in inputs.transcribed_corpora(study)],
    output:
        **table_files("transcripts"),
    log:
        "results/logs/transcripts_table.log",
    benchmark:
        "results/benchmarks/transcripts_table.tsv"
    conda:
        "../envs/analysis.yaml"
    resources:
        mem_mb=grown(1000),
        runtime=grown(20),
    params:
        corpora=inputs.transcribed_corpora(study),
        settings=study.config["bootstrap"],
        unavailable=unavailable(study, "asr"),
        untrained=choices.made_from(study, "asr", kinds.Random),
    script:
        "../workflow/scripts/transcripts_table.py"


rule recipes_table:
    """Show how each model is fine-tuned, on which corpora."""
    output:
        **table_files("recipes"),
    log:
        "results/logs/recipes_table.log",
    benchmark:
        "results/benchmarks/recipes_table.tsv"
    conda:
        "../envs/analysis.yaml"
    resources:
        mem_mb=grown(1000),
        runtime=grown(20),
    params:
        recipes=recipes.recipes_shown(study),
    script:
        "../workflow/scripts/recipes_table.py"


rule finding:
    """Judge the claims of one finding of the published study by its own parts and by our scores."""
    input:
        scores=lambda wildcards: findings_inputs.scores_of_finding(study, wildcards.finding),
    output:
        "results/findings/{finding}.parquet",
    log:
        "results/logs/finding/{finding}.log",
    benchmark:
        "results/benchmarks/finding/{finding}.tsv"
    conda:
        "../envs/analysis.yaml"
    resources:
        mem_mb=grown(1000),
        runtime=grown(20),
    params:
        statement=lambda wildcards: study.config["findings"][wildcards.finding]["statement"],
        claims=lambda wildcards: of_finding(published, wildcards.finding),
        experiments=lambda wildcards: findings_inputs.further_experiments(study, wildcards.finding),
        missing=lambda wildcards: findings_inputs.missing_of_finding(study, wildcards.finding),
        synthetic=study.synthetic,
    script:
        "../workflow/scripts/finding.py"


rule findings_table:
    """Show every finding with its claims and verdicts."""
    input:
        findings=findings_inputs.findings(study),
    output:
        **table_files("findings"),
    log:
        "results/logs/findings_table.log",
    benchmark:
        "results/benchmarks/findings_table.tsv"
    conda:
        "../envs/analysis.yaml"
    resources:
        mem_mb=grown(1000),
        runtime=grown(20),
    script:
        "../workflow/scripts/findings_table.py"


rule finding_table:
    """Show one finding with its claims and verdicts, a line each."""
    input:
        finding="results/findings/{finding}.parquet",
    output:
        **table_files("{finding}"),
    log:
        "results/logs/finding_table/{finding}.log",
    benchmark:
        "results/benchmarks/finding_table/{finding}.tsv"
    conda:
        "../envs/analysis.yaml"
    resources:
        mem_mb=grown(1000),
        runtime=grown(20),
    script:
        "../workflow/scripts/finding_table.py"


rule errata_table:
    """Show where the published study is at fault, measured in its way and in a valid one."""
    input:
        findings=findings_inputs.findings(study),
        scores=errata_inputs.scores_of_errata(study, errata),
        differences=errata_inputs.differences_of_errata(study, errata),
        audits=errata_inputs.audits_of_errata(study, errata),
    output:
        **table_files("errata"),
    log:
        "results/logs/errata_table.log",
    benchmark:
        "results/benchmarks/errata_table.tsv"
    conda:
        "../envs/analysis.yaml"
    resources:
        mem_mb=grown(1000),
        runtime=grown(20),
    params:
        errata=errata,
        records=errata_inputs.records_of_errata(study, errata),
        missing=errata_inputs.missing_of_errata(study, errata),
    script:
        "../workflow/scripts/errata_table.py"


rule audit_table:
    """Show what the audit found of each corpus and protocol."""
    input:
        audits=AUDITS,
    output:
        **table_files("audit"),
    log:
        "results/logs/audit_table.log",
    benchmark:
        "results/benchmarks/audit_table.tsv"
    conda:
        "../envs/analysis.yaml"
    resources:
        mem_mb=grown(1000),
        runtime=grown(20),
    params:
        unavailable=unavailable(study, "corpora", with_waiting=False),
    script:
        "../workflow/scripts/audit_table.py"


rule ravdess_table:
    """Show what the published study printed of RAVDESS beside ours."""
    input:
        scores=shown.scores_of(shown.ours_on(study, "ravdess")),
    output:
        **table_files("ravdess"),
    log:
        "results/logs/ravdess_table.log",
    benchmark:
        "results/benchmarks/ravdess_table.tsv"
    conda:
        "../envs/analysis.yaml"
    resources:
        mem_mb=grown(1000),
        runtime=grown(20),
    params:
        printed=shown.printed_of_corpus(study, "ravdess"),
        ours=shown.ours_on(study, "ravdess"),
    script:
        "../workflow/scripts/ravdess_table.py"


rule meld_table:
    """Show what the published study printed of MELD beside ours."""
    input:
        scores=shown.scores_of(shown.ours_on(study, "meld")),
    output:
        **table_files("meld"),
    log:
        "results/logs/meld_table.log",
    benchmark:
        "results/benchmarks/meld_table.tsv"
    conda:
        "../envs/analysis.yaml"
    resources:
        mem_mb=grown(1000),
        runtime=grown(20),
    params:
        printed=shown.printed_of_corpus(study, "meld"),
        ours=shown.ours_on(study, "meld"),
    script:
        "../workflow/scripts/meld_table.py"


rule seeds_table:
    """Show fine-tuned models within and across languages seed by seed, published and ours."""
    input:
        scores=shown.scores_of(shown.ours_with_seeds(study)),
    output:
        **table_files("seeds"),
    log:
        "results/logs/seeds_table.log",
    benchmark:
        "results/benchmarks/seeds_table.tsv"
    conda:
        "../envs/analysis.yaml"
    resources:
        mem_mb=grown(1000),
        runtime=grown(20),
    params:
        printed=shown.printed_with_seeds(study),
        ours=shown.ours_with_seeds(study),
    script:
        "../workflow/scripts/seeds_table.py"


rule costs_table:
    """Show what a run of the study took, as it was recorded."""
    input:
        costs="costs.yaml" if Path("costs.yaml").exists() else [],
    output:
        **table_files("costs"),
    log:
        "results/logs/costs_table.log",
    benchmark:
        "results/benchmarks/costs_table.tsv"
    conda:
        "../envs/workflow.yaml"
    resources:
        mem_mb=grown(1000),
        runtime=grown(20),
    script:
        "../workflow/scripts/costs_table.py"


rule availability_table:
    """Show where corpora and weights are had, on what terms, and whether they were."""
    output:
        **table_files("availability"),
    log:
        "results/logs/availability_table.log",
    benchmark:
        "results/benchmarks/availability_table.tsv"
    conda:
        "../envs/analysis.yaml"
    resources:
        mem_mb=grown(1000),
        runtime=grown(20),
    params:
        rows=availability(study),
    script:
        "../workflow/scripts/availability_table.py"


rule numbers:
    """Write every number that the paper's text may look up, and the outcomes that its sentences follow."""
    input:
        scores=scored.scores_of_experiments(study) + scored.scores_of_transfers(study),
        findings=findings_inputs.findings(study),
        premiums="results/premiums.parquet",
    output:
        "paper/numbers.tex",
    log:
        "results/logs/numbers.log",
    benchmark:
        "results/benchmarks/numbers.tsv"
    conda:
        "../envs/analysis.yaml"
    resources:
        mem_mb=grown(1000),
        runtime=grown(20),
    params:
        claims=findings_inputs.claims_of_numbers(published),
        missing=findings_inputs.missing_of_numbers(study),
        pairs=leakage.configured_pairs(study),
        bootstrap=study.config["bootstrap"],
        synthetic=study.synthetic,
    script:
        "../workflow/scripts/numbers.py"
