"""How the audit writes down how many test utterances each emotion has."""

from collections.abc import Mapping

BEFORE, BETWEEN = "tested: ", ", "


def counts_text(counts: Mapping[str, int]) -> str:
    """Return the numbers of test utterances by emotion as the text of a column ``detail``."""
    return BEFORE + BETWEEN.join(f"{emotion} {count}" for emotion, count in counts.items())


def counts_in(text: str) -> dict[str, int]:
    """Return the numbers of test utterances that a column ``detail`` holds.

    Examples
    --------
    >>> counts_in("tested: angry 78, sad 0")
    {'angry': 78, 'sad': 0}
    """
    entries = (entry.rpartition(" ") for entry in text.removeprefix(BEFORE).split(BETWEEN))
    return {emotion: int(count) for emotion, _, count in entries}
