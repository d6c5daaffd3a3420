"""The corpora that can be read, by name."""

import importlib
from types import ModuleType


def load(corpus: str) -> ModuleType:
    """Return the module of a corpus; the configuration has checked that it exists."""
    return importlib.import_module(f"sarangi.corpora.layouts.{corpus}")
