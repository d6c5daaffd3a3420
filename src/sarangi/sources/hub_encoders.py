"""Encoders of the Hugging Face hub: which files of a repository are taken, and what is made of them."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

from sarangi.base.documents import LARGEST, DocumentError, json_in
from sarangi.base.errors import SarangiError
from sarangi.base.weights_files import WEIGHT_FILES
from sarangi.sources import checksums
from sarangi.sources.checkpoints import as_safetensors
from sarangi.sources.checksums import Entry
from sarangi.sources.hub import ADVICE, Snapshot, fetch_file, home_of, snapshot
from sarangi.sources.incomplete import WEIGHTS
from sarangi.sources.tokenisers import OLDER, fast_tokenizer

TOKENIZER = "tokenizer.json"


def encoder_weights(source: Mapping, output: dict[str, Path]) -> None:
    """Fetch an encoder from the hub and store its tensors as safetensors, its tokeniser as tokenizer.json.

    What the configuration does not state is recorded in ``checksums.yaml`` once all of it has arrived, and
    held to from then on: the commit, and of each file the size and sha256.

    Parameters
    ----------
    source
        Of the kind :class:`sarangi.sources.kinds.Hub`.
    output
        Where to write each of the encoder's files, of :data:`sarangi.base.weights_files.ENCODER_FILES`.

    Raises
    ------
    SarangiError
        If a file is missing, cannot be fetched, or is not what its checksum says.
    """
    home, revision = home_of(source["hub"]), source.get("revision")
    held = snapshot(source["hub"], revision or checksums.commit_of(home))
    stated = source.get("checksums", {})
    weights = _weights_in(held, source.get("file"), stated)
    arrival = _Arrival(held, stated, {} if revision else {home: {"commit": held.commit}})
    for name in sorted(set(output) - {WEIGHTS, TOKENIZER}):
        arrival.fetch(name, output[name])
    if TOKENIZER in output:
        _fetch_tokenizer(arrival, output[TOKENIZER])
    # under a name of its own, so that what has arrived of it is found again after a break
    fetched = output[WEIGHTS].with_name(f"{weights}.fetched")
    try:
        arrival.fetch(weights, fetched)
        if weights == WEIGHTS:
            fetched.replace(output[WEIGHTS])
        else:
            as_safetensors(fetched, output[WEIGHTS])
    finally:
        fetched.unlink(missing_ok=True)
    arrival.record()


class _Arrival:
    """The files of one encoder as they come, and what of them the configuration does not state."""

    def __init__(self, held: Snapshot, stated: Mapping[str, str], found: dict[str, Entry]):
        self.held, self._stated, self._found = held, stated, found

    def fetch(self, name: str, output: Path) -> None:
        """Fetch a file; settings are looked at, and have a largest size."""
        if name not in self.held.files:
            raise SarangiError(f"{self.held.address(name)}: the repository has no {name}; {ADVICE}")
        stated, weights = self._stated.get(name), name in WEIGHT_FILES
        found = fetch_file(self.held, name, output, stated, None if weights else LARGEST)
        address, size = self.held.address(name), output.stat().st_size
        try:
            if name.endswith(".json"):
                _refuse_no_json(output, address)
            if not stated:
                checksums.enforce(address, found, size)
                self._found[address] = {"checksum": found, "size": size}
        except SarangiError:
            output.unlink()
            raise

    def record(self) -> None:
        """Record what came first, all of it or nothing."""
        checksums.record_all(self._found)


def _weights_in(held: Snapshot, file: str | None, known: Mapping[str, str]) -> str:
    """Return the file of weights that is fetched: the one that is stated, else the first of our forms."""
    stated = file or next((name for name in WEIGHT_FILES if name in known), None)
    for name in (stated,) if stated else WEIGHT_FILES:
        if name in held.files:
            return name
    parts = any(name.startswith(WEIGHT_FILES) and name.endswith(".index.json") for name in held.files)
    found = "they are in several files" if parts else f"it has {', '.join(sorted(held.files))[:200]}"
    expected = stated or " or ".join(WEIGHT_FILES)
    raise SarangiError(
        f"{home_of(held.repository)} at {held.commit[:12]}: expected weights as {expected}, and {found}; "
        f"{ADVICE}, as model.safetensors"
    )


def _fetch_tokenizer(arrival: _Arrival, output: Path) -> None:
    """Fetch a tokeniser, or make the one file of one of an older form."""
    files = arrival.held.files
    older = next((names for names in OLDER if set(names) <= files.keys()), None)
    if TOKENIZER in files or older is None:
        arrival.fetch(TOKENIZER, output)  # which says so where there is none
        return
    with tempfile.TemporaryDirectory(dir=output.parent) as folder:
        places = {name: Path(folder) / name for name in older}
        for name, place in places.items():
            arrival.fetch(name, place)
        settings = Path(folder) / "tokenizer_config.json"
        if settings.name in files:
            arrival.fetch(settings.name, settings)
        fast_tokenizer(places, settings if settings.exists() else None, output)


def _refuse_no_json(file: Path, address: str) -> None:
    """Refuse what came for a file of settings, which may have no checksum, and is not JSON (a web page)."""
    try:
        if not isinstance(json_in(file), dict):
            raise DocumentError("it is not a mapping")
    except DocumentError as error:
        raise SarangiError(
            f"{address}: expected settings as JSON, found something else ({error}); it was discarded. Run "
            "the same command again"
        ) from error
