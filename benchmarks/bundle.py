"""The paper from a bundle of results, beside the whole study from its recordings.

    python benchmarks/bundle.py demo --cores 2

``demo`` is a folder whose study has been run. Its bundle is put back into a fresh clone, every table, figure,
number and the PDF are deleted there, and the paper is made again from the scores, findings and predictions
that the bundle carries. Beside it stands what the clock said of every job of the study from its recordings.
"""

import argparse
import csv
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]


def main() -> None:
    """Print the seconds of the rebuild, and what the jobs of the whole study took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory", type=Path, help="of a study that has been run")
    parser.add_argument("--cores", type=int, default=os.cpu_count())
    options = parser.parse_args()
    study = options.directory.resolve()
    name = study.relative_to(ROOT)
    snakemake(ROOT, "--directory", name, "--cores", options.cores, "results_bundle")
    bundle = study / "results/bundle.zip"
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "sarangi"
        subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
        started = time.perf_counter()
        run(clone, "sarangi", "restore", bundle, "--directory", name)
        restored = time.perf_counter() - started
        paper = clone / name / "paper"
        shutil.rmtree(paper)
        started = time.perf_counter()
        text = snakemake(clone, "--directory", name, "--cores", options.cores, "paper")
        rebuilt = time.perf_counter() - started
        made = sorted(path for path in paper.rglob("*") if path.is_file())
        same = all(
            path.read_bytes() == (study / path.relative_to(clone / name)).read_bytes() for path in made
        )
    jobs = next(line for line in text.splitlines() if line.startswith("total")).split()[-1]
    whole = sum(seconds(path) for path in (study / "results/benchmarks").rglob("*.tsv"))
    print(f"bundle: {bundle.stat().st_size / 1e6:.1f} MB, put back in {restored:.1f} s")
    print(f"the paper from it: {rebuilt:.1f} s on {options.cores} cores, {jobs} jobs, {len(made)} files")
    print(f"the same bytes: {same}")
    print(f"the study from its recordings: {whole:.0f} s of jobs, {whole / options.cores:.0f} s at the least")


def run(clone: Path, *command: object) -> str:
    """Run a module of Python in a clone with the clone's own library; return what it said."""
    done = subprocess.run(
        [sys.executable, "-m", *map(str, command)],
        cwd=clone,
        env=os.environ | {"PYTHONPATH": str(clone / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(done.stdout + done.stderr)
    return done.stdout + done.stderr


def snakemake(clone: Path, *arguments: object) -> str:
    """Run Snakemake in a clone; return what it said."""
    return run(clone, "snakemake", *arguments)


def seconds(benchmark: Path) -> float:
    """Return the seconds that Snakemake measured of a job."""
    with benchmark.open(encoding="utf-8") as file:
        return sum(float(row["s"]) for row in csv.DictReader(file, delimiter="\t"))


if __name__ == "__main__":
    main()
