"""The errors that a person can mend; everything else is a defect and keeps its traceback."""


class SarangiError(Exception):
    """Says what was found, where, what was expected and what to do; shown without a traceback."""


class RecordingError(SarangiError):
    """One recording cannot be used; the utterance is marked failed and the others go on."""
