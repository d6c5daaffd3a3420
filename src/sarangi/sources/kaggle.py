"""The user's token of Kaggle."""

import json
import logging
import os
from pathlib import Path

log = logging.getLogger("sarangi")

ADVICE = "make an account and a token at Kaggle (KAGGLE_USERNAME and KAGGLE_KEY, or ~/.kaggle/kaggle.json)"


def kaggle_token() -> tuple[str, str] | None:
    """Return the user's name and key at Kaggle, or None if there are none on this machine."""
    name, key = os.environ.get("KAGGLE_USERNAME"), os.environ.get("KAGGLE_KEY")
    if name and key:
        return name.strip(), key.strip()
    try:
        file = Path.home() / ".kaggle/kaggle.json"
    except RuntimeError:  # no home
        return None
    try:
        token = json.loads(file.read_text(encoding="utf-8"))
        name, key = token["username"], token["key"]
        if not isinstance(name, str) or not isinstance(key, str):
            raise TypeError
        return name.strip(), key.strip()
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        # the error's text may hold the key
        log.warning("%s: expected username and key as JSON; cannot be read (%s)", file, type(error).__name__)
        return None
