"""Which files a folder holds, as a digest that can be a parameter."""

import hashlib
from pathlib import Path

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
