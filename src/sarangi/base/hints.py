"""Hints for names that are not there."""

import difflib


def nearest(name: str, valid: list[str] | tuple[str, ...]) -> str:
    """Return a hint: the valid name most like ``name``, or all of them."""
    valid = ["null" if choice is None else choice for choice in valid]
    close = difflib.get_close_matches(str(name), valid, n=1, cutoff=0.5)
    return f"did you mean {close[0]}?" if close else f"valid: {', '.join(sorted(valid))}"
