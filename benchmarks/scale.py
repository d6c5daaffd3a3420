"""Plans of the whole study and splits of manifests, as the number of utterances grows.

    python benchmarks/scale.py --utterances 10000 100000 1000000

The study is ``config.yaml`` with every corpus and all weights in hand (empty folders and files: a plan opens
no recording), and for each number with RASA Punjabi in as many shards of a thousand. Beside it a manifest of
that many utterances is split into three grouped folds. Each is measured in a process of its own.
"""

import argparse
import multiprocessing
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from sarangi.base import store
from sarangi.base.manifest_rows import MANIFEST
from sarangi.base.weights_files import ENCODER_FILES
from sarangi.splits.protocols import protocol
from sarangi.study.entries import modality

ROOT = Path(__file__).parents[1]
SHARD = 1000  # utterances
CORPUS = "punjabi_rasa"
EMOTIONS = ("angry", "happy", "neutral", "sad")
GROUPED = {"kind": "stratified_group_kfold", "folds": 3, "seed": 42, "leaks": False}


def in_hand(folder: Path, shards: int | None = None) -> None:
    """Write a study whose corpora and weights are all there, as far as a plan looks."""
    study = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    if shards:
        study["corpora"][CORPUS]["shards"] = shards
    (folder / "config.yaml").write_text(yaml.safe_dump(study, allow_unicode=True), encoding="utf-8")
    for name in study["corpora"]:
        (folder / "resources/corpora" / name).mkdir(parents=True)
    for name, entry in study["encoders"].items():
        (folder / "resources/models" / name).mkdir(parents=True)
        for file in ENCODER_FILES[modality(entry)]:
            (folder / "resources/models" / name / file).touch()
    for name in study["asr"]:
        (folder / f"resources/models/{name}.pt").touch()


def planned(folder: Path) -> tuple[float, float, int]:
    """Return the seconds and MB that a dry run of everything takes, and its jobs."""
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", "--directory", str(folder), "--cores", "8", "-n"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - began
    if done.returncode:
        sys.exit(done.stdout[-2000:] + done.stderr[-2000:])
    megabytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return seconds, megabytes, int(re.search(r"^total +(\d+)", done.stdout + done.stderr, re.M)[1])


def write_manifest(folder: Path, utterances: int) -> None:
    """Write a manifest of so many utterances, a speaker for a hundred of them."""
    draw = np.random.default_rng(0)
    frame = pd.DataFrame(index=range(utterances), columns=MANIFEST.names)
    speakers = [f"speaker_{n:04d}" for n in draw.integers(0, max(10, utterances // 100), utterances)]
    frame = frame.assign(
        utterance_id=[f"{CORPUS}-{n:07d}" for n in range(utterances)], corpus=CORPUS, speaker=speakers,
        group=speakers, shard=0, file="-", emotion=draw.choice(EMOTIONS, utterances), status=store.OK,
        duration_s=2.5,
    )  # fmt: skip
    store.write(folder / "manifest.parquet", frame, MANIFEST, {})


def split(folder: Path) -> tuple[float, float, int]:
    """Return the seconds and MB (those of the imports among them) that a split takes, and its rows."""
    began = time.perf_counter()
    protocol(folder / "manifest.parquet", "grouped3", GROUPED, store.Output(folder / "protocol.parquet", {}))
    seconds = time.perf_counter() - began
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return seconds, megabytes, store.count(folder / "protocol.parquet")


def alone(function: Callable, *arguments: object) -> Any:
    """Call a function in a process of its own."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(function, *arguments).result()


def main() -> None:
    """Print a table of each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--utterances", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    options = parser.parse_args()
    os.environ["PYTHONPATH"] = str(ROOT / "src")
    print("| plan | s | MB | jobs |\n|---|---:|---:|---:|")
    for utterances in [None, *options.utterances]:
        with tempfile.TemporaryDirectory() as folder:
            in_hand(Path(folder), utterances and -(-utterances // SHARD))
            seconds, megabytes, jobs = alone(planned, Path(folder))
        name = f"{CORPUS} of {utterances:,} utterances" if utterances else "as configured"
        print(f"| {name} | {seconds:.1f} | {megabytes:.0f} | {jobs:,} |", flush=True)
    print("\n| split into 3 grouped folds | s | MB | rows |\n|---|---:|---:|---:|")
    for utterances in options.utterances:
        with tempfile.TemporaryDirectory() as folder:
            alone(write_manifest, Path(folder), utterances)
            seconds, megabytes, rows = alone(split, Path(folder))
        print(f"| {utterances:,} utterances | {seconds:.1f} | {megabytes:.0f} | {rows:,} |", flush=True)


if __name__ == "__main__":
    main()
