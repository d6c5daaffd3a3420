"""Near-duplicates: recordings that share the same stretch of sound, found without comparing all pairs.

Candidates share landmarks, constellations of three spectral peaks at the same distances, at one
offset in time (Wang 2003, "An industrial-strength audio search algorithm", ISMIR, with three peaks
where he takes two).  A candidate counts if the pre-emphasised signals at 8 kHz, laid over each other
where they agree best, have a normalised cross-correlation of at least :data:`SIMILAR` over the overlap.
"""

import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import lru_cache
from pathlib import Path

import numpy as np
import pyarrow as pa
from scipy.fft import irfft, next_fast_len, rfft
from scipy.ndimage import maximum_filter
from scipy.signal import resample_poly

from sarangi import store
from sarangi.audio import SAMPLE_RATE, decode
from sarangi.progress import progress

SIMILAR = 0.93
"""On the URDU corpus overlapping cuts reach 0.93 and more; the next pair stands at 0.59."""

SHORTEST = 0.5
"""Seconds of overlap below which a pair is not reported."""

RATE = 8_000
WINDOW, HOP = 512, 128  # samples: 64 and 16 ms
NEIGHBOURHOOD = (9, 21)  # frames and frequency bins in which a peak is the largest
PARTNERS = 8  # later peaks that a peak is joined with
REACH = 64  # frames in which they lie
VOTES = 6  # landmarks at one offset that make a candidate; the pairs of URDU have 12 and more
COMMON = 64  # occurrences beyond which a landmark says nothing (hum, the same jingle everywhere)
PARTITIONS = 32  # landmarks are sorted a part at a time, so that memory is bounded
LANDMARK = np.dtype([("hash", "<u8"), ("clip", "<u4"), ("frame", "<u4")])

NEAR_DUPLICATES = pa.schema(
    [
        pa.field("first", pa.string(), nullable=False),
        pa.field("second", pa.string(), nullable=False),
        # normalised cross-correlation over the overlap, in [0, 1]
        pa.field("similarity", pa.float64(), nullable=False),
        # how much later the shared sound begins in the second
        pa.field("offset_s", pa.float64(), nullable=False),
        pa.field("overlap_s", pa.float64(), nullable=False),
        pa.field("landmarks", pa.int64(), nullable=False),
    ]
)


def near_duplicates(audio: Sequence[Path], output: Path, provenance: dict) -> None:
    """Write each pair of recordings of a corpus that share a stretch of sound.

    Time grows with the number of recordings and of the pairs that share landmarks; memory with
    neither, but for a few numbers a candidate.

    Parameters
    ----------
    audio
        Shards of 16 kHz audio; what is not ok there is left out.
    output
        Parquet file to write, of schema :data:`NEAR_DUPLICATES`, sorted by first and second.
    provenance
        Passed to the store.
    """
    names: list[str] = []
    places: list[tuple[int, int]] = []  # shard and row of each recording, to find it again
    with tempfile.TemporaryDirectory() as folder:
        total = sum(map(store.count, audio))
        with ExitStack() as opened:
            files = [opened.enter_context(Path(folder, f"{part}").open("wb")) for part in range(PARTITIONS)]
            for shard, row, utterance_id, signal in progress(_signals(audio), total, "landmarks"):
                found = landmarks(signal)
                found["clip"] = len(names)
                names.append(utterance_id)
                places.append((shard, row))
                for part, file in enumerate(files):
                    file.write(found[found["hash"] % PARTITIONS == part].tobytes())
        votes: dict[tuple[int, int, int], int] = defaultdict(int)
        for part in range(PARTITIONS):
            for key, count in _votes(np.fromfile(Path(folder, f"{part}"), dtype=LANDMARK)):
                votes[key] += count
    best: dict[tuple[int, int], int] = {}
    for (first, second, _), count in votes.items():
        if count >= VOTES:
            best[first, second] = max(best.get((first, second), 0), count)
    signal_of = _reader(audio, places)
    rows = []
    # pairs in the order of the first, so that its signal is read once
    for (first, second), count in progress(sorted(best.items()), len(best), "candidates"):
        found = similarity(signal_of(first), signal_of(second))
        if found[0] >= SIMILAR and found[2] >= SHORTEST:
            one, other, sign = first, second, 1
            if names[other] < names[one]:
                one, other, sign = other, one, -1
            rows.append(
                {
                    "first": names[one],
                    "second": names[other],
                    "similarity": found[0],
                    "offset_s": sign * found[1],
                    "overlap_s": found[2],
                    "landmarks": count,
                }
            )
    with store.Writer(output, NEAR_DUPLICATES, provenance) as writer:
        for row in sorted(rows, key=lambda row: (row["first"], row["second"])):
            writer.add(row)


