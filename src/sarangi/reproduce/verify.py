"""Verification that every result is still what its rule made, from what is here, by this code.

Snakemake never looks at a finished file again.  This hashes and opens each one, compares its provenance
with the plan of this clone and with the files that it was made from, looks for scores typed into the
paper's text, and compares what is published with the lock (:mod:`sarangi.reproduce.results_lock`).
"""

import errno
import logging
import os
import shutil
import subprocess
import tarfile
import zipfile
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from sarangi.base import layout
from sarangi.base.errors import SarangiError
from sarangi.base.progress import progress
from sarangi.paper.typed import typed_scores
from sarangi.reproduce import results_lock
from sarangi.reproduce.bundle import carried
from sarangi.reproduce.mending import Fault, Mending, command_of, removal
from sarangi.reproduce.recordings import OF_MANIFESTS, compared
from sarangi.reproduce.walking import Found, walked
from sarangi.runtime import commands, provenance, records
from sarangi.runtime.contents import opened
from sarangi.runtime.inventory import digest_of_input
from sarangi.runtime.lock import undisturbed
from sarangi.runtime.processor import processor
from sarangi.study.identities import RESTORED

log = logging.getLogger("sarangi")

PLACES = (
    "results", layout.MADE_CORPORA, layout.WEIGHTS, layout.TABLES, layout.FIGURES, layout.SPACE,
)  # fmt: skip
FILES = (
    layout.numbers(), layout.texts(), layout.report_page(), layout.pdf(), layout.supplement(), layout.arxiv(),
    layout.audit_page(),
)  # fmt: skip
UNCHECKED = (layout.LOGS, layout.BENCHMARKS, layout.PROVENANCE, layout.UNFINISHED)
"""What is no result: it may differ from run to run, or says what the results are."""
SNAKEMAKE = Path(".snakemake")
PYTHONS = "__pycache__"
MAY_BE_DELETED = (f"{layout.PREFIX}/",)
BESIDE = ("result", "sha256")  # what a provenance file has and the copy inside Parquet has not


Job = tuple[Mapping[str, Any], Sequence[str], Sequence[str]]


class Run(NamedTuple):
    """A run of the workflow: its targets besides the default one, and the files that it would make now."""

    targets: Sequence[str] = ()
    left: Callable[[], Collection[str]] = frozenset


NOTHING_LEFT = Run()


@dataclass
class Report:
    """What a verification found.

    Attributes
    ----------
    faults
        In the order in which they are to be repaired: what others are made from comes first.
    counts
        How many files are what.
    here
        How many results are here, good or bad.
    notes
        What else a reader should know, in sentences.
    """

    faults: list[Fault] = field(default_factory=list)
    counts: Counter = field(default_factory=Counter)
    here: int = 0
    notes: list[str] = field(default_factory=list)


def verify(targets: Sequence[str]) -> None:
    """Verify all results of the workflow in this folder.

    Parameters
    ----------
    targets
        What the plan is made of: ``all``, and the findings by name.

    Raises
    ------
    SarangiError
        If a file is bad: each, with the command that makes it again; if a run that makes files is going; if
        there is nothing.
    """
    with undisturbed(SNAKEMAKE, "nothing is verified"):
        report = check(targets, Path())
    for what, count in report.counts.items():
        log.info("%d %s", count, what)
    for note in report.notes:
        log.info(note)
    if report.faults:
        raise SarangiError(*_listed(report.faults))
    if not report.here:
        run = commands.snakemake("--cores 1")
        raise SarangiError(f"nothing has been made here, so nothing can be verified; {run} makes everything")
    log.info("all of them are what their rules made, here and now")


def _listed(faults: Sequence[Fault]) -> list[str]:
    """Return the faults line by line, each command behind what it repairs."""
    lines = [f"{len(faults)} files are bad; repair them in this order, and verify again:"]
    for place, fault in enumerate(faults):
        lines.append(f"  {fault.file}: {fault.found}")
        if place + 1 == len(faults) or faults[place + 1].command != fault.command:
            lines.append(f"    {fault.command}")
    return lines


