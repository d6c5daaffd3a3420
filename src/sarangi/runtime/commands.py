"""Commands that a person is told to give, as a shell takes them.

In a checkout they are given in its folder; of an installed package, in any.
"""

import os
import shlex
from pathlib import Path

from sarangi.base.installation import INSTALLED
from sarangi.runtime import provenance


def quoted(path: str | Path) -> str:
    r"""Return a path as one word of a shell, on one line, and never as an option.

    Examples
    --------
    >>> quoted("it's/x.csv"), quoted("-x"), quoted("a\nb")
    ('\'it\'"\'"\'s/x.csv\'', './-x', "$'a\\x0ab'")
    """
    text = f"./{path}" if str(path).startswith("-") else str(path)
    if text.isprintable():
        return shlex.quote(text)
    # a message shows such characters by their escapes, and bash reads these; so they are of bytes
    return "$'" + "".join(c if c.isprintable() and c not in "\\'" else _escaped(c) for c in text) + "'"


def _escaped(character: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in os.fsencode(character))


def folder_of(directory: Path = Path()) -> Path:
    """Return a folder as a command names it: from the project's folder, or by its whole path."""
    here = directory.resolve()
    return here.relative_to(provenance.PROJECT) if here.is_relative_to(provenance.PROJECT) else here


def placed(file: str | Path) -> str:
    """Return a file of the workflow in this folder as a word of a command."""
    return quoted(folder_of() / file)


def option(directory: Path = Path()) -> str:
    """Return the option that names the folder of a workflow, behind a blank; nothing in the project's own."""
    folder = folder_of(directory)
    return "" if folder == Path() else f" --directory {quoted(folder)}"


def snakemake(arguments: str, directory: Path = Path()) -> str:
    """Return a command of Snakemake on the workflow in a folder."""
    workflow = ' -s "$(sarangi where)"' if _installed() else ""
    return f"snakemake{workflow}{option(directory)} {arguments}"


def sarangi(arguments: str, directory: Path = Path()) -> str:
    """Return a command of ours on the workflow in a folder."""
    return f"{'sarangi' if _installed() else 'python -m sarangi'} {arguments}{option(directory)}"


def _installed() -> bool:
    return provenance.PROJECT == INSTALLED


def made_anew(file: str) -> str:
    """Return the command that makes a file again, also where Snakemake takes it for done.

    Files are known by content, so nothing else is made again unless its bytes change.  One job a command:
    of many forced files at once Snakemake was seen to leave one out.
    """
    return snakemake(f"--cores 1 --forcerun {quoted(file)} -- {quoted(file)}")
