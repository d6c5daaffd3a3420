"""The canonical emotions, what else they are called, and how any label becomes the name of an emotion."""

import re
import unicodedata
from collections.abc import Iterable

EMOTIONS = (
    "angry", "calm", "disgust", "fearful", "happy", "neutral", "sad", "sarcasm", "surprised",
)  # fmt: skip
"""The canonical emotions; a corpus maps its own labels to these, and may have further ones."""

SYNONYMS = {
    "ang": "angry", "anger": "angry",
    "calmness": "calm",
    "dis": "disgust", "disgusted": "disgust",
    "fea": "fearful", "fear": "fearful", "afraid": "fearful",
    "exc": "happy", "hap": "happy", "happiness": "happy", "joy": "happy",
    "neu": "neutral",
    "sadness": "sad",
    "sarcastic": "sarcasm",
    "sur": "surprised", "surprise": "surprised",
}  # fmt: skip
"""What corpora call a canonical emotion; ``exc`` counts as happy, as it does wherever IEMOCAP is scored."""

LONGEST = 40


def canonical_of(label: str) -> str | None:
    """Return the canonical emotion that a label stands for, in any case; None for another label.

    Examples
    --------
    >>> canonical_of("Anger"), canonical_of("boredom")
    ('angry', None)
    """
    plain = unicodedata.normalize("NFC", label).strip().casefold()
    return plain if plain in EMOTIONS else SYNONYMS.get(plain)


def name_of(label: str) -> str | None:
    """Return a label as the name of an emotion, as it is in ``p_<emotion>`` and ``recall_<emotion>``.

    Canonical where :func:`canonical_of` knows it.  Else letters, marks and digits of any script stay, in
    lower case and composed (NFC), and what is between them becomes ``_``.

    Returns
    -------
    str or None
        None for a label without a letter or digit, and for one of more than :data:`LONGEST` characters.

    Examples
    --------
    >>> name_of("very happy")
    'very_happy'
    """
    canonical = canonical_of(label)
    if canonical is not None:
        return canonical
    composed = unicodedata.normalize("NFC", unicodedata.normalize("NFC", label).lower())
    # marks without a shape, such as those of direction, are no part of a name
    seen = (letter for letter in composed if unicodedata.category(letter) != "Cf")
    kept = "".join(letter if unicodedata.category(letter)[0] in "LMN" else " " for letter in seen)
    name = "_".join(kept.split())
    return name if 0 < len(name) <= LONGEST else None


def title_of(emotion: str) -> str:
    """Return the name of an emotion as people read it.

    Examples
    --------
    >>> title_of("very_happy")
    'very happy'
    """
    return emotion.replace("_", " ")


def ordered(emotions: Iterable[str], preferred: Iterable[str] = ()) -> list[str]:
    """Return emotions, each once, in the order of tables and figures.

    Parameters
    ----------
    emotions
        Names of any vocabulary.
    preferred
        The configuration's order (its key ``emotions``); what it does not name comes after it, the canonical
        ones first, then the others by the alphabet.

    Examples
    --------
    >>> ordered({"boredom", "sad", "angry"}, ["sad"])
    ['sad', 'angry', 'boredom']
    """
    first = list(dict.fromkeys([*preferred, *EMOTIONS]))
    return sorted(set(emotions), key=lambda name: (first.index(name) if name in first else len(first), name))


def is_name(text: str) -> bool:
    """Return whether a text is the name of an emotion: what :func:`name_of` makes of some label."""
    return re.fullmatch(r"\S+", text) is not None and name_of(text) == text
