"""Every fault that a run must survive, injected into a small study; a table says what became of each.

    python tests/faults/faults.py            all, as often as docs/reliability.md says: an hour
    python tests/faults/faults.py --count 3 --only "read-only results" "clock jumps"

After a fault (a disk is emptied, a server mended) the same command is given again. A fault is *survived* if
then every file has the bytes of an uninterrupted run, *lost* if the command fails or a file is missing, and
*silently wrong* if a file has other bytes although a command ended well.
"""

import argparse
import contextlib
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
import kills
import network
import tampering
import yaml
from support.places import ROOT
from support.running import digests, interpreter_with
from support.studies import smallest, write_study
from tqdm import tqdm

from sarangi.base.errors import SarangiError
from sarangi.runtime import provenance, records

TARGETS = (
    "results/features/egemaps/urdu_latif/000.parquet", "results/protocols/urdu_latif/random5.parquet",
    "paper/tables/availability.tex",
)  # fmt: skip
"""Each way of writing once and no more: what is tried is how a job publishes; kills.py has every stage."""
SURVIVED, LOST, WRONG = "survived", "lost", "silently wrong"
FULL = ("the disk is full", "No space left on device")
PAGE = 4096  # bytes that a file system of memory gives at once
UNKNOWN = {"scratch": 30 * PAGE, "results/logs": 30 * PAGE}
"""Bytes that a run takes for a time at least, or takes when its scripts are chatty."""

SWALLOWING = """
import errno, sys
from pathlib import Path

if ".snakemake" in sys.argv[0]:
    import pyarrow.parquet as pq

    def silent(function):
        def called(*arguments, **named):
            try:
                return function(*arguments, **named)
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
        return called

    for owner, name in ((Path, "write_text"), (Path, "write_bytes"), (pq.ParquetWriter, "write_table"),
                        (pq.ParquetWriter, "close")):
        setattr(owner, name, silent(getattr(owner, name)))
"""
"""Put before a script as sitecustomize: what writes keeps silent of a full disk."""

CHATTY = """
import logging, sys, threading, time

if ".snakemake" in sys.argv[0]:

    def talk():
        while True:
            logging.getLogger("sarangi").info("x" * 5000)
            time.sleep(0.05)

    threading.Thread(target=talk, daemon=True).start()
"""
"""Put before a script as sitecustomize: its log grows."""

JUMPING = """
import os, random, sys, time

if ".snakemake" in sys.argv[0]:
    written = os.fsync

    def fsync(file):
        written(file)
        then = time.time() + random.choice((-3e8, -3600, -2, 0, 2, 3600, 3e8))
        os.utime(file, (then, then))

    os.fsync = fsync
"""
"""Put before a script as sitecustomize: the clock jumps before each file that it writes."""

HUNGRY = """
import os, sys, threading, time
from pathlib import Path

if ".snakemake" in sys.argv[0]:
    Path("{group}/cgroup.procs").write_text(str(os.getpid()))

    def eat():
        time.sleep({seconds})
        hoard = []
        while True:
            hoard.append(bytearray(50_000_000))

    threading.Thread(target=eat, daemon=True).start()
"""
"""Put before a script as sitecustomize: it takes more memory than its control group allows."""


