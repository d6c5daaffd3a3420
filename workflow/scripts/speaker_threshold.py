"""Choose the distance that parts two voices on a corpus with known speakers."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.speakers.calibration import speaker_threshold

    speaker_threshold(
        Path(snakemake.input.manifest),
        list(map(Path, snakemake.input.embeddings)),
        snakemake.params.corpus,
        run.result,
    )
