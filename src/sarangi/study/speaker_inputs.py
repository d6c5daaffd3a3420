"""Which speaker encoders can be used, and what they are computed from."""

from pathlib import Path

from sarangi.base import layout
from sarangi.study.entries import SOUND
from sarangi.study.inputs import encoder_files, shards
from sarangi.study.study import Study


def weights_of(study: Study, speaker_encoder: str) -> Path | None:
    """Return where the weights of a speaker encoder are, or will be; None where they are missing."""
    entry = study.config["speaker_encoders"][speaker_encoder]
    if "encoder" in entry:
        return study.weights.get(entry["encoder"])
    return Path(entry["weights"]) if Path(entry["weights"]).is_file() else None


def files_of_weights(study: Study, speaker_encoder: str) -> list[str]:
    """Return the files of the weights of a speaker encoder, whether they are there or not."""
    entry = study.config["speaker_encoders"][speaker_encoder]
    if "encoder" not in entry:
        return [entry["weights"]]
    folder = study.weights.get(entry["encoder"])
    return [] if folder is None else encoder_files(folder, "speech")


def embedding_shards(study: Study, speaker_encoder: str, corpus: str) -> list[str]:
    """Return the speaker embeddings of a corpus; nothing for one without recordings."""
    if study.holds(corpus) != SOUND:
        return []
    return shards(study, corpus, lambda shard: layout.speaker_embeddings(speaker_encoder, corpus, shard))
