"""Where figures begin: matplotlib's own defaults and its own fonts, whatever the user has set."""

import unicodedata
import warnings
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import matplotlib
from matplotlib.font_manager import findfont, fontManager, get_font

FONT = "DejaVu Sans"
"""The font of all figures, which matplotlib brings."""

SHOWN = 10  # letters that a message names


def from_defaults() -> None:
    """Forget what a ``matplotlibrc``, a style or a variable set, and every font but matplotlib's own.

    A font of the same name on this machine, or a font cache that names another file, would draw other bytes.
    """
    matplotlib.use("Agg")
    matplotlib.rcdefaults()
    # a dollar sign in a title is a dollar sign
    matplotlib.rcParams.update({"text.parse_math": False})
    fontManager.ttflist.clear()
    for file in sorted(Path(matplotlib.get_data_path(), "fonts/ttf").glob("*.ttf")):
        fontManager.addfont(file)
    # what cannot be shown is said once, in words
    warnings.filterwarnings("ignore", r"Glyph \d+ .* missing from")


def undrawable(texts: Iterable[str]) -> dict[str, list[str]]:
    """Return texts that hold letters which :data:`FONT` lacks, each with those letters."""
    lacking = {text: sorted({letter for letter in text if not _has(letter)}) for text in texts}
    return {text: letters for text, letters in lacking.items() if letters}


def named(letters: Iterable[str]) -> str:
    """Return letters with their names in Unicode, for a message."""
    texts = [f"{letter} ({unicodedata.name(letter, f'U+{ord(letter):04X}')})" for letter in letters]
    return ", ".join(texts[:SHOWN]) + (" and others" if len(texts) > SHOWN else "")


def _has(letter: str) -> bool:
    # what only breaks or joins has no shape
    return ord(letter) in _letters() or unicodedata.category(letter) in ("Cc", "Cf", "Zs", "Zl", "Zp")


@cache
def _letters() -> frozenset[int]:
    return frozenset(get_font(findfont(FONT)).get_charmap())