def check(targets: Sequence[str], directory: Path) -> Report:
    """Return what is wrong with the results in the folder of a workflow, and count what is right.

    Raises
    ------
    SarangiError
        If the workflow cannot be planned, or the lock cannot be read.
    """
    from sarangi.reproduce.plan import left, plan

    before = Path.cwd()
    # what is made on request is looked at where it was
    asked = [name for name in (layout.bundle(), layout.arxiv()) if (directory / name).exists()]
    for kind in (layout.bench_archive, layout.bench_folder):
        asked += sorted(path.relative_to(directory).as_posix() for path in directory.glob(kind("*")))
    app = ["app"] if (directory / layout.SPACE / "app.py").exists() else []

    def jobs_of(wanted: Sequence[str]) -> list[Job]:
        with plan(wanted, directory) as planned:
            return [(job.described, job.inputs, job.outputs) for job in planned.jobs]

    try:
        jobs = jobs_of([*targets, *asked, *app])
    except SarangiError:
        if not app:
            raise
        # where the models can no longer be made, such as without the weights, the page cannot be planned
        app = []
        jobs = jobs_of([*targets, *asked])

    def files_left() -> set[str]:
        try:
            return {file for _, outputs in left([*targets, *asked, *app], Path()) for file in outputs}
        except SarangiError as error:
            log.warning("what a run would make now is not known, so files are named one by one: %s", error)
            return set()

    os.chdir(directory)
    try:
        return examine(jobs, Run([*asked, *app], files_left))
    finally:
        os.chdir(before)


def examine(jobs: Sequence[Job], run: Run = NOTHING_LEFT) -> Report:
    """Return what is wrong with the results in this folder, where these jobs are its plan.

    Parameters
    ----------
    jobs
        In the order of the data: what the provenance of each must say, its inputs, its outputs.
    run
        What a run of the workflow is asked for, and would make now.

    Raises
    ------
    SarangiError
        If the lock cannot be read.
    """
    return _Verification(jobs, run).run()


