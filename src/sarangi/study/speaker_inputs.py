"""Which speaker encoders and pseudo-speakers there can be, and what they are computed from."""

from pathlib import Path
from typing import Any

from sarangi.base import layout
from sarangi.study.entries import SOUND
from sarangi.study.inputs import encoder_files, shards
from sarangi.study.study import Study
from sarangi.study.voices import missing_of_voices, weights_in


def weights_of(study: Study, speaker_encoder: str) -> Path | None:
    """Return where the weights of a speaker encoder are, or will be; None where they are missing."""
    return weights_in(study.locations, speaker_encoder)


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


def speaker_encoders_used(study: Study) -> set[str]:
    """Return the speaker encoders that some pseudo-speakers can be made with here."""
    return {entry_of(study, name)["encoder"] for name, _ in pseudo_made(study)}


def encoders_of_speakers(study: Study) -> set[str]:
    """Return the entries of ``encoders`` that speaker encoders of :func:`speaker_encoders_used` are."""
    entries = (study.config["speaker_encoders"][name] for name in speaker_encoders_used(study))
    return {entry["encoder"] for entry in entries if "encoder" in entry}


def entry_of(study: Study, pseudo: str) -> dict[str, Any]:
    """Return an entry of pseudo-speakers."""
    entry: dict[str, Any] = study.config["pseudo_speakers"][pseudo]
    return entry


def shards_of_pseudo(study: Study, pseudo: str, corpus: str) -> list[str]:
    """Return the speaker embeddings of a corpus that an entry of pseudo-speakers uses."""
    return embedding_shards(study, entry_of(study, pseudo)["encoder"], corpus)


def calibrating_shards(study: Study, pseudo: str) -> list[str]:
    """Return the speaker embeddings that the threshold of an entry of pseudo-speakers is chosen on."""
    return shards_of_pseudo(study, pseudo, entry_of(study, pseudo)["calibration"])


def thresholds(study: Study, pseudo: list[str]) -> list[str]:
    """Return the files of thresholds of some entries that are chosen on a corpus, not stated."""
    return [layout.speaker_threshold(name) for name in pseudo if "calibration" in entry_of(study, name)]


def thresholds_made(study: Study) -> list[str]:
    """Return the files of thresholds of every entry of which there can be pseudo-speakers."""
    return thresholds(study, list(dict.fromkeys(name for name, _ in pseudo_made(study))))


def voices_of_protocol(study: Study, protocol: str, corpus: str) -> list[str]:
    """Return who seems to speak in a corpus, for a protocol that holds that apart; nothing for any other.

    The pseudo-speakers, then, where a calibration corpus tells what one voice is, whether there are several.
    """
    pseudo = study.config["protocols"][protocol].get("pseudo_speakers")
    if pseudo is None:
        return []
    told = [layout.single_voices(pseudo, corpus)] if "calibration" in entry_of(study, pseudo) else []
    return [layout.pseudo_speakers(pseudo, corpus), *told]


def places_of_voices(study: Study) -> dict[str, Path]:
    """Return where the pseudo-speakers of each entry and corpus would be, by what messages call them."""
    return {
        f"{corpus}, voices of {name}": Path(layout.pseudo_speakers(name, corpus))
        for name, entry in study.config["pseudo_speakers"].items()
        for corpus in entry["corpora"]
    }


def files_of_speakers(study: Study) -> list[str]:
    """Return the embeddings, thresholds, pseudo-speakers and measures that can be made here, sorted."""
    files = set(thresholds_made(study))
    for name, corpus in pseudo_made(study):
        files |= {layout.pseudo_speakers(name, corpus), layout.speaker_measures(name, corpus)}
        files |= set(shards_of_pseudo(study, name, corpus))
        if "calibration" in entry_of(study, name):
            files |= set(calibrating_shards(study, name))
    return sorted(files)


def rows_of_table(study: Study) -> list[dict[str, Any]]:
    """Return what the table of pseudo-speakers shows, a row an entry and corpus.

    Each has ``title`` (of the entry), ``corpus``, ``measures`` (a file, None where there can be none) and
    ``missing`` (why), ``threshold`` (a number, or a file), and ``calibration`` (a corpus, or None).
    """
    missing = missing_of_pseudo(study)
    return [
        {
            "title": entry["title"],
            "corpus": corpus,
            "measures": None if (name, corpus) in missing else layout.speaker_measures(name, corpus),
            "missing": missing.get((name, corpus)),
            "threshold": entry.get("threshold", layout.speaker_threshold(name)),
            "calibration": entry.get("calibration"),
        }
        for name, entry in study.config["pseudo_speakers"].items()
        for corpus in entry["corpora"]
    ]


def missing_of_pseudo(study: Study) -> dict[tuple[str, str], str]:
    """Return why there can be no pseudo-speakers, by entry and corpus, of those that cannot be."""
    found = {}
    for name, entry in study.config["pseudo_speakers"].items():
        for corpus in entry["corpora"]:
            missing = missing_of_voices(study.locations, name, corpus)
            if missing:
                found[name, corpus] = "; ".join(map(str, missing))
    return found


def pseudo_made(study: Study) -> list[tuple[str, str]]:
    """Return each entry of pseudo-speakers with each corpus of which it can be made."""
    missing = missing_of_pseudo(study)
    return [
        (name, corpus)
        for name, entry in study.config["pseudo_speakers"].items()
        for corpus in entry["corpora"]
        if (name, corpus) not in missing
    ]
