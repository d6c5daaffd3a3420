"""Where the workflow lies: in a checkout at its root, in an installed package inside it, read-only."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
"""The library itself."""
INSTALLED = PACKAGE / "home"
"""Where the wheel puts what lies at the root of a checkout (``setup.py``)."""
LIBRARY = "src/sarangi"
"""Where the library lies in a checkout."""


def home() -> Path:
    """Return the folder of Snakefile, rules, scripts, schemas, profiles, claims, paper and demo.

    Nothing is written there: it may belong to somebody else.
    """
    return INSTALLED if INSTALLED.is_dir() else PACKAGE.parents[1]
