"""What a run prints: a line a rule, whatever its jobs print, and where one failed."""

import logging
import os
import random
import subprocess
import sys
import textwrap
from io import StringIO
from pathlib import Path

import pytest
from snakemake_interface_logger_plugins.common import LogEvent
from support.places import ROOT

from sarangi.runtime.console import CLEAR, SILENCE_S, TAIL, Console

SNAKEFILE = """
    from pathlib import Path
    from sarangi.runtime import console

    config.update({"seed": 1, "threads": {"torch": 1, "blas": 1}})

    rule all:
        input: expand("noisy/{n}.txt", n=range(5)), "bad.txt"

    rule noisy:
        output: "noisy/{n}.txt"
        log: "results/logs/noisy/{n}.log"
        script: "noisy.py"

    rule bad:
        output: "bad.txt"
        log: "results/logs/bad.log"
        script: "bad.py"

    printed = console.installed(workflow, Path.cwd())

    onerror:
        for line in printed.failures():
            print(line)
"""
SCRIPT = """
    from sarangi.runtime.job import job

    with job(snakemake) as run:
        import subprocess, sys
        for number in range(100):
            print(f"noise {number}")
            print("noise {'loss': 1.5}", file=sys.stderr)
        subprocess.run(["sh", "-c", "echo noise; echo noise >&2"])
"""


def test_a_run_prints_a_line_a_rule_and_of_a_failed_job_the_log_and_its_last_lines(tmp_path):
    for name, text in {
        "Snakefile": SNAKEFILE,
        "noisy.py": f"{SCRIPT}        run.output.write_text('done')\n",
        "bad.py": f"{SCRIPT}        raise ValueError('of the job')\n",
    }.items():
        (tmp_path / name).write_text(textwrap.dedent(text))
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", "--cores", "1", "--keep-going", "--workflow-profile", "none"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    lines = (done.stdout + done.stderr).splitlines()
    assert done.returncode == 1, lines
    tail = [line for line in lines if line.startswith("  | ")]
    others = [line for line in lines if line not in tail]
    assert len(tail) == TAIL
    assert tail[-1] == "  | ValueError: of the job"
    assert "  log: results/logs/bad.log" in others
    assert "failed: bad; log: results/logs/bad.log" in others
    assert sum("noisy 5 of 5" in line for line in others) == 1
    assert not any("noise" in line for line in others)
    assert len(others) < 20, others
    assert "noise 99" in (tmp_path / "results/logs/noisy/3.log").read_text()


def record(event, **values):
    made = logging.makeLogRecord({"msg": values.pop("msg", None), "levelno": logging.INFO})
    made.__dict__.update(event=event, **values)
    return made


@pytest.mark.parametrize("seed", range(20))
def test_lines_are_bounded_by_the_rules_and_the_minutes_and_counts_end_at_their_totals(seed, tmp_path):
    draw = random.Random(seed)  # noqa: S311
    rules = {f"rule{n}_{part}": f"rule{n}" for n in range(6) for part in "ab"}
    stats = {rule: draw.randint(1, 9) for rule in rules} | {"all": 1}
    jobs = [rule for rule in rules for _ in range(stats[rule])]
    draw.shuffle(jobs)
    now, stream = [0.0], StringIO()
    console = Console(stream, rules, Path("study"), lambda: now[0])
    console.handle(record(LogEvent.RUN_INFO, stats=stats | {"total": sum(stats.values())}))
    for number, rule in enumerate(jobs):
        console.handle(record(None, msg="Select jobs to execute..."))
        console.handle(
            record(
                LogEvent.JOB_INFO, jobid=number, rule_name=rule, wildcards={"n": 1}, log=[], output=["made"]
            )
        )
        now[0] += draw.choice([1, 10, 90])
        console.handle(record(LogEvent.JOB_FINISHED, job_id=number))
    first, *lines = stream.getvalue().splitlines()
    assert first.startswith(f"{len(jobs)} jobs of 6 rules; ") and "study/results/logs" in first
    assert len(lines) <= 6 + now[0] / SILENCE_S
    for n in range(6):
        total = stats[f"rule{n}_a"] + stats[f"rule{n}_b"]
        assert sum(f"rule{n} {total} of {total}, " in line for line in lines) == 1
    assert lines[-1].startswith(f"{len(jobs)} of {len(jobs)}  ") and "left" not in lines[-1]


def test_warnings_in_logs_are_counted_and_messages_of_snakemake_are_kept(tmp_path):
    log = tmp_path / "a.log"
    log.write_text("INFO read\nWARNING 2 votes cannot be used\nERROR and 3 are lost\n")
    stream = StringIO()
    console = Console(stream, {"votes": "votes"}, Path(), lambda: 1.0)
    console.handle(record(LogEvent.RUN_INFO, stats={"votes": 1, "total": 1}))
    console.handle(
        record(LogEvent.JOB_INFO, jobid=1, rule_name="votes", wildcards={}, log=[str(log)], output=["x"])
    )
    console.handle(record(LogEvent.JOB_FINISHED, job_id=1))
    console.handle(record(None, msg="Nothing to be done (all requested files are present)."))
    assert f"; 2 warnings, see {log}\nNothing to be done (all" in stream.getvalue()


@pytest.mark.parametrize("fails", [False, True])
def test_of_a_rule_that_makes_no_file_all_that_it_says_is_printed(fails, tmp_path):
    log = tmp_path / "verify.log"
    log.write_text("".join(f"INFO result {n}\n" for n in range(2 * TAIL)))
    stream = StringIO()
    console = Console(stream, {"verify": "verify"}, Path(), lambda: 1.0)
    console.handle(record(LogEvent.RUN_INFO, stats={"verify": 1, "total": 1}))
    about = {"jobid": 1, "rule_name": "verify", "wildcards": {}, "log": [str(log)], "output": []}
    console.handle(record(LogEvent.JOB_INFO, **about))
    if fails:
        console.handle(record(LogEvent.JOB_ERROR, rule_msg=None, **about))
    else:
        console.handle(record(LogEvent.JOB_FINISHED, job_id=1))
    assert stream.getvalue().count("INFO result") == 2 * TAIL
    assert bool(console.failures()) is fails


def test_on_a_terminal_the_last_line_says_what_runs_and_is_gone_when_nothing_does(monkeypatch):
    stream = StringIO()
    monkeypatch.setattr(stream, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "40")
    console = Console(stream, {"long": "long"}, Path(), lambda: 1.0)
    about = {"rule_name": "long", "wildcards": {"n": "x" * 99}, "log": [], "output": ["made"]}
    console.handle(record(LogEvent.RUN_INFO, stats={"long": 1, "total": 1}))
    console.handle(record(LogEvent.JOB_INFO, jobid=1, **about))
    status = stream.getvalue().rpartition(CLEAR)[2]
    assert status.startswith("0 of 1; running: long (xxx") and len(status) == 39
    console.handle(record(LogEvent.JOB_FINISHED, job_id=1))
    assert stream.getvalue().endswith(f"long, 0 s\n{CLEAR}")