class _Verification:
    """One verification, in the folder of the workflow."""

    def __init__(self, jobs: Sequence[Job], run: Run):
        self.planned = {output: job for job in jobs for output in job[2]}
        self._jobs = {output: (inputs, outputs) for output, (_, inputs, outputs) in self.planned.items()}
        self._run = run
        self.report = Report()
        self._digests: dict[str, str | None] = {}
        self._bad: dict[str, str] = {}  # file to what is wrong with itself
        self._odd: dict[str, str] = {}  # what cannot be looked at, and why
        self._restored = RESTORED.exists()

    def run(self) -> Report:
        found = self._looked_at(_results())
        recorded = [path for path in map(_result_of, self._looked_at(_recorded())) if path not in found]
        # what no job of this plan makes is upstream of what one does, or nothing needs it
        order = {path: place for place, path in enumerate(self.planned)}
        files = sorted({*found, *recorded}, key=lambda path: (order.get(path, -1), path))
        needed, beside = self._needed(files)
        for path in progress(files, len(files), "results verified"):
            self._one(path, path in found, needed)
        looked = {*found, *recorded, *self._odd}
        for path in (path for path in self.planned if path not in looked):
            if path in needed | beside and not self._may_miss(path):
                self._fault(path, "missing, with its provenance")
            else:
                self.report.counts["files not made yet"] += 1
        for folder in (provenance.PROJECT / "paper", Path("paper")):
            for fault in typed(folder.resolve()):
                if fault not in self.report.faults:
                    self.report.faults.insert(0, fault)
        self._compare_with_lock()
        mending = Mending(self._jobs, self._restored, self._run.targets, self._run.left)
        self.report.faults = mending.shared(self.report.faults)
        return self.report

    def _looked_at(self, walk: Iterable[Found]) -> list[str]:
        """Return the files of a walk; what cannot be looked at is a fault."""
        files = []
        for path, odd in walk:
            if odd is None:
                files.append(path)
                continue
            self._odd[path] = odd
            # a job puts another in its place
            folder = Path(path).is_dir() and not Path(path).is_symlink()
            mends = f"chmod u+rwx {commands.placed(path)}" if folder else removal(path)
            self._fault(path, odd, None if path in self.planned else mends)
        return files

    def _needed(self, files: Iterable[str]) -> tuple[set[str], set[str]]:
        """Return what the results that are here say they were made from, and beside."""
        needed: set[str] = set()
        beside: set[str] = set()
        for path in files:
            if Path(path).exists() and str(provenance.place(path)) not in self._odd:
                record = _quietly(path)
                needed.update(record["inputs"])
                beside.update(record["outputs"])
        return needed, beside

    def _one(self, path: str, here: bool, needed: set[str]) -> None:
        if path in self._odd:
            return
        self.report.here += here
        if (why := self._odd.get(str(provenance.place(path)))) is not None:
            self._fault(path, f"its provenance ({provenance.place(path)}) is {why}", own=here)
            return
        try:
            record = records.read(path)
        except SarangiError:
            self._fault(path, f"its provenance ({provenance.place(path)}) cannot be read", own=here)
            return
        if not here:
            self._absent(path, needed)
        elif record is None and path not in self.planned:
            self._fault(path, "it has no provenance, and no rule of this configuration makes it")
        else:
            otherwise = None
            try:
                why = "it has no provenance" if record is None else self._wrong(path, record)
                if why is None:
                    otherwise = self._made_otherwise(path, record)
            except OSError as error:
                why = f"cannot be compared: {error.filename or path}: {error.strerror}"
            if why:
                self._fault(path, why)
                return
            if why := otherwise:
                if path in self.planned or path in needed:
                    self._fault(path, why, own=False)
                else:
                    self.report.counts["files left from another configuration"] += 1
                return
            known = path in self.planned
            self.report.counts[
                "files are as made" if known else "files agree with their provenance alone"
            ] += 1

    def _absent(self, path: str, needed: set[str]) -> None:
        if self._may_miss(path):
            self.report.counts["files left out of the bundle, or deleted as one may"] += 1
        elif path in self.planned:
            self._fault(path, "missing, and its provenance is there")
        elif path in needed:
            self.report.counts["files gone that others were made from, and that cannot be made here"] += 1

    def _may_miss(self, path: str) -> bool:
        return path.startswith(MAY_BE_DELETED) or (self._restored and not carried(path))

    def _wrong(self, path: str, record: Mapping[str, Any]) -> str | None:
        """Return what is wrong with a file or its provenance, whatever else is here."""
        place = provenance.place(path)
        if place.read_text(encoding="utf-8") != provenance.as_text(record):
            return f"its provenance ({place}) was edited"
        if record.get("result") != path:
            return f"its provenance is that of {record.get('result', 'no result')}"
        if self._digest(path) != record["sha256"]:
            return f"not the bytes that rule {record['rule']} made"
        try:
            if (inside := opened(Path(path))) is not None:
                outside = {key: value for key, value in record.items() if key not in BESIDE}
                if inside != outside:
                    return "the provenance inside is not the one beside it"
        except (
            OSError,
            ValueError,
            EOFError,
            SarangiError,
            zipfile.BadZipFile,
            tarfile.TarError,
            pa.ArrowException,
        ) as error:
            return f"cannot be opened: {error}"
        return None

    def _made_otherwise(self, path: str, record: Mapping[str, Any]) -> str | None:
        """Return how a file was made otherwise than it would be now, or None."""
        if path in self.planned:
            described, inputs, outputs = self.planned[path]
            for key in ("rule", "wildcards", "code"):
                if record[key] != described[key]:
                    return f"made by a different {key} from this clone's ({described['rule']})"
            if record["outputs"] != sorted(outputs):
                return f"its job ({described['rule']}) makes different files in this clone"
            if sorted(record["inputs"]) != inputs:
                odd = sorted({*record["inputs"]} ^ {*inputs})
                return f"made from different files from this clone's: {odd[0]}"
            place = layout.parse(path)
            listed = described["rule"] in OF_MANIFESTS and place is not None and place.kind == "manifest"
            if listed and not self._bad.keys() & set(inputs):
                why = compared(record, Path(path))
                if why is not None:
                    return why
        for name, sum_ in record["inputs"].items():
            now = self._digest(name)
            # what is bad itself, or not here, says so itself
            if now is not None and now != sum_ and name not in self._bad:
                return f"made from a different {name} from the one here"
        # last: the content of what comes from outside is among them, and was named by now
        if path in self.planned and record["parameters"] != self.planned[path][0]["parameters"]:
            return f"made with different parameters from this clone's ({record['rule']})"
        return None

    def _digest(self, name: str) -> str | None:
        if name not in self._digests:
            path = provenance.located(name)
            if name in self._odd or not path.exists():
                self._digests[name] = None
            elif path.is_file() or path.is_dir():
                self._digests[name] = digest_of_input(path)
            else:
                raise OSError(errno.EINVAL, "neither a file nor a folder", name)
        return self._digests[name]

    def _fault(self, path: str, found: str, command: str | None = None, own: bool = True) -> None:
        if own:
            self._bad[path] = found
        self.report.faults.append(Fault(path, found, command or self._command(path)))

    def _command(self, path: str) -> str:
        return command_of(path, self._jobs, self._restored)

    def _compare_with_lock(self) -> None:
        found = results_lock.compare(Path())
        if found is None:
            self.report.counts[f"files locked: there is no {results_lock.LOCK}"] = 0
            return
        for state, count in Counter(found.states.values()).items():
            self.report.counts[f"files {state}, compared with {results_lock.LOCK}"] = count
        if set(found.states.values()) & {results_lock.WITHIN, results_lock.CHANGED}:
            self.report.notes.append(_of_processors(found.made_on))
        bad = {fault.file for fault in self.report.faults}
        for file, state in found.states.items():
            if file in bad:
                continue
            if state == results_lock.MISSING and file in self.planned:
                self._fault(file, "published, and missing here")
            elif file in found.why:
                meant = f"  # or, if the change is meant: {commands.sarangi('lock')}"
                self._fault(
                    file,
                    f"numbers differ from those published: {found.why[file]}",
                    self._command(file) + meant,
                )


