"""Where corpora and weights come from, on what terms, and whether this build used them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sarangi.published.records import of_finding
from sarangi.sources.kinds import WITH_STUDY, Synthetic, kind_of
from sarangi.study.comparisons import chosen, rates_compared
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
        words), ``state`` (used in this build, or why not) and ``entry`` (its place in the configuration).
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
        absent = unavailable(study, kind, with_waiting=False)
        for name, entry in sorted(study.config[kind].items()):
            if name in names:
                silent = kind == "corpora" and study.holds(name) == WORDS
                state = "used: words alone, without recordings" if silent else "used"
            elif kind == "encoders" and name not in wanted:
                state = "not used: no experiment needs it"
            elif name in absent:
                state = f"not available: {absent[name]}"
            else:
                state = "not used: nothing that can run here needs it"
            row = _of_corpus(study, name) if kind == "corpora" else _of_weights(study, entry)
            row |= {"name": name, "title": entry.get("title", ""), "state": state}
            row["kind"] = f"{modality(entry)} encoder" if kind == "encoders" else KINDS[kind]
            rows.append(row | {"entry": f"{kind}.{name}"})
    return rows + [_of_speakers(study, name) for name in sorted(study.config["speaker_encoders"])]


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
    if name in speaker_encoders_used(study):
        state = "used"
    elif missing:
        state = f"not available: {missing[0].advice}"
    else:
        state = "not used: no pseudo-speakers that can be made here need it"
    row = {"licence": entry["licence"], "access": OWN_COPY, "source": entry.get("weights", "")}
    if "encoder" in entry:
        row = _of_weights(study, study.config["encoders"][entry["encoder"]])
    about = {"kind": "speaker encoder", "name": name, "title": entry["title"], "state": state}
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


def unavailable(study: Study, kind: str, with_waiting: bool = True) -> dict[str, str]:
    """Return what of a kind is not available, each with what to do about it and what needs it, by name."""
    waiting = _waiting(study) if kind == "corpora" and with_waiting else {}
    return {
        name: f"{text}; {waiting[name]}" if waiting.get(name) else text
        for name, text in study.locations.missing(kind).items()
    }


def _corpora_of(study: Study, finding: str) -> set[str | None]:
    """Return the corpora that the experiments of a finding are trained or tested on."""
    claims = of_finding(study.published, finding)["records"].values()
    replays = [record["replay"] for record in claims if "replay" in record]
    corpora = {replay.get(key) for replay in replays for key in ("corpus", "test")}
    for name in study.config["findings"][finding].get("experiments", ()):
        score = study.scores[name]
        corpora |= {study.experiments[score.experiment].corpus, score.test}
    return corpora


def _waiting(study: Study) -> dict[str, str]:
    """Return which tables have a part on each corpus and which findings need it, as text."""
    config, waits = study.config, {}
    tested = {name for e in config["experiments"] for name in e.get("transfer", ())}
    used = {finding: _corpora_of(study, finding) for finding in sorted(config["findings"])}
    for corpus in config["corpora"]:
        names = {name for name, e in study.experiments.items() if e.corpus == corpus}
        paired = any(
            Experiment(corpus, protocol, model).name in names
            for pair in config["language_pairs"]
            for side in pair["languages"]
            if side["corpus"] == corpus
            for protocol in (*side["within"], *([side["across"]] if "across" in side else []))
            for model in config["models"]
        )
        rates = any(row["corpus"] == corpus for row in rates_compared(study))
        parts = {"scores": names, "transfer": corpus in tested}
        parts |= dict.fromkeys(("within_language", "across_languages", "gaps"), paired)
        again = any(chosen(study, study.experiments[name]) for name in names)
        parts |= {"sensitivity": rates, "splits": again, "transcripts": config["asr"]}
        waiting = [table for table, part in parts.items() if part]
        # a claim may name an experiment that is not configured yet
        waiting += [finding for finding, corpora in used.items() if corpus in corpora]
        if waiting:
            *others, last = waiting
            waits[corpus] = f"{', '.join(others)} and {last} need it" if others else f"{last} needs it"
    return waits
