"""Whether clips that have a name in common are of one voice: the table, and when it forbids pseudo-speakers.

Here since folds by pseudo-speaker are refused by what an audit of voices found.
"""

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa

from sarangi.base import store

NEAREST_CLIP, TWO_NAMES, ONE_NAME = "nearest_clip", "two_names", "one_name"
"""What is asked: whether a clip has one of its voice among others, whether the clips of two names are of one
voice, and whether those of one name are."""

SPEAKER, GENDER, CORPUS = "speaker", "gender", "corpus"
"""What a name is of; ``corpus`` where no clip has a gender."""

SINGLE_VOICES = pa.schema(
    [
        pa.field("question", pa.string(), nullable=False),
        pa.field("unit", pa.string(), nullable=False),
        pa.field("first", pa.string(), nullable=False),
        # of two names
        pa.field("second", pa.string()),
        # cosine distance, and that from which on there are two voices
        pa.field("distance", pa.float64()),
        pa.field("threshold", pa.float64()),
        # not rejected; null where it cannot be told, with the reason
        pa.field("one_voice", pa.bool_()),
        pa.field("clips", pa.int64(), nullable=False),
        # that the corpus names, of these clips
        pa.field("speakers", pa.int64(), nullable=False),
        pa.field("reason", pa.string()),
    ]
)


def one_voice_each(path: str | Path) -> str | None:
    """Return why pseudo-speakers make no sense on a corpus: each of its parts may be one voice; else None.

    Clusters would then part the clips of one voice, by emotion first.  A part is a gender, or the corpus; one
    with several known speakers is several voices, whatever is found, and one that nothing can be told of
    decides nothing.

    Parameters
    ----------
    path
        Of schema :data:`SINGLE_VOICES`.
    """
    table = store.read(path)
    parts = table[(table["question"] == ONE_NAME) & table["unit"].isin([GENDER, CORPUS])]
    told = parts[parts["one_voice"].notna()]
    if told.empty or not told["one_voice"].all() or (parts["speakers"] > 1).any():
        return None
    found = _listed(
        f"{row['first'] or 'all clips'} ({row['distance']:.3f}, two voices from {row['threshold']:.3f} on)"
        for row in told.to_dict("records")
    )
    instead = "leave one gender out" if len(parts) > 1 else "name the speakers"
    return (
        f"one voice is not rejected for {found}: pseudo-speakers would split the clips of one voice; "
        f"{instead} instead"
    )


def _listed(names: Iterable[str]) -> str:
    *before, last = names
    return f"{', '.join(before)} and {last}" if before else last
