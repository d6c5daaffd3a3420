"""Bundle the results."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.reproduce.bundle import results_bundle

    results_bundle(list(map(str, snakemake.input)), snakemake.params.identities, run.output)
