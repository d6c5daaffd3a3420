"""Kill runs of a small study at random moments; the next command must end in an uninterrupted run's bytes.

    python tests/faults/kills.py --kills 50 --seed 1

A round deletes some results or changes a parameter, starts the run, kills Snakemake, one script or the
whole process group at a random moment, sometimes changes the parameter back, gives the same command
again, and compares every file.  In some rounds the scripts are slow to publish and do not die with
their Snakemake, as where the kernel cannot see to it.
"""

import argparse
import copy
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).parents[1]))
from support.places import ROOT
from support.running import digests, interpreter_with
from support.studies import chain, stand_in, write_study
from tqdm import tqdm

KILLED = ("snakemake", "script", "group")
SLOW = """
import os, sys, time
from pathlib import Path

if "finetune" not in sys.argv[0] and ".snakemake" in sys.argv[0]:
    from sarangi.runtime import job

    asked, real, parent = [], os.getppid, os.getppid()

    def slow():
        asked.append(1)
        if len(asked) == 2:  # the question before publishing
            time.sleep(4)
            if real() != parent:
                Path(__file__).with_name(f"orphan.{os.getpid()}").touch()
        return real()

    job._die_with_parent, os.getppid = (lambda: None), slow
"""
"""Put before a script as sitecustomize: an orphan that lives on and would publish late; it leaves a mark."""

STAGES = {
    "resources results paper": 1,
    "results/features results/runs results/scores results/findings paper": 2,
    "results/runs results/scores results/findings paper": 2,
    "results/scores results/findings paper": 2,
    "": 2,
}
"""What a round deletes before it starts, and how often; with what stands on it, or nobody would miss it."""


def lean() -> dict:
    """Every stage of the demo, each as small as it can be."""
    study = chain()
    study["corpora"] = {
        "ravdess": stand_in(speakers=6, clips=1, seed=1) | {"shards": 1},
        "urdu_latif": stand_in(speakers=16, clips=8, seed=2) | {"shards": 1},
    }
    study["experiments"] = [
        {"corpora": ["urdu_latif"], "protocols": ["random5"], "models": ["egemaps_svm"]},
        {
            "corpora": ["urdu_latif"],
            "protocols": ["grouped3"],
            "models": ["audio_tiny"],
            "transfer": ["ravdess"],
        },
    ]
    study["findings"] = {
        name: entry | {"experiments": []}
        for name, entry in study["findings"].items()
        if name in ("finding_3", "finding_4")
    }
    study["findings"]["finding_4"]["experiments"] = ["urdu_latif_grouped3_audio_tiny"]
    study["robustness"] = [{"experiments": ["urdu_latif_grouped3_audio_tiny"], "conditions": ["noise_10"]}]
    return study


