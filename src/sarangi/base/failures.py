"""How many utterances of a corpus failed, counted by their causes, and when these are too many."""

from collections import Counter
from collections.abc import Iterable

from sarangi.base.store import FAILED, OK

MOST_FAILED = 0.1
"""Share of the utterances that belong to the study which may fail before a corpus is not what it was."""
LISTED = 5  # causes that are told
UNKNOWN = "the reason is unknown"

Entry = tuple[str, str | float | None, str | float | None]
"""Status, cause and reason of an utterance."""


def too_many(failed: int, usable: int) -> bool:
    """Return whether more than :data:`MOST_FAILED` of a corpus failed; what was skipped is none of it."""
    return failed > MOST_FAILED * (failed + usable)


def failures_in(entries: Iterable[Entry]) -> tuple[int, int, str]:
    """Return how many utterances failed, how many are usable, and the words for it.

    The words count the failed by their causes, as in ``48 of 268 failed: 48 unknown emotion 'angry'``; they
    are empty where none failed.
    """
    causes: Counter[str] = Counter()
    usable = 0
    for status, cause, reason in entries:
        usable += status == OK
        if status == FAILED:
            # what is missing is None, or NaN in a data frame
            causes[next((text for text in (cause, reason) if isinstance(text, str)), UNKNOWN)] += 1
    failed = causes.total()
    words = f"{failed} of {failed + usable} failed: {counted(causes)}" if failed else ""
    return failed, usable, words


def counted(causes: Counter[str]) -> str:
    """Return causes with their counts, the commonest first, then by their words."""
    ordered = sorted(causes.items(), key=lambda entry: (-entry[1], entry[0]))
    more = sum(count for _, count in ordered[LISTED:])
    told = [f"{count} {cause}" for cause, count in ordered[:LISTED]]
    return ", ".join([*told, *([f"{more} of other causes"] if more else [])])
