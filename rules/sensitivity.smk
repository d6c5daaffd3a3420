# Scores under few groups, with other seeds, numbers of folds and sample rates.
#   in:  manifest, results/audit/{corpus}.parquet, results/features/{feature_set}/{corpus}/*.parquet
#   out: results/sensitivity/{corpus}.parquet


rule sensitivity:
    """Train classical models under other splits and at another rate, where the audit finds few groups."""
    input:
        unpack(lambda wildcards: sensitivity_inputs.features_split_again(study, wildcards.corpus)),
        manifest=layout.manifest("{corpus}"),
        audit=layout.audit("{corpus}"),
        voices=lambda wildcards: sensitivity_inputs.voices_split_again(study, wildcards.corpus),
    output:
        layout.sensitivity("{corpus}"),
    log:
        layout.log("sensitivity", "{corpus}"),
    benchmark:
        layout.benchmark("sensitivity", "{corpus}")
    conda:
        "../envs/analysis.yaml"
    threads: workers(4)
    resources:
        **needs(minutes=240, mem_mb=4000),
    params:
        features=lambda wildcards: sensitivity_inputs.features_split_again(study, wildcards.corpus),
        experiments=lambda wildcards: sensitivity_inputs.experiments_split_again(study, wildcards.corpus),
    script:
        "../workflow/scripts/sensitivity.py"
