"""How many commands mend what was found: of one cause one, and each of them does."""

import os
import subprocess
from pathlib import Path

import pytest

from sarangi.reproduce.mending import FEW, LIST, Fault, Mending, command_of, removal
from sarangi.runtime import commands, provenance

JOBS = {
    f"results/scores/{n}.parquet": (["results/in.csv"], [f"results/scores/{n}.parquet", f"results/{n}.csv"])
    for n in range(98)
}
ZIP = "resources/made/x.zip"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A folder of a workflow below the project's, with an apostrophe in its name."""
    (tmp_path / "it's").mkdir()
    monkeypatch.setattr(provenance, "PROJECT", tmp_path)
    monkeypatch.chdir(tmp_path / "it's")
    return tmp_path / "it's"


def faults(files, jobs=JOBS, restored=False):
    return [Fault(file, "bad", command_of(file, jobs, restored)) for file in files]


def commands_of(found):
    return list(dict.fromkeys(fault.command for fault in found))


def test_a_few_jobs_have_a_command_each():
    few = faults(sorted(JOBS)[:FEW])
    assert Mending(JOBS, False).shared(few) == few


def test_what_a_plain_run_makes_takes_that_run_alone():
    """As after a change of the configuration, or where a folder of results is gone."""
    found = Mending(JOBS, False, left=lambda: set(JOBS)).shared(faults(JOBS))
    assert commands_of(found) == ["""snakemake --directory 'it'"'"'s' --cores 1"""]
    assert {fault.file for fault in found} == set(JOBS)
    with_app = Mending(JOBS, False, ("app",), lambda: set(JOBS)).shared(faults(JOBS))
    assert commands_of(with_app)[0].endswith("--cores 1 -- all app")


@pytest.mark.parametrize("known", [0, 50])
def test_what_snakemake_takes_for_done_is_removed_first_by_one_command(known, folder):
    """As where all provenance is gone; of the first ones a plain run knows itself."""
    left = sorted(JOBS)[:known]
    for file in [f for job in JOBS.values() for f in job[1]]:
        Path(file).parent.mkdir(parents=True, exist_ok=True)
        Path(file).touch()
    typed = Fault("sections/a.tex:2", "0.5 is typed", "git checkout HEAD -- sections/a.tex")
    found = Mending(JOBS, False, left=lambda: left).shared([typed, *faults(JOBS)])
    first, *others = commands_of(found)[:2] if known else ["", *commands_of(found)]
    assert len(commands_of(found)) == 2 + bool(known)
    assert first == (commands.snakemake("--cores 1") if known else "")
    removing = commands_of(found)[-1]
    assert removing.startswith("xargs -0 rm -f -- < ")
    assert others
    # the words behind && are Snakemake's
    script = removing.replace("&& snakemake", "&& echo snakemake")
    done = subprocess.run(
        ["bash", "-c", script], cwd=folder.parent, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "snakemake --directory it's --cores 1\n"
    assert sum(len(names) for _, _, names in os.walk("results/scores")) == known


def test_what_cannot_be_looked_at_is_removed_together_too():
    """As links into a disk that is not there."""
    links = [Fault(f"results/old/{n}", "a link to nothing", removal(f"results/old/{n}")) for n in range(98)]
    assert len(commands_of(Mending({}, False).shared(links))) == 1


def test_strays_are_removed_together_and_of_a_bundle_put_back():
    strays = [f"results/old/{n}.parquet" for n in range(9)]
    found = Mending({}, False).shared(faults(strays, {}))
    assert commands_of(found) == ["xargs -0 rm -f -- < " + commands.placed(LIST)]
    listed = Path(LIST).read_bytes().decode().split("\0")
    assert "it's/results/old/0.parquet" in listed
    assert f"it's/{provenance.place('results/old/0.parquet')}" in listed
    (command,) = commands_of(Mending({}, True).shared(faults(strays, {}, True)))
    assert command.endswith("&& " + commands.sarangi("restore BUNDLE.zip"))


def test_a_corpus_that_nothing_would_ask_for_again_keeps_its_own_command():
    jobs = JOBS | {ZIP: ([], [ZIP])}
    alone, *_ = [f for f in Mending(jobs, False).shared(faults(jobs, jobs)) if f.file == ZIP]
    assert "--forcerun" in alone.command
    provenance.place(ZIP).parent.mkdir(parents=True)
    provenance.place(ZIP).touch()
    assert len(commands_of(Mending(jobs, False).shared(faults(jobs, jobs)))) == 1
    provenance.place(ZIP).unlink()
    read = {file: ([ZIP], outputs) for file, (_, outputs) in JOBS.items()} | {ZIP: ([], [ZIP])}
    assert len(commands_of(Mending(read, False).shared(faults(read, read)))) == 1
