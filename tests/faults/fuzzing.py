"""Give every reader of files damaged and hostile ones: each must be read, or refused in words.

    python tests/faults/fuzzing.py --inputs 10000 --seed 20261125
    python tests/faults/fuzzing.py --inputs 10000 --seed 20261125 --reader audio --reader archive

Each reader runs in a process of its own, whose memory is bounded, so that a crash, memory without bound and
an endless loop count against the reader and do not end the harness.  Input n of a reader follows from the
seed, its name and n alone.  What is neither read nor refused in words (a message of one line that can be
printed and says which file it is about) is saved with its traceback, and the exit status is 1.
"""

import argparse
import faulthandler
import importlib
import json
import mmap
import os
import resource
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import traceback
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))
from mutations import Chance
from tabulate import tabulate

from sarangi.base.errors import SarangiError

LIMIT_S = 10
"""Seconds for one input."""
ROOM = 2 * 2**30
"""Bytes of address space that a reader may take beyond what its process has when it begins."""
LONGEST = 1500
"""Characters of a line that a person is shown."""
WORDS_OF_MEMORY = ("allocate memory", "bad_alloc", "not enough memory", "malloc of size")


class TooSlow(BaseException):
    """An input took longer than it may; not an Exception, so that no reader takes it for its own."""


class HarmError(AssertionError):
    """A reader read a damaged input, and what it returned is wrong."""


class State:
    """What a child has done so far, in a file that outlives it: the next input, counts, the slowest."""

    FORM = struct.Struct("<qqqqqddqq")
    NAMES = ("next", "read", "refused", "odd", "slowest", "slowest_s", "began", "base_kb", "peak_kb")

    def __init__(self, path: Path, new: bool = False):
        if new:
            path.write_bytes(bytes(self.FORM.size))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), self.FORM.size)

    def get(self) -> dict:
        return dict(zip(self.NAMES, self.FORM.unpack(self._map[:]), strict=True))

    def put(self, **changed: float) -> None:
        values = self.get() | changed
        self._map[:] = self.FORM.pack(*(values[name] for name in self.NAMES))


@dataclass
class Result:
    """What became of the inputs of one reader."""

    reader: str
    inputs: int = 0
    read: int = 0
    refused: int = 0
    odd: int = 0
    slowest: int = 0
    slowest_s: float = 0.0
    base_mb: float = 0.0
    peak_mb: float = 0.0
    found: list[str] = field(default_factory=list)


COLUMNS = ("reader", "inputs", "read", "refused", "else", "slowest s", "its number", "MB at start", "MB peak")


def row(result: Result) -> list:
    """Return the row of a result in the table."""
    r = result
    counts = [r.reader, r.inputs, r.read, r.refused, r.odd]
    return [*counts, round(r.slowest_s, 2), r.slowest, round(r.base_mb), round(r.peak_mb)]


def input_of(reader, seed: int, number: int) -> bytes:
    """Return input ``number`` of a reader; the first ones are its undamaged seeds."""
    if number < len(reader.seeds):
        return reader.seeds[number]
    return reader.make(Chance(f"{seed}/{reader.name}/{number}"))


# -- the child ----------------------------------------------------------------------------------


def child(readers: list[type], seed: int, inputs: dict[str, int], place: Path, keep: Path) -> None:
    """Read the inputs of some readers, each from the next one that its state in ``place`` names."""
    faulthandler.enable()
    signal.signal(signal.SIGALRM, _too_slow)
    top = Path.cwd()
    for kind in readers:
        name = kind.name
        folder = top / name
        folder.mkdir()
        os.chdir(folder)
        resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        reader = kind(folder)
        for valid in reader.seeds:  # what it imports, and what the library keeps, is there before the bound
            reader.read(valid)
        resource.setrlimit(resource.RLIMIT_AS, (_virtual() + ROOM, resource.RLIM_INFINITY))
        state = State(place / name)
        state.put(base_kb=_peak())
        for number in range(state.get()["next"], inputs[name]):
            _one(reader, input_of(reader, seed, number), number, state, keep)


