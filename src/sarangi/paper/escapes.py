"""Text as LaTeX prints it, and back."""

import re

SPECIAL = {
    **{character: f"\\{character}" for character in "&%$#_{}"},
    "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "<": r"\textless{}", ">": r"\textgreater{}",
}  # fmt: skip


def latex(text: str) -> str:
    r"""Return a text as LaTeX prints it: special characters escaped, a minus where one is meant.

    Examples
    --------
    >>> latex("a_b: -0.5")
    'a\\_b: $-$0.5'
    """
    text = re.sub(r"(?<![\w.-])-(?=\d)", "\0", text).translate(str.maketrans(SPECIAL))
    return text.replace("\0", "$-$")


def plain(text: str) -> str:
    """Return the text that :func:`latex` was given."""
    text = text.replace("$-$", "-")
    for character, written in SPECIAL.items():
        text = text.replace(written, character)
    return text
