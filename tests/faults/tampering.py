"""Tamper with results at random; verify must find each, and the command that it names must mend it.

    python tests/faults/tampering.py --tamperings 100 --seed 1               a clone with the small study
    python tests/faults/tampering.py --tamperings 100 --seed 1 --built demo  a copy of a finished demo

A round tampers with several results at once, each in another file; ``snakemake verify`` must fail and name
each of them.  Then the commands that it names are given one by one, in its order; verify must then be
content, and every file have the bytes that it had before.
"""

import argparse
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
import yaml
from support.places import ROOT
from support.running import clone, digests, run, succeeded
from support.studies import small, write_study
from tqdm import tqdm

from sarangi.base import layout
from sarangi.runtime.provenance import place

NUMBER = re.compile(rb"\d")


class Tampered(dict):
    """What was tampered with: what was done by file, as verify names it."""


class Range:
    """A clone of the project, under git, with a study that was run in its folder."""

    def __init__(self, project: Path, study: str, seed: int):
        self.project, self.study = project, project / study
        self.name, self.chance = study, random.Random(seed)  # noqa: S311  (tamperings, not secrets)
        for command in ("init -q", "add -A", "-c user.name=a -c user.email=a@b commit -qm all"):
            subprocess.run(["git", *command.split()], cwd=project, check=True)
        self.expected = digests(self.study)
        self.numbers = dict(
            re.findall(r"\\setval\{(.+?)\}\{(.+)\}", (self.study / "paper/numbers.tex").read_text())
        )

    def results(self, *suffixes: str) -> list[str]:
        """Return the results that have provenance, of these suffixes, or of any."""
        found = [
            name
            for name in self.expected
            if not name.startswith("results/provenance") and (not suffixes or name.endswith(suffixes))
        ]
        return [name for name in found if self.record(name).exists()]

    def record(self, name: str) -> Path:
        return self.study / f"results/provenance/{name}.json"

    def pick(self, tampered: Tampered, *suffixes: str) -> str:
        return self.chance.choice([name for name in self.results(*suffixes) if name not in tampered])

    # -- tamperings: each does one thing and says in which files -------------------------------

    def flip(self, tampered: Tampered) -> list[str]:
        name = self.pick(tampered)
        data = bytearray((self.study / name).read_bytes())
        data[self.chance.randrange(len(data))] ^= 1 << self.chance.randrange(8)
        (self.study / name).write_bytes(data)
        return [name]

    def cut(self, tampered: Tampered) -> list[str]:
        name = self.pick(tampered)
        data = (self.study / name).read_bytes()
        (self.study / name).write_bytes(data[: self.chance.randrange(len(data))])
        return [name]

    def _pair(self, tampered: Tampered) -> tuple[str, str]:
        """Return two results of a kind with other contents; often of one job, which are the most alike."""
        while True:
            first = self.pick(tampered)
            beside = json.loads(self.record(first).read_text())["outputs"]
            others = self.results(Path(first).suffix)
            if self.chance.random() < 0.5:
                others = [name for name in others if name in beside]
            others = [
                name
                for name in others
                if name not in (first, *tampered) and self.expected[name] != self.expected[first]
            ]
            if others:
                return first, self.chance.choice(others)

    def swap(self, tampered: Tampered) -> list[str]:
        first, second = self._pair(tampered)
        exchange(self.study / first, self.study / second)
        return [first, second]

    def swap_with_provenance(self, tampered: Tampered) -> list[str]:
        first, second = self._pair(tampered)
        exchange(self.study / first, self.study / second)
        exchange(self.record(first), self.record(second))
        return [first, second]

    def edit_table(self, tampered: Tampered) -> list[str]:
        tables = [name for name in self.results(".tex", ".md", ".csv", ".json") if name.startswith("paper/")]
        tables = [name for name in tables if name not in tampered]
        # a table that waits for its corpora may have no digit
        name = self.chance.choice(
            [name for name in tables if NUMBER.search((self.study / name).read_bytes())]
        )
        data = bytearray((self.study / name).read_bytes())
        place = self.chance.choice([found.start() for found in NUMBER.finditer(data)])
        data[place] = self.chance.choice([digit for digit in b"0123456789" if digit != data[place]])
        (self.study / name).write_bytes(data)
        return [name]

    def type_number(self, tampered: Tampered) -> list[str]:
        path = self.project / "paper/sections/results.tex"
        name = "paper/sections/results.tex"
        if name in tampered:
            return self.flip(tampered)
        text = path.read_text()
        found = self.chance.choice(re.findall(r"\\val\{(.+?)\}", text))
        number = self.numbers.get(found, "0.537")
        if not re.fullmatch(r"\d\.\d+", number):
            number = "0.537"
        if self.chance.random() < 0.5:
            number = f"{100 * float(number):.1f}\\,\\%"
        path.write_text(text.replace(f"\\val{{{found}}}", number, 1))
        return [name]

    def edit_provenance(self, tampered: Tampered) -> list[str]:
        name = self.pick(tampered)
        record = json.loads(self.record(name).read_text())
        key = self.chance.choice(
            ["code", "parameters", "rule", "sha256", "inputs", "outputs", "wildcards", "result"]
        )
        if key == "inputs" and record["inputs"]:
            record["inputs"][self.chance.choice(list(record["inputs"]))] = (
                f"{self.chance.getrandbits(256):064x}"
            )
        elif key in ("inputs", "wildcards"):
            record[key]["x"] = "y"
        elif key == "outputs":
            record[key].append("x")
        else:
            record[key] = f"{self.chance.getrandbits(4 * len(record[key])):0{len(record[key])}x}"
        self.record(name).write_text(json.dumps(record, sort_keys=True, indent=1) + "\n")
        return [name]

    def remove_provenance(self, tampered: Tampered) -> list[str]:
        name = self.pick(tampered)
        self.record(name).unlink()
        return [name]

    def damage_provenance(self, tampered: Tampered) -> list[str]:
        name = self.pick(tampered)
        data = bytearray(self.record(name).read_bytes())
        data[self.chance.randrange(len(data))] ^= 1 << self.chance.randrange(8)
        self.record(name).write_bytes(data)
        return [name]

    def remove(self, tampered: Tampered) -> list[str]:
        while (name := self.pick(tampered)).startswith("results/prefix/"):  # which may be deleted
            continue
        (self.study / name).unlink()
        return [name]

    def add_without_provenance(self, tampered: Tampered) -> list[str]:
        source = self.pick(tampered, ".parquet")
        name = str(Path(source).with_name(f"of_nobody_{len(tampered)}.parquet"))
        shutil.copyfile(self.study / source, self.study / name)
        return [name]

    # -- rounds -------------------------------------------------------------------------------

    def verify(self) -> dict[str, tuple[str, str]]:
        """Return what verify names: by file, what it found and the command; empty if it is content."""
        done = run(self.project, "--cores", 1, "verify", study=self.name)
        text = done.stdout + done.stderr
        if done.returncode == 0:
            assert "all of them are what their rules made" in text
            return {}
        log = (self.study / "results/logs/verify.log").read_text()
        assert "files are bad" in log, text[-3000:]
        found, waiting = {}, []
        for line in log.splitlines():
            if line.startswith("    "):
                for name, words in waiting:
                    found[name] = (words, line.strip())
                waiting = []
            elif line.startswith("  "):
                name, words = line.strip().split(": ", 1)
                waiting.append((re.sub(r"(\.tex):\d+$", r"\1", name), words))
        return found

    def round(self, count: int) -> tuple[Tampered, list[str]]:
        """Tamper ``count`` times and mend all; what was done, and what went wrong."""
        tampered, wrong = Tampered(), []
        for _ in range(count):
            how: Callable = self.chance.choice(TAMPERINGS)
            for name in how(self, tampered):
                tampered[name] = how.__name__
        found = self.verify()
        wrong += [f"not found: {name} ({how})" for name, how in tampered.items() if name not in found]
        for command in dict.fromkeys(command for _, command in found.values()):
            done = subprocess.run(
                ["bash", "-c", command],  # as a person gives it
                cwd=self.project,
                env=os.environ
                | {
                    "PYTHONPATH": str(self.project / "src"),
                    "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
                },
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode != 0:
                wrong.append(f"fails: {command}\n{done.stdout[-500:]}{done.stderr[-1500:]}")
        wrong += [f"still bad: {name}: {words}" for name, (words, _) in self.verify().items()]
        here = digests(self.study)
        wrong += [
            f"other bytes: {name}"
            for name in sorted({*here, *self.expected})
            # a bundle that is made again holds other times
            if here.get(name) != self.expected.get(name) and name != str(place(layout.bundle()))
        ]
        return tampered, wrong


TAMPERINGS = (
    Range.flip, Range.cut, Range.swap, Range.swap_with_provenance, Range.edit_table, Range.type_number,
    Range.edit_provenance, Range.remove_provenance, Range.damage_provenance, Range.remove,
    Range.add_without_provenance,
)  # fmt: skip


def exchange(first: Path, second: Path) -> None:
    aside = first.with_name("aside")
    first.rename(aside)
    second.rename(first)
    aside.rename(second)


def tamperings(field: Range, count: int, at_once: int) -> tuple[Counter, list[str]]:
    """Tamper ``count`` times: how often each kind was done, and what went wrong."""
    done, wrong = Counter(), []
    assert field.verify() == {}, "the untampered results are bad"
    with tqdm(total=count, desc="tamperings", disable=None) as bar:
        for first in range(0, count, at_once):
            size = min(at_once, count - first)
            tampered, lost = field.round(size)
            done.update(dict.fromkeys(tampered.values(), 0))
            done.update(tampered.values())
            wrong += lost
            bar.update(size)
            if lost:
                print(*lost, sep="\n", file=sys.stderr)
    return done, wrong


def prepared(folder: Path, built: Path | None, seed: int) -> Range:
    """Make a clone with the small study run in it, or with a copy of a finished folder of this project."""
    project = clone(folder / "sarangi")
    if built is None:
        write_study(small(yaml.safe_load((ROOT / "demo/config.yaml").read_text())), project / "study")
        succeeded(run(project, "--cores", 2))
        return Range(project, "study", seed)
    for part in ("config.yaml", "weights", "results", "paper", "resources", ".snakemake"):
        if (built / part).is_dir():
            shutil.copytree(built / part, project / "demo" / part, symlinks=True)
        else:
            (project / "demo").mkdir(exist_ok=True)
            shutil.copyfile(built / part, project / "demo" / part)
    return Range(project, "demo", seed)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--tamperings", type=int, default=100)
    parser.add_argument("--at-once", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--built", type=Path, help="folder with a finished run, such as demo")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        field = prepared(Path(folder).resolve(), chosen.built, chosen.seed)
        done, wrong = tamperings(field, chosen.tamperings, chosen.at_once)
    for name, number in sorted(done.items()):
        print(f"{number:4} files: {name}")
    print(f"{chosen.tamperings:4} tamperings, {len(wrong)} things wrong")
    print(*wrong, sep="\n")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
