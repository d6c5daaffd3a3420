"""A campaign of tries: each a small named function of a folder of its own, and a table of how they went.

A try returns None where it was survived, or what is wrong; an error that it raises is wrong, too.
"""

import argparse
import contextlib
import io
import signal
import tempfile
import time
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path

from sarangi.base.errors import SarangiError

SECONDS = 25  # that a try may take


class HangError(BaseException):
    """A try took too long; no Exception, which what is tried may catch (TimeoutError is an OSError)."""


Try = Callable[[Path], str | None]


class Campaign:
    """Tries by their names; ``around`` makes what each is done within."""

    def __init__(self, around: Callable[[], contextlib.AbstractContextManager] = contextlib.nullcontext):
        self.tries: dict[str, Try] = {}
        self.independent: dict[str, str | None] = {}
        """Tries of who wrote neither the others nor the mends: what failed at first, None if nothing."""
        self._around = around

    def attempt(self, function: Try) -> Try:
        """Enter a try by its name."""
        name = function.__name__.replace("_", " ")
        assert name not in self.tries, name
        self.tries[name] = function
        return function

    def enter_independent(self, tries: Mapping[str, Try], at_first: Mapping[str, str]) -> None:
        """Enter somebody else's tries; ``at_first`` says what was wrong at first, where something was."""
        assert not self.tries.keys() & tries.keys(), self.tries.keys() & tries.keys()
        assert at_first.keys() <= tries.keys(), at_first.keys() - tries.keys()
        self.tries |= tries
        self.independent |= {name: at_first.get(name) for name in tries}

    def outcome(self, name: str, folder: Path) -> str | None:
        """Return what is wrong after a try; None where it was survived."""
        folder.mkdir(parents=True)
        began = time.monotonic()
        try:
            with self._around(), contextlib.redirect_stderr(io.StringIO()):  # bars of progress
                problem = self.tries[name](folder)
            # whatever caught the alarm
            return f"it took {SECONDS} s" if time.monotonic() - began > SECONDS else problem
        except HangError as error:
            return str(error)
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
        parser.add_argument(
            "--independent",
            action="store_true",
            help="only those of who wrote neither the mends nor the rest",
        )
        arguments = parser.parse_args()

        def hung(*_: object) -> None:
            raise HangError(f"it took more than {SECONDS} s")

        signal.signal(signal.SIGALRM, hung)
        wrong = {}
        names = self.independent if arguments.independent else self.tries
        chosen = [name for name in names if arguments.only in name]
        with tempfile.TemporaryDirectory() as place:
            for number, name in enumerate(chosen):
                signal.alarm(SECONDS)
                found = self.outcome(name, Path(place).resolve() / str(number))
                signal.alarm(0)
                print(f"survived: {name}" if found is None else f"FAILED: {name}: {found}", flush=True)
                if found is not None:
                    wrong[name] = found
        self._print_table(chosen, wrong)
        return bool(wrong)

    def _print_table(self, chosen: list[str], wrong: Mapping[str, str]) -> None:
        print("\n| tries | tried | survived | failed | failed at first, mended |\n|---|---:|---:|---:|---:|")
        kinds = {
            "of who mended": [name for name in chosen if name not in self.independent],
            "independent": [name for name in chosen if name in self.independent],
        }
        for kind, names in kinds.items():
            failed = sum(name in wrong for name in names)
            mended = sum(self.independent.get(name) is not None and name not in wrong for name in names)
            since = mended if kind == "independent" else ""
            print(f"| {kind} | {len(names)} | {len(names) - failed} | {failed} | {since} |")
        for name in chosen:
            if self.independent.get(name) is not None and name not in wrong:
                print(f"- mended: {name}: {self.independent[name]}")
        for name, problem in wrong.items():
            print(f"- FAILED: {name}: {problem}")
