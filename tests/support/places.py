"""Where things lie, and what a test says of what it made."""

from pathlib import Path

import pytest

from sarangi.base.store import Output

ROOT = Path(__file__).parents[2]
REAL = ROOT.parent / "shared" / "data"
MADE_BY_TEST = {"rule": "test"}


def to(path):
    """A file that a function of the library is to write, as a job hands it."""
    return Output(Path(path), MADE_BY_TEST)


def real(name):
    """Folder of a real corpus; the test is skipped where it is absent."""
    if not (REAL / name).is_dir():
        pytest.skip(f"the real {name} recordings are not beside this checkout")
    return REAL / name
