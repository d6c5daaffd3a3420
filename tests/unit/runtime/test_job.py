"""A job: what it publishes, logs and leaves out."""

import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from sarangi.runtime import provenance, records
from sarangi.runtime.lock import begin

SCRIPT = """
    import os, sys, time
    from pathlib import Path
    from types import SimpleNamespace
    from sarangi.runtime.job import job
    from sarangi.base.errors import SarangiError, shown

    class Named(dict):
        __getattr__ = dict.get

    class Files(list):
        def __getitem__(self, key):
            return list.__getitem__(self, 0 if key == "only" else key)

        def get(self, name, default=None):
            return default

    snakemake = SimpleNamespace(
        rule="made", input=Files(), output=Files(["out.txt"]), log=Files(["log.txt"]), params=Named(a=1),
        resources=Named(), wildcards=Named(), config={"seed": 1, "threads": {"torch": 1, "blas": 1}},
    )
    with job(snakemake) as run:
"""


FULL = """
import tempfile
tempfile._candidate_tempdir_list = list  # none can be written
raise OSError(28, "No space left on device")
"""


def run_job(body, folder, **popen):
    script = textwrap.dedent(SCRIPT) + textwrap.indent(textwrap.dedent(body), "    ")
    return subprocess.run(
        [sys.executable, "-c", script], cwd=folder, capture_output=True, text=True, check=False
    )


def test_a_job_publishes_whole_files_and_bounds_threads_before_numpy(tmp_path):
    (tmp_path / ".out.999999.tmp.txt").write_text("left by a killed job")
    done = run_job(
        """
        run.output.write_text(os.environ["OMP_NUM_THREADS"] + os.environ["OPENBLAS_NUM_THREADS"])
        assert not Path("out.txt").exists()
        assert run.named("only") == run.output
        assert (run.result.path, run.result.provenance) == (run.output, run.provenance)
        import torch
        assert torch.get_num_threads() == 1
        """,
        tmp_path,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out.txt").read_text() == "11"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["log.txt", "out.txt", "results"]


def test_what_comes_from_outside_has_the_digest_that_the_plan_took_and_is_not_hashed_again(tmp_path):
    (tmp_path / "corpus").mkdir()
    (tmp_path / "labels.csv").write_text("a")
    done = run_job(
        """
        snakemake.input.extend(["corpus", "corpus.zip", "labels.csv"])
        snakemake.params["inventory"] = {"corpus": "as planned", "corpus.zip": "as planned, too"}
        run.output.write_text("made")
        """,
        tmp_path,
    )
    assert done.returncode == 0, done.stderr
    inputs = records.read("out.txt", tmp_path)["inputs"]
    assert inputs == {
        "corpus": "as planned",
        "corpus.zip": "as planned, too",
        "labels.csv": provenance.digest(tmp_path / "labels.csv"),
    }


def test_a_corpus_that_a_rule_made_is_hashed_for_its_manifest_and_by_no_job_behind_that(tmp_path):
    (tmp_path / "made.zip").write_bytes(b"a corpus")
    (tmp_path / "other.zip").write_bytes(b"another corpus")
    (tmp_path / "manifest.parquet").write_bytes(b"rows")
    record = tmp_path / provenance.place("manifest.parquet")
    record.parent.mkdir(parents=True)
    record.write_text('{"inputs": {"made.zip": "as the manifest read it"}}')
    done = run_job(
        """
        snakemake.input.extend(["made.zip", "other.zip", "manifest.parquet"])
        run.output.write_text("made")
        """,
        tmp_path,
    )
    assert done.returncode == 0, done.stderr
    inputs = records.read("out.txt", tmp_path)["inputs"]
    assert inputs["made.zip"] == "as the manifest read it"
    assert inputs["other.zip"] == provenance.digest(tmp_path / "other.zip")


@pytest.mark.parametrize(
    ("body", "shown", "hidden"),
    [
        ("raise SarangiError('row 7: bad; do this')", "row 7: bad; do this", "Traceback"),
        ("1 / 0", "ZeroDivisionError", "row 7"),
        (FULL, "the disk is full (", "Traceback"),
    ],
)
def test_a_failing_job_leaves_nothing_and_logs_why(body, shown, hidden, tmp_path):
    done = run_job(f"run.output.write_text('half')\n{body}", tmp_path)
    assert done.returncode == 1
    assert [path.name for path in tmp_path.iterdir()] == ["log.txt"]
    assert (done.stdout, done.stderr) == ("", "")  # Snakemake shows the end of the log
    assert shown in (tmp_path / "log.txt").read_text()
    assert hidden not in (tmp_path / "log.txt").read_text()


def test_a_job_of_an_earlier_run_publishes_nothing(tmp_path):
    (tmp_path / ".snakemake").mkdir()
    (tmp_path / "out.txt").write_text("new")
    body = "from sarangi.runtime.lock import begin\nbegin()\nrun.output.write_text('old')"
    begin(tmp_path / ".snakemake")
    done = run_job(body, tmp_path)
    assert done.returncode == 1
    assert "another run has begun in this folder since" in (tmp_path / "log.txt").read_text()
    assert (tmp_path / "out.txt").read_text() == "new"


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's parent death signal is Linux's")
def test_a_job_dies_with_its_parent_and_publishes_nothing(tmp_path):
    body = "Path('alive').write_text(str(os.getpid()))\ntime.sleep(60)\nrun.output.write_text('orphan')"
    script = textwrap.dedent(SCRIPT) + textwrap.indent(body, "    ")
    (tmp_path / "script.py").write_text(script)
    parent = subprocess.Popen(
        [sys.executable, "-c", "import subprocess, sys; subprocess.run([sys.executable, 'script.py'])"],
        cwd=tmp_path,
    )
    deadline = time.monotonic() + 30
    while not (tmp_path / "alive").exists() or not (tmp_path / "alive").read_text():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    child = int((tmp_path / "alive").read_text())
    parent.kill()
    parent.wait()
    while (
        Path(f"/proc/{child}").exists()
        and "Z" not in Path(f"/proc/{child}/stat").read_text().split(")")[1][:3]
    ):
        assert time.monotonic() < deadline, "the orphan lives on"
        time.sleep(0.05)
    assert not (tmp_path / "out.txt").exists()
