"""Time and memory of the manifest of a table of a million rows, and of tables a tenth and a hundredth of it.

    python benchmarks/table_rows.py [ROWS]

Each row is a segment of one of a thousand recordings, with a speaker, a label and a further column.  Each
size runs in a process of its own, so that the largest memory is its own.
"""

import csv
import multiprocessing
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile

from sarangi.base.store import Output, count
from sarangi.corpora.table_corpus import table_manifest
from sarangi.corpora.table_settings import TableSettings

RECORDINGS, RATE = 1000, 8000
LABELS = ("anger", "sad", "neutral", "خوشی")


def made(folder: Path, rows: int) -> Path:
    """Write recordings of a thousand silent seconds each, small as FLAC, and a table of segments of them."""
    (folder / "wavs").mkdir()
    first = folder / "wavs/0000.flac"
    soundfile.write(first, np.zeros(RATE * 1000, dtype=np.int16), RATE)
    for number in range(1, RECORDINGS):
        (folder / f"wavs/{number:04}.flac").write_bytes(first.read_bytes())
    with (folder / "labels.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["file", "emotion", "speaker", "start", "end", "room"])
        for row in range(rows):
            number, start = row % RECORDINGS, row // RECORDINGS
            cells = (f"{number:04}.flac", LABELS[row % 4], f"s{number % 50}", start, start + 0.9, row % 7)
            table.writerow(cells)
    return folder / "labels.csv"


def measured(rows: int) -> None:
    """Print the seconds and the largest memory of a manifest of so many rows."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        table = made(folder, rows)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        start = time.perf_counter()
        settings = TableSettings("delimited", {}, {}, [], "en", [])
        output = Output(folder / "m.parquet", {})
        table_manifest(folder / "wavs", table, "my", settings, 100, output)
        seconds = time.perf_counter() - start
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        if count(output.path) != rows:
            raise SystemExit(f"{count(output.path)} rows in the manifest, expected {rows}")
        print(f"{rows:>9} rows: {seconds:6.1f} s, {most / 1024:6.0f} MiB at most, {before / 1024:.0f} before")


def main() -> int:
    """Measure each size."""
    largest = int(sys.argv[1]) if len(sys.argv) > 1 else 10**6
    for rows in (largest // 100, largest // 10, largest):
        process = multiprocessing.get_context("spawn").Process(target=measured, args=(rows,))
        process.start()
        process.join()
        if process.exitcode:
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
