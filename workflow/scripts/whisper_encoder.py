"""Write the encoder of a Whisper's checkpoint as a speech encoder."""

from sarangi.runtime.job import job

with job(snakemake) as run:
    from pathlib import Path

    from sarangi.transcripts.whisper_encoder import whisper_encoder

    output = {file.name: run.place(str(file)) for file in run.outputs}
    whisper_encoder(Path(snakemake.input.checkpoint), output)
