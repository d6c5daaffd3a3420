"""The errors that a person can fix; everything else is a defect and keeps its traceback."""

import re

COPY_AGAIN = "copy it again from its publisher"
CANNOT_BE_READ = "cannot be read"
LONGEST_LINE = 1000  # characters; what a damaged file holds may be of any length


class SarangiError(Exception):
    """Says what was found, where, what was expected and what to do; shown without a traceback.

    Each argument is a line of its own: a message, and under it, where there are several, its problems.
    What a line quotes of a file may be anything; it is shown as :func:`shown` has it.
    """

    def __str__(self) -> str:
        return "\n".join(shown(str(line)) for line in self.args)


class RecordingError(SarangiError):
    """One recording cannot be used; the utterance is marked failed, and the job continues with the others.

    Attributes
    ----------
    found
        What is wrong with it, without what to do.
    cause
        The same without what is peculiar to this one recording, so that recordings can be counted by it.
    """

    def __init__(self, found: str, advice: str = "", cause: str | None = None):
        super().__init__(f"{found}; {advice}" if advice else found)
        self.found, self.cause = found, cause or found


def cause_of(error: SarangiError) -> str:
    """Return what to count an utterance under that failed with an error."""
    return error.cause if isinstance(error, RecordingError) else CANNOT_BE_READ


class CutShortError(RecordingError):
    """A recording ends before its header says."""


def shown(text: str) -> str:
    """Return a text as one line that can be printed, stored as UTF-8, and read.

    Line breaks become a blank, other characters without a shape their escapes, and a long text loses its
    middle.
    """
    text = _cut(text)  # first: to escape the characters of a whole file takes long
    text = re.sub(r"\s*[\r\n]\s*", " ", text)
    if not text.isprintable():
        text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return _cut(text)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_LINE else f"{text[: LONGEST_LINE - 300]} … {text[-290:]}"
