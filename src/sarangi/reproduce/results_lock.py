"""The lock of published results: what was published, so that a later build can be compared with it.

``results.lock`` is next to ``config.yaml`` and is meant to be committed.  It has the sha256 of every
published file, for equality byte by byte, which holds on one CPU type, which it names; and the numbers that
these files show, since on another type of CPU a training ends a little elsewhere.
"""

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from sarangi.base import layout, store
from sarangi.base.documents import DocumentError
from sarangi.base.errors import SarangiError
from sarangi.base.score_rows import headline
from sarangi.base.verdicts import UNTESTABLE, verdict_in
from sarangi.base.yaml_documents import yaml_in
from sarangi.runtime import commands, provenance, records
from sarangi.runtime.inventory import digest_of_input
from sarangi.runtime.lock import hold, undisturbed
from sarangi.runtime.processor import processor
from sarangi.statistics.metrics import METRICS, UAR

LOCK = Path("results.lock")
PUBLISHED = (
    layout.numbers(), layout.pdf(), layout.supplement(), f"{layout.TABLES}/*", f"{layout.FIGURES}/*",
    layout.scores("*"), layout.differences("*"), layout.finding("*"), layout.dimension_scores("*"),
    layout.dimension_differences("*"),
)  # fmt: skip
LOCKED = tuple(metric.name for metric in METRICS if metric.locked)
SHOWN = 3  # jobs that are named of those that are left
IDENTICAL, WITHIN, CHANGED, MISSING, NEW = "identical", "within tolerance", "changed", "missing", "new"


@dataclass
class Comparison:
    """How results compare with the lock.

    Attributes
    ----------
    states
        Of each file that is locked or published here.
    why
        Of the changed ones that hold numbers, which number.
    made_on
        The processor that the lock was made on; None where it does not say.
    """

    states: dict[str, str] = field(default_factory=dict)
    why: dict[str, str] = field(default_factory=dict)
    made_on: str | None = None


def lock(directory: Path, tolerance: float) -> int:
    """Write the lock of what is published in the folder of a workflow, where all is made and stays as it is.

    Raises
    ------
    SarangiError
        If a run is going, or work is left: what is published would be a mixture; if the tolerance is none.
        As :func:`write` does.
    """
    # here, since what compares with a lock needs no plan
    from sarangi.reproduce.plan import left

    if not (math.isfinite(tolerance) and tolerance >= 0):
        raise SarangiError(f"--tolerance {tolerance}: expected a number from 0 up")
    snakemake = directory / ".snakemake"
    if snakemake.exists():
        hold(snakemake)  # what a killed run left is no run that is going
    with undisturbed(snakemake, "nothing is locked"):
        jobs = left(["all"], directory)
        if jobs:
            shown = [f"{outputs[0]} (rule {rule})" for rule, outputs in jobs[:SHOWN]]
            more = f" and {len(jobs) - SHOWN} more" if len(jobs) > SHOWN else ""
            raise SarangiError(
                f"nothing is locked: {len(jobs)} jobs are left to be done, which make {', '.join(shown)}"
                f"{more}. Run {commands.snakemake('--cores 2', directory)} first"
            )
        return write(directory, tolerance)


def write(directory: Path, tolerance: float) -> int:
    """Write the lock of what is published in the folder of a workflow, and return how many files it has.

    Raises
    ------
    SarangiError
        If nothing is published there, or a file is not what its rule made, or was made from what is no more.
    """
    files = list(_published(directory))
    verify = f"{commands.snakemake('--cores 1 verify', directory)} says what to do"
    if not files:
        run = commands.snakemake("--cores 2", directory)
        raise SarangiError(f"{directory}: nothing is published here; run {run} first")
    digest = cache(lambda name: digest_of(directory, name))
    sums = {}
    for file in files:
        record = records.read(file, directory)
        sums[file] = provenance.digest(directory / file)
        if record is None or record["sha256"] != sums[file]:
            raise SarangiError(f"{file}: not the bytes that a rule made, so nothing is locked; {verify}")
        for name, sum_ in record["inputs"].items():
            # of another configuration, which Snakemake does not plan: it may be older than what it shows
            if digest(name) not in (None, sum_):
                raise SarangiError(
                    f"{file}: made from a different {name} from the one here, so nothing is locked; "
                    f"{verify}. Where "
                    f"no rule makes it here, delete it: rm {commands.quoted(directory / file)}"
                )
    lines = ["# Written by python -m sarangi lock; the target verify compares with it.\n"]
    lines += [f"tolerance: {tolerance}\n", f"made_on: {json.dumps(processor())}\n", "files:\n"]
    lines += [f"  {json.dumps(file)}: {sum_}\n" for file, sum_ in sums.items()]
    lines.append("values:\n")
    for file in files:
        for name, known in _values(directory, file).items():
            lines.append(f"  {json.dumps(name)}: {json.dumps(known)}\n")
    temporary = directory / f".{LOCK.name}.tmp"
    temporary.write_text("".join(lines), encoding="utf-8")
    temporary.replace(directory / LOCK)
    return len(files)


