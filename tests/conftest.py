"""What the tests share: small recordings, small corpora, and the real data where it lies."""

import fcntl
import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
import soundfile
import yaml

from sarangi.base.store import Output

ROOT = Path(__file__).parent.parent
REAL = ROOT.parent / "shared" / "data"
MADE_BY_TEST = {"rule": "test"}


def to(path):
    """A file that a function of the library is to write, as a job hands it."""
    return Output(Path(path), MADE_BY_TEST)


def example(section):
    """The blocks of code in a section of CONTRIBUTING.md, by their language."""
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    text = page.split(f"\n## {section}\n")[1].split("\n## ")[0]
    kinds = ("python", "yaml", "console")
    return {kind: re.findall(rf"```{kind}\n(.*?)```", text, re.DOTALL) for kind in kinds}


def add_module(package, name, text, folder, monkeypatch):
    """Add a module to a package for one test, as if its file lay there."""
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.py").write_text(text, encoding="utf-8")
    monkeypatch.setattr(package, "__path__", [*package.__path__, str(folder)])
    monkeypatch.delitem(sys.modules, f"{package.__name__}.{name}", raising=False)
    return f"{package.__name__}.{name}"


SLOWEST = (
    "test_slurm", "test_faults", "test_chain", "test_same_bytes", "test_workflow", "test_reruns", "test_app",
    "test_verify_runs", "test_explain_every_number", "test_report", "test_fuzzing", "test_sources",
    "test_kills",
)  # fmt: skip
"""Files in the order in which their tests begin, the others after them."""
SPREAD = ("test_chain", "test_same_bytes", "test_workflow", "test_verify_runs", "test_kills", "test_sources")
"""Files whose tests share nothing that a worker would have to make again: they go to whoever is free."""


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items):
    """Begin with what takes longest, so that at the end no core is left waiting, and keep files together."""
    place = {name: number for number, name in enumerate(SLOWEST)}
    items.sort(key=lambda item: place.get(item.path.stem, len(place)))
    for item in items:
        if item.path.stem not in SPREAD:
            item.add_marker(pytest.mark.xdist_group(item.path.stem))


def sound(seconds=1.0, rate=16_000, channels=1, frequency=220.0, kind="WAV", subtype=None, seed=0):
    """Bytes of a sound file: a tone with a little noise."""
    time = np.arange(round(seconds * rate)) / rate
    tone = 0.3 * np.sin(2 * np.pi * frequency * time)
    tone = tone + np.random.default_rng(seed).normal(0, 0.01, len(time))
    file = io.BytesIO()
    soundfile.write(file, np.repeat(tone[:, None], channels, axis=1), rate, format=kind, subtype=subtype)
    return file.getvalue()


def float_wav(samples):
    file = io.BytesIO()
    soundfile.write(file, np.asarray(samples, dtype=np.float32), 16_000, format="WAV", subtype="FLOAT")
    return file.getvalue()


BROKEN = {
    "truncated": (sound()[:20_000], "cut short"),
    "no samples": (sound(seconds=0), "0 samples"),
    "NaN samples": (float_wav([0.1, np.nan, 0.2] * 1000), "NaN"),
    "MP3": (sound(kind="MP3"), "named .wav but holds MPEG"),
    "text": (b"This is no sound.\n" * 100, "not a sound file"),
    "empty": (b"", "0 bytes"),
}
"""Recordings that cannot be used: their bytes, and what the reason must say."""


def real(name):
    """Folder of a real corpus; the test is skipped where it is absent."""
    if not (REAL / name).is_dir():
        pytest.skip(f"the real {name} recordings are not beside this checkout")
    return REAL / name


def snakemake(*arguments, directory, root=ROOT, **environment):
    """Run snakemake as a user does, from a project's folder, and return what it did."""
    command = [sys.executable, "-m", "snakemake", "--directory", str(directory), *map(str, arguments)]
    return subprocess.run(
        command, cwd=root, env=os.environ | environment, capture_output=True, text=True, check=False
    )


def succeeded(done):
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-6000:]
    return done.stdout + done.stderr