def _one(reader, data: bytes, number: int, state: State, keep: Path) -> None:
    """Give a reader an input, and count what becomes of it."""
    began = time.monotonic()
    state.put(next=number, began=began)
    try:
        signal.setitimer(signal.ITIMER_REAL, LIMIT_S)
        outcome, why = "read", ""
        try:
            reader.read(data)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    except SarangiError as error:
        outcome, why = "refused", _unfit(error, reader)
        if number < len(reader.seeds):
            why = f"an undamaged input was refused: {error}"
    except TooSlow:
        outcome, why = "odd", f"took longer than {LIMIT_S} s\n{traceback.format_exc()}"
    except BaseException:  # whatever it is, it is a finding
        outcome, why = "odd", traceback.format_exc()
    if why:
        outcome = "odd"
        save(keep, reader.name, number, data, why)
    now = state.get()
    seconds = time.monotonic() - began
    slowest = {"slowest": number, "slowest_s": seconds} if seconds > now["slowest_s"] else {}
    state.put(next=number + 1, **{outcome: now[outcome] + 1}, **slowest, began=0.0, peak_kb=_peak())


def _too_slow(*_: object) -> None:
    raise TooSlow


def _unfit(error: SarangiError, reader) -> str:
    """Return what is wrong with the words of a refusal, or nothing."""
    text, cause = str(error), error
    while cause is not None:
        if isinstance(cause, MemoryError) or any(word in str(cause) for word in WORDS_OF_MEMORY):
            return f"it asked for memory without bound: {traceback.format_exc()}"
        cause = cause.__cause__ or cause.__context__
    lines = text.split("\n")
    if len(lines) > 1 and not (reader.lists and all(line.startswith("  ") for line in lines[1:])):
        return f"a message of {len(lines)} lines: {text}\n{traceback.format_exc()}"
    if any(len(line) > LONGEST for line in lines):
        return (
            f"a line of {max(map(len, lines))} characters\n{text[:5000]!r}\n{traceback.format_exc()[-3000:]}"
        )
    odd = [c for line in lines for c in line if not c.isprintable()]
    if odd or not text.strip():
        return f"a message that cannot be printed, with {odd[:5]!r}: {text!r}\n{traceback.format_exc()}"
    if not any(known in text for known in reader.said):
        return f"a message that says none of {reader.said}: {text}\n{traceback.format_exc()}"
    return ""


def save(keep: Path, name: str, number: int, data: bytes, why: str) -> None:
    """Keep an input and what it did."""
    keep.mkdir(parents=True, exist_ok=True)
    (keep / f"{name}-{number}").write_bytes(data)
    (keep / f"{name}-{number}.txt").write_text(why, encoding="utf-8", errors="backslashreplace")


def _virtual() -> int:
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()


def _peak() -> int:
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return max(resource.getrusage(kind).ru_maxrss for kind in kinds)


# -- the parent ---------------------------------------------------------------------------------


def fuzz(inputs: dict[str, int], seed: int, keep: Path, readers: str = "readers") -> list[Result]:
    """Give readers so many inputs each, in one process that is begun anew when it ends before them all.

    Parameters
    ----------
    inputs
        By the name of the reader.
    seed
        Of the inputs.
    keep
        Folder for what is odd.
    readers
        The module that has them.
    """
    keep = keep.resolve()
    with tempfile.TemporaryDirectory(prefix="fuzzing-") as temporary:
        place, said, folder = (Path(temporary) / name for name in ("states", "said", "folder"))
        place.mkdir()
        states = {name: State(place / name, new=True) for name in inputs}
        while left := [name for name, state in states.items() if state.get()["next"] < inputs[name]]:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            arguments = [
                "--readers",
                readers,
                "--child",
                *left,
                "--seed",
                seed,
                "--place",
                place,
                "--keep",
                keep,
            ]
            with said.open("wb") as log:
                process = subprocess.Popen(
                    [sys.executable, str(Path(__file__).resolve()), *map(str, arguments)],
                    cwd=folder,
                    stdin=subprocess.PIPE,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                    env=os.environ | {"TMPDIR": str(folder), "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"},
                )
            process.stdin.write(json.dumps(inputs).encode())
            process.stdin.close()
            hung = _wait(process, list(states.values()))
            if process.returncode == 0:
                continue
            words = said.read_text(errors="replace")[-5000:]
            name = next((name for name in left if states[name].get()["began"]), None)
            if name is None:  # outside of an input: the harness or the undamaged inputs are at fault
                raise RuntimeError(f"{left}: could not begin\n{words}")
            now = states[name].get()
            why = "did not come back" if hung else f"crashed with status {process.returncode}"
            save(keep, name, now["next"], _again(readers, name, seed, now["next"], folder), f"{why}\n{words}")
            states[name].put(next=now["next"] + 1, odd=now["odd"] + 1, began=0.0)
        return [_result(name, count, states[name].get(), keep) for name, count in inputs.items()]


