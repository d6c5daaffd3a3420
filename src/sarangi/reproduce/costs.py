"""What a run of the study took: time, memory and GPU of each rule, recorded from Snakemake's benchmarks.

Benchmarks hold times, and tables must be the same bytes from run to run.  So costs are recorded, by
``python -m sarangi costs``, in ``costs.yaml``, which is next to ``config.yaml`` and is meant to be
committed; the table is made from that file alone.
"""

import json
import os
import platform
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import jsonschema
import pandas as pd

from sarangi.base.documents import DocumentError
from sarangi.base.errors import SarangiError
from sarangi.base.evidence import Evidence, reference
from sarangi.base.labels import Labels
from sarangi.base.yaml_documents import yaml_in
from sarangi.paper.tables.columns import Column, numeric
from sarangi.paper.tables.table import Table
from sarangi.paper.tables.writing import write_table
from sarangi.paper.texts import number_text
from sarangi.runtime import commands

COSTS = Path("costs.yaml")
NOT_MEASURED = "not measured"
NONE = "none"
HOURS = 4  # decimals: a third of a second
_AMOUNT = {"type": "number", "minimum": 0}
_OF_RULE = {
    "jobs": {"type": "integer", "minimum": 1},
    "wall_hours": _AMOUNT,
    "processor_hours": _AMOUNT,
    "gpu_hours": _AMOUNT,
    "largest_memory_mb": _AMOUNT,
}
SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["machine", "energy_kwh", "rules"],
    "properties": {
        "machine": {
            "type": "object",
            "additionalProperties": False,
            "required": ["cpu", "cores", "gpu"],
            "properties": {
                "cpu": {"type": "string"},
                "cores": {"type": "integer", "minimum": 1},
                "gpu": {"type": "string"},
            },
        },
        "energy_kwh": {"anyOf": [_AMOUNT, {"const": NOT_MEASURED}]},
        "rules": {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": {
                "type": "object",
                "additionalProperties": False,
                "required": list(_OF_RULE),
                "properties": _OF_RULE,
            },
        },
    },
}
COLUMNS = {
    "Jobs": "jobs", "Wall hours": "wall_hours", "Processor hours": "processor_hours",
    "GPU hours": "gpu_hours", "Largest memory, MB": "largest_memory_mb",
}  # fmt: skip


def record(directory: Path, energy_kwh: float | None = None) -> int:
    """Write what the finished run in the folder of a workflow took, and return of how many jobs.

    Of each job that this configuration plans the benchmark of its last run counts; a training that was
    killed and went on counts from there.

    Parameters
    ----------
    directory
        Folder with ``config.yaml`` and ``results/benchmarks/``.
    energy_kwh
        What a meter of the machine measured over the run, in kilowatt-hours; Snakemake measures none.

    Raises
    ------
    SarangiError
        If no job has a benchmark there, or the workflow cannot be planned.
    """
    from sarangi.reproduce.plan import plan

    machine = {"cpu": _cpu(), "cores": os.cpu_count(), "gpu": _gpu()}
    with plan(["all"], directory) as planned:
        # rules that are made in a loop share the script, which is named like the kind of job
        jobs = [
            (Path(each.job.rule.script).stem, str(each.job.benchmark), bool(each.job.resources.get("gpu")))
            for each in planned.jobs
            if each.job.benchmark
        ]
    rules = measured(directory, jobs, machine["gpu"] != NONE)
    if not rules:
        raise SarangiError(
            f"{directory}: found no benchmark of any job, expected results/benchmarks/ of a finished run; "
            f"run {commands.snakemake('--cores 2', directory)} first (results from a bundle have none)"
        )
    lines = [
        "# Written by python -m sarangi costs from the benchmarks of a finished run; commit it.\n",
        f"machine: {json.dumps(machine)}\n",
        f"energy_kwh: {NOT_MEASURED if energy_kwh is None else energy_kwh}\n",
        "rules:\n",
        *(f"  {json.dumps(name)}: {json.dumps(entry)}\n" for name, entry in sorted(rules.items())),
    ]
    place = directory / COSTS
    temporary = place.with_name(f".{place.name}.tmp")
    temporary.write_text("".join(lines), encoding="utf-8")
    read(temporary)
    temporary.replace(place)
    return sum(entry["jobs"] for entry in rules.values())


def measured(directory: Path, jobs: Iterable[tuple[str, str, bool]], gpu: bool) -> dict[str, dict[str, Any]]:
    """Return what the jobs of each rule took together.

    Parameters
    ----------
    directory
        Folder of the workflow.
    jobs
        Name of the rule, benchmark file, and whether it asks for a GPU, of each job; those without a
        benchmark there are left out.
    gpu
        Whether the machine has a GPU: the wall time of jobs that ask for one is then GPU time.

    Raises
    ------
    SarangiError
        If a benchmark is none of Snakemake's.
    """
    found: dict[str, dict[str, Any]] = {}
    for rule, file, asks in jobs:
        if not (directory / file).exists():
            continue
        times = _benchmark(directory / file)
        entry = found.setdefault(rule, {"jobs": 0} | dict.fromkeys(list(_OF_RULE)[1:], 0.0))
        entry["jobs"] += 1
        entry["wall_hours"] += times["s"] / 3600
        entry["processor_hours"] += times["cpu_time"] / 3600
        entry["gpu_hours"] += times["s"] / 3600 if asks and gpu else 0
        entry["largest_memory_mb"] = max(entry["largest_memory_mb"], times["max_rss"])
    for entry in found.values():
        for key in ("wall_hours", "processor_hours", "gpu_hours"):
            entry[key] = round(entry[key], HOURS)
        entry["largest_memory_mb"] = round(entry["largest_memory_mb"], 1)
    return found


