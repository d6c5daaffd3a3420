"""Speak the stand-in of a corpus."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.synthetic.corpus import synthetic_corpus

    synthetic_corpus(
        snakemake.wildcards.corpus, snakemake.params.settings, run.output, workers=snakemake.threads
    )