class Faults(kills.Range):
    """A small study in two variants of a parameter, and the ways to hurt it."""

    def __init__(self, folder: Path, seed: int):
        base = smallest(yaml.safe_load((ROOT / "demo/config.yaml").read_text()))
        super().__init__(folder, base, targets=TARGETS)
        self.chance = random.Random(seed)  # noqa: S311  (moments, not secrets)
        self.taken = self.seconds["resources results paper"]
        self.rounds = 0

    def fresh(self, finished: bool = False) -> Path:
        """Return a folder of its own, empty or with a run that was finished and then lost some results."""
        self.rounds += 1
        study = self.folder / f"round_{self.rounds}"
        if finished:
            shutil.copytree(self.folder / "reference_0", study)
            for part in self.chance.choice(list(kills.STAGES)).split():
                shutil.rmtree(study / part, ignore_errors=True)
        return write_study(self.variants[0], study)

    def ended(self, study: Path, **named: Any) -> tuple[int, str]:
        """Run to the end; return the exit status and what was said."""
        said = self.folder / "said.txt"
        said.unlink(missing_ok=True)
        status = self.start(study, log=said, **named).wait()
        return status, said.read_text(errors="replace")

    def outcome(self, study: Path, variant: int = 0, silent: bool = False, **named: Any) -> str:
        """Give the same command again; ``silent`` says that the fault was not told, and must do no harm."""
        expected = self.expected[variant]
        if silent and any(expected.get(path) != sum_ for path, sum_ in digests(study).items()):
            return WRONG
        status, said = self.ended(study, **named)
        found = digests(study)
        shutil.rmtree(study, ignore_errors=True)
        if status:
            return f"{LOST}: {said[-300:]}"
        if different := sorted(p for p in expected if p in found and found[p] != expected[p]):
            return f"{WRONG}: {different[0]}"
        if missing := sorted(expected.keys() ^ found.keys()):
            return f"{LOST}: {missing[0]}"
        return SURVIVED

    def moment(self, running: subprocess.Popen, longest: float | None = None) -> bool:
        """Wait until a random moment of a run; whether it still runs."""
        until = time.monotonic() + self.chance.uniform(0, longest or self.taken)
        while time.monotonic() < until and running.poll() is None:
            time.sleep(0.01)
        return running.poll() is None

    # -- faults: each returns what became of it, or None where it did not hit ----------------------

    def killed(self) -> str | None:
        name, wrong = self.round(self.folder / "study", self.chance)
        if wrong:
            shutil.rmtree(self.folder / "study")
            return f"{WRONG if wrong[0].startswith('different') else LOST}: {name}: {wrong[0]}"
        return None if name.startswith("ended before") else SURVIVED

    def out_of_memory(self) -> str | None:
        study = self.fresh()
        group = Path(f"/sys/fs/cgroup/memory/sarangi_{os.getpid()}")
        group.mkdir(exist_ok=True)
        (group / "memory.limit_in_bytes").write_text("1500000000")
        with self.disguised(HUNGRY.format(group=group, seconds=self.chance.uniform(0, 0.5))) as python:
            status, _ = self.ended(study, python=python)
        hit = "oom_kill 0" not in (group / "memory.oom_control").read_text()
        for process in (group / "cgroup.procs").read_text().split():
            os.kill(int(process), signal.SIGKILL)
        time.sleep(0.2)
        group.rmdir()
        if not hit:
            return None
        return self.outcome(study) if status else f"{WRONG}: a script out of memory, and the run ended well"

    def terminated_then_killed(self) -> str | None:
        study = self.fresh()
        running = self.start(study)
        if not self.moment(running):
            return None
        running.terminate()
        self.moment(running, 2)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)
        running.wait()
        return self.outcome(study)

    def two_at_once(self) -> str | None:
        study = self.fresh()
        first = self.start(study)
        if not self.moment(first):
            return None
        second = self.start(study)
        ended = [first.wait(), second.wait()]
        if ended[0]:
            return f"{LOST}: the first run failed because of the second"
        return self.outcome(study, silent=True)

    def full_disk(self, place: str, disguise: str | None = None) -> str | None:
        study = self.fresh()
        with self.disk(study / place if place != "scratch" else self.folder / "scratch") as (folder, mount):
            mount(f"remount,size={self.chance.randrange(PAGE, self.needed(place))}")
            extra = {"TMPDIR": str(folder)} if place == "scratch" else {}
            with self.disguised(disguise) as python:
                status, said = self.ended(study, python=python, **extra)
            if not status and shutil.disk_usage(folder).free:
                return None  # there was room enough
            if bad := self.bad(study, status, said):
                return bad
            mount("remount,size=500m")
            return self.outcome(study, silent=not status)

    def quota(self) -> str | None:
        """No file may grow beyond some bytes: more than Snakemake copies to itself, less than the audio."""
        study, most = self.fresh(), self.chance.randrange(60_000, 300_000)

        def bound() -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

        status, said = self.ended(study, preexec_fn=bound)
        if not status:
            return f"{WRONG}: audio beyond the quota"
        return self.bad(study, status, said) or self.outcome(study)

    def read_only(self) -> str | None:
        study = self.fresh()
        place = self.chance.choice(("results/corpora", "results/protocols", "results/provenance"))
        with self.disk(study / place) as (_, mount):
            mount("remount,ro")
            status, said = self.ended(study)
            if status == 0 or "Read-only file system" not in said:
                return f"{LOST}: the message does not say that {place} is read-only: {said[-600:]}"
            mount("remount,rw,size=500m")
            return self.outcome(study)

    def clock_jumps(self) -> str | None:
        """The clock jumps while a run goes on, before it is killed, and while it is resumed."""
        study = self.fresh(finished=self.chance.random() < 0.8)
        variant = self.chance.randrange(2)
        write_study(self.variants[variant], study)
        self.jump(study)
        with self.disguised(JUMPING) as python:
            running = self.start(study, python=python)
            if self.moment(running):
                os.killpg(running.pid, signal.SIGKILL)
            running.wait()
            self.jump(study)
            return self.outcome(study, variant, python=python)

    # -- what faults are made of ---------------------------------------------------------------------

    @contextlib.contextmanager
    def disguised(self, text: str | None) -> Iterator[str]:
        """Yield an interpreter with which scripts run ``text`` first."""
        with tempfile.TemporaryDirectory() as folder:
            yield interpreter_with(Path(folder), text) if text else sys.executable

    def needed(self, place: str) -> int:
        """Return the bytes that an uninterrupted run takes in a place."""
        if place in UNKNOWN:
            return UNKNOWN[place]
        files = (self.folder / "reference_0" / place).rglob("*")
        return sum(-(-file.stat().st_size // PAGE) * PAGE for file in files if file.is_file())

    @contextlib.contextmanager
    def disk(self, folder: Path) -> Iterator[tuple[Path, Callable[[str], int]]]:
        """Yield a folder that is a file system of its own, and what changes that one."""
        folder.mkdir(parents=True, exist_ok=True)

        def mount(options: str) -> int:
            command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
            return subprocess.run(command, capture_output=True, check=False).returncode

        if mount("size=500m"):
            raise PermissionError("a file system cannot be mounted here")
        try:
            yield folder, mount
        finally:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)

    def bad(self, study: Path, status: int, said: str) -> str | None:
        """Return what is wrong after a disk was full: a message that does not say so, a broken result."""
        if status and not any(words in said for words in FULL):
            return f"{LOST}: the message does not say that the disk is full: {said[-600:]}"
        for record in (study / "results/provenance").rglob("*.json"):
            result = str(record.relative_to(study / "results/provenance")).removesuffix(".json")
            try:
                stated = records.read(result, study)["sha256"]
            except SarangiError as error:
                return f"{WRONG}: {error}"
            if (study / result).exists() and provenance.digest(study / result) != stated:
                return f"{WRONG}: {result} is not whole"
        return None

    def jump(self, study: Path) -> None:
        """Change the times of some files, as if the clock had jumped while they were written."""
        for path in study.rglob("*"):
            if path.is_file() and ".snakemake" not in path.parts and self.chance.random() < 0.3:
                then = time.time() + self.chance.choice((-3e8, -3600, -2, 2, 3600, 3e8))
                with contextlib.suppress(FileNotFoundError):
                    os.utime(path, (then, then))


FAULTS: dict[str, tuple[int, Callable[[Faults], str | None]]] = {
    "kills at random moments, a parameter changed, slow orphans": (200, Faults.killed),
    "a script killed for memory": (10, Faults.out_of_memory),
    "SIGTERM, then SIGKILL": (10, Faults.terminated_then_killed),
    "two runs at once": (10, Faults.two_at_once),
    "full disk: results": (10, lambda field: field.full_disk("results")),
    "full disk: temporary files": (10, lambda field: field.full_disk("scratch")),
    "full disk: .snakemake": (10, lambda field: field.full_disk(".snakemake")),
    "full disk: logs": (10, lambda field: field.full_disk("results/logs", CHATTY)),
    "full disk: what writes keeps silent": (10, lambda field: field.full_disk("results", SWALLOWING)),
    "a quota on files": (10, Faults.quota),
    "read-only results": (10, Faults.read_only),
    "clock jumps, a kill, a parameter changed": (10, Faults.clock_jumps),
}
"""How often each is injected, and what does it once."""


def repeated(inject: Callable[[], str | None], count: int, name: str) -> list[str]:
    """Inject a fault until it has hit ``count`` times, and return what became of each."""
    found: list[str] = []
    with tqdm(total=count, desc=name, disable=None) as bar:
        for _ in range(10 * count):
            became = inject()
            if became is not None:
                found.append(became)
                bar.update()
            if len(found) == count:
                return found
    raise RuntimeError(f"{name}: hit {len(found)} times in {10 * count}, wanted {count}")


def row(name: str, outcomes: list[str]) -> tuple[str, bool]:
    """Return a line of the table, and whether all were survived; what was not is told on the way."""
    counts = Counter(outcome.split(":")[0] for outcome in outcomes)
    for outcome in outcomes:
        if outcome != SURVIVED:
            print(f"{name}: {outcome}", file=sys.stderr)
    cells = [len(outcomes), *(counts[kind] for kind in (SURVIVED, LOST, WRONG))]
    return f"| {name} | {' | '.join(map(str, cells))} |", counts[SURVIVED] == len(outcomes)


def lines(
    folder: Path, wanted: Callable[[str], bool], count: int | None, seed: int
) -> Iterator[tuple[str, bool]]:
    """Yield the lines of the table, and whether all of a line was survived."""
    if any(map(wanted, FAULTS)):
        field = Faults(folder / "runs", seed)
        for name, (often, inject) in FAULTS.items():
            if wanted(name):
                yield row(name, repeated(lambda inject=inject: inject(field), count or often, name))
    if wanted(name := "tampered outputs"):
        often = count or 100
        _, wrong = tampering.tamperings(tampering.prepared(folder / "tampering", None, seed), often, 10)
        yield row(name, [SURVIVED] * (often - len(wrong)) + [f"{WRONG}: {words}" for words in wrong])
    for way in network.WAYS:
        if wanted(name := f"download: {way}"):
            chance = random.Random(seed)  # noqa: S311

            def inject(way: str = way, chance: random.Random = chance) -> str:
                return network.inject(way, folder / "network", chance)

            yield row(name, repeated(inject, count or 20, name))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--count", type=int, help="of each fault, instead of its own number")
    parser.add_argument("--seed", type=int, default=20261125)
    parser.add_argument("--only", nargs="+", metavar="FAULT", help="faults whose name holds one of these")
    chosen = parser.parse_args()

    def wanted(name: str) -> bool:
        return chosen.only is None or any(words in name for words in chosen.only)

    print("| fault | injected | survived | lost | silently wrong |\n|---|---:|---:|---:|---:|", flush=True)
    good = True
    with tempfile.TemporaryDirectory() as name:
        for line, survived in lines(Path(name).resolve(), wanted, chosen.count, chosen.seed):
            print(line, flush=True)
            good &= survived
    return not good


if __name__ == "__main__":
    sys.exit(main())
