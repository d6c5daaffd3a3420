"""A campaign of tries: each a small named function of a folder of its own, and a table of how they went.

A try returns None where it was survived, or what is wrong; an error that it raises is wrong, too.
"""

import argparse
import contextlib
import io
import signal
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path

from sarangi.base.errors import SarangiError

SECONDS = 25  # that a try may take

Try = Callable[[Path], str | None]


class Campaign:
    """Tries by their names; ``around`` makes what each is done within."""

    def __init__(self, around: Callable[[], contextlib.AbstractContextManager] = contextlib.nullcontext):
        self.tries: dict[str, Try] = {}
        self._around = around

    def attempt(self, function: Try) -> Try:
        """Enter a try by its name."""
        name = function.__name__.replace("_", " ")
        assert name not in self.tries, name
        self.tries[name] = function
        return function

    def outcome(self, name: str, folder: Path) -> str | None:
        """Return what is wrong after a try; None where it was survived."""
        folder.mkdir(parents=True)
        try:
            with self._around(), contextlib.redirect_stderr(io.StringIO()):  # bars of progress
                return self.tries[name](folder)
        except SarangiError as error:
            return f"a message where none should come: {error}"
        except Exception:  # whatever it is, it is no message
            return traceback.format_exc(limit=-2).replace("\n", " ")

    def main(self, description: str | None) -> int:
        """Do the tries that the command line names, print how each went and a table; 1 where one failed."""
        parser = argparse.ArgumentParser(
            description=description, formatter_class=argparse.RawTextHelpFormatter
        )
        parser.add_argument("--only", default="", metavar="WORDS", help="tries whose name holds these words")
        only = parser.parse_args().only

        def hung(*_: object) -> None:
            raise TimeoutError(f"it took more than {SECONDS} s")

        signal.signal(signal.SIGALRM, hung)
        wrong = {}
        chosen = [name for name in self.tries if only in name]
        with tempfile.TemporaryDirectory() as place:
            for number, name in enumerate(chosen):
                signal.alarm(SECONDS)
                found = self.outcome(name, Path(place).resolve() / str(number))
                signal.alarm(0)
                print(f"survived: {name}" if found is None else f"FAILED: {name}: {found}", flush=True)
                if found is not None:
                    wrong[name] = found
        print("\n| tried | survived | failed |\n|---:|---:|---:|")
        print(f"| {len(chosen)} | {len(chosen) - len(wrong)} | {len(wrong)} |")
        for name, found in wrong.items():
            print(f"- {name}: {found}")
        return bool(wrong)
