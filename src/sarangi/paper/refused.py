"""What the paper's build refuses: letters too small to read, and names of the configuration for titles."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

LEAST_PT = 7
"""No letter of ours is smaller, in points: that is ``\\\\scriptsize`` of a document of 10 points."""
SMALL = re.compile(
    r"\\(tiny|scalebox|resizebox\*?|adjustbox|begin\{(?:adjustbox|tiny)\})(?![A-Za-z])"
    r"|\\fontsize\s*\{\s*(?P<size>\d+(?:\.\d+)?)"
)
"""What sets letters smaller than a size that has a name, or by a factor that nobody knows."""
IDS = ("corpora", "protocols", "models", "encoders", "asr", "feature_sets", "classifiers")
"""The parts of a configuration whose names are for people who write it, and titles for those who read."""
PLACE = frozenset("./")
"""Next to a name, what makes it part of the place of a file."""
BREAK = r"\allowbreak{}"
PRINTED = re.compile(r"[A-Za-z0-9]+(?:\\_[A-Za-z0-9]+)+")
MADE_OF_CODE = re.compile(r"\\(?:texttt|nolinkurl|url)\{[^{}]*\}")


def small_letters(files: Mapping[str, Path]) -> Iterator[str]:
    """Yield where LaTeX files set letters under :data:`LEAST_PT`, each as ``file:line: what``.

    Parameters
    ----------
    files
        LaTeX files by the names that a message gives them.
    """
    for name, path in files.items():
        for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), 1):
            for found in SMALL.finditer(_without_comment(line)):
                if found["size"] is None or float(found["size"]) < LEAST_PT:
                    yield f"{name}:{number}: {found[0]} sets letters that may be under {LEAST_PT} points"


def internal_ids(files: Mapping[str, Path], configuration: Mapping[str, Any]) -> Iterator[str]:
    """Yield where LaTeX files print a name of the configuration instead of its title.

    Those of more than one word are looked for, ``ravdess_loso_egemaps_svm`` and ``egemaps_svm``, since a word
    may be one of the text.  A name that is its own title, and one in the place of a file, is none.

    Parameters
    ----------
    files, configuration
        As in :func:`sarangi.paper.letters.printable`.
    """
    names = ids_of(configuration)
    for name, path in files.items():
        for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), 1):
            text = MADE_OF_CODE.sub("", _without_comment(line)).replace(BREAK, "")
            for found in PRINTED.finditer(text):
                beside = text[: found.start()][-1:] + text[found.end() :][:1]
                plain = found[0].replace("\\_", "_")
                # of a transfer the experiment
                if {plain, plain.split("_to_")[0]} & names and not PLACE & set(beside):
                    yield f"{name}:{number}: {plain} is a name of the configuration; a title belongs there"


def ids_of(configuration: Mapping[str, Any]) -> set[str]:
    """Return the names of more than one word that a configuration has and that are not titles."""
    parts = {key: configuration.get(key) or {} for key in IDS}
    names = {name for part in parts.values() for name in part}
    corpora, protocols, models = (parts[key] for key in ("corpora", "protocols", "models"))
    names |= {f"{c}_{p}_{m}" for c in corpora for p in protocols for m in models}
    titles = {str(entry.get("title", "")) for part in parts.values() for entry in part.values()}
    # a corpus with a table and no title is called by its name
    untitled = {name for name, entry in corpora.items() if "table" in entry and "title" not in entry}
    return {name for name in names if "_" in name} - titles - untitled


def _without_comment(line: str) -> str:
    return re.split(r"(?<!\\)%", line, maxsplit=1)[0]
