"""The project's own files, as a crate of the workflow and the wheel hold them."""

import os
from collections.abc import Mapping
from pathlib import Path

from sarangi.base.installation import INSTALLED, PACKAGE

WORKFLOW = {
    ".": (
        "Snakefile",
        "Makefile",
        "setup.py",
        "MANIFEST.in",
        "*.yaml",
        "*.md",
        "*.lock",
        "*.toml",
        "LICENSE",
        "CITATION.cff",
    ),
    "rules": ("*.smk",),
    "workflow": ("**/*.py", "**/*.yaml", "report/*"),
    "profiles": ("**/*.yaml", "**/*.py"),
    "envs": ("*.py", "*.yaml", "Containerfile"),
    "paper": ("main.tex", "sarangi.sty", "references.bib", "sections/**/*.tex", "neutral/**/*.tex"),
}  # fmt: skip
"""What belongs to the workflow beside the library: patterns of files by folder."""
DEMO = {"demo": ("config.yaml", "costs.yaml"), "demo/weights": ("*.*", "*/*.*")}
"""What the demo is, which the wheel holds, too."""


def files_of(base: Path, patterns: Mapping[str, tuple[str, ...]]) -> list[Path]:
    """Return the files below ``base`` that patterns name, by folder; sorted."""
    named = {path for part, names in patterns.items() for name in names for path in (base / part).glob(name)}
    return sorted(path for path in named if path.is_file())


def files_of_workflow(base: Path) -> list[str]:
    """Return the project's own files, without what was made from them, relative to the working directory."""
    library = base / "src" if (base / "src").is_dir() else PACKAGE
    # an installed package holds the workflow, too
    modules = [path for path in library.rglob("*.py") if not path.is_relative_to(INSTALLED)]
    return sorted(map(os.path.relpath, [*files_of(base, WORKFLOW), *modules]))
