"""Real runs of snakemake and of the command line, in folders of their own."""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from support.places import ROOT


def snakemake(*arguments, directory, root=ROOT, python=sys.executable, **environment):
    """Run snakemake as a user does, from a project's folder, and return what it did."""
    command = [python, "-m", "snakemake", "--directory", str(directory), *map(str, arguments)]
    return subprocess.run(
        command, cwd=root, env=os.environ | environment, capture_output=True, text=True, check=False
    )


def interpreter_with(folder, text):
    """Make an environment of the packages of this one, in which every Python runs ``text`` first.

    A job takes no module from PYTHONPATH but the project's own.
    """
    packages = folder / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"
    packages.mkdir(parents=True)
    (packages / "sitecustomize.py").write_text(text)
    (packages / "all.pth").write_text(f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n")
    (folder / "bin").mkdir()
    home = Path(sys._base_executable).resolve().parent
    (folder / "pyvenv.cfg").write_text(f"home = {home}\ninclude-system-site-packages = false\n")
    (folder / "bin/python").symlink_to(Path(sys._base_executable).resolve())
    return str(folder / "bin/python")


def succeeded(done):
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-6000:]
    return done.stdout + done.stderr


def jobs(done):
    """Names of the rules that a run (or a dry run) executed, with their counts."""
    text = succeeded(done)
    # a run prints a line a rule; the whole output of Snakemake is in its log
    if log := re.search(r"^Complete log\(s\): (.+)$", text, re.MULTILINE):
        text = Path(log[1]).read_text(encoding="utf-8")
    if "Job stats:" not in text:
        assert "Nothing to be done" in text, text
        return {}
    table = text.split("Job stats:")[1].strip().splitlines()[2:]
    counts = {}
    for line in table:
        if not line.strip() or line.startswith("total"):
            break
        name, count = line.rsplit(maxsplit=1)
        counts[name.strip()] = int(count)
    return counts


TOKENS = {
    "KAGGLE_USERNAME": "planted-name-3f1c",
    "KAGGLE_KEY": "planted-key-77b2e0",
    "HF_TOKEN": "hf_planted5a9d41",
}
"""What a user has in the environment, and nothing that is made may hold."""


def made_once(factory, name, make):
    """Return a folder that the first worker to ask for it makes for all: to be read and copied only."""
    root = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent
    folder, finished = root / name, root / f"{name}.finished"
    with (root / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not finished.exists():
            shutil.rmtree(folder, ignore_errors=True)  # of a worker that failed
            make(folder)
            finished.touch()
    return folder


def copied(folder, place):
    """Return a copy of a folder that was made once, to be changed."""
    return shutil.copytree(folder, place, symlinks=True)


ELSEWHERE = {
    "TZ": "Asia/Karachi", "LC_ALL": "C", "LANG": "tr_TR.UTF-8", "LC_NUMERIC": "de_DE.UTF-8",
    "PYTHONHASHSEED": "7", "PYTHONOPTIMIZE": "1", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0",
    "OMP_NUM_THREADS": "7", "OPENBLAS_NUM_THREADS": "5", "OPENBLAS_CORETYPE": "Prescott",
    "MKL_CBWR": "COMPATIBLE", "NPY_DISABLE_CPU_FEATURES": "AVX2 FMA3", "ATEN_CPU_CAPABILITY": "default",
    "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA", "ARROW_USER_SIMD_LEVEL": "NONE",
    "PANDAS_FUTURE_INFER_STRING": "1", "SKLEARN_ASSUME_FINITE": "1", "SOURCE_DATE_EPOCH": "86400",
    "MATPLOTLIBRC": "/nowhere", "MPLBACKEND": "svg", "IMAGEIO_FFMPEG_EXE": "/bin/false",
    "FONTCONFIG_FILE": "/nowhere", "ESPEAK_DATA_PATH": "/nowhere", "TEXINPUTS": "/nowhere:",
    "TEXMFHOME": "/nowhere", "BSTINPUTS": "/nowhere", "openin_any": "a", "max_print_line": "40",
}  # fmt: skip
"""Settings of a person and a machine, which must change no byte."""
PARTS = (
    "Snakefile", "config.yaml", "claims.yaml", "errata.yaml", "rules", "workflow", "src", "profiles", "envs",
    "paper", "CITATION.cff", "LICENSE", "pyproject.toml", "requirements.lock",
)  # fmt: skip
TARGETS = ("paper/tables", "paper/figures", "finding_4")


def clone(folder):
    """A copy of the project's code, without anything made."""
    for part in PARTS:
        if (ROOT / part).is_dir():
            made = shutil.ignore_patterns(
                "__pycache__", "*.egg-info", "paper.pdf", "supplement.pdf", "arxiv.tar.gz", "numbers.tex"
            )
            shutil.copytree(ROOT / part, folder / part, ignore=made)
        else:
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / part, folder / part)
    for made in ("tables", "figures"):
        shutil.rmtree(folder / "paper" / made, ignore_errors=True)
    return folder


def run(project, *arguments, path=(), study="study", **environment):
    """Snakemake on the study of a clone, with the clone's own library."""
    path = os.pathsep.join(map(str, (project / "src", *path)))
    return snakemake(*arguments, directory=project / study, root=project, PYTHONPATH=path, **environment)


def waiting(project, *targets, **named):
    """The jobs that are left to be done, without the targets that make nothing."""
    found = jobs(run(project, "--cores", 2, "-n", *(targets or TARGETS), **named))
    return {name: count for name, count in found.items() if name not in TARGETS}


def sarangi(project, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "sarangi", *map(str, arguments)],
        cwd=project,
        env=os.environ | {"PYTHONPATH": str(project / "src")},
        capture_output=True,
        text=True,
        check=False,
    )


TIMED = ("logs", "benchmarks", "bundle.zip", "report.html")


def digests(folder):
    """Hash of everything that the workflow made in a folder, and that must be the same bytes everywhere.

    Left out is what has times in it: logs, benchmarks, the report and the bundle with Snakemake's metadata.
    """
    made = [
        path
        for part in ("results", "resources/made", "resources/weights", "paper")
        for path in (folder / part).rglob("*")
        if path.is_file() and path.relative_to(folder).parts[1] not in TIMED
    ]
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(made)}
