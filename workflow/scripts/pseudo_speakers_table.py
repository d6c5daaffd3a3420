"""Write what models score with pseudo-speakers held apart, beside random folds and known speakers."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.paper.tables.pseudo_speakers import Files, pseudo_speakers_table

    premiums, pseudo_premiums = (snakemake.input.get(name) for name in ("premiums", "pseudo_premiums"))
    files = Files(
        list(map(Path, snakemake.input.scores)),
        Path(premiums) if premiums else None,
        Path(pseudo_premiums) if pseudo_premiums else None,
    )
    pseudo_speakers_table(snakemake.params.rows, files, snakemake.params.labels, run.files)
