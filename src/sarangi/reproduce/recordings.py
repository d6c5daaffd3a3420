"""The recordings of a corpus as they are here, compared with what its manifest lists."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sarangi.base import store
from sarangi.base.errors import SarangiError
from sarangi.base.progress import progress
from sarangi.corpora.registry import load
from sarangi.corpora.unchanged import sha256_of
from sarangi.sources.source import Source

NAMED = 20
OF_LAYOUTS = ("manifest", "voted_manifest")
"""Rules that list a corpus by the module of a published layout."""
OF_MANIFESTS = (*OF_LAYOUTS, "table_manifest", "voted_table_manifest")
"""Rules that list a corpus."""


def differing(source: Path, layout: str | None, manifest: Path) -> dict[str, str]:
    """Return the recordings that are not those that a manifest lists, each with what is there instead.

    Each is read again, whatever is remembered of it, one at a time.

    Parameters
    ----------
    source
        Folder or archive of the corpus.
    layout
        Its name, where a module of a layout reads it; None where a table does.
    manifest
        Its manifest.

    Raises
    ------
    SarangiError
        If the corpus cannot be opened.
    """
    describe = getattr(load(layout), "describe", None) if layout else None
    found: dict[str, str] = {}
    last: tuple[str, str] | None = None
    with Source(source) as opened:
        for row in progress(
            store.rows(manifest, ["file", "sha256"]), store.count(manifest), f"recordings in {source}"
        ):
            file, listed = row["file"], row["sha256"]
            if listed is None or (file, listed) == last:
                continue  # it could not be read, and failed; or is another segment of the one before
            last = file, listed
            if not opened.has(file):
                found[file] = "gone"
                continue
            try:
                now = describe(opened, file)["sha256"] if describe else sha256_of(opened.read(file))
            except SarangiError as error:
                found[file] = str(error)
                continue
            if now != listed:
                found[file] = "other bytes"
    return found


def _recordings_of(record: Mapping[str, Any], manifest: Path) -> str:
    """Return the input of a manifest that has the recordings; a table of labels is another one."""
    first, *others = record["inputs"]
    if not others:
        return str(first)
    listed = next((row["file"] for row in store.rows(manifest, ["file", "sha256"]) if row["sha256"]), None)
    for path in (first, *others):
        try:
            with Source(path) as opened:
                if opened.has(listed or ""):
                    return str(path)
        except SarangiError:
            continue  # a table, or not here
    return str(first)


def compared(record: Mapping[str, Any], manifest: Path) -> str | None:
    """Return which recordings are not those that a manifest lists, in words; None where all are.

    Parameters
    ----------
    record
        The provenance of the manifest.
    manifest
        Its file.  Where its corpus is not here, there is nothing to compare.
    """
    source = _recordings_of(record, manifest)
    if not Path(source).exists():
        return None
    try:
        layout = record["wildcards"]["corpus"] if record["rule"] in OF_LAYOUTS else None
        found = differing(Path(source), layout, manifest)
    except SarangiError as error:
        return f"its recordings cannot be compared: {error}"
    if not found:
        return None
    names = [f"{file} ({what})" for file, what in list(found.items())[:NAMED]]
    if len(found) > NAMED:
        names.append(f"and {len(found) - NAMED} more")
    count = "a recording is" if len(found) == 1 else f"{len(found)} recordings are"
    return (
        f"{count} not as listed, in {source}: {', '.join(names)}; put back what was published, or "
        "list them again"
    )
