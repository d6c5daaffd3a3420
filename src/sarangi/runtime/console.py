"""What a run of Snakemake prints: a line a rule with counts and the time left, and where a job failed.

Snakemake's own output takes four lines a job.  A logger plugin could say less, but a profile that names one
fails every call where it is not installed; so the Snakefile puts this in the place of the handler that
Snakemake prints with, and only where nobody has asked for another (:func:`installed`).
``.snakemake/log`` keeps everything.
"""

import logging
import os
import shutil
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from snakemake.logging import DefaultFormatter
from snakemake_interface_logger_plugins.common import LogEvent

TAIL = 15
"""Lines of a failed job's log that are shown."""
SILENCE_S = 60.0
"""After so long without a line, a job that ends prints one although its rule has more."""
HANDLER = "DefaultStreamHandler"
"""What Snakemake (9.27) calls the handler that prints."""
OF_A_JOB = {
    LogEvent.JOB_STARTED, LogEvent.PROGRESS, LogEvent.RESOURCES_INFO, LogEvent.RULEGRAPH, LogEvent.SHELLCMD,
    LogEvent.WORKFLOW_STARTED,
}  # fmt: skip
"""Events of which nothing is printed: the lines of the rules say it."""
PASSING = (
    "Building DAG of jobs", "Conda environments: ignored", "Execute ", "Group jobs: inactive",
    "Job rate limit reached", "Select jobs to execute", "Singularity containers: ignored", "Using shell:",
)  # fmt: skip
"""How the messages begin that have no event and of which nothing is printed.  All others are."""
CLEAR = "\r\x1b[K"
MARKS = ("WARNING ", "ERROR ")
"""How the lines of a log begin (:data:`sarangi.runtime.job_log.FORM`) that a person should see."""


@dataclass(frozen=True)
class Running:
    """A job that runs: the kind of its rule, what it is about, its log, and when it began."""

    kind: str
    about: tuple[str, ...]
    log: str | None
    tells: bool
    began: float

    @property
    def name(self) -> str:
        """The kind and what it is about."""
        return f"{self.kind} ({', '.join(self.about)})" if self.about else self.kind


@dataclass
class Kind:
    """How far the jobs of some rules with one script are; seconds are of those that are done."""

    jobs: int
    done: int = 0
    seconds: float = 0
    began: float = 0
    warnings: Counter[str] = field(default_factory=Counter)


