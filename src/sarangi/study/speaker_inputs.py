"""Which speaker encoders and pseudo-speakers there can be, and what they are computed from."""

from pathlib import Path
from typing import Any

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
            reasons = _missing(study, entry["encoder"], [corpus, *_calibration(entry)])
            if reasons:
                found[name, corpus] = "; ".join(reasons)
    return found


def _calibration(entry: dict[str, Any]) -> list[str]:
    return [entry["calibration"]] if "calibration" in entry else []


def _missing(study: Study, speaker_encoder: str, corpora: list[str]) -> list[str]:
    entry, reasons = study.config["speaker_encoders"][speaker_encoder], []
    if weights_of(study, speaker_encoder) is None:
        if "encoder" in entry:
            advice = study.locations.missing("encoders").get(entry["encoder"], "its weights are not here")
        else:
            advice = f"put {entry['weights']} there (docs/speakers.md)"
        reasons.append(f"weights of {speaker_encoder}: {advice}")
    elif lacking := study.lacking.get("neural"):
        reasons.append(lacking)
    for corpus in corpora:
        if corpus not in study.sources:
            reasons.append(f"{corpus}: {study.locations.missing('corpora').get(corpus, 'not here')}")
        elif study.holds(corpus) != SOUND:
            reasons.append(f"{corpus}: it holds no recordings")
    return reasons


def pseudo_made(study: Study) -> list[tuple[str, str]]:
    """Return each entry of pseudo-speakers with each corpus of which it can be made."""
    missing = missing_of_pseudo(study)
    return [
        (name, corpus)
        for name, entry in study.config["pseudo_speakers"].items()
        for corpus in entry["corpora"]
        if (name, corpus) not in missing
    ]
