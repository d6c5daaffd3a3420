"""Time and memory of the search for near-duplicates as a corpus grows, beside all pairs by brute force.

python benchmarks/near_duplicates.py --clips 1000 3000 10000
"""

import argparse
import multiprocessing
import resource
import tempfile
import time
from pathlib import Path

import numpy as np

from sarangi import store
from sarangi.audio import AUDIO, encode
from sarangi.near_duplicates import emphasised, near_duplicates, similarity

SECONDS, TWINS = 3, 10
PAIRS = 300  # compared by brute force, to tell what all would take


def voice(seed: int) -> np.ndarray:
    """Return something like speech, int16 at 16 kHz: harmonics whose pitch and colour change."""
    draw = np.random.default_rng(seed)
    time_ = np.arange(3200) / 16_000
    pieces = []
    for _ in range(5 * SECONDS):
        pitch, colour = draw.uniform(80, 300), draw.uniform(0, 1, 20)
        waves = np.sin(2 * np.pi * pitch * np.arange(1, 21)[:, None] * time_)
        pieces.append(colour @ waves * np.hanning(3200))
    signal = np.concatenate(pieces) + draw.normal(0, 0.05, 3200 * len(pieces))
    return np.rint(16_000 * signal / np.abs(signal).max()).astype(np.int16)


def corpus(folder: Path, clips: int) -> list[Path]:
    """Write shards of 1,000 clips, the last ten of which are overlapping cuts of the first ten."""
    paths = []
    for start in range(0, clips, 1000):
        paths.append(folder / f"{start:06}.parquet")
        with store.Writer(paths[-1], AUDIO, {}, row_group=64) as writer:
            for number in range(start, min(start + 1000, clips)):
                twin = number - (clips - TWINS)
                sound = np.roll(voice(twin), -16_000) if twin >= 0 else voice(number)
                name = f"made/{number:06}"
                audio = {"bytes": encode(sound), "path": name}
                writer.add({"utterance_id": name, "audio": audio, "status": "ok", "reason": None})
    return paths


def search(folder: Path, paths: list[Path], answer: multiprocessing.Queue) -> None:
    """Search once, in a process of its own so that its memory can be told."""
    began = time.perf_counter()
    near_duplicates(paths, folder / "pairs.parquet", {})
    taken = time.perf_counter() - began
    answer.put((taken, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


def brute_force(clips: int) -> float:
    """Return the seconds that comparing all pairs would take, from some of them."""
    signals = [emphasised(voice(n).astype(np.float32) / 32768) for n in range(25)]
    began = time.perf_counter()
    for n in range(PAIRS):
        similarity(signals[n % 25], signals[(n + 1 + n // 25) % 25])
    return (time.perf_counter() - began) / PAIRS * clips * (clips - 1) / 2


def main() -> None:
    """Print a line for each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=int, nargs="+", default=[1000, 3000])
    print(f"{'clips':>7} {'found':>6} {'seconds':>8} {'MB':>6} {'all pairs, s':>13} {'ratio':>7}")
    for clips in parser.parse_args().clips:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            paths = corpus(folder, clips)
            answer = multiprocessing.get_context("spawn").Queue()
            process = multiprocessing.get_context("spawn").Process(
                target=search, args=(folder, paths, answer)
            )
            process.start()
            taken, memory = answer.get()
            process.join()
            found = store.count(folder / "pairs.parquet")
        slow = brute_force(clips)
        print(f"{clips:7} {found:6} {taken:8.1f} {memory:6.0f} {slow:13.0f} {slow / taken:7.0f}")


if __name__ == "__main__":
    main()