def compare(directory: Path) -> Comparison | None:
    """Compare what is published in a folder with its lock; None where there is no lock.

    A file that shows numbers of others (a table, a figure, the PDF) and has other bytes is within
    tolerance where all numbers are.

    Raises
    ------
    SarangiError
        If the lock cannot be read.
    """
    if not (directory / LOCK).exists():
        return None
    locked = _read(directory)
    found = Comparison(made_on=locked.get("made_on"))
    here = list(_published(directory))
    others = []
    for file in sorted({*here, *locked["files"]}):
        if file not in here:
            found.states[file] = MISSING
        elif file not in locked["files"]:
            found.states[file] = NEW
        elif provenance.digest(directory / file) == locked["files"][file]:
            found.states[file] = IDENTICAL
        elif not file.endswith(".parquet"):
            others.append(file)
        else:
            try:
                why = _apart(locked["values"], _values(directory, file), file, locked["tolerance"])
            except (SarangiError, OSError, KeyError) as error:
                why = f"cannot be read: {error}"
            found.states[file] = CHANGED if why else WITHIN
            if why:
                found.why[file] = why
    moved = CHANGED in found.states.values()
    found.states |= dict.fromkeys(others, CHANGED if moved else WITHIN)
    return found


def digest_of(directory: Path, name: str) -> str | None:
    """Return the digest of an input by its name; None where it is not here."""
    path = directory / provenance.located(name)
    return digest_of_input(path) if path.exists() else None


def _published(directory: Path) -> Iterator[str]:
    for pattern in PUBLISHED:
        for path in sorted(directory.glob(pattern)):
            # a link to nothing or a pipe is no file: what is locked of it is missing
            if path.is_file() and not path.name.startswith("."):
                yield str(path.relative_to(directory))


def _values(directory: Path, file: str) -> dict[str, list]:
    """Return the numbers that a file of results publishes; the first entry of a claim is its verdict."""
    place = layout.parse(file)
    kind, stem = place.kind if place else None, Path(file).stem
    if kind == "scores":
        rows = headline([directory / file])
        rows = rows[rows["metric"].isin(LOCKED)]
        return {
            f"{stem}.{row['metric']}": _round(row[["value", "low", "high"]]) for _, row in rows.iterrows()
        }
    if kind == "differences":
        rows = store.read(directory / file)
        return {
            f"{stem}: {row['first']} - {row['second']}, {row['metric']}, {row['slice']}": _round(
                row[["value", "low", "high", "p"]]
            )
            for _, row in rows[rows["metric"] == UAR.name].iterrows()
        }
    if kind == "dimension_scores":
        rows = store.read(directory / file)
        rows = rows[rows["slice"].isin(("pooled", "folds", "runs"))]
        return {
            f"{stem}.{row['dimension']}.{row['slice']}.{row['metric']}": _round(row[["value", "low", "high"]])
            for _, row in rows.iterrows()
        }
    if kind == "dimension_differences":
        rows = store.read(directory / file)
        return {
            f"{stem}: {row['first']} - {row['second']}, {row['dimension']}, {row['metric']}": _round(
                row[["value", "low", "high", "p"]]
            )
            for _, row in rows.iterrows()
        }
    if kind == "finding":
        rows = store.read(directory / file, ["claim", "verdict", "ours"])
        return {
            f"{stem}: {row['claim']}": [_locked(row["verdict"]), *_round(row[["ours"]])]
            for _, row in rows.iterrows()
        }
    return {}


def _locked(verdict: str) -> str:
    """Return what the lock holds of a verdict: what is missing, and of what was judged its kind alone."""
    return verdict if verdict_in(verdict).kind == UNTESTABLE else verdict_in(verdict).kind


def _round(numbers: pd.Series) -> list[float | None]:
    return [None if pd.isna(number) else round(float(number), 6) for number in numbers]


def _apart(locked: dict[str, list], found: dict[str, list], file: str, tolerance: float) -> str | None:
    """Return the first number of a file that is not the locked one, or None."""
    start = Path(file).stem
    mine = {name for name in locked if name.startswith((f"{start}.", f"{start}: "))}
    for name in sorted(mine | set(found)):
        before, now = locked.get(name), found.get(name)
        if before is None or now is None or len(before) != len(now):
            return f"{name}: {before} is locked, {now} found"
        for old, new in zip(before, now, strict=True):
            same = old == new
            if not same and isinstance(old, int | float) and isinstance(new, int | float):
                same = math.isclose(old, new, rel_tol=0, abs_tol=tolerance)
            if not same:
                return f"{name}: {old} is locked, {new} found, which is not within {tolerance}"
    return None


def _read(directory: Path) -> dict[str, Any]:
    path = directory / LOCK
    try:
        found = yaml_in(path)
        if not isinstance(found, dict) or not {"tolerance", "files", "values"} <= set(found):
            raise DocumentError("it has no tolerance, files and values")
        if type(found["tolerance"]) not in (int, float) or not found["tolerance"] >= 0:
            raise DocumentError(f"tolerance is {found['tolerance']!r}, not a number from 0 on")
        if not isinstance(found.get("made_on", ""), str):
            raise DocumentError(f"made_on is {found['made_on']!r}, not the name of a processor")
        found["values"] = found["values"] or {}
        for key, kind in (("files", str), ("values", list)):
            if not isinstance(found[key], dict):
                raise DocumentError(f"{key} is not a mapping")
            for name, entry in found[key].items():
                if not isinstance(name, str) or not isinstance(entry, kind):
                    raise DocumentError(f"{key}: {name!r} is {type(entry).__name__}, not {kind.__name__}")
    except (OSError, DocumentError) as error:
        raise SarangiError(
            f"{path}: expected what python -m sarangi lock writes, found something else ({error}). Restore "
            "it from git, or write it again"
        ) from error
    return found
