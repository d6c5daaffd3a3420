"""What fine-tuning costs, as far as the configuration says it: networks, clips, folds and seeds.

Counts and lengths are those of a corpus's manifest where it has been made.  Before that they are what the
publisher states, and where nobody states them the experiment's cost is unknown.
"""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from sarangi.base import layout, store
from sarangi.base.errors import SarangiError
from sarangi.base.parts import TEST, TRAIN, VALIDATION
from sarangi.corpora import registry
from sarangi.models.published_shapes import SHAPES
from sarangi.models.refusals import settings_in
from sarangi.models.timing import Workload
from sarangi.sources.kinds import Synthetic, kind_of
from sarangi.splits.guessed import guess_of
from sarangi.splits.protocols import folds, splittable
from sarangi.study.entries import CHECKPOINTS, Experiment, encoders_of
from sarangi.study.recipes import is_tuned
from sarangi.study.speaker_inputs import voices_of_protocol
from sarangi.study.study import Study
from sarangi.study.table_corpora import has_table

COUNTED, STATED = "manifest", "publisher"
"""Where the number of clips is from."""
SECONDS: dict[str, tuple[float, float]] = {
    "ravdess": (3.7, 0.3), "urdu_latif": (2.5, 0.5), "meld": (3.1, 2.0), "iemocap": (4.5, 3.0),
    "shemo": (4.1, 3.4),
}  # fmt: skip
"""Mean and deviation of a published corpus's clips; RAVDESS and URDU as measured, others as described."""
PARTS: dict[str, dict[str, int]] = {
    "meld": {TRAIN: 9989, VALIDATION: 1109, TEST: 2610},
    "punjabi_rasa": {TRAIN: 8672, VALIDATION: 0, TEST: 962},
}
"""Clips of a publisher's own parts."""


class Clips(NamedTuple):
    """Clips of a fold by part."""

    train: int
    validation: int
    test: int


class Planned(NamedTuple):
    """A fine-tuned experiment: what one of its steps is, and how many there are; or why nobody knows."""

    experiment: Experiment
    runs: int
    seeds: int
    workload: Workload | None
    folds: tuple[Clips, ...]
    counted: str
    """Of :data:`COUNTED` and :data:`STATED`."""
    unknown: str
    """Why there is no workload; empty where there is one."""


class _UnknownError(Exception):
    """What nobody says before it is there."""


def planned(study: Study, experiment: Experiment) -> Planned:
    """Return what is known of a fine-tuned experiment's cost before it runs.

    Parameters
    ----------
    study
        Opened in its folder.
    experiment
        Whose model is fine-tuned.
    """
    runs, model = study.runs(experiment), study.model(experiment)
    seeds = len(model["finetuning"]["seeds"])
    blank = Planned(experiment, len(runs), seeds, None, (), STATED, "")
    try:
        if CHECKPOINTS in model:
            raise _UnknownError("tested with checkpoints of others, not trained")
        shapes = {branch: _shape(study, name) for branch, name in encoders_of(model).items()}
        if Path(layout.manifest(experiment.corpus)).is_file():
            clips, seconds, counted = *_counted(study, experiment), COUNTED
        else:
            clips, seconds, counted = *_stated(study, experiment), STATED
    except (_UnknownError, SarangiError) as problem:
        return blank._replace(unknown=str(problem).splitlines()[0])
    workload = Workload(model, shapes, _heard(model, seconds))
    return blank._replace(workload=workload, folds=clips, counted=counted)


def tuned(study: Study, names: list[str] | None = None) -> list[Experiment]:
    """Return the fine-tuned experiments of a study, all or those that are named.

    Raises
    ------
    SarangiError
        If a name is that of no fine-tuned experiment.
    """
    known = {name: e for name, e in study.every_experiment.items() if is_tuned(study, e)}
    for name in names or ():
        if name not in known:
            what = "is not fine-tuned" if name in study.every_experiment else "is not in the configuration"
            few = ", ".join(list(known)[:5]) or "no experiment"
            raise SarangiError(f"the experiment {name!r} {what}; expected a fine-tuned one, such as {few}")
    return [known[name] for name in names or known]


