"""Write the sentences of the study for its paper."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.paper.study_texts import study_texts

    study_texts(
        {
            "scores": snakemake.input.scores,
            "ratings": snakemake.input.ratings,
            "audits": snakemake.input.audits,
            "premiums": [snakemake.input.premiums],
        },
        snakemake.params.corpora,
        snakemake.params.methods,
        snakemake.params.baselines,
        snakemake.params.leaking,
        snakemake.params.labels,
        run.output,
    )
