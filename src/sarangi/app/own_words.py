"""What the model card of somebody else's model says: read as text, bounded, and shown as its own words."""

import logging
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from sarangi.base.documents import DocumentError, text_in
from sarangi.base.yaml_documents import yaml_of

log = logging.getLogger("sarangi")

CARD = "README.md"
MOST, LONGEST = 20, 1500
"""Names in a list, and characters of text."""
FACTS = {
    "license": "Licence",
    "license_name": "Name of the licence",
    "language": "Language",
    "datasets": "Trained or tested on",
    "base_model": "Began from",
}
"""What is read of the card's front matter, with how it is called."""
TOLD = re.compile(r"descri|data|train|intend|limit|bias|licen|cite", re.IGNORECASE)
"""In headings whose sections are shown."""
FRONT = re.compile(r"\A---\r?\n(.*?)\r?\n---\s*$(.*)\Z", re.DOTALL | re.MULTILINE)


class OwnWords(NamedTuple):
    """Facts of a card by :data:`FACTS`'s words, each as one text, and paragraphs of it."""

    facts: dict[str, str]
    paragraphs: list[str]


def own_words(folder: Path) -> OwnWords | None:
    """Return what the model card in a folder says; None without one, or with one that cannot be read."""
    file = folder / CARD
    if not file.is_file():
        return None
    try:
        text = text_in(file)
        front = FRONT.match(text)
        # behind a line, so that an error names that of the file
        settings = yaml_of(f"\n{front[1]}") if front else {}
    except (OSError, DocumentError) as error:
        log.warning("%s: the model card cannot be read (%s); it is not shown", file, error)
        return None
    return OwnWords(_facts(settings), _paragraphs(front[2] if front else text))


def _facts(settings: Any) -> dict[str, str]:
    if not isinstance(settings, Mapping):
        return {}
    found = {}
    for key, called in FACTS.items():
        value = settings.get(key)
        names = value if isinstance(value, list) else [value]
        told = [str(name)[:100] for name in names if isinstance(name, str | int)][:MOST]
        if told:
            found[called] = ", ".join(told)
    return found


def _paragraphs(text: str) -> list[str]:
    """Return the paragraphs of the sections that say what a model is, without code, tables and markup."""
    text = re.sub(r"^(```|~~~).*?^\1\s*$", "", text, flags=re.DOTALL | re.MULTILINE)
    told: list[str] = []
    left = LONGEST
    for paragraph in _of_sections(text):
        if len(paragraph) > left:
            cut = paragraph[:left].rsplit(" ", 1)[0]
            return [*told, f"{cut} …"] if cut else told
        told.append(paragraph)
        left -= len(paragraph)
    return told


def _of_sections(text: str) -> Iterator[str]:
    wanted = False
    for block in re.split(r"\n\s*\n|\n(?=#)|(?<=\n)(?=#)", text):
        heading = re.match(r"\s*#+\s*(.*)", block)
        if heading:
            wanted = bool(TOLD.search(heading[1]))
            block = block.partition("\n")[2] if "\n" in block.strip() else ""
        plain = _plain(block)
        if wanted and plain and not plain.startswith("|"):
            yield plain


def _plain(block: str) -> str:
    """Return a block of Markdown without images, tags, and the marks of links and emphasis."""
    text = re.sub(r"!\[[^\]]*\]\([^)]*\)", "", block)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"<[^>]*>", "", text)
    return " ".join(re.sub(r"[*_`]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}", "", text).split())