def _of_processors(made_on: str | None) -> str:
    """Return what is known of the processor as a cause of other bytes than the lock's."""
    here = processor()
    if made_on is None:
        return f"{results_lock.LOCK} does not say which processor it was made on; this one is {here}."
    if made_on == here:
        return f"{results_lock.LOCK} was made on this type of processor ({here}): it is not the cause."
    return (
        f"{results_lock.LOCK} was made on another type of processor ({made_on}; this one is {here}): what "
        "networks and solvers compute may end a little elsewhere."
    )


# -- files ------------------------------------------------------------------------------------


def _results() -> Iterator[Found]:
    """Yield the results that are here."""
    for place in PLACES:
        yield from walked(place, _is_no_result)
    sums = sorted(map(str, Path().glob(layout.bench_folder("*"))))
    yield from (found for file in (*FILES, *sums) for found in walked(file))


def _is_no_result(path: str) -> bool:
    name = Path(path).name
    # the page was opened from there
    opened_here = name == PYTHONS and path.startswith(layout.SPACE)
    # of a running or killed job, whose rule removes it
    temporary = name.startswith(".") and not Path(path).is_dir()
    return opened_here or temporary or path in UNCHECKED or path == str(RESTORED)


def _recorded() -> Iterator[Found]:
    """Yield the files of provenance."""
    yield from walked(str(provenance.FOLDER), _is_no_record)


def _is_no_record(path: str) -> bool:
    return Path(path).name.startswith(".") or not (path.endswith(".json") or Path(path).is_dir())


def _result_of(record: str) -> str:
    return str(Path(record).relative_to(provenance.FOLDER)).removesuffix(".json")


def _quietly(path: str) -> Mapping[str, Any]:
    try:
        return records.read(path) or {"inputs": {}, "outputs": []}
    except SarangiError:
        return {"inputs": {}, "outputs": []}


# -- scores typed into the text ---------------------------------------------------------------


def typed(paper: Path) -> Iterator[Fault]:
    """Yield each result that is typed into the paper's text (:func:`sarangi.paper.typed.typed_scores`)."""
    for file, line, found in typed_scores(paper):
        yield Fault(f"{file}:{line}", found, _mended(paper.parent, file))


def _mended(project: Path, name: str) -> str:
    git = shutil.which("git")
    if git is not None:
        command = [git, "diff", "--quiet", "HEAD", "--", name]
        done = subprocess.run(command, cwd=project, capture_output=True, check=False)
        if done.returncode == 1:  # it is another than the committed one
            return f"git checkout HEAD -- {commands.quoted(name)}"
    return f"edit {name}"
