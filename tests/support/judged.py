"""How a try of a campaign ended: in the right thing, or in a message that keeps the promises of one."""

import contextlib
import io
import logging
import os
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from sarangi.base.errors import SarangiError

SECRET = "hUnter2secret"  # noqa: S105  (what no message and no log may hold)
REMEDY = re.compile(
    r"\b(again|look|mend|restore|get|put|make|name|open|run|ask|check|unpack|clone|install|choose|expected|take"
    r"|write|unset|move|add|correct|fetch|set|convert|leave|keep|delete|join|must)\b",
    re.IGNORECASE,
)


@contextlib.contextmanager
def inside(folder: Path, variables: Mapping[str, str | None]) -> Iterator[io.StringIO]:
    """Work in a folder, with variables (None: without), and yield what the log and the terminal are told."""
    before, place, told = dict(os.environ), Path.cwd(), io.StringIO()
    log, handler = logging.getLogger("sarangi"), logging.StreamHandler(told)
    level = log.level
    log.addHandler(handler)
    log.setLevel(logging.DEBUG)
    os.chdir(folder)
    for name, value in variables.items():
        os.environ.pop(name, None)
        if value is not None:
            os.environ[name] = value
    try:
        with contextlib.redirect_stdout(told), contextlib.redirect_stderr(told):
            yield told
    finally:
        os.chdir(place)
        os.environ.clear()
        os.environ.update(before)
        log.removeHandler(handler)
        log.setLevel(level)


def wrong_with(
    folder: Path, call: Callable[[], str | None], says: str | None, variables: Mapping[str, str | None]
) -> str | None:
    """Return what is wrong with how a call ended; None if nothing.

    Parameters
    ----------
    folder
        To work in.
    call
        Raises a SarangiError, or returns what is wrong with what it gave.
    says
        Pattern of the message that must come; None where none may; ``|`` in front where either is right.
    variables
        Of the environment.
    """
    message = None
    with inside(folder, variables) as told:
        try:
            problem = call()
        except SarangiError as error:
            message, problem = str(error), None
    if SECRET in told.getvalue():
        return f"the secret is in the log: {told.getvalue()[-300:]}"
    if "Traceback" in told.getvalue():
        return f"a traceback is in the log: {told.getvalue()[-300:]}"
    if message is None:
        return problem or ("nothing was said" if says and not says.startswith("|") else None)
    if SECRET in message:
        return f"the secret is in the message: {message}"
    if says is None:
        return f"refused what is right: {message}"
    if "\n" in message or not re.search(says.removeprefix("|") or ".", message):
        return f"another message: {message}"
    return None if REMEDY.search(message) else f"no remedy in the message: {message}"
