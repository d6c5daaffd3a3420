"""A fast run: one step of training, validation and test of an experiment, as a study of its own.

The study's own layout and protocol choose the clips, and the same rules make the rest of it in a folder below
the study's, so that nothing of the study changes.  What comes out is named ``fast`` and says that it is no
result.
"""

import hashlib
import shutil
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

import pandas as pd
import yaml

from sarangi.base import layout
from sarangi.base.errors import SarangiError
from sarangi.base.hints import nearest
from sarangi.base.parts import TEST, TRAIN, VALIDATION
from sarangi.base.segments import recording_of
from sarangi.base.store import OK
from sarangi.base.weights_files import ENCODER_FILES
from sarangi.corpora import registry
from sarangi.corpora.table_corpus import TableCorpus
from sarangi.sources.source import IN_HAND, Source
from sarangi.splits.guessed import guess_of, with_voices
from sarangi.splits.protocols import folds
from sarangi.study.entries import (
    CHECKPOINTS,
    FEATURES,
    WHISPER,
    WORDS,
    Experiment,
    asr_of,
    encoders_needed,
    modality,
    on_corpus,
    words_of,
)
from sarangi.study.locations import MODELS
from sarangi.study.speaker_inputs import voices_of_protocol
from sarangi.study.study import Study
from sarangi.study.table_corpora import has_table, settings_of

FOLDER = "fast"
NAME = "fast_{}"
"""Of the protocol of a fast run, and so of its experiment and of every file of it."""
TITLE = "FAST RUN, no result: {}"
MARK = "# A fast run, by sarangi fast"
HEAD = f"{MARK}: no result. It is deleted, and written again, at the next one.\n"
DRAWS = 100
MOST_TREES, MOST_ITERATIONS = 10, 10
LABELS, RECORDINGS = "labels.csv", "recordings"
COLUMNS = (
    "file", "emotion", "speaker", "group", "session", "gender", "age", "language", "text", "part", "start",
    "end",
)  # fmt: skip
FINE_TUNED = {TRAIN: 1, VALIDATION: 1, TEST: 1}
"""Clips of each emotion in a part; these are one batch or a few, and so one step."""
OTHERS = {TRAIN: 10, VALIDATION: 1, TEST: 2}


class Fast(NamedTuple):
    """A fast run that is ready: its folder, its experiment, and its clips by part."""

    folder: Path
    experiment: str
    clips: dict[str, int]


def needed(study: Study, name: str) -> list[str]:
    """Return the corpus and weights of an experiment that are not here yet, and that a rule makes.

    Raises
    ------
    SarangiError
        If there is no such experiment, or it cannot run here; says what is missing.
    """
    experiment = _experiment(study, name)
    if CHECKPOINTS in study.model(experiment):
        raise SarangiError(
            f"{name} has checkpoints that are tested, and nothing is trained, so no way is faster; ask for "
            f"{layout.scores(name)}"
        )
    if waits := study.waits_for(experiment):
        missing = "; ".join(f"{each.name}: {each.advice}" for each in waits)
        raise SarangiError(f"{name} cannot run here, fast or not. {missing}")
    model = study.model(experiment)
    files = [study.sources[experiment.corpus]]
    for encoder in encoders_needed(study.config, model):
        folder = study.weights[encoder]
        files += [folder / file for file in ENCODER_FILES[modality(study.config["encoders"][encoder])]]
    if asr := words_of(model):
        files.append(study.checkpoints[asr])
    files += map(Path, voices_of_protocol(study, experiment.protocol, experiment.corpus))
    return [str(file) for file in files if not file.exists()]


def prepare(study: Study, name: str) -> Fast:
    """Write the study of a fast run: its configuration, clips of each part, and links to weights.

    What an earlier fast run of the experiment left is deleted.

    Parameters
    ----------
    study
        Opened in its folder, with all that :func:`needed` names.
    name
        Of an experiment.

    Raises
    ------
    SarangiError
        If the protocol cannot be made, the folder is something else's, or a recording cannot be read.
    """
    experiment = _experiment(study, name)
    folder = _emptied(Path(FOLDER) / name)
    model = study.model(experiment)
    clips: dict[str, int] = {}
    if study.holds(experiment.corpus) != FEATURES:
        each = FINE_TUNED if "finetuning" in model else OTHERS
        clips = _write_clips(study, experiment, each, folder)
    else:
        _link(study.sources[experiment.corpus], folder / IN_HAND / study.sources[experiment.corpus].name)
    for encoder in encoders_needed(study.config, model):
        _link(study.weights[encoder], folder / MODELS / encoder)
    if asr := words_of(model):
        checkpoint = study.checkpoints[asr]
        _link(checkpoint, folder / MODELS / f"{asr}{'' if checkpoint.is_dir() else '.pt'}")
    config = cut(study, experiment, clips)
    text = yaml.safe_dump(config, allow_unicode=True, sort_keys=False, width=110)
    (folder / "config.yaml").write_text(HEAD + text, encoding="utf-8")
    fast = Experiment(experiment.corpus, NAME.format(experiment.protocol), experiment.model)
    return Fast(folder, fast.name, clips)


