"""The project's own files, as a crate of the workflow holds them."""

import os
from pathlib import Path

PATTERNS = {
    ".": ("Snakefile", "Makefile", "*.yaml", "*.md", "*.lock", "*.toml", "LICENSE", "CITATION.cff"),
    "rules": ("*.smk",),
    "workflow": ("**/*.py", "**/*.yaml", "report/*"),
    "src": ("**/*.py",),
    "profiles": ("**/*.yaml", "**/*.py"),
    "envs": ("*.py", "*.yaml", "Containerfile"),
    "paper": ("main.tex", "sarangi.sty", "references.bib", "sections/**/*.tex"),
}


def files_of_workflow(base: Path) -> list[str]:
    """Return the project's own files, without what was made from them, relative to the working directory."""
    files = {path for part, names in PATTERNS.items() for name in names for path in (base / part).glob(name)}
    return sorted(map(os.path.relpath, files))
