"""Runs that share a GPU: processes forked off one, each of which carries out one run after the other.

A small run leaves most of a GPU idle while Python prepares its next step; others compute meanwhile.  Each run
has a process to itself while it trains, with seeds of its own, and so ends as it would alone.  Imports are
paid once, before the fork.
"""

import contextlib
import gc
import io
import logging
import multiprocessing
import signal
import traceback
from collections.abc import Callable, Sequence
from enum import Enum
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import NamedTuple

import torch
import transformers
from tqdm import tqdm

from sarangi.base.device_names import CUDA
from sarangi.base.errors import SarangiError
from sarangi.base.progress import progress
from sarangi.models.runs import Run
from sarangi.runtime.devices import device, lacks_memory

# job.py is in every fingerprint: a public name there would have every result computed again
from sarangi.runtime.job import _die_with_parent

log = logging.getLogger("sarangi")

MARGIN = 1.25  # of memory, over what the first run needed: another's clips may be longer
CONTEXT = 10**9  # bytes that CUDA and its libraries take in each process


class Memory(NamedTuple):
    """Of a GPU after a run, in bytes."""

    total: int
    room: int
    """That this job may use."""
    peak: int
    """That the run needed."""


class _How(Enum):
    DONE = "done"
    NO_MEMORY = "no memory"
    FAILED = "failed"
    DEFECT = "defect"


class _Outcome(NamedTuple):
    """How a run ended; ``said`` is what an error says, ``memory`` is None without a CUDA device."""

    how: _How
    said: str = ""
    memory: Memory | None = None


class _Worker(NamedTuple):
    process: BaseProcess
    connection: Connection


def carry_out(runs: Sequence[Run], most: int, one: Callable[[Run], None]) -> None:
    """Carry out runs in processes of their own: on a CUDA device several at a time, else one by one.

    The first run is alone, and what it needs of the GPU's memory says how many of the others fit.  One of
    these that lacks memory is carried out again at the end, alone.

    To be called before this process uses a GPU, since none that is forked off it could then; nothing here
    uses it, or asks whether there is one.

    Parameters
    ----------
    runs
        At least one.
    most
        Runs at a time, of which each keeps a core busy.
    one
        Carries out a run; what it leaves are files.

    Raises
    ------
    SarangiError
        If a run fails, or its process ends; the others are then ended, too.
    RuntimeError
        If a run ends with an error that is a defect; it has the traceback.
    """
    # all before the first bar is shown, which has a thread: no thread is forked
    workers = [_started(one) for _ in range(min(most, len(runs)))]
    try:
        with progress(None, len(runs), "runs") as bar:
            first, *others = runs
            memory, _ = _dispatched([first], workers[:1], None, bar)
            together = how_many(memory, min(most, len(others)))
            share = memory.room / memory.total if memory else None
            if others:
                log.info("of the other %d runs %d train at a time", len(others), together)
            part = share / together if share else None
            _, again = _dispatched(others, workers[:together], part, bar)
            if again:
                _end(workers[1:])  # so that what they keep of the memory is free
                _dispatched(again, workers[:1], share, bar)
    finally:
        _end(workers)


def how_many(memory: Memory | None, most: int) -> int:
    """Return how many runs train at a time, one at least, after what the first one needed."""
    if memory is None:
        return 1
    return max(1, min(most, int(memory.room / (MARGIN * memory.peak + CONTEXT))))


