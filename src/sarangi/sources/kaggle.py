"""The user's token of Kaggle."""

import json
import logging
import os
from pathlib import Path

log = logging.getLogger("sarangi")

ADVICE = "make an account and a token at Kaggle (KAGGLE_USERNAME and KAGGLE_KEY, or ~/.kaggle/kaggle.json)"


def kaggle_token() -> tuple[str, str] | None:
    """Return the user's name and key at Kaggle, or None if there are none on this machine."""
    name, key = (os.environ.get(variable, "").strip() for variable in ("KAGGLE_USERNAME", "KAGGLE_KEY"))
    if name and key:
        return name, key
    try:
        file = Path.home() / ".kaggle/kaggle.json"
    except RuntimeError:  # no home
        return None
    try:
        if file.exists() and not file.is_file():  # a pipe would be waited for
            raise ValueError
        token = json.loads(file.read_text(encoding="utf-8-sig"))
        name, key = token["username"].strip(), token["key"].strip()
        if not name or not key:
            raise ValueError
        return name, key
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        # the error's text may hold the key
        log.warning("%s: expected username and key as JSON; cannot be read (%s)", file, type(error).__name__)
        return None
