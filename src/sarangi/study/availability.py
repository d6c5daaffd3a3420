"""Where corpora and weights come from, on what terms, and whether this build used them."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sarangi.base.missing import Missing
from sarangi.sources.kinds import WITH_STUDY, Synthetic, kind_of
from sarangi.study.entries import WORDS, Experiment, asr_of, encoders_needed, modality
from sarangi.study.speaker_inputs import encoders_of_speakers, speaker_encoders_used
from sarangi.study.study import Study
from sarangi.study.table_corpora import audio_of, has_table
from sarangi.study.voices import missing_of_weights


def availability(study: Study) -> list[dict[str, str]]:
    """Return the terms and the origin of each corpus, encoder, Whisper and speaker encoder, and its use.

    Returns
    -------
    list
        Each has ``kind``, ``name``, ``title`` (not of a corpus), ``licence``, ``access``, ``source`` (in
        words), ``state`` (used in this build, or why not), ``advice`` (what to do about what is not
        available, else empty) and ``entry`` (its place in the configuration).
    """
    used = {
        "corpora": {*study.corpora},
        "encoders": _encoders(study, study.scored | study.rated_scored),
        "asr": {asr for asr, _ in study.transcribed()},
    }
    used["encoders"] |= encoders_of_speakers(study)
    used["asr"] |= {asr for name in used["encoders"] if (asr := asr_of(study.config["encoders"][name]))}
    voices = study.config["speaker_encoders"].values()
    wanted = _encoders(study, study.every_experiment) | {e["encoder"] for e in voices if "encoder" in e}
    rows = []
    for kind, names in used.items():
        absent = unavailable(study, kind)
        for name, entry in sorted(study.config[kind].items()):
            advice = ""
            if name in names:
                silent = kind == "corpora" and study.holds(name) == WORDS
                state = "used: words alone, without recordings" if silent else "used"
            elif kind == "encoders" and name not in wanted:
                state = "not used: no experiment needs it"
            elif name in absent:
                state, advice = NOT_AVAILABLE, absent[name]
            else:
                state = "not used: nothing that can run here needs it"
            row = _of_corpus(study, name) if kind == "corpora" else _of_weights(study, entry)
            row |= {"name": name, "title": entry.get("title", ""), "state": state, "advice": advice}
            row["kind"] = f"{modality(entry)} encoder" if kind == "encoders" else KINDS[kind]
            rows.append(row | {"entry": f"{kind}.{name}"})
    return rows + [_of_speakers(study, name) for name in sorted(study.config["speaker_encoders"])]


NOT_AVAILABLE = "not available"
KINDS = {"corpora": "corpus", "asr": "Whisper"}
OWN_COPY = "own copy"
"""Access to weights that a person puts there."""


def _encoders(study: Study, experiments: Mapping[str, Experiment]) -> set[str]:
    return {name for e in experiments.values() for name in encoders_needed(study.config, study.model(e))}


def _of_corpus(study: Study, name: str) -> dict[str, str]:
    described = study.described(name)
    return {
        "licence": described["licence"],
        "access": described["access"],
        "source": origin_of_corpus(study, name),
    }


def _of_weights(study: Study, entry: Mapping[str, Any]) -> dict[str, str]:
    kind = study.locations.first_source(entry)
    # what comes with a demo was trained on its speech
    access = "synthetic" if kind.access == WITH_STUDY and study.synthetic else kind.access
    return {"licence": entry["licence"], "access": access, "source": study.locations.origin_of_weights(entry)}


def _of_speakers(study: Study, name: str) -> dict[str, str]:
    """Return the row of a speaker encoder: of a file that a person puts there, or of an entry of encoders."""
    entry = study.config["speaker_encoders"][name]
    missing = missing_of_weights(study.locations, name)
    advice = ""
    if name in speaker_encoders_used(study):
        state = "used"
    elif missing:
        state, advice = NOT_AVAILABLE, missing[0].advice
    else:
        state = "not used: no pseudo-speakers that can be made here need it"
    row = {"licence": entry["licence"], "access": OWN_COPY, "source": entry.get("weights", "")}
    if "encoder" in entry:
        row = _of_weights(study, study.config["encoders"][entry["encoder"]])
    about = {
        "kind": "speaker encoder",
        "name": name,
        "title": entry["title"],
        "state": state,
        "advice": advice,
    }
    return row | about | {"licence": entry["licence"], "entry": f"speaker_encoders.{name}"}


def origin_of_corpus(study: Study, name: str) -> str:
    """Return where a corpus is from, in words."""
    entry = study.config["corpora"][name]
    if has_table(entry) and audio_of(entry) is not None:
        return f"{audio_of(entry)}, described by {Path(entry['table'])}"
    kind = kind_of(entry["source"])
    # a copy put in place of a stand-in does not come from the generator
    own = isinstance(kind, Synthetic) and name not in study.synthetic
    return "its publisher" if own else kind.origin


def unavailable(study: Study, kind: str) -> dict[str, str]:
    """Return what of a kind is not available, each with what to do about it, by name."""
    return dict(study.locations.missing(kind))


def waiting_for(study: Study) -> list[tuple[Missing, int]]:
    """Return what is missing, sorted, each with how many experiments without scores need it."""
    unscored = study.every_experiment.keys() - study.scored.keys() - study.rated_scored.keys()
    needed = (each for name in unscored for each in set(study.waits_for(study.every_experiment[name])))
    return sorted(Counter(needed).items())
