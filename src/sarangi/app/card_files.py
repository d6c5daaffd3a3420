"""The files of a model card beside a run: for people, and for machines."""

from pathlib import Path
from typing import Any

from sarangi.base.documents import DocumentError, json_in

README, DATA = "README.md", "card.json"


def read_card(folder: Path) -> dict[str, Any] | None:
    """Return what ``card.json`` beside a model says; None where there is none that can be read."""
    try:
        data = json_in(folder / DATA)
    except (OSError, DocumentError):
        return None
    wanted = {"name", "model", "corpus", "speakers", "scores", "calibration", "synthetic", "protocol"}
    return data if isinstance(data, dict) and wanted <= set(data) else None
