"""What the fine-tunings of a study will take on this machine, before any is begun.

A few steps of each network are timed (:mod:`sarangi.models.timing`) and multiplied by what the configuration
asks for.  Early stopping ends most runs before their last epoch, so hours are those of a run at most.
"""

import logging
import math
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import transformers

from sarangi.base.device_names import CPU
from sarangi.base.errors import SarangiError
from sarangi.models.timing import Timed, Workload, bytes_at_least, timed
from sarangi.runtime.devices import device
from sarangi.study.workloads import STATED, Planned

LIMIT_S = 10.0  # of training, a shape; building the network comes on top
BUSY = 0.8  # share of a processor below which a machine did other work
FREE = Path("/proc/meminfo")
NOT_IN_IT = (
    "Not in it: transcription by Whisper, openSMILE's features, classifiers on them, states of encoders that "
    "are computed once (pooled, and frozen prefixes), downloads, and starting each job."
)


class Row(NamedTuple):
    """An experiment in the projection; numbers are None where they are unknown, and ``why`` says so."""

    experiment: str
    runs: int
    steps: int | None
    """Of all runs, if every epoch is run."""
    step_s: float | None
    hours: float | None
    memory_gb: float | None
    clips_from: str
    """``manifest``, or ``publisher``: then folds are about as large as stated."""
    why: str


def shapes(plan: Iterable[Planned]) -> dict[str, Workload]:
    """Return the workloads that differ, by key."""
    return {each.workload.key: each.workload for each in plan if each.workload is not None}


def measure(workload: Workload, threads: int, limit_s: float = LIMIT_S, **options: Any) -> Timed | str:
    """Return what :func:`sarangi.models.timing.timed` finds, or why a workload cannot be timed here.

    One that needs more memory than is free is not tried: the system would end this process silently.
    """
    try:
        with _quietly():
            least, free = bytes_at_least(workload), _free_bytes()
            if device() == CPU and free is not None and least > free:
                return f"needs more than {least / 1e9:.1f} GB of memory, {free / 1e9:.1f} GB are free"
            return timed(workload, threads, limit_s, **options)
    except SarangiError as error:
        return str(error).splitlines()[0]


@contextmanager
def _quietly() -> Iterator[None]:
    """Keep what transformers says of training some steps out of the output."""
    before = transformers.logging.get_verbosity()
    transformers.logging.set_verbosity_error()
    accelerate = logging.getLogger("accelerate")
    level = accelerate.level
    accelerate.setLevel(logging.ERROR)
    try:
        yield
    finally:
        transformers.logging.set_verbosity(before)
        accelerate.setLevel(level)


def _free_bytes() -> int | None:
    """Return the memory that is free, in bytes; None where the system does not say."""
    try:
        lines = FREE.read_text(encoding="ascii").splitlines()
    except OSError:  # no Linux
        return None
    stated = (line.split() for line in lines if line.startswith("MemAvailable:"))
    return next((1024 * int(words[1]) for words in stated), None)


def projected(plan: Iterable[Planned], found: Mapping[str, Timed | str]) -> list[Row]:
    """Return a row an experiment.

    Hours of a run: each epoch's batches, updates and validation, ``max_epochs`` times, the test, and what is
    computed once for all epochs; for all folds and seeds, one after the other.

    Parameters
    ----------
    plan
        The experiments.
    found
        From :func:`measure`, by the key of the workload.
    """
    rows = []
    for each in plan:
        result = each.unknown if each.workload is None else found[each.workload.key]
        blank = Row(each.experiment.name, each.runs, None, None, None, None, each.counted, "")
        if isinstance(result, str) or each.workload is None:
            rows.append(blank._replace(why=str(result)))
            continue
        recipe = each.workload.model["finetuning"]
        seconds, steps = 0.0, 0
        for clips in each.folds:
            batches = math.ceil(clips.train / recipe["batch"])
            updates = math.ceil(batches / recipe["accumulate"])
            epoch = batches * result.batch_s + updates * result.update_s + clips.validation * result.heard_s
            seconds += recipe["max_epochs"] * epoch + clips.test * result.heard_s + sum(clips) * result.once_s
            steps += recipe["max_epochs"] * updates
        rows.append(
            blank._replace(
                steps=each.seeds * steps,
                step_s=result.batch_s * recipe["accumulate"] + result.update_s,
                hours=each.seeds * seconds / 3600,
                memory_gb=None if result.memory is None else result.memory / 1e9,
            )
        )
    return rows


