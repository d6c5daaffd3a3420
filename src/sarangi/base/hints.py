"""Hints for names that are not there."""

import difflib
from collections.abc import Iterable


def closest(name: str, valid: Iterable[str]) -> str | None:
    """Return the valid name most like ``name``, or None where none is like it."""
    close = difflib.get_close_matches(str(name), list(valid), n=1, cutoff=0.5)
    return close[0] if close else None


def nearest(name: str, valid: list[str] | tuple[str, ...]) -> str:
    """Return a hint: the valid name most like ``name``, or all of them."""
    valid = ["null" if choice is None else choice for choice in valid]
    close = closest(name, valid)
    return f"did you mean {close}?" if close else f"valid: {', '.join(sorted(valid))}"
