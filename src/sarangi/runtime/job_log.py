"""The log of a job: all that the job, its libraries and the programs it starts print, and nothing else.

A terminal shows a person how a run is doing (:mod:`sarangi.runtime.console`); the bars and notes of libraries
would bury that, and two jobs at a time would mix theirs.
"""

import contextlib
import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path

STREAMS = (1, 2)
"""File descriptors of standard output and standard error, which started programs inherit."""
FORM = logging.Formatter("%(levelname)s %(message)s")


class LogFile(logging.Handler):
    """Writes records to a log at once; what the disk does not take goes to the terminal.

    Parameters
    ----------
    file, terminal
        File descriptors: of the log, and of what was standard error before.
    """

    def __init__(self, file: int, terminal: int):
        super().__init__()
        self.setFormatter(FORM)
        self._file, self._terminal = file, terminal

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record."""
        line = f"{self.format(record)}\n".encode(errors="backslashreplace")
        try:
            _write(self._file, line)
        except OSError:  # a full disk must not hide what the job has to say
            _write(self._terminal, line)


@contextlib.contextmanager
def logged(path: str | None, log: logging.Logger) -> Iterator[None]:
    """Send what this process and its children print to a log, and back to the terminal at the end.

    Parameters
    ----------
    path
        The log, written from its start; None leaves everything on the terminal.
    log
        The logger whose records, and all warnings of Python, are in the log too.

    Raises
    ------
    OSError
        If the log cannot be opened; this is also on the terminal.
    """
    log.setLevel(logging.INFO)
    if path is None:
        handler: logging.Handler = logging.StreamHandler()
        handler.setFormatter(FORM)
        with _handled(handler, log):
            yield
        return
    try:
        file = _opened(path)
    except OSError as error:
        print(f"{path}: the log cannot be written: {error.strerror}", file=sys.stderr)
        raise
    terminal = [os.dup(stream) for stream in STREAMS]
    _flush()
    for stream in STREAMS:
        os.dup2(file, stream)
    try:
        with _handled(LogFile(file, terminal[-1]), log):
            yield
    finally:
        _flush()
        for stream, before in zip(STREAMS, terminal, strict=True):
            os.dup2(before, stream)
            os.close(before)
        os.close(file)
        _flush()


@contextlib.contextmanager
def _handled(handler: logging.Handler, log: logging.Logger) -> Iterator[None]:
    logging.captureWarnings(True)
    loggers = (log, logging.getLogger("py.warnings"))
    for logger in loggers:
        logger.addHandler(handler)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeHandler(handler)
        logging.captureWarnings(False)


def _opened(path: str) -> int:
    """Open a log: each write goes to its end, whoever else writes there."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o666)


def _write(file: int, text: bytes) -> None:
    while text:
        text = text[os.write(file, text) :]


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError):  # a full disk: the text stays in the buffer, for the terminal
            stream.flush()
