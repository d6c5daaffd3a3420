"""Bundle the results."""

from sarangi.job import job

with job(snakemake) as run:
    from sarangi.bundle import results_bundle

    results_bundle(list(map(str, snakemake.input)), snakemake.params.identities, run.output)
