"""The interpreter of the jobs, where a shell reads its path."""

import os
import shlex
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from snakemake.script import ScriptBase
from snakemake_interface_executor_plugins.executors.real import RealExecutor

INTERPRETER = "py_exec"
ASKED = "get_python_executable"
"""The method in which an executor says with which interpreter a scheduler starts a job."""
QUOTES = "_sarangi_quotes"
"""Set where this is done: a process may read the Snakefile twice."""


def quote_interpreter() -> None:
    """Have Snakemake quote the path of the interpreter, which it hands to a shell as it is (9.27).

    Else no job starts in a folder whose name has a blank.  Nothing is done where nothing has to be quoted.
    """
    if shlex.quote(sys.executable) == sys.executable or hasattr(ScriptBase, QUOTES):
        return
    setattr(ScriptBase, QUOTES, True)
    execute = ScriptBase._execute_cmd

    def quoted(self: ScriptBase, cmd: str, **named: Any) -> Any:
        if INTERPRETER in named:
            named[INTERPRETER] = shlex.quote(named[INTERPRETER])
        return execute(self, cmd, **named)

    ScriptBase._execute_cmd = quoted
    for kind in set(_kinds(RealExecutor)):
        if ASKED in vars(kind):
            setattr(kind, ASKED, _quoted(vars(kind)[ASKED]))


def library_alone(library: Path) -> Path:
    """Return a folder where an interpreter of another environment finds this library and nothing else.

    It is the library's own in a checkout; of an installed one a link in ``.snakemake`` leads there, since the
    packages around it are of this interpreter.
    """
    if library.name == "src":
        return library
    folder = Path(".snakemake/library").absolute()
    link, leads_to = folder / "sarangi", library / "sarangi"
    if not (link.is_symlink() and link.readlink() == leads_to):
        folder.mkdir(parents=True, exist_ok=True)
        temporary = folder / f"sarangi.{os.getpid()}"
        temporary.symlink_to(leads_to, target_is_directory=True)
        temporary.replace(link)
    return folder


def _kinds(kind: type) -> Iterator[type]:
    each: type
    for each in kind.__subclasses__():
        yield each
        yield from _kinds(each)


def _quoted(asked: Callable[[Any], str]) -> Callable[[Any], str]:
    return lambda self: shlex.quote(asked(self))
