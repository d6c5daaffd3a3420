"""Refuse notebooks with outputs: ``python notebooks/stripped.py NOTEBOOK ...``.

What a person ran may show recordings, names of speakers and paths of a machine.  With ``--write`` the
outputs are taken out.
"""

import sys
from pathlib import Path

import nbformat


def stripped(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return a notebook without outputs, counts and what an editor noted of its cells."""
    for cell in notebook.cells:
        cell.metadata.clear()
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook


if __name__ == "__main__":
    write = "--write" in sys.argv
    bad = []
    for path in [Path(name) for name in sys.argv[1:] if name != "--write"]:
        before = path.read_text(encoding="utf-8")
        after = nbformat.writes(stripped(nbformat.reads(before, as_version=4)), indent=1) + "\n"
        if before != after:
            bad.append(str(path))
            if write:
                path.write_text(after, encoding="utf-8")
    if bad and not write:
        sys.exit(f"with outputs, or written otherwise: {', '.join(bad)}; --write mends them")