def _dispatched(
    runs: Sequence[Run], workers: Sequence[_Worker], share: float | None, bar: tqdm
) -> tuple[Memory | None, list[Run]]:
    """Have workers carry out runs, each with at most a share of the GPU's memory.

    Return the memory after the last run, and the runs that lacked it beside others.
    """
    left, idle = list(reversed(runs)), list(workers)
    busy: dict[Run, _Worker] = {}
    memory, again = None, []
    while left or busy:
        while left and idle:
            run, worker = left.pop(), idle.pop()
            worker.connection.send((run, share))
            busy[run] = worker
        ready = wait([end for each in busy.values() for end in (each.connection, each.process.sentinel)])
        for run, worker in list(busy.items()):
            if worker.connection not in ready and worker.process.sentinel not in ready:
                continue
            outcome = _answer(worker)
            name = f"fold {run.fold}, seed {run.seed}"
            if outcome.how is _How.DEFECT:
                raise RuntimeError(f"{name}:\n{outcome.said}")
            if outcome.how is _How.NO_MEMORY and len(workers) > 1:
                log.warning("%s: lacks memory beside others, and is put off", name)
                again.append(run)
            elif outcome.how is _How.DONE:
                memory = outcome.memory
                bar.update()
            else:
                raise SarangiError(f"{name}: {outcome.said}")
            idle.append(busy.pop(run))
    return memory, again


def _answer(worker: _Worker) -> _Outcome:
    """Return how the run of a worker ended that has answered, or whose process is gone."""
    if worker.connection.poll():
        with contextlib.suppress(EOFError):
            answer: _Outcome = worker.connection.recv()
            return answer
    worker.process.join()
    code = worker.process.exitcode or 0
    how = signal.Signals(-code).name if code < 0 else f"exit status {code}"
    return _Outcome(
        _How.FAILED,
        f"its process ended with {how}, as one does that the system ends where memory is short; ask for more "
        "(--set-resources …:mem_mb=…), or lower cluster.side_by_side, and run the same command again: it "
        "resumes after the last epoch",
    )


def _started(one: Callable[[Run], None]) -> _Worker:
    forked = multiprocessing.get_context("fork")
    here, there = forked.Pipe()
    process = forked.Process(target=_work, args=(there, one), daemon=True)
    process.start()
    there.close()
    return _Worker(process, here)


def _end(workers: Sequence[_Worker]) -> None:
    for worker in workers:
        worker.process.kill()
        worker.process.join()


def _work(connection: Connection, one: Callable[[Run], None]) -> None:
    """Carry out the runs that come, until this process is ended, and say how each one ended."""
    _die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is told, and ends this process
    transformers.logging.set_verbosity_error()  # no bar an epoch, since several would mix
    while True:
        run, share = connection.recv()
        with contextlib.redirect_stdout(_Lines(run)):
            connection.send(_outcome(run, share, one))


def _outcome(run: Run, share: float | None, one: Callable[[Run], None]) -> _Outcome:
    """Carry out a run with at most a share of the GPU's memory, and return how it ended."""
    try:
        if share is not None:
            gc.collect()
            torch.cuda.empty_cache()  # of the run before
            torch.cuda.set_per_process_memory_fraction(share)
        one(run)
        return _Outcome(_How.DONE, memory=memory_used())
    except SarangiError as error:
        cause = error.__context__  # what the advice on memory was derived from
        short = isinstance(cause, RuntimeError) and lacks_memory(cause)
        return _Outcome(_How.NO_MEMORY if short else _How.FAILED, str(error))
    except Exception:  # the parent raises it
        return _Outcome(_How.DEFECT, traceback.format_exc())


def memory_used() -> Memory | None:
    """Return the memory of the GPU after the first run of a process; None where that was none of CUDA."""
    if device() != CUDA:
        return None
    free, total = torch.cuda.mem_get_info()
    allowed = round(total * torch.cuda.get_per_process_memory_fraction())
    # what other jobs use is no room
    room = min(allowed, free + torch.cuda.memory_reserved() + CONTEXT)
    return Memory(total, room, torch.cuda.max_memory_reserved())


class _Lines(io.TextIOBase):
    """Puts what is printed of a run into the log, by the run's name."""

    def __init__(self, run: Run) -> None:
        self.run = run

    def write(self, text: str) -> int:
        if text.strip():
            log.info("fold %d, seed %d: %s", *self.run, text.strip())
        return len(text)