def _benchmark(file: Path) -> dict[str, float]:
    """Return seconds, processor seconds and memory (MB) of a job; 0 for what was over before it was seen."""
    try:
        row = pd.read_csv(file, sep="\t", na_values=["-"]).iloc[-1]
        return {key: float(row[key]) if pd.notna(row[key]) else 0.0 for key in ("s", "cpu_time", "max_rss")}
    except (ValueError, KeyError, IndexError) as error:
        raise SarangiError(
            f"{file}: expected a benchmark that Snakemake wrote, found something else ({error}). Delete it, "
            "and have its job run again"
        ) from error


def _cpu() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:  # no Linux
        text = ""
    found = re.search(r"^model name\s*:\s*(.+)$", text, re.M)
    return found[1].strip() if found else platform.processor() or platform.machine()


def _gpu() -> str:
    """Return the names of the GPUs, each once."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return NONE
    command = [program, "--query-gpu=name", "--format=csv,noheader"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    names = sorted({line.strip() for line in done.stdout.splitlines() if line.strip()})
    return ", ".join(names) if done.returncode == 0 and names else NONE


def read(file: Path | str) -> dict[str, Any]:
    """Read and check recorded costs.

    Raises
    ------
    SarangiError
        If they are not what :func:`record` writes: lists each key that is wrong.
    """
    advice = "Restore it from git, or record it again: python -m sarangi costs after a run"
    try:
        found = yaml_in(file)
    except DocumentError as error:
        raise SarangiError(
            f"{file}: expected YAML that python -m sarangi costs wrote, found something else ({error}). "
            f"{advice}"
        ) from error
    errors = jsonschema.Draft202012Validator(SCHEMA).iter_errors(found)
    problems = sorted(
        f"  {'.'.join(map(str, error.path)) or 'top level'}: {error.message}" for error in errors
    )
    if problems:
        raise SarangiError(f"{file}: not as python -m sarangi costs writes it. {advice}", *problems)
    return found


def costs_table(costs: Path | str | None, labels: Labels, output: dict[str, Path]) -> None:
    """Write what each rule took, and all of them.

    Parameters
    ----------
    costs
        Recorded costs, or None where there are none.
    labels
        Which corpora are synthetic.
    output
        Files to write by suffix: ``tex``, ``md``, ``csv``, ``json``.

    Raises
    ------
    SarangiError
        As :func:`read`.
    """
    lines, notes = [], []
    evidence: list[dict] = []
    if costs is None:
        notes = ["Nothing is recorded: run python -m sarangi costs after a run."]
    else:
        found = read(costs)
        for rule, entry in sorted(found["rules"].items()):
            lines.append({"Rule": rule} | _cells(entry))
            evidence.append(_behind(str(costs), [rule]))
        rules = found["rules"].values()
        whole = {key: sum(entry[key] for entry in rules) for key in list(_OF_RULE)[:-1]}
        whole["largest_memory_mb"] = max(entry["largest_memory_mb"] for entry in rules)
        lines.append({"Rule": "all together"} | _cells(whole))
        evidence.append(_behind(str(costs), list(found["rules"])))
        machine, energy = found["machine"], found["energy_kwh"]
        energy = energy if energy == NOT_MEASURED else f"{energy:g} kWh"
        notes = [
            f"Machine: {machine['cpu']}, {machine['cores']} cores; GPU: {machine['gpu']}. Energy: {energy}."
        ]
    caption = (
        "Computational cost, by rule: jobs, their wall and processor time, GPU time (wall time of jobs that "
        "ask for a GPU, where there was one) and the largest resident memory of one job, each of a job's "
        "last run, as costs.yaml recorded them. Jobs run beside each other, so wall hours add up to more "
        "than a run takes."
    )
    columns = [Column("Rule", text=True), *numeric(*COLUMNS)]
    write_table(Table("costs", caption, columns, lines, evidence, notes), labels, output)


def _cells(entry: Mapping[str, float]) -> dict[str, str]:
    """Return the cells of a row; hours have all the decimals that are recorded."""
    forms = {"jobs": "d", "largest_memory_mb": ".0f"}
    return {column: number_text(entry[key], forms.get(key, f".{HOURS}f")) for column, key in COLUMNS.items()}


def _behind(file: str, rules: Sequence[str]) -> Evidence:
    """Return where the columns of a row about some rules stand."""
    return {"": [reference(file, entry=f"rules.{rule}") for rule in rules]} | {
        column: [reference(file, key, entry=f"rules.{rule}") for rule in rules]
        for column, key in COLUMNS.items()
    }
