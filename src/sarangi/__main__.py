"""The command line: audit a speech-emotion corpus, train honest baselines, trace every number.

``sarangi`` and ``python -m sarangi`` are the same.
"""

import argparse
import errno
import os
import pkgutil
import signal
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from types import ModuleType

from sarangi import terminal
from sarangi.base.errors import SarangiError
from sarangi.base.personal_settings import close

WHAT = "Audit a speech-emotion corpus, train honest baselines, and trace every number to its recordings."
BEGIN = "Begin with: sarangi new my --table labels.csv --audio recordings/"
STOPPED_EARLY = 128 + signal.SIGPIPE
"""What a shell says of a program whose reader went away."""


def main(arguments: list[str] | None = None) -> int:
    """Run a command; 0 if it did all it was asked to, 1 if not, 2 for a wrong command line."""
    commands = _commands()
    parser, _ = command_line(commands)
    chosen, passed_on = parser.parse_known_args(arguments)
    if passed_on and not getattr(commands[chosen.command], "PASSES_ON", False):
        parser.error(f"unrecognized arguments: {' '.join(passed_on)}")
    chosen.passed_on = passed_on
    named = [folder for folder in (getattr(chosen, "study", None), chosen.directory) if folder is not None]
    if len(named) > 1:
        parser.error(f"two studies, {named[0]} and --directory {named[1]}: expected one")
    chosen.directory = named[0] if named else Path()
    try:
        status: int = commands[chosen.command].run(chosen)
        if sys.stdout is not None:  # none where it was closed
            sys.stdout.flush()
        return status
    except SarangiError as error:
        print(f"sarangi: {error}", file=sys.stderr)
        return 1
    except ModuleNotFoundError as error:
        # here, since only this rare case needs it
        from sarangi.runtime.extras import advice_for

        advice = advice_for(error.name)
        if advice is None:
            raise
        print(f"sarangi: {advice}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        # a reader such as head stopped early; not by the signal, which would end a server or a test, too
        _forget_output()
        return STOPPED_EARLY
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        _forget_output()
        print(f"sarangi: {error.filename or 'what is printed'}: {error.strerror}", file=sys.stderr)
        return 1


def command_line(
    commands: Mapping[str, ModuleType] | None = None,
) -> tuple[argparse.ArgumentParser, dict[str, argparse.ArgumentParser]]:
    """Return the parser of the command line, and that of each command by its name.

    Parameters
    ----------
    commands
        The module of each command; all that there are if not given.
    """
    parser = argparse.ArgumentParser(prog="sarangi", description=WHAT, epilog=BEGIN)
    parsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    by_name = {}
    for name, command in (_commands() if commands is None else commands).items():
        own = parsers.add_parser(
            name, help=command.HELP, description=(command.__doc__ or "").replace("``", "")
        )
        command.arguments(own)
        own.add_argument("--directory", type=Path, help="folder with config.yaml (this folder)")
        by_name[name] = own
    return parser, by_name


def _forget_output() -> None:
    """Have what is left to be printed go nowhere, since where it was to go takes no more."""
    with open(os.devnull, "wb") as nothing:  # noqa: PTH123
        os.dup2(nothing.fileno(), sys.stdout.fileno())


def start() -> int:
    """Run the command of this process's command line, kept from the user's own settings."""
    close(os.environ)
    return main()


def _commands() -> dict[str, ModuleType]:
    """Return the module of each command, by its name; what a module needs it imports when it runs."""
    names = sorted(module.name for module in pkgutil.iter_modules(terminal.__path__))
    return {name: import_module(f"{terminal.__name__}.{name}") for name in names}


if __name__ == "__main__":
    sys.exit(start())
