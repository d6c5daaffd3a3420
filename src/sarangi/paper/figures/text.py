"""How much room a text takes, and where its lines are broken."""

from functools import cache

from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from sarangi.paper.figures.style import SMALL, STYLE

LEADING = 1.25 / 72  # inches a line takes for each point of its letters

LOOSE = 1.03  # widths are reckoned a little larger: pixels move letters apart


@cache
def _letter(letter: str, weight: str) -> float:
    """Return the width of a letter in parts of its size."""
    how = FontProperties(family=STYLE["font.family"], size=100, weight=weight)
    # between bars, since blanks alone have no width
    wide, bars = (
        text_to_path.get_text_width_height_descent(text, how, ismath=False)[0]
        for text in (f"|{letter}|", "||")
    )
    return (wide - bars) / 100


def width_of(text: str, size: float, weight: str = "normal") -> float:
    """Return the width of a line of text in inches, for letters of ``size`` points."""
    return LOOSE * sum(_letter(letter, weight) for letter in text) * size / 72


@cache
def broken(text: str, width: float, size: float = SMALL, weight: str = "normal") -> str:
    """Return a text broken into lines no wider than ``width`` inches; a longer word is broken itself."""
    lines = [""]
    for word in text.split():
        if lines[-1] and width_of(f"{lines[-1]} {word}", size, weight) <= width:
            lines[-1] += f" {word}"
            continue
        lines.append("")
        for letter in word:
            if lines[-1] and width_of(lines[-1] + letter, size, weight) > width:
                lines.append("")
            lines[-1] += letter
    return "\n".join(line for line in lines if line)


def height_of(text: str, size: float) -> float:
    """Return the height of a text in inches."""
    return (text.count("\n") + 1) * size * LEADING
