"""The checks that a transcript passes or fails."""

from enum import StrEnum


class Check(StrEnum):
    """A check of ``whisper.transcribe`` that a text fails, and for which it is decoded again."""

    REPETITION = "repetition"
    PROBABILITY = "probability"


FAILED = "fails Whisper's check of {check} in every try"
"""The reason of a transcript that fails a check."""
PASSED, ALL = "passed", "all"
"""Which transcripts a text branch takes: those that pass the checks, or all."""
