"""What pseudo-speakers need that is missing: weights of a speaker encoder, and corpora with recordings."""

from pathlib import Path

from sarangi.base.missing import CORPUS, RECORDINGS, WEIGHTS, Missing
from sarangi.study.entries import SOUND
from sarangi.study.locations import Locations


def weights_in(locations: Locations, speaker_encoder: str) -> Path | None:
    """Return where the weights of a speaker encoder are, or will be; None where they are missing."""
    entry = locations.config["speaker_encoders"][speaker_encoder]
    if "encoder" in entry:
        return locations.weights.get(entry["encoder"])
    return Path(entry["weights"]) if Path(entry["weights"]).is_file() else None


def missing_of_weights(locations: Locations, speaker_encoder: str) -> list[Missing]:
    """Return what a speaker encoder needs and does not have: its weights, or what runs networks."""
    entry = locations.config["speaker_encoders"][speaker_encoder]
    if weights_in(locations, speaker_encoder) is None:
        if "encoder" in entry:
            advice = locations.missing("encoders").get(entry["encoder"], "its weights are not here")
        else:
            advice = f"put {entry['weights']} there (docs/speakers.md)"
        return [Missing(WEIGHTS, speaker_encoder, advice, entry.get("title", ""))]
    lacking = locations.lacking.get("neural")
    return [Missing(WEIGHTS, speaker_encoder, lacking, entry.get("title", ""))] if lacking else []


def missing_of_voices(locations: Locations, pseudo: str, corpus: str) -> list[Missing]:
    """Return what an entry of pseudo-speakers needs on a corpus and does not have; empty with all there."""
    entry = locations.config["pseudo_speakers"][pseudo]
    found = missing_of_weights(locations, entry["encoder"])
    for name in (corpus, *([entry["calibration"]] if "calibration" in entry else [])):
        if name not in locations.sources:
            advice = locations.missing("corpora").get(name, "it is not here")
            found.append(Missing(CORPUS, name, advice, locations.corpus_titles.get(name, "")))
        elif locations.holds(name) != SOUND:
            found.append(Missing(RECORDINGS, name, "it holds none", locations.corpus_titles.get(name, "")))
    return found
