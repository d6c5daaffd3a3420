"""A public emotion model at a pinned revision: where it lies, and how it comes here."""

import logging
import re
import shlex
import shutil
from pathlib import Path

from sarangi.base import layout
from sarangi.base.errors import SarangiError
from sarangi.runtime.provenance import digest
from sarangi.sources.checkpoints import as_safetensors

log = logging.getLogger("sarangi")

PRETRAINED = "superb/wav2vec2-base-superb-er"
"""What ``sarangi listen --pretrained`` offers."""
REVISIONS = {PRETRAINED: "441a7599c3b22107314dcbd9166621c5c83f2cc5"}
"""Commit of each pinned model: as other public projects pin it, which was not compared with the hub."""
SETTINGS, CARD = ("config.json", "preprocessor_config.json"), "README.md"
WEIGHTS, PICKLED = "model.safetensors", "pytorch_model.bin"
SHA256 = re.compile(r"[0-9a-f]{64}")


def place_of(name: str, directory: Path) -> Path:
    """Return where a pinned model lies in a study's folder: a person puts it there, or the hub gives it."""
    return directory / layout.MODELS / name.replace("/", "--")


def pinned(name: str, directory: Path) -> Path:
    """Return the folder of a pinned model; what lacks in it comes from the hub or the hub's cache.

    Pickled weights become safetensors: tensors are read from them, and nothing is run.

    Parameters
    ----------
    name
        One of :data:`REVISIONS`.
    directory
        Of the study.

    Raises
    ------
    SarangiError
        If a file is neither here nor given by the hub, with what to do; if it is not what the hub's cache
        says it is; if the weights are no named tensors.
    """
    place = place_of(name, directory)
    for file in SETTINGS:
        if not (place / file).is_file():
            _put(_fetched(name, place, file), place / file)
    if (place / WEIGHTS).is_file():
        return place
    if not (place / CARD).is_file():
        try:
            _put(_fetched(name, place, CARD), place / CARD)
        except SarangiError as error:
            log.warning("%s: its model card is not here, so its licence is not known (%s)", name, error)
    weights = place / PICKLED
    if not weights.is_file():
        weights = _fetched(name, place, WEIGHTS, PICKLED)
    if weights.name == WEIGHTS:
        _put(weights, place / WEIGHTS)
    else:
        part = place / f".{WEIGHTS}.part"
        as_safetensors(weights, part)
        part.replace(place / WEIGHTS)
    return place


def _fetched(name: str, place: Path, *files: str) -> Path:
    """Return the first of several files that the hub or its cache gives at the pinned revision."""
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import EntryNotFoundError

    problem: Exception | None = None
    for file in files:
        try:
            found = Path(hf_hub_download(name, file, revision=REVISIONS[name]))
        except EntryNotFoundError as error:
            problem = error
        except (OSError, ValueError, RuntimeError) as error:
            problem = error
            break
        else:
            _refuse_damaged(found)
            return found
    folder = shlex.quote(str(place))
    raise SarangiError(
        f"{name}: {place} has no {' or '.join(files)}, and the Hugging Face hub did not give it "
        f"({type(problem).__name__}). Where there is a network, run this, bring the folder here, and start "
        f"again: hf download {name} --revision {REVISIONS[name]} --local-dir {folder}"
    )


def _refuse_damaged(file: Path) -> None:
    """Refuse a large file of the hub's cache, which is named by its sha256, where it has another one."""
    stated = file.resolve().name
    if SHA256.fullmatch(stated) and digest(file) != stated:
        raise SarangiError(
            f"{file.resolve()}: its sha256 is not its name, so it is damaged; delete it, and start again"
        )


def _put(found: Path, place: Path) -> None:
    """Copy a file to its place, whole or not at all."""
    place.parent.mkdir(parents=True, exist_ok=True)
    part = place.with_name(f".{place.name}.part")
    shutil.copyfile(found, part)
    part.replace(place)