class Console(logging.Handler):
    """Prints records of Snakemake for a person.

    Parameters
    ----------
    stream
        Where to; on a terminal the last line says what runs now.
    kinds
        Of each rule with a script its script's name, by which rules are put together
        (``scores_meld_egemaps`` and forty more are ``scores``).
    folder
        The study, to which the paths of logs are relative; as it is to be shown.
    clock
        Seconds; for tests.
    """

    def __init__(
        self,
        stream: TextIO,
        kinds: Mapping[str, str],
        folder: Path,
        clock: Callable[[], float] = time.monotonic,
    ):
        super().__init__()
        self._stream, self._kinds, self._folder, self._clock = stream, kinds, folder, clock
        self._others = DefaultFormatter()
        self._terminal = stream.isatty() and os.environ.get("TERM") != "dumb"
        self._counts: dict[str, Kind] = {}
        self._running: dict[int, Running] = {}
        self._failed: dict[int, Running] = {}
        self._busy, self._began, self._printed = 0.0, clock(), clock()

    def emit(self, record: logging.LogRecord) -> None:
        """Print what a record says, if a person needs it."""
        try:
            lines = self._lines_of(record)
            if lines:
                self._printed = self._clock()
            status = f"{CLEAR}{self._status()}" if self._terminal else ""
            clear = CLEAR if self._terminal and lines else ""
            self._stream.write("".join([clear, *(f"{line}\n" for line in lines), status]))
            self._stream.flush()
        except BrokenPipeError:
            raise
        except Exception:  # as every handler of the standard library does
            self.handleError(record)

    def failures(self) -> list[str]:
        """Return a line for each job that failed and did not end well at a later try."""
        return [f"failed: {job.name}; log: {self._path(job.log)}" for job in self._failed.values()]

    def _lines_of(self, record: logging.LogRecord) -> list[str]:
        event = getattr(record, "event", None)
        if event == LogEvent.RUN_INFO:
            return self._begin(record.stats)  # type: ignore[attr-defined]
        if event == LogEvent.JOB_INFO:
            return self._start(record)
        if event == LogEvent.JOB_FINISHED:
            return self._finish(record.job_id)  # type: ignore[attr-defined]
        if event == LogEvent.JOB_ERROR:
            return self._fail(record)
        message = record.getMessage() if event is None else self._others.format(record)
        if event in OF_A_JOB or (record.levelno <= logging.INFO and message.startswith(PASSING)):
            return []
        return message.splitlines()

    def _begin(self, stats: Mapping[str, int]) -> list[str]:
        jobs: Counter[str] = Counter()
        for rule, count in stats.items():
            if rule in self._kinds:
                jobs[self._kinds[rule]] += count
        self._counts = {kind: Kind(count) for kind, count in jobs.items()}
        self._began = self._clock()
        place = self._folder / "results/logs"
        counted = f"{_counted(jobs.total(), 'job')} of {_counted(len(jobs), 'rule')}"
        return [f"{counted}; what they print is in {place}/<rule>"] if jobs else []

    def _start(self, record: Any) -> list[str]:
        kind = self._kinds.get(record.rule_name)
        if kind is not None:
            about = tuple(str(value) for value in dict(record.wildcards or {}).values())
            log = record.log[0] if record.log else None
            now = self._clock()
            self._running[record.jobid] = Running(kind, about, log, not record.output, now)
            counts = self._counts.setdefault(kind, Kind(1))
            counts.began = counts.began or now
        return []

    def _finish(self, number: int) -> list[str]:
        job = self._running.pop(number, None)
        self._failed.pop(number, None)
        if job is None:
            return []
        now, counts = self._clock(), self._counts[job.kind]
        counts.done += 1
        counts.seconds += now - job.began
        self._busy += now - job.began
        said = _read(job.log)
        if marked := sum(line.startswith(MARKS) for line in said):
            counts.warnings[self._path(job.log)] += marked
        told = said if job.tells else []
        if counts.done < counts.jobs and now - self._printed < SILENCE_S:
            return told
        return [*told, self._line(job.kind, counts, now)]

    def _line(self, kind: str, counts: Kind, now: float) -> str:
        done = sum(each.done for each in self._counts.values())
        total = sum(each.jobs for each in self._counts.values())
        line = f"{done:>{len(str(total))}} of {total}  {kind}"
        if counts.jobs > 1:
            line += f" {counts.done} of {counts.jobs}"
        line += f", {_duration(now - counts.began)}"
        if left := self._left(now):
            line += f"; about {_duration(left)} left"
        if counts.done == counts.jobs and counts.warnings:
            log, _ = counts.warnings.most_common(1)[0]
            line += f"; {_counted(counts.warnings.total(), 'warning')}, see {log}"
        return line

    def _left(self, now: float) -> float:
        """Estimate the seconds that are left: jobs at their rule's mean, else at that of all jobs."""
        done = sum(each.done for each in self._counts.values())
        seconds = sum(each.seconds for each in self._counts.values())
        if not done or now <= self._began:
            return 0
        work = sum(
            (each.jobs - each.done) * (each.seconds / each.done if each.done else seconds / done)
            for each in self._counts.values()
        )
        at_once = max(1.0, self._busy / (now - self._began))
        return work / at_once

    def _fail(self, record: Any) -> list[str]:
        kind = self._kinds.get(record.rule_name, record.rule_name)
        log = record.log[0] if record.log else None
        job = self._running.pop(record.jobid, None) or Running(kind, (), log, False, self._clock())
        self._failed[record.jobid] = job
        said = [_tail(path, None if job.tells else TAIL) for path in record.log]
        lines = [f"failed: {job.name}"]
        if record.rule_msg:
            lines.append(f"  {record.rule_msg}")
        for path, tail in zip(record.log, said, strict=True):
            lines += [f"  log: {self._path(path)}", *(f"  | {line}" for line in tail)]
        return lines

    def _status(self) -> str:
        """Return what runs now, as wide as the terminal at most; nothing where no job runs."""
        if not self._running:
            return ""
        done = sum(each.done for each in self._counts.values())
        total = sum(each.jobs for each in self._counts.values())
        names = ", ".join(job.name for job in self._running.values())
        left = self._left(self._clock())
        rest = f"; about {_duration(left)} left" if left else ""
        text = f"{done} of {total}{rest}; running: {names}"
        return text[: shutil.get_terminal_size().columns - 1]

    def _path(self, log: str | None) -> str:
        return str(self._folder / log) if log else "none"


def installed(workflow: Any, place: Path) -> Console | None:
    """Put a console in the place of Snakemake's handler that prints, for what runs from here on.

    Parameters
    ----------
    workflow
        Of Snakemake, with all rules.
    place
        The study's folder, which Snakemake now works in.

    Returns
    -------
    Console or None
        None, and nothing is changed, in a job, where jobs are only planned, and where the command line asks
        for another output (``--logger``, ``--quiet``, ``--verbose``, ``--printshellcmds``, ``--debug-dag``).
    """
    asked = workflow.output_settings
    other = asked.quiet or asked.verbose or asked.printshellcmds or asked.debug_dag or asked.dryrun
    if other or not workflow.is_main_process:
        return None
    logger = workflow.logger_manager.logger
    for handler in logger.handlers:
        if handler.name == HANDLER:
            kinds = {rule.name: Path(rule.script).stem for rule in workflow.rules if rule.script}
            near = place.is_relative_to(workflow.rundir)
            folder = place.relative_to(workflow.rundir) if near else place
            console = Console(handler.stream, kinds, folder)
            logger.addHandler(console)
            logger.removeHandler(handler)
            return console
    return None


def _read(log: str | None) -> Sequence[str]:
    """Return the lines of a log; none where a job has written none."""
    if log is None or not Path(log).is_file():
        return []
    return Path(log).read_text(encoding="utf-8", errors="replace").splitlines()


def _tail(log: str, most: int | None) -> Sequence[str]:
    try:
        lines = [line for line in _read(log) if line.strip()]
    except OSError as error:
        return [f"cannot be read: {error.strerror}"]
    if not lines:
        return ["(empty)"]
    return lines if most is None else lines[-most:]


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _duration(seconds: float) -> str:
    """Return a duration as a person says it."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} min"
    hours, rest = divmod(round(seconds / 60), 60)
    return f"{hours} h {rest} min"
