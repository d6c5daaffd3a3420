"""Runs that share a device, on a CPU in place of it: forked processes, their deaths, and what they leave."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from support.places import ROOT
from support.small_training import corpus, encoder, outputs, trained  # noqa: F401  (fixtures)

from sarangi.base.errors import SarangiError
from sarangi.models import side_by_side
from sarangi.models.runs import Run
from sarangi.models.side_by_side import Memory, carry_out, how_many

RUNS = [Run(0, seed) for seed in (1, 2, 3)]
ROOMY = Memory(total=80 * 10**9, room=80 * 10**9, peak=10**9)

TRAINED = """
import hashlib, json, os, sys
from pathlib import Path
import torch
from support.small_training import HEARING, RECIPE, files_of_run, outputs, training_of
from sarangi.models import finetuning, kept_frames, side_by_side
from sarangi.models.runs import Run

corpus, encoder, folder = map(Path, sys.argv[1:])
parent = os.getpid()

def told(line):
    with (folder / "told").open("a") as file:
        file.write(line + "\\n")

def untouched():
    assert os.getpid() != parent, "CUDA was asked for before the fork"
    return 0

torch._C._cuda_getDeviceCount = torch._C._cuda_init = untouched
# as on a GPU with room for all of them
side_by_side.memory_used = lambda: side_by_side.Memory(8 * 10**10, 8 * 10**10, 10**9)
torch.cuda.set_per_process_memory_fraction = lambda share: told(f"share {share}")
carried, convolved = finetuning._carry_out, kept_frames.convolved

def carry(training, run, *rest):
    told(f"run {os.getpid() == parent} {os.getpid()}")
    carried(training, run, *rest)

def computed(model, signals):
    for signal in signals:
        if signal.any():
            told("clip " + hashlib.sha256(signal.numpy().tobytes()).hexdigest())
    return convolved(model, signals)

