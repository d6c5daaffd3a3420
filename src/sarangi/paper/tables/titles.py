"""Titles and the order of rows."""

from collections.abc import Sequence

from sarangi.corpora.registry import load


def place_in_order(
    titles: dict[str, dict[str, str]], corpus: str, protocol: str, model: str
) -> tuple[str, int, int]:
    """Return what sorts rows by corpus, then in the order of the configuration."""
    return corpus, list(titles["protocols"]).index(protocol), list(titles["models"]).index(model)


def title(corpus: str, synthetic: Sequence[str]) -> str:
    """Return the title of a corpus, with a word where the demo's generator spoke it."""
    return load(corpus).TITLE + (" (synthetic)" if corpus in synthetic else "")