def machine(threads: int) -> str:
    """Return what a projection is measured on, in words."""
    import torch

    where = device()
    if where == CPU:
        return f"CPU with {threads} thread{'s' if threads > 1 else ''} of torch, {os.cpu_count()} cores there"
    return torch.cuda.get_device_name() if torch.cuda.is_available() else "Apple's GPU (mps)"


def processor_share(found: Iterable[Timed | str]) -> float:
    """Return the share of the measured time that this process had a processor, with one thread."""
    timed = [result for result in found if isinstance(result, Timed)]
    wall = sum(result.batch_s + result.update_s for result in timed)
    return sum(result.processor_s for result in timed) / wall if wall else 1.0


def table(rows: list[Row], share: float = 1.0) -> Iterator[str]:
    """Yield the lines of a projection: a row an experiment, the total, and what it is.

    Parameters
    ----------
    rows
        From :func:`projected`.
    share
        From :func:`processor_share`, on a CPU.
    """
    width = max([len("experiment"), *(len(row.experiment) for row in rows)])
    yield (
        f"{'experiment':<{width}} {'runs':>5} {'steps':>8} {'s a step':>9} {'hours':>9} {'GB':>6}  clips from"
    )
    for row in rows:
        head = f"{row.experiment:<{width}} {row.runs:>5}"
        if row.why:
            yield f"{head} unknown: {row.why}"
            continue
        memory = "?" if row.memory_gb is None else f"{row.memory_gb:.1f}"
        yield (f"{head} {row.steps:>8} {row.step_s:>9.3f} {row.hours:>9.2f} {memory:>6}  {row.clips_from}")
    known = [row for row in rows if not row.why]
    hours = sum(row.hours or 0 for row in known)
    yield (
        f"{'total':<{width}} {sum(row.runs for row in known):>5} {sum(row.steps or 0 for row in known):>8} "
        f"{'':>9} {hours:>9.2f}"
    )
    yield ""
    if len(known) < len(rows):
        runs = sum(row.runs for row in rows if row.why)
        yield f"The total lacks {len(rows) - len(known)} of {len(rows)} experiments ({runs} runs): unknown."
    if share < BUSY:
        yield (
            f"THE MACHINE DID OTHER WORK: of the measured time this process had a processor for "
            f"{100 * share:.0f} %. On a machine at rest expect about that share of the hours."
        )
    yield (
        "Hours at most, if every epoch is run: early stopping makes them fewer. One run after the other; "
        "two at once on one processor do not take half."
    )
    if any(row.clips_from == STATED for row in known):
        yield (
            "Clips from publisher: no manifest yet, so counts and lengths are about those that the publisher "
            "states; where no length is stated, max_audio_s is taken."
        )
    yield (
        "Texts are taken to have 20 tokens a turn, and cache_gb to suffice for what is computed once. "
        "Weights are random: they change no time."
    )
    yield NOT_IN_IT


def as_document(rows: list[Row], on: str, share: float = 1.0) -> dict[str, Any]:
    """Return a projection as a document of JSON; ``hours`` are those of all rows that are known."""
    return {
        "machine": on,
        "processor_share": share,
        "hours_at_most": sum(row.hours or 0 for row in rows),
        "unknown": [row.experiment for row in rows if row.why],
        "experiments": [row._asdict() for row in rows],
    }
