"""openSMILE's features of a shard, beside the opensmile package's own way over files.

    python benchmarks/extraction.py
    python benchmarks/extraction.py --memory

Ours reads FLAC from Parquet and writes Parquet; ``Smile.process_files`` reads WAV and keeps a data frame.
Both take turns in one process, and the values must be the same.  (They are since both hand openSMILE the
signal; a process of openSMILE's own program on the PCM file gives others, by dither and scale.)
"""

import argparse
import multiprocessing
import os
import resource
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import opensmile
import soundfile

from sarangi.audio.flac import encode
from sarangi.audio.shard_rows import AUDIO
from sarangi.base import store
from sarangi.base.sound import SAMPLE_RATE
from sarangi.features.extraction import features
from sarangi.features.extractors.opensmile import extractor
from sarangi.features.rows import ROW_GROUP

SETS = ("IS09", "IS10", "eGeMAPSv02", "ComParE_2016")
WORKERS = (1, 2)
SAMPLES = 40_000  # 2.5 s
VOICES = 20  # that the clips share in turn
MEMORY = (400, 4000)  # clips


def shard(folder: Path, clips: int) -> list[str]:
    """Write clips of 2.5 s as a shard, and as WAV files, whose paths are returned."""
    from growth import voice  # here, since it brings torch into the process whose memory is told

    voices = [voice(seed, SAMPLE_RATE)[:SAMPLES] for seed in range(VOICES)]
    files = []
    with store.Writer(folder / "audio.parquet", AUDIO, {}, 64) as writer:
        for number in range(clips):
            signal = np.roll(voices[number % VOICES], 100 * number)
            files.append(str(folder / f"{number:05}.wav"))
            soundfile.write(files[-1], signal, SAMPLE_RATE, subtype="PCM_16")
            row = {"utterance_id": files[-1], "status": store.OK, "reason": None}
            writer.add(row | {"audio": {"bytes": encode(signal), "path": f"{number:05}.flac"}})
    return files


def compared(folder: Path, files: list[str], feature_set: str, repeat: int) -> None:
    """Print the medians of both ways, and what two workers gain."""
    output = folder / "features.parquet"
    chosen = opensmile.FeatureSet[feature_set]
    level = opensmile.FeatureLevel.Functionals
    theirs = {n: opensmile.Smile(chosen, level, num_workers=n) for n in WORKERS}

    def ours(workers: int) -> Callable[[], object]:
        return lambda: features(
            folder / "audio.parquet", extractor(feature_set), store.Output(output, {}), workers
        )

    ways = {("ours", n): ours(n) for n in WORKERS}
    ways |= {("peer", n): lambda n=n: theirs[n].process_files(files) for n in WORKERS}
    wall: dict[tuple[str, int], list[float]] = {way: [] for way in ways}
    processor: dict[tuple[str, int], list[float]] = {way: [] for way in ways}
    for _ in range(repeat):
        for way, run in ways.items():
            began, busy = time.perf_counter(), time.process_time()
            result = run()
            wall[way].append(time.perf_counter() - began)
            processor[way].append(time.process_time() - busy)
    found = store.read(output).drop(columns=["utterance_id", "status", "reason"])
    same = list(found.columns) == list(result.columns) and np.array_equal(found, result)
    middle = {way: statistics.median(seconds) for way, seconds in wall.items()}
    busy = {way: statistics.median(seconds) for way, seconds in processor.items()}
    for n in WORKERS:
        gain = " ".join(f"{way} {middle[way, 1] / middle[way, n]:.2f}" for way in ("ours", "peer"))
        print(
            f"{feature_set:>13} {n:7} {middle['ours', n]:7.2f} {middle['peer', n]:7.2f} "
            f"{middle['peer', n] / middle['ours', n]:11.3f} {busy['peer', n] / busy['ours', n]:15.3f}   "
            f"{gain}   {'same values' if same else 'OTHER VALUES'}",
            flush=True,
        )


def peak(clips: int, feature_set: str) -> tuple[float, float]:
    """Return the MB at most of a process that extracts a shard, and those of it before."""
    with tempfile.TemporaryDirectory() as name:
        # in a process of its own: the most that this one ever held is asked for
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as other:
            other.submit(shard, Path(name), clips).result()
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        features(
            Path(name) / "audio.parquet",
            extractor(feature_set),
            store.Output(Path(name) / "f.parquet", {}),
            WORKERS[-1],
        )
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, before


def main() -> None:
    """Print a line for each feature set and number of workers, or the memory for each number of clips."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--clips", type=int, default=100)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--sets", nargs="+", choices=SETS, default=SETS)
    parser.add_argument("--memory", action="store_true", help="memory for 400 and 4,000 clips instead")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, row groups of {ROW_GROUP}")
    if arguments.memory:
        for clips in MEMORY:
            with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as alone:
                most, before = alone.submit(peak, clips, "eGeMAPSv02").result()
            print(f"{clips:6} clips: {most:.0f} MB at most, {before:.0f} of them imports", flush=True)
        return
    with tempfile.TemporaryDirectory() as name:
        files = shard(Path(name), arguments.clips)
        print(f"{arguments.clips} clips of {SAMPLES / SAMPLE_RATE} s, medians of {arguments.repeat}")
        print(f"{'':13} workers  ours s  peer s peer / ours of the processor   two workers over one")
        for feature_set in arguments.sets:
            compared(Path(name), files, feature_set, arguments.repeat)


if __name__ == "__main__":
    main()
