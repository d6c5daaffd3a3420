"""Work that outlives a kill: a folder of its own for each state of data, parameters and code."""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any


def begun(folder: Path, provenance: dict[str, Any]) -> Path:
    """Return where the work of this provenance is kept, and remove that of any other.

    Parameters
    ----------
    folder
        Of one job; to be removed when its results are written.
    provenance
        Of the job: work begun with other data, parameters or code must not be taken up.
    """
    key = hashlib.sha256(json.dumps(provenance, sort_keys=True).encode()).hexdigest()[:16]
    for other in folder.glob("*"):
        if other.name != key:
            shutil.rmtree(other)
    found = folder / key
    found.mkdir(parents=True, exist_ok=True)
    return found
