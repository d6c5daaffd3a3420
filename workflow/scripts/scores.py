"""Score an experiment, or its transfer, with intervals over groups."""

from sarangi.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.bootstrap import scores

    # a transfer has no protocol of its own, and so no audit of one
    protocol, audit = snakemake.input.get("protocol"), snakemake.input.get("audit")
    scores(
        [Path(path) for path in snakemake.input.predictions],
        Path(snakemake.input.manifest),
        Path(protocol) if protocol else None,
        Path(audit) if audit else None,
        snakemake.params.experiment,
        snakemake.params.settings,
        {name: run.named(name) for name in ("scores", "confusions")},
        run.provenance,
    )