def _shape(study: Study, encoder: str) -> Mapping[str, Any]:
    """Return the ``config.json`` of an encoder: of its folder, else as it was published."""
    file = study.weights.get(encoder, Path()) / "config.json"
    if file.is_file():
        return settings_in(file)
    hub = study.config["encoders"][encoder]["source"].get("hub")
    if hub not in SHAPES:
        raise _UnknownError(
            f"the shape of {encoder}: its config.json is not here, and no published shape is known"
        )
    return SHAPES[hub]


def _heard(model: Mapping[str, Any], seconds: tuple[float, float] | None) -> tuple[float, float] | None:
    """Return the lengths that a step follows from: none where the network is given none, or pads them."""
    audio = model.get("audio")
    if audio is None or "states" in audio or model.get("replay") or seconds is None:
        return None
    mean, deviation = seconds
    return min(round(mean, 1), audio["max_audio_s"]), round(deviation, 1)


def _counted(study: Study, experiment: Experiment) -> tuple[tuple[Clips, ...], tuple[float, float] | None]:
    """Return the clips of each fold as the protocol splits them, and their lengths, from the manifest."""
    manifest = Path(layout.manifest(experiment.corpus))
    settings = study.config["protocols"][experiment.protocol]
    folder = Path(settings["folder"]) if "folder" in settings else None
    found = []
    guess = guess_of(voices_of_protocol(study, experiment.protocol, experiment.corpus))
    if guess is not None and not guess.voices.exists():
        raise _UnknownError(f"the folds of {experiment.protocol}: make its voices first: {guess.voices}")
    utterances = splittable(manifest, settings, None if guess is None else guess.voices)
    for table in folds(utterances, experiment.protocol, settings, folder):
        counts = table["part"].value_counts()
        found.append(Clips(*(int(counts.get(part, 0)) for part in (TRAIN, VALIDATION, TEST))))
    rows = store.read(manifest, ["duration_s", "status"])
    lengths = rows.loc[rows["status"] == store.OK, "duration_s"].dropna()
    return tuple(found), (float(lengths.mean()), float(lengths.std(ddof=0))) if len(lengths) else None


def _stated(study: Study, experiment: Experiment) -> tuple[tuple[Clips, ...], tuple[float, float] | None]:
    """Return the clips of each fold, about, and their lengths, from what the publisher states."""
    corpus, entry = experiment.corpus, study.config["corpora"][experiment.corpus]
    make = f"make its manifest first: {layout.manifest(corpus)}"
    if has_table(entry) or isinstance(kind_of(entry["source"]), Synthetic):
        raise _UnknownError(f"the clips of {corpus}: no publisher counts them; {make}")
    promised: Mapping[str, int] = registry.load(corpus).PROMISES
    counts = [count for name, count in promised.items() if name not in ("utterances", "speakers")]
    clips = promised.get("utterances") or sum(counts)
    protocol = study.config["protocols"][experiment.protocol]
    parts = _parts(protocol, clips, promised.get("speakers"), PARTS.get(corpus))
    fold_count = len(study.runs(experiment)) // len(study.model(experiment)["finetuning"]["seeds"])
    return (parts,) * fold_count, SECONDS.get(corpus)


def _parts(
    protocol: Mapping[str, Any], clips: int, speakers: int | None, own: Mapping[str, int] | None
) -> Clips:
    """Return about how many clips train, validate and test in a fold; all train where nothing is known."""
    kind, share = protocol["kind"], protocol.get("validation", 0.0)
    if kind == "publisher" and own is not None:
        train, validation, test = own[TRAIN], own[VALIDATION], own[TEST]
        if not validation:
            validation = round(share * train)
            train -= validation
    else:
        testing = protocol["test"] if kind == "random" else 1 / protocol.get("folds", math.inf)
        by_speaker = speakers if kind == "held_out" and protocol.get("by") == "speaker" else None
        if by_speaker:
            testing = min(map(len, protocol["test"])) / by_speaker
        test = round(testing * clips)
        validation = round(share * (clips if kind == "random" else clips - test))
        if by_speaker and "validate" in protocol:
            validation = round(min(map(len, protocol["validate"])) / by_speaker * clips)
        train = clips - test - validation
    most = protocol.get("at_most", {})
    return Clips(min(train, most.get(TRAIN, train)), min(validation, most.get(VALIDATION, validation)), test)