def cut(study: Study, experiment: Experiment, clips: Mapping[str, int]) -> dict[str, Any]:
    """Return the configuration of a fast run: what the experiment needs and no more, with the least of each.

    Parameters
    ----------
    study
        The study.
    experiment
        One of it.
    clips
        In its training, validation and test part; none of a corpus that is published as features, which is
        read whole.
    """
    config, protocol = study.config, NAME.format(experiment.protocol)
    model = _cut_model(on_corpus(config["models"][experiment.model], experiment.corpus), clips)
    by_kind = {
        "feature_sets": [model["features"]] if "features" in model else [],
        "classifiers": [model["classifier"]] if "classifier" in model else [],
        "encoders": encoders_needed(config, model),
        "asr": [words_of(model)] if words_of(model) else [],
    }
    chosen: dict[str, Any] = {
        kind: {name: config[kind][name] for name in dict.fromkeys(names)} for kind, names in by_kind.items()
    }
    chosen["classifiers"] = {name: _cut_classifier(entry) for name, entry in chosen["classifiers"].items()}
    for kind in ("encoders", "asr"):
        linked = {"source": {"request": "it is linked by sarangi fast: run that again"}}
        chosen[kind] = {name: {**entry, **linked} for name, entry in chosen[kind].items()}
        for name, entry in chosen[kind].items():
            if asr_of(config[kind][name]) is not None:
                entry["family"] = WHISPER
    return {
        **{key: config[key] for key in ("seed", "threads", "cluster", "emotions")},
        "download": False,
        "corpora": {experiment.corpus: _cut_corpus(study, experiment.corpus, clips)},
        "protocols": {protocol: _cut_protocol(config["protocols"][experiment.protocol], clips)},
        **{kind: entries for kind, entries in chosen.items() if entries},
        "models": {experiment.model: model},
        "experiments": [
            {"corpora": [experiment.corpus], "protocols": [protocol], "models": [experiment.model]}
        ],
        "bootstrap": {**config["bootstrap"], "draws": DRAWS},
    }


def _experiment(study: Study, name: str) -> Experiment:
    if name in study.rated_experiments:
        scores = layout.dimension_scores(name)
        raise SarangiError(
            f"{name} predicts ratings, and a fast run tells emotions; have {scores} made in full"
        )
    if name not in study.experiments:
        raise SarangiError(
            f"{name}: not an experiment of this study; {nearest(name, list(study.experiments))}"
        )
    return study.experiments[name]


def _cut_corpus(study: Study, corpus: str, clips: Mapping[str, int]) -> dict[str, Any]:
    entry = study.config["corpora"][corpus]
    if not clips:
        return {**entry, "shards": 1, "source": {"request": "it is linked by sarangi fast: run that again"}}
    title = entry.get("title", corpus) if has_table(entry) else registry.load(corpus).TITLE
    place = {"holds": WORDS} if study.holds(corpus) == WORDS else {"audio": RECORDINGS}
    return {
        "table": LABELS,
        **place,
        "title": TITLE.format(f"{sum(clips.values())} clips of {title}"),
        "shards": 1,
        **{key: entry[key] for key in ("licence", "citation", "access")},
    }


def _cut_protocol(entry: Mapping[str, Any], clips: Mapping[str, int]) -> dict[str, Any]:
    """Return a protocol of the parts that clips bring with them, which the study's own protocol gave them."""
    title = TITLE.format(entry["title"])
    if clips:
        return {"title": title, "kind": "publisher", "leaks": entry["leaks"]}
    # with all its folds: of fewer the training parts would be smaller
    return {**entry, "title": title}


