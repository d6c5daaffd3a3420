"""Say who seems to speak each utterance of a corpus."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.speakers.calibration import threshold_in
    from sarangi.speakers.pseudo_speakers import pseudo_speakers

    stated = snakemake.params.stated
    pseudo_speakers(
        Path(snakemake.input.manifest),
        list(map(Path, snakemake.input.embeddings)),
        threshold_in(snakemake.input.threshold[0]) if stated is None else stated,
        snakemake.params.within,
        run.result,
    )