def jobs(done):
    """Names of the rules that a run (or a dry run) executed, with their counts."""
    text = succeeded(done)
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


@pytest.fixture
def study():
    """The demo's configuration, to be cut down and changed."""
    return yaml.safe_load((ROOT / "demo/config.yaml").read_text())


def small(study):
    """Cut a configuration to what a test of the workflow needs: one corpus of 40 clips, no encoder."""
    study["corpora"] = {"urdu_latif": stand_in(speakers=8, clips=10, seed=3)}
    study["experiments"] = [
        {
            "corpora": ["urdu_latif"],
            "protocols": ["random5", "loso"],
            "models": ["egemaps_svm", "speaker_only"],
        }
    ]
    # what it transcribes matters to no test of these, and the demo's own takes longer
    study["asr"]["tiny_whisper"] |= {
        "tokens": 8,
        "source": {"random": {"width": 32, "layers": 1, "heads": 2, "seed": 6}},
    }
    study["language_pairs"] = []
    study["findings"] = {
        "finding_4": {
            "statement": "made up for a test",
            "experiments": ["urdu_latif_loso_egemaps_svm"],
        }
    }
    study["bootstrap"]["draws"] = 200
    return study


def chain():
    """The demo's configuration with fewer clips and epochs."""
    study = yaml.safe_load((ROOT / "demo/config.yaml").read_text())
    study["corpora"] = {
        "ravdess": stand_in(speakers=6, clips=1, seed=1),
        "urdu_latif": stand_in(speakers=16, clips=10, seed=2),
    }
    study["protocols"]["grouped3"]["folds"] = 2
    # one encoder with a job a run, all others with a job an experiment
    for name, model in study["models"].items():
        if "finetuning" in model:
            few = {"max_epochs": 3, "seeds": model["finetuning"]["seeds"][:1]}
            model["finetuning"] = model["finetuning"] | few | {"together": name != "audio_tiny"}
    study["experiments"][0] = {
        "corpora": ["ravdess", "urdu_latif"], "protocols": ["random5", "loso"], "models": ["egemaps_svm"],
    }  # fmt: skip
    study["experiments"][3:] = [
        {
            "corpora": ["ravdess", "urdu_latif"], "protocols": ["random5_four"],
            "models": ["egemaps_svm", "egemaps_logistic"], "transfer": ["ravdess", "urdu_latif"],
        },
    ]  # fmt: skip
    study["language_pairs"] = study["language_pairs"][1:]
    for side in study["language_pairs"][0]["languages"]:
        side["within"] = ["random5_four"]
    # of the encoders that are heard once, one each
    study["experiments"].append(
        {"corpora": ["ravdess"], "protocols": ["grouped3"], "models": ["audio_tiny_prefix", "probe_tiny"],
         "transfer": ["urdu_latif"]}
    )  # fmt: skip
    for finding in ("finding_4", "finding_5", "finding_6"):
        study["findings"][finding]["experiments"] = []
    study["findings"]["finding_3"]["experiments"] = ["ravdess_grouped3_audio_tiny"]
    study["bootstrap"]["draws"] = 200
    return study


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


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """The chain, run whole with two cores; the PDF too where LaTeX is installed. For reading only."""

    def make(folder):
        write_study(chain(), folder)
        (folder / "said.txt").write_text(succeeded(snakemake("--cores", 2, directory=folder, **TOKENS)))

    return made_once(tmp_path_factory, "chain", make)


ELSEWHERE = {"TZ": "Asia/Karachi", "LC_ALL": "C", "LANG": "C", "PYTHONHASHSEED": "7"}
"""What must change no byte."""


@pytest.fixture(scope="session")
def without_latex(tmp_path_factory):
    """The chain once more: one core, other surroundings, and no program of LaTeX. For reading only."""

    def make(folder):
        programs = folder.with_name("few programs")
        programs.mkdir(exist_ok=True)
        for program in ("bash", "sh", "git", "uname", "env", "which"):
            if shutil.which(program) and not (programs / program).exists():
                (programs / program).symlink_to(shutil.which(program))
        write_study(chain(), folder)
        succeeded(snakemake("--cores", 1, directory=folder, PATH=str(programs), **ELSEWHERE))

    return made_once(tmp_path_factory, "over there", make)


