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
    if not isinstance(data, dict) or not wanted <= set(data):
        return None
    # what is followed to other files must have its form
    entries = [data.get("encoders", {}), data.get("asr") or {}]
    entries += entries[0].values() if isinstance(entries[0], dict) else []
    return data if all(isinstance(entry, dict) for entry in entries) else None