class Range:
    """A study in two variants of a parameter, with the bytes of an uninterrupted run of each."""

    def __init__(self, folder: Path, base: dict, cores: int = 2, targets: Sequence[str] = ()):
        self.folder, self.cores, self.targets = folder, cores, targets
        self.variants = [base, copy.deepcopy(base)]
        self.variants[1]["classifiers"]["svm"]["C"] = 1
        self.variants[1]["bootstrap"]["draws"] = 300
        self.variants[1]["protocols"]["random5"]["seed"] = 7
        if "ravdess" in base["corpora"]:  # the smaller one, so that it is spoken again in seconds
            self.variants[1]["corpora"]["ravdess"]["source"]["synthetic"]["seed"] = 7
        self.expected: list[dict[str, str]] = []
        self.seconds: dict[str, float] = {}  # that a run takes after the deletion of a stage
        self.slow = interpreter_with(folder / "slow", SLOW)
        for number, study in enumerate(self.variants):
            began = time.monotonic()
            reference = folder / f"reference_{number}"
            if number:  # from the first one's results: the same bytes, sooner
                shutil.copytree(folder / "reference_0", reference)
            write_study(study, reference)
            assert self.start(reference).wait() == 0, "the uninterrupted run failed"
            taken = time.monotonic() - began
            self.seconds = self.seconds or {
                stage: taken / (1 if "resources" in stage else 3) for stage in STAGES
            }
            self.expected.append(digests(reference))

    def orphans(self) -> int:
        """Return how many scripts have outlived their Snakemake up to where they would publish."""
        return len(list((self.folder / "slow").rglob("orphan.*")))

    def start(
        self,
        folder: Path,
        slow: bool = False,
        log: Path | None = None,
        preexec_fn: Callable[[], None] | None = None,
        python: str = sys.executable,
        **environment: str,
    ) -> subprocess.Popen:
        environment = {"PYTHONPATH": str(ROOT / "src")} | environment
        command = [
            self.slow if slow else python,
            "-m",
            "snakemake",
            "--directory",
            folder,
            "--cores",
            self.cores,
        ]
        with (log or self.folder / "run.log").open("ab") as said:
            return subprocess.Popen(
                list(map(str, [*command, *self.targets])),
                cwd=ROOT,
                env=os.environ | environment,
                stdout=said,
                stderr=said,
                start_new_session=True,
                preexec_fn=preexec_fn,
            )

    def round(self, study: Path, chance: random.Random) -> tuple[str, list[str]]:
        """Kill one run and resume it; what was done, and the files that are wrong afterwards."""
        before, after = chance.randrange(2), chance.randrange(2)
        stage = chance.choices(list(STAGES), STAGES.values())[0]
        if not (study / "results").exists():
            stage = next(iter(STAGES))
        for part in stage.split():
            shutil.rmtree(study / part, ignore_errors=True)
        write_study(self.variants[before], study)
        how, slow = chance.choice(KILLED), chance.random() < 0.3
        running = self.start(study, slow)
        began, moment = time.monotonic(), chance.uniform(0, self.seconds[stage])
        while time.monotonic() - began < moment and running.poll() is None:
            time.sleep(0.01)
        done = kill(running, how, chance)
        if not done:
            how = "ended before the kill"
            self.seconds[stage] = 0.9 * (time.monotonic() - began)
        elif how != "script" and not slow:
            deadline = time.monotonic() + 5
            while scripts_in(study):
                assert time.monotonic() < deadline, "a script outlives its Snakemake"
                time.sleep(0.05)
        write_study(self.variants[after], study)
        resumed = self.start(study).wait()
        deadline = time.monotonic() + 60
        while scripts_in(study):  # slow orphans
            assert time.monotonic() < deadline
            time.sleep(0.1)
        found = digests(study)
        expected = self.expected[after]
        wrong = [f"missing: {path}" for path in sorted(expected.keys() - found.keys())]
        wrong += [f"beyond: {path}" for path in sorted(found.keys() - expected.keys())]
        both = sorted(found.keys() & expected.keys())
        wrong += [f"different: {path}" for path in both if found[path] != expected[path]]
        wrong += [f"left over: {path}" for path in study.rglob("*.tmp*") if ".snakemake" not in path.parts]
        if resumed != 0:
            wrong.append("the resume command failed")
        name = how + (", slow orphans" if slow and done and how != "script" else "")
        return name + (", parameter changed" if before != after else ""), wrong


def scripts_in(folder: Path) -> list[psutil.Process]:
    """Return the living scripts of the workflow in a folder."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.cwd() == str(folder) and any(".snakemake" in word for word in process.cmdline()):
                found.append(process)
        except psutil.Error:
            continue
    return found


def kill(running: subprocess.Popen, how: str, chance: random.Random) -> bool:
    """Kill a run; whether there was something to kill."""
    if how == "script":
        try:
            family = psutil.Process(running.pid).children(recursive=True)
            scripts = [p for p in family if any(".snakemake" in word for word in p.cmdline())]
        except psutil.Error:
            scripts = []
        if scripts:
            chance.choice(scripts).kill()
        running.wait()
        return bool(scripts)
    alive = running.poll() is None
    if alive:
        if how == "group":
            os.killpg(running.pid, signal.SIGKILL)
        else:
            running.kill()
    running.wait()
    return alive


def kills(
    count: int, seed: int, folder: Path, base: dict
) -> tuple[Counter, list[tuple[str, list[str]]], int]:
    """Run until ``count`` kills have hit: how often each kind did, the rounds that ended wrong, orphans."""
    chance = random.Random(seed)  # noqa: S311  (moments, not secrets)
    field = Range(folder, base)
    study = folder / "study"
    hit, lost = Counter(), []
    with tqdm(total=count, desc="kills", disable=None) as bar:
        while sum(hit.values()) < count:
            name, wrong = field.round(study, chance)
            if wrong:
                lost.append((name, wrong))
                shutil.rmtree(study)
            if not name.startswith("ended before"):
                hit[name] += 1
                bar.update()
            # a line at once: a session that ends early still says what it saw
            print(f"{sum(hit.values()):4} {name}: {', '.join(wrong[:5]) or 'the same bytes'}", flush=True)
    return hit, lost, field.orphans()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        hit, lost, orphans = kills(chosen.kills, chosen.seed, Path(folder).resolve(), lean())
    for name, number in sorted(hit.items()):
        print(f"{number:4} {name}")
    print(f"{sum(hit.values()):4} kills, {len(lost)} of them ended in other bytes than an uninterrupted run")
    print(f"{orphans:4} scripts outlived their Snakemake up to the moment of publishing, and did not")
    for name, wrong in lost:
        print(f"     {name}: {', '.join(wrong[:5])}")
    # without orphans that reach that moment the slow rounds would show nothing
    return bool(lost) or (chosen.kills >= 20 and not orphans)


if __name__ == "__main__":
    sys.exit(main())
