"""1,000 segments of an hour-long recording, beside 1,000 clips that were cut.

    python benchmarks/segments.py

Each way ends in 16 kHz FLAC, and the bytes of WAV and FLAC must be the same as those of the clips.  Ogg
cannot be sought to the sample, and is decoded once.
"""

import argparse
import multiprocessing
import re
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import soundfile

from sarangi.audio.resampling import resample
from sarangi.base import store
from sarangi.base.manifest_rows import MANIFEST
from sarangi.corpora.unchanged import sha256_of

RATE = 22_050
HOUR = 3600  # seconds
SUFFIXES = (".wav", ".flac", ".ogg")


def made(folder: Path, segments: int) -> None:
    """Write an hour of noise that swells and ebbs, in each format, its clips, and the manifests of both."""
    draw = np.random.default_rng(0)
    length, step = RATE * 3, RATE * HOUR // segments
    swell = np.sin(np.arange(RATE * HOUR) / RATE) ** 2
    signal = (draw.normal(0, 2_000, RATE * HOUR) * swell).astype(np.int16)
    clips = folder / "clips"
    clips.mkdir()
    rows = []
    for number in range(segments):
        start = number * step
        file = clips / f"{number:04}.wav"
        soundfile.write(file, signal[start : start + length], RATE)
        span = {"start": start / RATE, "end": (start + length) / RATE}
        rows.append({"utterance_id": f"c/{number:04}", "file": file.name} | span)
    whole = {"start": None, "end": None}
    listed(folder / "clips.parquet", [row | whole | {"sha256": sum_of(clips / row["file"])} for row in rows])
    for suffix in SUFFIXES:
        long = folder / suffix[1:]
        long.mkdir()
        # libsndfile's encoder of Vorbis overflows its stack on blocks of minutes
        with soundfile.SoundFile(long / f"hour{suffix}", "w", RATE, 1) as file:
            for start in range(0, len(signal), RATE):
                file.write(signal[start : start + RATE])
        same = {"file": f"hour{suffix}", "sha256": sum_of(long / f"hour{suffix}")}
        listed(folder / f"{suffix[1:]}.parquet", [row | same for row in rows])


def sum_of(path: Path) -> str:
    """Return the sha256 of a file."""
    return sha256_of(path.read_bytes())


def listed(path: Path, rows: list[dict]) -> None:
    """Write a manifest of these rows."""
    blank = dict.fromkeys(MANIFEST.names) | {"corpus": "c", "shard": 0, "status": "ok"}
    store.write(path, pd.DataFrame([blank | row for row in rows]), MANIFEST, {})


def most_memory() -> float:
    """Return the most memory of this process so far, in MB; getrusage would count the one that started it."""
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\s*(\d+)", status)[1]) / 1024


def measured(folder: Path, kind: str) -> None:
    """Print how long one way takes, and how much memory."""
    began, before = time.perf_counter(), most_memory()
    outputs = (store.Output(folder / f"{kind}_{name}.parquet", {}) for name in ("audio", "levels"))
    resample(folder / kind, folder / f"{kind}.parquet", 0, *outputs)
    seconds = time.perf_counter() - began
    more = most_memory() - before
    audio = store.read(folder / f"{kind}_audio.parquet")
    clips = store.read(folder / "clips_audio.parquet")
    same = [entry["bytes"] for entry in audio["audio"]] == [entry["bytes"] for entry in clips["audio"]]
    lost = int((audio["status"] != "ok").sum())
    print(f"{kind:6} {seconds:6.1f} s  {more:6.0f} MB more  bytes of the clips: {same}  failed: {lost}")


def main() -> None:
    """Measure each way in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--segments", type=int, default=1000)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made(folder, chosen.segments)
        spawn = multiprocessing.get_context("spawn")
        for kind in ("clips", *(suffix[1:] for suffix in SUFFIXES)):
            process = spawn.Process(target=measured, args=(folder, kind))
            process.start()
            process.join()


if __name__ == "__main__":
    main()
