"""What a table says of what is not available: a note, since the table "Not available here" has it by name."""

from collections.abc import Iterable, Sequence

from sarangi.base.missing import Missing

TITLE = "Not available here"
"""Of the table that lists what is not available, each with what to do about it."""


def not_here(titles: Iterable[str]) -> list[str]:
    """Return a note that names what a table has no row of; none where nothing is missing."""
    names = list(dict.fromkeys(titles))
    return [f"Not available here: {', '.join(names)}."] if names else []


def cannot_run(waiting: Sequence[tuple[str, str, str, Sequence[Missing]]]) -> list[str]:
    """Return a note that counts the experiments that cannot run here, and names what they need.

    Parameters
    ----------
    waiting
        Corpus, protocol and model of each, and what is missing of it.
    """
    if not waiting:
        return []
    needed = sorted({each.in_words for *_, missing in waiting for each in missing})
    them = (
        "1 experiment that cannot run here; it needs"
        if len(waiting) == 1
        else (f"{len(waiting)} experiments that cannot run here; they need")
    )
    return [f"Without {them} {', '.join(needed)} (table “{TITLE}”)."]