finetuning._carry_out, kept_frames.convolved = carry, computed
model = {"audio": HEARING, "finetuning": RECIPE}
shards = {"audio": [corpus / "audio.parquet"]}
training = training_of(corpus, shards, {"audio": encoder}, model, folder / "checkpoints")
runs = [Run(0, 7), Run(0, 8), Run(1, 7), Run(1, 8)]
files = {run: files_of_run(outputs(folder / f"{run.fold}_{run.seed}")) for run in runs}
finetuning.finetune_runs(training, files, 3)
"""


@pytest.fixture
def gpu(monkeypatch):
    """A GPU with room for all runs."""
    monkeypatch.setattr(side_by_side, "memory_used", lambda: ROOMY)
    monkeypatch.setattr(torch.cuda, "set_per_process_memory_fraction", lambda share: None)


def test_runs_side_by_side_end_as_each_would_alone_and_compute_no_frames_twice(corpus, encoder, tmp_path):
    # in a process that has trained nothing yet, as a job is
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT / "tests")])
    command = [sys.executable, "-c", TRAINED, str(corpus), str(encoder), str(tmp_path)]
    done = subprocess.run(
        command, env=os.environ | {"PYTHONPATH": path}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0_7", "0_8", "1_7", "1_8", "told"]
    lines = [line.split() for line in (tmp_path / "told").read_text().splitlines()]
    ran = [line[1:] for line in lines if line[0] == "run"]
    assert len(ran) == 4 and {in_parent for in_parent, _ in ran} == {"False"}
    assert len({pid for _, pid in ran}) == 3
    # the first one alone, with all of the memory
    assert [line[1] for line in lines if line[0] == "share"] == [str(1 / 3)] * 3
    clips = [line[1] for line in lines if line[0] == "clip"]
    assert len(clips) == len(set(clips)) == 35
    for fold, seed in ((0, 8), (1, 7)):
        alone = trained(corpus, encoder, tmp_path / "alone" / f"{fold}_{seed}", fold=fold, seed=seed)
        for name, file in outputs(tmp_path / f"{fold}_{seed}").items():
            assert file.read_bytes() == alone[name].read_bytes(), (fold, seed, name)


def test_without_a_gpu_one_run_follows_the_other(tmp_path):
    def one(run):
        (tmp_path / "ran").open("a").write(f"{run.seed} {os.getpid()}\n")

    carry_out(RUNS, 3, one)
    seeds, pids = zip(*(line.split() for line in (tmp_path / "ran").read_text().splitlines()), strict=True)
    assert seeds == ("1", "2", "3")
    assert len(set(pids)) == 1


@pytest.mark.parametrize(
    ("memory", "most", "expected"),
    [
        (None, 8, 1),
        (Memory(80 * 10**9, 80 * 10**9, 7 * 10**9), 16, 8),
        (Memory(80 * 10**9, 30 * 10**9, 7 * 10**9), 16, 3),
        (Memory(80 * 10**9, 80 * 10**9, 7 * 10**9), 4, 4),
        (Memory(80 * 10**9, 80 * 10**9, 70 * 10**9), 4, 1),
    ],
    ids=["no GPU", "all of it", "others use it, too", "few cores", "a large one"],
)
def test_as_many_runs_as_memory_and_cores_let(memory, most, expected):
    assert how_many(memory, most) == expected


def test_a_run_that_lacks_memory_beside_others_is_carried_out_alone(gpu, tmp_path):
    def one(run):
        with (tmp_path / "ran").open("a") as file:
            file.write(f"{run.seed}\n")
        if run.seed == 2 and (tmp_path / "ran").read_text().split().count("2") == 1:
            out_of_memory()

    carry_out(RUNS, 3, one)
    ran = (tmp_path / "ran").read_text().split()
    assert sorted(ran) == ["1", "2", "2", "3"]
    assert ran[-1] == "2"


def test_one_that_lacks_it_alone_ends_with_its_name_and_what_to_lower(gpu):
    def one(run):
        if run.seed == 3:
            out_of_memory()

    with pytest.raises(SarangiError, match=r"fold 0, seed 3: lower finetuning\.batch"):
        carry_out(RUNS, 2, one)


def out_of_memory():
    try:
        raise torch.OutOfMemoryError("CUDA out of memory")
    except torch.OutOfMemoryError:
        raise SarangiError("lower finetuning.batch") from None


def test_a_worker_that_is_killed_ends_the_others_and_is_named_by_its_run(gpu, tmp_path):
    def one(run):
        if run.seed == 2:
            while not (tmp_path / "pid").exists():
                time.sleep(0.01)
            os.kill(os.getpid(), signal.SIGKILL)
        if run.seed == 3:
            (tmp_path / "pid.part").write_text(str(os.getpid()))
            (tmp_path / "pid.part").rename(tmp_path / "pid")
            time.sleep(600)

    with pytest.raises(SarangiError, match=r"fold 0, seed 2: its process ended with SIGKILL.*side_by_side"):
        carry_out(RUNS, 3, one)
    assert not living(int((tmp_path / "pid").read_text()))


def test_a_defect_keeps_its_traceback_and_its_run():
    def one(run):
        raise ValueError(f"odd {run.seed}")

    with pytest.raises(RuntimeError, match=r"(?s)fold 0, seed 1:\nTraceback.*ValueError: odd 1"):
        carry_out(RUNS, 2, one)


def test_what_is_printed_of_a_run_is_logged_by_its_name(tmp_path, caplog):
    def one(run):
        print({"loss": 0.5})
        (tmp_path / "log").write_text(caplog.text)

    with caplog.at_level("INFO", logger="sarangi"):
        carry_out(RUNS[:1], 1, one)
    assert "fold 0, seed 1: {'loss': 0.5}" in (tmp_path / "log").read_text()


def test_workers_end_with_the_process_that_started_them(gpu, tmp_path):
    def one(run):
        (tmp_path / f"{run.seed}.part").write_text(str(os.getpid()))
        (tmp_path / f"{run.seed}.part").rename(tmp_path / str(run.seed))
        if run.seed > 1:
            time.sleep(600)

    process = multiprocessing.get_context("fork").Process(target=carry_out, args=(RUNS, 2, one))
    process.start()
    until(lambda: (tmp_path / "2").exists() and (tmp_path / "3").exists())
    pids = {int(path.read_text()) for path in tmp_path.iterdir()}
    assert len(pids) == 2 and all(map(living, pids))
    process.kill()
    process.join()
    until(lambda: not any(map(living, pids)))


def living(pid):
    """Whether a process is there that is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def until(true, seconds=120):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)