@pytest.fixture
def few_programs(without_latex):
    """A PATH without LaTeX."""
    return str(without_latex.with_name("few programs"))


PARTS = (
    "Snakefile", "config.yaml", "claims.yaml", "errata.yaml", "rules", "workflow", "src", "profiles", "envs",
    "paper", "CITATION.cff", "LICENSE",
)  # fmt: skip
TARGETS = ("paper/tables", "paper/figures", "finding_4")


def clone(folder):
    """A copy of the project's code, without anything made."""
    for part in PARTS:
        if (ROOT / part).is_dir():
            made = shutil.ignore_patterns(
                "__pycache__", "*.egg-info", "paper.pdf", "arxiv.tar.gz", "numbers.tex"
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


@pytest.fixture(scope="session")
def project(tmp_path_factory):
    """A clone with the small study run in it, and bundled. For reading only."""

    def make(folder):
        clone(folder)
        write_study(small(yaml.safe_load((ROOT / "demo/config.yaml").read_text())), folder / "study")
        succeeded(run(folder, "--cores", 2, *TARGETS, "results_bundle"))

    return made_once(tmp_path_factory, "sarangi", make)


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


def smallest(study):
    """Cut a configuration to one model on one shard of one corpus: what a fault is injected into."""
    study = small(study)
    study["corpora"]["urdu_latif"] = stand_in(speakers=8, clips=5, seed=3) | {"shards": 1}
    study["experiments"] = [{"corpora": ["urdu_latif"], "protocols": ["random5"], "models": ["egemaps_svm"]}]
    study["findings"]["finding_4"]["experiments"] = ["urdu_latif_random5_egemaps_svm"]
    return study


def stand_in(**settings):
    """A corpus of the configuration that is spoken by the synthesiser."""
    return {
        "shards": 2,
        "licence": "MIT (synthetic)",
        "citation": "this project",
        "access": "synthetic",
        "source": {"synthetic": settings},
    }


def absent(request="write to its authors"):
    """A corpus of the configuration that is not in hand and cannot be fetched."""
    return {
        "shards": 1,
        "licence": "theirs",
        "citation": "its authors",
        "access": "request",
        "source": {"request": request},
    }


def write_study(study, folder):
    """Write a configuration into a folder, beside a link to the weights of the demo that it may name."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.yaml").write_text(yaml.safe_dump(study, sort_keys=False, allow_unicode=True))
    if not (folder / "weights").exists():
        (folder / "weights").symlink_to(ROOT / "demo/weights")
    return folder


def zipped(path, members):
    """Write a zip of (name, bytes) pairs; a name may come twice."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members:
            archive.writestr(name, data)
    return path


def tarred(members, mode="w:gz"):
    """Bytes of a tar of (name, bytes) pairs; a text instead of bytes is a kind of member."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode=mode) as archive:
        for name, data in members:
            entry = tarfile.TarInfo(name)
            if isinstance(data, bytes):
                entry.size = len(data)
                archive.addfile(entry, io.BytesIO(data))
            else:
                entry.type, entry.linkname = data.encode(), "a.wav"
                archive.addfile(entry)
    return file.getvalue()


@pytest.fixture
def demo(study, tmp_path, monkeypatch):
    """The study that follows from the demo's configuration, in a folder with nothing made in it yet."""
    return checked(study, tmp_path, monkeypatch)


def checked(study, folder, monkeypatch):
    """Return the study that follows from a configuration, and make its folder the current one."""
    from sarangi.study.checking import check
    from sarangi.study.claims_file import read_claims

    schemas = ROOT / "workflow/schemas"
    monkeypatch.chdir(write_study(study, folder))
    published = read_claims(ROOT / "claims.yaml", schemas / "claims.schema.yaml")
    return check(study, schemas / "config.schema.yaml", [], published=published)
