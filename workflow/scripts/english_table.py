"""Write the tables of English corpora."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from sarangi.paper.tables.english import english_table
    from sarangi.paper.tables.meld import meld_table
    from sarangi.paper.tables.ravdess import ravdess_table
    from sarangi.paper.tables.writing import FORMATS

    printed, ours = snakemake.params.printed, snakemake.params.ours
    limits, labels = snakemake.params.limits, snakemake.params.labels
    output = {suffix: run.named(suffix) for suffix in FORMATS}
    english_table(printed, snakemake.params.side_by_side, limits, labels, output)
    for corpus, table in (("ravdess", ravdess_table), ("meld", meld_table)):
        if corpus in printed:
            output = {suffix: run.named(f"{corpus}_{suffix}") for suffix in FORMATS}
            table(printed[corpus], ours[corpus], limits, labels, output)
