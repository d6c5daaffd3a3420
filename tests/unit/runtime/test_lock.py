"""The lock of a run."""

import errno
import os
import subprocess
import sys

import pytest
from support.configuration import code  # noqa: F401  (fixtures)
from support.living import working

from sarangi.__main__ import main
from sarangi.base.errors import SarangiError
from sarangi.reproduce.verify import verify
from sarangi.runtime import lock as locks


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


def test_a_run_that_makes_files_is_known_as_long_as_it_lives(tmp_path):
    folder = tmp_path / ".snakemake"
    with locks.undisturbed(folder, "nothing"):  # there was never a run
        pass
    with working(folder, "verifies"), locks.undisturbed(folder, "nothing is verified"):
        pass
    with (
        working(folder),
        pytest.raises(SarangiError, match="nothing is verified: another run is active"),
        locks.undisturbed(folder, "nothing is verified"),
    ):
        pytest.fail("not refused")
    with locks.undisturbed(folder, "nothing is verified"):  # it was killed
        pass


@pytest.mark.parametrize("command", [["costs"], ["lock"], ["restore", "bundle.zip"]])
def test_nothing_that_takes_or_puts_results_is_done_during_a_run(command, tmp_path, capsys):
    with working(tmp_path / ".snakemake"):
        assert main([*command, "--directory", str(tmp_path)]) == 1
    assert "another run is active in this folder" in capsys.readouterr().err


def test_nothing_is_verified_during_a_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with working(), pytest.raises(SarangiError, match="nothing is verified: another run is active"):
        verify(["all"])


def test_what_goes_wrong_since_a_run_began_meanwhile_is_put_down_to_that(tmp_path):
    folder = tmp_path / ".snakemake"
    with (
        pytest.raises(SarangiError, match="another run was active in this folder meanwhile"),
        locks.undisturbed(folder, "nothing is verified"),
        working(folder),
    ):
        raise FileNotFoundError("a file that the run replaced")
    with pytest.raises(ValueError, match="of its own"), locks.undisturbed(folder, "nothing is verified"):
        raise ValueError("of its own")


def test_the_lock_of_a_run_on_another_machine_is_no_finished_work(tmp_path):
    folder = tmp_path / ".snakemake"
    (folder / "locks").mkdir(parents=True)
    (folder / "sarangi.lock").write_text("another-machine")
    (folder / "locks/0.output.lock").touch()
    assert not locks.hold(folder)
    with pytest.raises(SarangiError, match="another machine"), locks.undisturbed(folder, "nothing is locked"):
        pytest.fail("not refused")


@pytest.mark.parametrize("number", [errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOLCK, errno.EIO, errno.EPERM])
def test_where_a_file_system_takes_no_locks_a_warning_says_what_to_do(number, tmp_path, monkeypatch, caplog):
    """As Lustre without the option flock, or NFS without its daemon."""

    def refused(file, how):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(locks.fcntl, "flock", refused)
    folder = tmp_path / ".snakemake"
    (folder / "locks").mkdir(parents=True)
    (folder / "locks/0.output.lock").touch()
    assert not locks.hold(folder)
    assert (folder / "locks/0.output.lock").exists()
    (warning,) = caplog.messages
    assert os.strerror(number) in warning
    assert "snakemake --unlock" in warning
    locks.begin(folder)
    assert locks.run_id(folder)
    assert locks.going(folder)
    (folder / "locks/0.output.lock").unlink()
    assert locks.going(folder) is None


@pytest.mark.parametrize(
    "spoil",
    [
        lambda folder: folder.write_text("a file"),
        lambda folder: folder.symlink_to("nowhere"),
        lambda folder: (folder / "sarangi.lock").mkdir(parents=True),
        lambda folder: (folder / "sarangi.run").mkdir(parents=True),
        lambda folder: (folder.mkdir(), (folder / "sarangi.lock").symlink_to("/proc/version")),
    ],
)
def test_a_folder_of_snakemake_that_cannot_be_written_is_named(spoil, tmp_path):
    """Root may write what is another user's, so what stands in the way here is no permission."""
    folder = tmp_path / ".snakemake"
    spoil(folder)
    with pytest.raises(SarangiError, match=r"\.snakemake.*: cannot be written \(.*a folder of your own"):
        locks.hold(folder)


def test_a_run_that_cannot_say_that_it_begins_is_refused(tmp_path):
    folder = tmp_path / ".snakemake"
    locks.hold(folder)
    (folder / "sarangi.work").mkdir()
    with pytest.raises(SarangiError, match=r"sarangi\.work: cannot be written"):
        locks.begin(folder)
