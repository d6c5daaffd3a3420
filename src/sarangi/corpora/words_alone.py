"""Corpora of words: what is read without a recording, for models that need none.

A module of a layout whose tables or texts say of every utterance who spoke which words with which label has
``SOUND``: where its recordings lie, in words.  Such a corpus can be used without them.
"""

from pathlib import Path

from sarangi.base.errors import SarangiError
from sarangi.corpora.beside import SUFFIXES
from sarangi.corpora.registry import load
from sarangi.sources.listing import FILE, listed_below
from sarangi.sources.source import Source


def sound_of_layout(corpus: str) -> str | None:
    """Return where the recordings of a corpus lie whose tables suffice without them; None for any other."""
    found: str | None = getattr(load(corpus), "SOUND", None)
    return found


def has_sound(source: Source) -> bool:
    """Whether any file of a corpus has the suffix of sound or of film."""
    return bool(source.paths(*SUFFIXES))


def is_of_words_alone(place: Path) -> bool:
    """Whether a corpus that is there has no recording; a folder is listed no further than to the first.

    Of one that cannot be listed or opened it is not known, and whoever makes its manifest is told so.
    """
    if not place.exists():
        return False
    if place.is_dir():
        return not any(
            entry.kind == FILE and entry.path.lower().endswith(SUFFIXES) for entry in listed_below(place)
        )
    try:
        with Source(place) as opened:
            return not has_sound(opened)
    except SarangiError:
        return False  # the rule that reads it says what is wrong with it
