"""Text that Markdown shows as it is."""

import re
from typing import Any

# what begins code, emphasis, HTML, a cell, a link, an entity
SIGNS = re.compile(r"[\\`*<>|~]|(?<=\])(?=[(\[:])|!(?=\[)|&(?=#?\w+;)|(?<![^\W_])_|_(?![^\W_])|\$")


def escaped(text: str) -> str:
    r"""Return a text so that Markdown shows it as it is, on one line.

    Examples
    --------
    >>> escaped("a|b <b>bold</b> `x` [y](z)")
    'a\\|b \\<b\\>bold\\</b\\> \\`x\\` [y]\\(z)'
    """
    return SIGNS.sub(r"\\\g<0>", " ".join(text.split()))


def escaped_in(value: Any) -> Any:
    """Return a value of builtin types in which every text is :func:`escaped`, but no key."""
    if isinstance(value, str):
        return escaped(value)
    if isinstance(value, dict):
        return {key: escaped_in(each) for key, each in value.items()}
    return [escaped_in(each) for each in value] if isinstance(value, list | tuple) else value
