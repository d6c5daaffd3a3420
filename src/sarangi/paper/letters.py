"""Letters that LaTeX's fonts cannot print: the configuration's are refused, the data's become their codes."""

import logging
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sarangi.base.errors import SarangiError

log = logging.getLogger("sarangi")

RANGES = (
    "9-A 20-7E A0-125 128-137 139-13E 141-148 14A-165 168-17E 192 1C4-1D4 1E2-1E3 1E6-1EB 1F0 1F4-1F5 "
    "218-21B 232-233 237 2C6-2C7 2D8-2D9 2DB-2DD E3F 1E02-1E03 1E0D 1E1E-1E21 1E25 1E30-1E31 1E37 1E43 "
    "1E45 1E47 1E5B 1E63 1E6D 1E8E-1E91 1E9E 1EF2-1EF3 200C 2010-2016 2018-201A 201C-201E 2020-2022 "
    "2026 2030-2031 2039-203B 203D 2044 204E 2052 20A1 20A4 20A6 20A9 20AB-20AC 20B1 2103 2116-2117 "
    "211E 2120 2122 2126-2127 212E 2190-2193 2329-232A 2422-2423 25E6 25EF 266A 27E8-27E9 3008-3009 "
    "FB00-FB06 FEFF"
)
"""What the encodings T1 and TS1 declare (``t1enc.dfu``, ``ts1enc.dfu``), and Latin Modern has."""
BEYOND = re.compile(
    "[^"
    + "".join(f"\\U{int(p, 16):08x}" if p != "-" else p for p in re.findall(r"[0-9A-F]+|-", RANGES))
    + "]+"
)
SHOWN = 8  # letters that a message names


def printable(files: Mapping[str, Path], configuration: Mapping[str, Any]) -> None:
    """Make LaTeX files printable, before LaTeX starts.

    Letters in two parts become one (NFC).  Those that the fonts lack and that come from the data, such as a
    label of a corpus, become their codes, which is said.

    Parameters
    ----------
    files
        Copies of what the rules made, by the name of the original; they are changed in place.
    configuration
        Whose texts they hold.

    Raises
    ------
    SarangiError
        If a text of the configuration has such letters: names its key.
    """
    texts = {
        name: unicodedata.normalize("NFC", file.read_text(encoding="utf-8")) for name, file in files.items()
    }
    found = {name: words for name, text in texts.items() if (words := sorted(set(BEYOND.findall(text))))}
    everything = " ".join(word for words in found.values() for word in words)
    blamed = [
        f"{key}: “{text}” has {_named(words)}; write it in Latin letters"
        for key, text in _texts_of(configuration)
        if (words := BEYOND.findall(unicodedata.normalize("NFC", text)))
        and all(word in everything for word in words)
    ]
    if blamed:
        raise SarangiError("the paper's fonts cannot print a text of the configuration:", *blamed)
    for name, words in found.items():
        log.warning(
            "%s: the paper's fonts cannot print %s; their codes are printed instead", name, _named(words)
        )
        texts[name] = BEYOND.sub(_codes, texts[name])
    for name, file in files.items():
        file.write_text(texts[name], encoding="utf-8")


def _codes(found: re.Match[str]) -> str:
    return " ".join(rf"\texttt{{U+{ord(letter):04X}}}" for letter in found[0])


def _named(words: Sequence[str]) -> str:
    letters = sorted(set("".join(words)))
    named = [f"{letter} ({unicodedata.name(letter, f'U+{ord(letter):04X}')})" for letter in letters[:SHOWN]]
    return ", ".join(named) + (" and others" if len(letters) > SHOWN else "")


def _texts_of(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text of a configuration with its key."""
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield from _texts_of(each, f"{key}.{name}" if key else str(name))
    elif isinstance(value, list | tuple):
        for place, each in enumerate(value):
            yield from _texts_of(each, f"{key}[{place}]")
