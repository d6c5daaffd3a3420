"""The rows of an audit, and what every audit reads of a corpus."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pyarrow as pa

from sarangi.base import store
from sarangi.base.auditing import FAILED_UTTERANCES, FATAL, OK, WARNING
from sarangi.base.dimension_rows import DIMENSION, UNRATED
from sarangi.base.failures import failures_in, too_many
from sarangi.base.store import Output

AUDIT = pa.schema(
    [
        pa.field("check", pa.string(), nullable=False),
        pa.field("subject", pa.string(), nullable=False),
        pa.field("value", pa.float64()),
        pa.field("verdict", pa.string(), nullable=False),
        pa.field("detail", pa.string(), nullable=False),
    ]
)

COLUMNS = [
    "utterance_id", "speaker", "group", "emotion", "text", "start", "end", "duration_s", "sample_rate",
    "channels", "sha256", "status", "reason", "cause", "copies", "no_sound", "gender", "age", "language",
    "session", "part",
]  # fmt: skip
"""Of the manifest, what is looked at."""

LISTED = 20  # names in a detail

UNHEARD = "not checked: no recordings"


class Voted(NamedTuple):
    """The votes of a corpus, and the confidence of intervals of agreement."""

    file: Path
    confidence: float


Row = tuple[str, str, float, str, str]
"""Check, subject, value, verdict and detail."""


class Audited(NamedTuple):
    """The files of a corpus that an audit reads.

    Parameters
    ----------
    manifest
        Of the corpus.
    levels
        How loud each of its recordings is; none for a corpus without recordings.
    near_duplicates
        Pairs of recordings that share sound; None for a corpus without recordings.
    votes
        Of its annotators; None for a corpus without.
    """

    manifest: Path
    levels: Sequence[Path] = ()
    near_duplicates: Path | None = None
    votes: Voted | None = None

    def utterances(self) -> pd.DataFrame:
        """Return the manifest's rows, of :data:`COLUMNS` and ratings, with the levels if there are any."""
        ratings = [name for name in store.columns(self.manifest) if name.startswith((DIMENSION, UNRATED))]
        whole = store.read(self.manifest, [*COLUMNS, *ratings])
        if not self.levels:
            return whole
        # what could not be decoded has failed there, and not yet in the manifest
        loud = pd.concat([store.read(path) for path in self.levels])
        return whole.drop(columns=["status", "reason", "cause"]).merge(loud, on="utterance_id")

    def pairs(self) -> pd.DataFrame | None:
        """Return the pairs of recordings that share sound, or None."""
        return store.read(self.near_duplicates) if self.near_duplicates else None


def failed_row(whole: pd.DataFrame, subject: str) -> Row:
    """Return how many utterances failed, of all of a corpus; fatal where these are too many to believe it."""
    failed, usable, words = failures_in(zip(whole["status"], whole["cause"], whole["reason"], strict=True))
    verdict = FATAL if too_many(failed, usable) else WARNING if failed else OK
    return FAILED_UTTERANCES, subject, failed, verdict, words


def write_audit(frame: pd.DataFrame, output: Output) -> None:
    """Write an audit, sorted by check and subject."""
    output.write(frame.sort_values(["check", "subject"], ignore_index=True), AUDIT)


def listed(names: Iterable[str]) -> str:
    """Return the first :data:`LISTED` names in a row, and how many more there are."""
    names = list(names)
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    return ", ".join(names[:LISTED]) + more