def _cut_model(entry: Mapping[str, Any], clips: Mapping[str, int]) -> dict[str, Any]:
    """Return a model that is trained once, for an epoch of one step, with one seed."""
    if "finetuning" not in entry:
        return {**entry, **({"seeds": entry["seeds"][:1]} if "seeds" in entry else {})}
    # the labels of a few clips suffice for a step, and their votes are not copied
    recipe = {key: value for key, value in entry["finetuning"].items() if key != "targets"}
    batch = min(recipe["batch"], clips[TRAIN])
    once = {
        "seeds": recipe["seeds"][:1],
        "batch": batch,
        "accumulate": -(-clips[TRAIN] // batch),
        "max_epochs": 1,
        "patience": 1,
    }
    return {**entry, "finetuning": {**recipe, **once}}


def _cut_classifier(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return a classifier that is trained once, with little."""
    found = {key: value for key, value in entry.items() if key != "inner_folds"}
    if isinstance(found.get("C"), list):
        found["C"] = found["C"][0]
    if "seeds" in found:
        found["seeds"] = found["seeds"][:1]
    for key, most in (("trees", MOST_TREES), ("max_iter", MOST_ITERATIONS)):
        if key in found:
            found[key] = min(found[key], most)
    return found


def _write_clips(
    study: Study, experiment: Experiment, each: Mapping[str, int], folder: Path
) -> dict[str, int]:
    """Copy the clips of a fast run with a table of their labels, and return how many are in each part.

    Of a corpus of words there is the table alone.
    """
    config, corpus = study.config, experiment.corpus
    entry = config["corpora"][corpus]
    module: Any = (
        TableCorpus(study.tables[corpus], settings_of(entry)) if has_table(entry) else registry.load(corpus)
    )
    protocol = config["protocols"][experiment.protocol]
    with Source(study.sources[corpus]) as source:
        words = study.holds(corpus) == WORDS
        listed = _listed(corpus, module, source)
        # what a table lists and nobody has put there
        listed = listed[words | listed["read_from"].map(source.has)].reset_index(drop=True)
        if guess := guess_of(voices_of_protocol(study, experiment.protocol, corpus)):
            listed = with_voices(listed, guess.voices)
        chosen = chosen_clips(listed, experiment.protocol, protocol, each)
        copied = chosen.iloc[:0] if words else chosen
        for name, read_from in copied[["file", "read_from"]].astype(str).itertuples(index=False, name=None):
            _write(folder / RECORDINGS, name, source.read(read_from))
    with (folder / LABELS).open("w", encoding="utf-8", newline="") as file:
        filled = [column for column in COLUMNS if chosen[column].notna().any()]
        chosen.to_csv(file, columns=filled, index=False, lineterminator="\n")
    counts = chosen["part"].value_counts()
    return {part: int(counts.get(part, 0)) for part in (TRAIN, VALIDATION, TEST)}


def _listed(corpus: str, module: Any, source: Source) -> pd.DataFrame:
    """Return the utterances of a corpus as its names and tables say, a row each, without opening one."""
    rows = [
        {
            **{name: getattr(u, name) for name in COLUMNS if name != "file"},
            **{name: getattr(u, name) for name in ("status", "reason", "cause")},
            # its published name, from which dialogue and turn are read; a file of segments has several
            "file": u.path if u.start is None else u.file,
            "read_from": u.file,
            "utterance_id": f"{corpus}/{u.path}",
            "corpus": corpus,
        }
        for u in module.utterances(source)
    ]
    found = pd.DataFrame(rows).sort_values(["utterance_id", "read_from"]).drop_duplicates("utterance_id")
    for column in COLUMNS:
        found[column] = found[column].astype(object).where(found[column].notna(), None)
    found["group"] = found["group"].where(found["group"].notna(), found["utterance_id"].map(recording_of))
    return found.reset_index(drop=True)


def chosen_clips(
    listed: pd.DataFrame, name: str, protocol: Mapping[str, Any], each: Mapping[str, int]
) -> pd.DataFrame:
    """Return the clips of the first tested fold that a fast run takes, with ``part`` as that fold has it.

    Parameters
    ----------
    listed
        Utterances with the columns that :func:`sarangi.splits.protocols.folds` needs.
    name, protocol
        Of the study.
    each
        Clips of each emotion by part.  Of several the same are taken every time, by a hash of their names.

    Raises
    ------
    SarangiError
        If the corpus cannot be split so.
    """
    table = next(
        table for table in folds(listed, name, protocol, _folder(protocol)) if (table["part"] == TEST).any()
    )
    split = listed.assign(part=table["part"].to_numpy().astype(object))
    usable = split[(split["status"] == OK) & split["part"].isin(list(each))]
    drawn = usable["utterance_id"].map(lambda text: hashlib.sha256(text.encode()).hexdigest())
    ordered = usable.assign(drawn=drawn).sort_values("drawn")
    rank = ordered.groupby(["part", "emotion"]).cumcount()
    kept = ordered[rank < ordered["part"].map(each)]
    return kept.sort_values("utterance_id").drop(columns="drawn")


def _folder(protocol: Mapping[str, Any]) -> Path | None:
    return Path(protocol["folder"]) if "folder" in protocol else None


def _write(folder: Path, name: str, data: bytes) -> None:
    if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
        raise SarangiError(
            f"{name}: the table of a corpus names a file outside the corpus; correct the table"
        )
    place = folder / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(data)


def _link(target: Path, link: Path) -> None:
    link.parent.mkdir(parents=True, exist_ok=True)
    if not link.is_symlink():
        link.symlink_to(target.resolve(), target_is_directory=target.is_dir())


def _emptied(folder: Path) -> Path:
    """Return a new folder in the place of an earlier fast run; anything else that is there is refused."""
    config = folder / "config.yaml"
    if folder.exists():
        if not config.is_file() or not config.read_text(encoding="utf-8").startswith(MARK):
            raise SarangiError(
                f"{folder}: sarangi fast writes here, and did not write what is there; move it"
            )
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    # first, so that a run that is killed here can be made again
    config.write_text(HEAD, encoding="utf-8")
    return folder