def emphasised(signal: np.ndarray) -> np.ndarray:
    """Return a 16 kHz signal at 8 kHz with its high frequencies raised, float32 of shape (samples / 2,)."""
    halved = resample_poly(signal, RATE, SAMPLE_RATE).astype(np.float32)
    return np.append(halved[:1], halved[1:] - np.float32(0.97) * halved[:-1])


def landmarks(signal: np.ndarray) -> np.ndarray:
    """Return the landmarks of a signal.

    Parameters
    ----------
    signal : float32 array of shape (samples,)
        From :func:`emphasised`.

    Returns
    -------
    array of :data:`LANDMARK`
        ``hash`` of three peaks (frequencies and distances), ``frame`` of the first; ``clip`` is 0.
    """
    if len(signal) < WINDOW:
        return np.zeros(0, LANDMARK)
    frames = np.lib.stride_tricks.sliding_window_view(signal, WINDOW)[::HOP]
    spectrum = np.abs(rfft(frames * np.hanning(WINDOW).astype(np.float32), axis=1))
    largest = maximum_filter(spectrum, size=NEIGHBOURHOOD) == spectrum
    frame, band = np.nonzero(largest & (spectrum > np.quantile(spectrum, 0.75)))
    found = []
    for step in range(1, PARTNERS):
        one, two, three = (slice(k, len(frame) - step - 1 + k) for k in (0, step, step + 1))
        near, far = frame[two] - frame[one], frame[three] - frame[one]
        kept = (near > 0) & (far < REACH)
        # nine bits for 257 bands, six for less than REACH frames
        bits = (band[one] << 30) | (band[two] << 21) | (band[three] << 12) | (near << 6) | far
        marks = np.zeros(int(kept.sum()), LANDMARK)
        marks["hash"], marks["frame"] = bits[kept], frame[one][kept]
        found.append(marks)
    return np.concatenate(found)


def similarity(first: np.ndarray, second: np.ndarray) -> tuple[float, float, float]:
    """Return how alike two signals are where they agree best.

    Parameters
    ----------
    first, second : float32 arrays of shape (samples,)
        From :func:`emphasised`.

    Returns
    -------
    similarity : float
        Absolute normalised cross-correlation over the overlap.
    offset : float
        Seconds by which what they share begins later in the second.
    overlap : float
        Seconds that they overlap.
    """
    size = next_fast_len(len(first) + len(second), real=True)
    product = np.conj(rfft(first.astype(np.float64), size)) * rfft(second.astype(np.float64), size)
    correlation = np.abs(irfft(product, size))
    lag = int(correlation.argmax())
    height = correlation[lag]
    lag = lag if lag < len(second) else lag - size
    start, end = max(0, -lag), min(len(first), len(second) - lag)
    energy = np.square(first[start:end], dtype=np.float64).sum()
    energy *= np.square(second[start + lag : end + lag], dtype=np.float64).sum()
    value = float(height / np.sqrt(energy)) if energy > 0 else 0.0
    return min(value, 1.0), lag / RATE, (end - start) / RATE


def _signals(audio: Sequence[Path]) -> Iterator[tuple[int, int, str, np.ndarray]]:
    for shard, path in enumerate(audio):
        for row, utterance in enumerate(store.rows(path, ["utterance_id", "audio", "status"])):
            if utterance["status"] == store.OK:
                yield shard, row, utterance["utterance_id"], emphasised(decode(utterance["audio"]["bytes"]))


def _votes(part: np.ndarray) -> Iterator[tuple[tuple[int, int, int], int]]:
    """Yield (first clip, second clip, offset in frames) and the landmarks that say so, two or more."""
    part = np.sort(part, order=["hash", "clip", "frame"])
    edges = np.flatnonzero(np.diff(part["hash"], prepend=part["hash"][:1] + 1 if len(part) else 0))
    sizes = np.diff(np.append(edges, len(part)))
    part = part[np.repeat(sizes <= COMMON, sizes)]
    pairs = []
    for step in range(1, COMMON):
        same = part["hash"][step:] == part["hash"][:-step]
        if not same.any():
            break
        one, two = part[:-step][same], part[step:][same]
        other = one["clip"] != two["clip"]
        offset = two["frame"].astype(np.int64) - one["frame"]
        pairs.append(np.stack([one["clip"][other], two["clip"][other], offset[other]], axis=1))
    if not pairs:
        return
    keys, counts = np.unique(np.concatenate(pairs), axis=0, return_counts=True)
    for key, count in zip(keys[counts > 1].tolist(), counts[counts > 1].tolist(), strict=True):
        yield tuple(key), count


def _reader(audio: Sequence[Path], places: Sequence[tuple[int, int]]) -> Callable[[int], np.ndarray]:
    """Return a function from a recording's number to its signal; the last ones are remembered."""
    opened = [store.Rows(path) for path in audio]

    @lru_cache(maxsize=64)
    def signal_of(clip: int) -> np.ndarray:
        shard, row = places[clip]
        return emphasised(decode(opened[shard].row(row)["audio"]["bytes"]))

    return signal_of
