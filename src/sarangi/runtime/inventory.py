"""Which files a folder holds, as a digest: a parameter of the rules that read it, taken again by checks."""

import hashlib
from pathlib import Path

from sarangi.runtime import provenance
from sarangi.sources.source import files_below


def inventory(folder: str | Path) -> str:
    """Return a digest of every path below ``folder`` and its size, for a folder as a parameter.

    Snakemake sees only the time of a folder itself; this sees nested additions, removals and
    changes of size, and no touch.
    """
    digest = hashlib.sha256()
    for path in files_below(Path(folder)):
        digest.update(f"{path}\0{(Path(folder) / path).stat().st_size}\n".encode())
    return digest.hexdigest()[:16]


def digest_of_input(path: str | Path) -> str:
    """Return what provenance has of an input: the sha256 of a file, the inventory of a folder."""
    return inventory(path) if Path(path).is_dir() else provenance.digest(path)
