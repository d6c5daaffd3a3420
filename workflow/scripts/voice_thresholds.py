"""Choose for each question about voices the distance of two, on a corpus with known speakers."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.speakers.voice_thresholds import voice_thresholds

    voice_thresholds(
        Path(snakemake.input.manifest),
        list(map(Path, snakemake.input.embeddings)),
        snakemake.params.corpus,
        snakemake.params.seed,
        run.result,
    )
