"""Where the workflow lies: in a checkout at its root, in an installed package inside it, read-only."""

from pathlib import Path

PACKAGE = Path(__file__).parents[1]
INSTALLED = PACKAGE / "home"
"""Where the wheel puts what lies at the root of a checkout (``setup.py`` does it)."""


def home() -> Path:
    """Return the folder of Snakefile, rules, scripts, schemas, profiles, claims, paper and demo.

    Nothing is written there: it may belong to somebody else.
    """
    return INSTALLED if INSTALLED.is_dir() else PACKAGE.parents[1]
