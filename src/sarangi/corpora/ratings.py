"""Ratings on a scale, from what a corpus states to the columns of its manifest."""

import math
from collections.abc import Mapping
from typing import Any

from sarangi.base.dimension_rows import DIMENSION, MISSING, NO_NUMBER, OUT_OF_SCALE, UNRATED, Scale
from sarangi.base.errors import shown
from sarangi.corpora.utterance import Utterance
from sarangi.sources.tables import names_nobody


def ratings_of(utterance: Utterance, dimensions: Mapping[str, Scale]) -> tuple[dict[str, Any], list[str]]:
    """Return the columns of ratings of an utterance, and a note for each rating that cannot be used.

    Parameters
    ----------
    utterance
        With what its corpus states, as text.
    dimensions
        By name, the scale of each.

    Returns
    -------
    columns
        As :func:`sarangi.base.dimension_rows.dimension_fields` has them.
    notes
        Where the rating is, what was found and what was expected.
    """
    columns: dict[str, Any] = {}
    notes = []
    for name, scale in dimensions.items():
        text = (utterance.rated or {}).get(name) or ""
        rating, why = _read(text, scale)
        columns |= {DIMENSION + name: rating, UNRATED + name: why}
        if why is not None:
            notes.append(f"{utterance.rated_at or utterance.file}: {_said(name, text, why, scale)}")
    return columns, notes


def _read(text: str, scale: Scale) -> tuple[float | None, str | None]:
    """Return a rating on the manifest's scale, or why there is none."""
    if names_nobody(text):
        return None, MISSING
    try:
        rating = float(text)
    except ValueError:
        return None, NO_NUMBER
    if not math.isfinite(rating):
        return None, NO_NUMBER
    if not scale.low <= rating <= scale.high:
        return None, OUT_OF_SCALE
    return scale.mapped(rating), None


def _said(name: str, text: str, why: str, scale: Scale) -> str:
    expected = f"expected a number from {scale.low:g} to {scale.high:g}"
    if why == MISSING:
        return f"no {name}{f', found {shown(text)!r}' if text else ''}; {expected}"
    is_what = "is not a number" if why == NO_NUMBER else "is out of scale"
    return f"{name} {shown(text)!r} {is_what}; {expected}"
