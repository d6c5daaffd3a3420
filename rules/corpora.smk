# Corpora: what recordings there are, and what their names and headers say.
#   in:  resources/corpora/{corpus} (folder, link or archive of the user's)
#   out: results/corpora/{corpus}/manifest.parquet


rule manifest:
    """List every utterance of a corpus with its labels, its hash, and why it cannot be used if so."""
    input:
        corpus=recordings,
    output:
        layout.manifest("{corpus}"),
    log:
        layout.log("manifest", "{corpus}"),
    benchmark:
        layout.benchmark("manifest", "{corpus}")
    conda:
        "../envs/speech.yaml"
    resources:
        **needs(minutes=120),
    params:
        shards=lambda wildcards: study.config["corpora"][wildcards.corpus]["shards"],
    script:
        "../workflow/scripts/manifest.py"
