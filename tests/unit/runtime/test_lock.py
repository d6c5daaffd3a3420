"""The lock of a run."""

import subprocess
import sys

from support.configuration import code  # noqa: F401  (fixtures)


def test_stale_locks_go_those_of_a_living_run_or_another_machine_stay(tmp_path):
    folder = tmp_path / ".snakemake"
    lock = folder / "locks/0.input.lock"
    hold = (
        f"import pathlib, sarangi.runtime.lock as l; print(l.hold(pathlib.Path({str(folder)!r})), flush=True)"
    )

    def another(code=hold):
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        return done.stdout.strip()

    assert another() == "False"
    lock.parent.mkdir()
    lock.touch()
    assert another() == "True"
    assert not lock.exists()
    living = subprocess.Popen(
        [sys.executable, "-c", f"{hold}; input()"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert living.stdout.readline().strip() == "False"
    lock.touch()
    assert another() == "False"
    assert lock.exists()
    living.kill()
    living.communicate()
    (folder / "sarangi.lock").write_text("another-machine")
    assert another() == "False"
    assert lock.exists()


def test_a_run_beside_a_living_one_does_not_take_its_jobs_for_an_earlier_runs(tmp_path):
    folder = tmp_path / ".snakemake"
    process = (
        "import pathlib, sys, sarangi.runtime.lock as l; f = pathlib.Path(sys.argv[1]); "
        "l.hold(f); l.begin(f); print(l.run_id(f), flush=True); sys.stdin.read()"
    )

    def main():
        started = subprocess.Popen(
            [sys.executable, "-c", process, str(folder)], text=True, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )  # fmt: skip
        return started, started.stdout.readline().strip()

    first, its = main()
    second, beside = main()
    assert its and beside == its
    for ended in (first, second):
        ended.kill()
        ended.wait()
    third, later = main()
    assert later not in (its, "None")
    third.kill()
    third.wait()
