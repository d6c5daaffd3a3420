"""Models that listen are found here: runs of the study, folders, and repositories of the Hugging Face hub."""

import logging
import re
from pathlib import Path

import torch

from sarangi.app.answers import about
from sarangi.app.card_text import calibrated
from sarangi.app.foreign import Foreign
from sarangi.app.listening import Listener
from sarangi.app.pinned import REVISIONS, pinned
from sarangi.app.runs import Run
from sarangi.base.documents import DocumentError, json_in
from sarangi.base.errors import SarangiError
from sarangi.base.hints import closest
from sarangi.base.yaml_documents import yaml_in

log = logging.getLogger("sarangi")

RUNS = "results/runs"
RUN = re.compile(r"[\w.-]+/\d+/\d+")
HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+")
EXPECTED = "<experiment>/<fold>/<seed>, a folder with config.json and model.safetensors, or <owner>/<name>"
THREADS = 1  # as in the schema of the configuration
FETCHED = ["*.json", "*.safetensors", "*.txt"]
"""Of a repository of the hub: nothing that could run."""


def runs_in(directory: Path) -> list[str]:
    """Return the fine-tuned runs of a study by name, <experiment>/<fold>/<seed>, sorted; none of ratings."""
    found = []
    for weights in (directory / RUNS).glob("*/*/*/model.safetensors"):
        name = "/".join(weights.parts[-4:-1])
        settings = weights.parent / "config.json"
        if RUN.fullmatch(name) and settings.is_file() and not _rated(settings):
            found.append(name)
    return sorted(found, key=lambda name: [int(p) if p.isdigit() else p for p in name.split("/")])


def _rated(settings: Path) -> bool:
    """Whether the description of a run says that it gives ratings; one that cannot be read says nothing."""
    try:
        described = json_in(settings)
    except (OSError, DocumentError):
        return False
    return isinstance(described, dict) and isinstance(described.get("dimensions"), dict)


def folder_of(wanted: str, directory: Path) -> Path:
    """Return the folder of a model, fetched from the hub if it is an id of that.

    Parameters
    ----------
    wanted
        A run of the study (``<experiment>/<fold>/<seed>``), a folder, or ``<owner>/<name>`` of the hub; one
        that is pinned (:data:`sarangi.app.pinned.REVISIONS`) is that revision.
    directory
        Of the study.

    Raises
    ------
    SarangiError
        If there is no such thing, or the hub does not answer.
    """
    if RUN.fullmatch(wanted) and (folder := directory / RUNS / wanted).is_dir():
        return folder
    try:
        if Path(wanted).is_dir():
            return Path(wanted)
    except OSError as error:  # no permission, or a name that is longer than any
        raise SarangiError(
            f"{wanted}: cannot be looked at ({error.strerror}); expected {EXPECTED}, which you may read"
        ) from None
    if wanted in REVISIONS:
        return pinned(wanted, directory)
    meant = closest(wanted, runs_in(directory))
    if not HUB_ID.fullmatch(wanted):
        raise SarangiError(
            f"{wanted}: no run of the study, no folder and no id of the hub; "
            + (f"did you mean {meant}?" if meant else f"expected {EXPECTED}")
        )
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(wanted, allow_patterns=FETCHED))
    except (OSError, HfHubHTTPError, LocalEntryNotFoundError, ValueError, RuntimeError) as error:
        raise SarangiError(
            f"{wanted}: not here, and the Hugging Face hub did not give it ({type(error).__name__}); is the "
            "name right, and is there a network?" + (f" Did you mean the run {meant}?" if meant else "")
        ) from None


def threads_in(directory: Path) -> int:
    """Return the threads of torch in a study, :data:`THREADS` where it states none or there is no study.

    Raises
    ------
    SarangiError
        If its configuration cannot be read, or states no number.
    """
    file = directory / "config.yaml"
    if not file.is_file():
        return THREADS
    try:
        stated = yaml_in(file)
    except (OSError, DocumentError) as error:
        raise SarangiError(f"{file}: {error}") from error
    found = stated.get("threads") if isinstance(stated, dict) else None
    threads = found.get("torch", THREADS) if isinstance(found, dict) else THREADS
    if type(threads) is not int or threads < 1:
        raise SarangiError(f"{file}: threads.torch is {threads!r}; expected a number from 1 up")
    return threads


def load(wanted: str, directory: Path) -> Listener:
    """Open a model, and have torch answer with the threads of the study: another number answers otherwise.

    Parameters
    ----------
    wanted, directory
        As for :func:`folder_of`.

    Raises
    ------
    SarangiError
        If it is not there, or is no model that can be listened with, such as one of ratings, or as
        :func:`threads_in`.
    """
    torch.set_num_threads(threads_in(directory))
    folder = folder_of(wanted, directory)
    try:
        settings = json_in(folder / "config.json")
    except (OSError, DocumentError):
        raise SarangiError(f"{wanted}: no config.json that can be read; expected {EXPECTED}") from None
    if not (folder / "model.safetensors").is_file() and not list(folder.glob("*.safetensors")):
        raise SarangiError(
            f"{wanted}: no weights in safetensors (model.safetensors is expected); files that could run "
            "are not opened"
        )
    if _rated(folder / "config.json"):
        rated = ", ".join(sorted(settings["dimensions"]))[:200]
        raise SarangiError(
            f"{wanted}: its model gives ratings ({rated}), and here emotions are told; test it on other "
            "recordings as a corpus of the study, under `transfer` of its experiment (docs/dimensions.md)"
        )
    if isinstance(settings, dict) and "emotions" in settings:
        return _with_card(Run(folder, wanted, [directory, *folder.resolve().parents[4:5]]))
    return Foreign(folder, wanted)


def _with_card(run: Run) -> Run:
    """Return a run, without its card where that is none of this study: what cannot be shown is not known."""
    try:
        if run.card is not None:
            about(run)
            calibrated(run.card, 0.5)
            _ = run.writes
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        log.warning("%s: card.json is not a card of this study (%r); it is not shown", run.name, error)
        run.card = None
        vars(run).pop("_checkpoint", None)
    return run