def _result(name: str, inputs: int, now: dict, keep: Path) -> Result:
    return Result(
        reader=name,
        inputs=inputs,
        **{key: now[key] for key in ("read", "refused", "odd", "slowest", "slowest_s")},
        base_mb=now["base_kb"] / 1024,
        peak_mb=now["peak_kb"] / 1024,
        found=sorted(map(str, keep.glob(f"{name}-[0-9]*.txt"))),
    )


def _wait(process: subprocess.Popen, states: list[State]) -> bool:
    """Wait for a child, and end it and its own children if one input does not come back."""
    while process.poll() is None:
        time.sleep(0.05)
        began = max(state.get()["began"] for state in states)
        if began and time.monotonic() - began > LIMIT_S + 5:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return True
    return False


def _again(readers: str, name: str, seed: int, number: int, folder: Path) -> bytes:
    """Return an input whose reader crashed, made anew in a process of its own."""
    code = (
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); import fuzzing; "
        f"from pathlib import Path; from {readers} import READERS; "
        f"sys.stdout.buffer.write(fuzzing.input_of(READERS[{name!r}](Path.cwd()), {seed}, {number}))"
    )
    shutil.rmtree(folder)
    folder.mkdir()
    return subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, check=True).stdout


def main(arguments: list[str] | None = None) -> int:
    """Fuzz the readers that are named, or all; 1 if one did something else than read or refuse in words."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--inputs", type=int, default=10_000, help="of each reader; fewer of the slow ones")
    parser.add_argument("--seed", type=int, default=20261125)
    parser.add_argument("--reader", action="append", help="only this one (may be given several times)")
    parser.add_argument("--keep", type=Path, help="folder for offending inputs (a temporary one)")
    parser.add_argument("--child", nargs="+", help=argparse.SUPPRESS)
    parser.add_argument("--readers", default="readers", help=argparse.SUPPRESS)
    parser.add_argument("--place", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.child:
        readers = importlib.import_module(chosen.readers).READERS
        child(
            [readers[name] for name in chosen.child],
            chosen.seed,
            json.load(sys.stdin),
            chosen.place,
            chosen.keep,
        )
        return 0
    from readers import READERS

    names = chosen.reader or list(READERS)
    if unknown := set(names) - set(READERS):
        parser.error(f"no reader {', '.join(unknown)}; there is {', '.join(READERS)}")
    keep = chosen.keep or Path(tempfile.mkdtemp(prefix="fuzzing-found-"))
    results = []
    for name in names:
        inputs = max(1, chosen.inputs // READERS[name].slow)
        results += fuzz({name: inputs}, chosen.seed, keep)
        print(*map(str, row(results[-1])), file=sys.stderr, flush=True)
    print(tabulate([row(result) for result in results], COLUMNS, tablefmt="github"))
    slow = sorted(name for name in names if READERS[name].slow > 1)
    if slow:
        print(f"Fewer inputs of {', '.join(slow)}, which start a program each.")
    if odd := sum(result.odd for result in results):
        print(f"{odd} inputs were neither read nor refused in words: see {keep}")
    return 1 if odd else 0


if __name__ == "__main__":
    sys.exit(main())
