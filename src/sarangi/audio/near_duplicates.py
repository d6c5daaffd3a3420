"""Near-duplicates: recordings that share the same stretch of sound, found without comparing all pairs.

Candidates share landmarks, constellations of three spectral peaks at the same distances, at one
offset in time (Wang 2003, "An industrial-strength audio search algorithm", ISMIR, with three peaks
where he takes two).  A candidate counts if the pre-emphasised signals at 8 kHz, laid over each other
where they agree best near that offset, have a normalised cross-correlation of at least :data:`SIMILAR`
over the overlap.  Recordings whose signals are the same are pairs however short, silent or many they are.
"""

import hashlib
import itertools
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pyarrow as pa
from scipy.fft import irfft, rfft
from scipy.ndimage import maximum_filter
from scipy.signal import resample_poly

from sarangi.audio.flac import decode
from sarangi.base import store
from sarangi.base.errors import SarangiError
from sarangi.base.progress import progress
from sarangi.base.sound import SAMPLE_RATE

SIMILAR = 0.93
"""On the URDU corpus overlapping cuts reach 0.93 and more; the next pair stands at 0.59."""

SHORTEST = 0.5
"""Seconds of overlap below which a pair is not reported."""

RATE = 8_000
WINDOW, HOP = 512, 128  # samples: 64 and 16 ms
NEIGHBOURHOOD = (9, 21)  # frames and frequency bins in which a peak is the largest
PARTNERS = 8  # later peaks that a peak is joined with
REACH = 64  # frames in which they lie
ENOUGH = 6  # landmarks at one offset that make a candidate; the pairs of URDU have 12 and more
COMMON = 64  # occurrences beyond which a landmark says nothing (hum, the same jingle everywhere)
NEIGHBOURS = (
    64  # of so many recordings of one signal all pairs are reported; of more, those next to each other
)
CLIPS_A_PART = 500  # landmarks and votes are sorted part by part, so that memory does not grow with the clips
PARTS_AT_MOST = 200  # each is an open file
LANDMARK = np.dtype([("hash", "<u8"), ("clip", "<u4"), ("frame", "<u4")])
# a pair and its offset in one number: two million clips, and the first two hours of each
CLIP_BITS, OFFSET_BITS = 21, 20
VOTE = np.dtype([("key", "<i8"), ("landmarks", "<u4")])
BLOCK = 2048 - 2 * HOP  # samples correlated at once

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


def near_duplicates(audio: Sequence[Path], output: store.Output) -> None:
    """Write each pair of recordings of a corpus that share a stretch of sound.

    Time grows with the number of recordings and of the pairs that share landmarks; memory by a name and a
    number a recording, since landmarks, and then the pairs that share them, are looked at part by part.

    Parameters
    ----------
    audio
        Shards of 16 kHz audio; what is not ok there is left out.
    output
        Parquet file to write, of schema :data:`NEAR_DUPLICATES`, sorted by first and second.
    """
    names: list[str] = []
    ends = [0]  # where each signal ends in the file of them all, in samples
    same: dict[bytes, list[int]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        kept, total = Path(folder, "signals"), sum(map(store.count, audio))
        if total > 2**CLIP_BITS:
            raise SarangiError(
                f"{audio[0].parent}: {total:,} utterances, near-duplicates are found among "
                f"{2**CLIP_BITS:,} at most; split the corpus in two"
            )
        parts = min(1 + total // CLIPS_A_PART, PARTS_AT_MOST)
        with kept.open("wb") as signals, _Parts(Path(folder, "landmarks"), parts) as marks:
            for utterance_id, signal in progress(_signals(audio), total, "landmarks"):
                found = landmarks(signal)
                found["clip"] = len(names)
                same[hashlib.blake2b(signal.tobytes(), digest_size=16).digest()].append(len(names))
                names.append(utterance_id)
                ends.append(ends[-1] + len(signal))
                signals.write(signal.tobytes())
                marks.add(found, found["hash"])
        with _Parts(Path(folder, "votes"), parts) as votes:
            for part in marks.read(LANDMARK):
                found = _votes(part)
                votes.add(found, found["key"] >> OFFSET_BITS)
        rows = []
        with kept.open("rb") as signals:

            def signal_of(clip: int) -> np.ndarray:
                signals.seek(4 * ends[clip])
                return np.frombuffer(signals.read(4 * (ends[clip + 1] - ends[clip])), dtype=np.float32)

            candidates = itertools.chain.from_iterable(map(_candidates, votes.read(VOTE)))
            for first, second, offset, count in progress(candidates, None, "candidates"):
                value, lag, overlap = similarity(signal_of(first), signal_of(second), offset * HOP)
                if value < SIMILAR or overlap < SHORTEST:
                    continue
                one, other, sign = first, second, 1
                if names[other] < names[one]:
                    one, other, sign = other, one, -1
                rows.append(
                    {
                        "first": names[one],
                        "second": names[other],
                        "similarity": value,
                        "offset_s": sign * lag,
                        "overlap_s": overlap,
                        "landmarks": count,
                    }
                )
    known = {(row["first"], row["second"]) for row in rows}
    for clips in same.values():
        seconds = (ends[clips[0] + 1] - ends[clips[0]]) / RATE
        rows += [
            _of_same(*pair, seconds) for pair in _pairs([names[clip] for clip in clips]) if pair not in known
        ]
    with output.writer(NEAR_DUPLICATES) as writer:
        for row in sorted(rows, key=lambda row: (row["first"], row["second"])):
            writer.add(row)


def _pairs(names: list[str]) -> Iterator[tuple[str, str]]:
    """Yield the pairs of recordings of one signal, each sorted."""
    ordered = sorted(names)
    for place, first in enumerate(ordered):
        for second in ordered[place + 1 : place + NEIGHBOURS]:
            yield first, second


def _of_same(first: str, second: str, seconds: float) -> dict[str, object]:
    """Return the row of two recordings of one signal."""
    facts = {"similarity": 1.0, "offset_s": 0.0, "overlap_s": seconds, "landmarks": 0}
    return {"first": first, "second": second} | facts


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
        kept = (near > 0) & (far < REACH) & (frame[one] < 2 ** (OFFSET_BITS - 1))
        # nine bits for 257 bands, six for less than REACH frames
        bits = (band[one] << 30) | (band[two] << 21) | (band[three] << 12) | (near << 6) | far
        marks = np.zeros(int(kept.sum()), LANDMARK)
        marks["hash"], marks["frame"] = bits[kept], frame[one][kept]
        found.append(marks)
    return np.concatenate(found)


def similarity(first: np.ndarray, second: np.ndarray, lag: int) -> tuple[float, float, float]:
    """Return how alike two signals are where they agree best near a lag.

    Parameters
    ----------
    first, second : float32 arrays of shape (samples,)
        From :func:`emphasised`.
    lag
        Samples by which what they share begins later in the second, right to :data:`HOP` samples.

    Returns
    -------
    similarity : float
        Absolute normalised cross-correlation over the overlap.
    offset : float
        Seconds by which what they share begins later in the second.
    overlap : float
        Seconds that they overlap.
    """
    # the first in blocks, each against what lies around it in the second: as few lags as are asked for
    blocks = -(-len(first) // BLOCK)
    one = np.pad(first, (0, blocks * BLOCK - len(first))).reshape(blocks, BLOCK)
    around = np.zeros(blocks * BLOCK + 2 * HOP, dtype=np.float32)
    start, end = max(0, lag - HOP), min(len(second), lag - HOP + len(around))
    if start < end:
        around[start - lag + HOP : end - lag + HOP] = second[start:end]
    other = np.lib.stride_tricks.sliding_window_view(around, BLOCK + 2 * HOP)[::BLOCK]
    product = (np.conj(rfft(one, BLOCK + 2 * HOP, axis=1)) * rfft(other, axis=1)).sum(0)
    correlation = np.abs(irfft(product)[: 2 * HOP + 1])
    lag += int(correlation.argmax()) - HOP
    start, end = max(0, -lag), min(len(first), len(second) - lag)
    if start >= end:
        return 0.0, lag / RATE, 0.0
    one, other = (part.astype(np.float64) for part in (first[start:end], second[start + lag : end + lag]))
    energy = np.sqrt(one @ one) * np.sqrt(other @ other)
    value = abs(float(one @ other / energy)) if energy > 0 else 0.0
    return min(value, 1.0), lag / RATE, (end - start) / RATE


def _signals(audio: Sequence[Path]) -> Iterator[tuple[str, np.ndarray]]:
    for path in audio:
        for utterance in store.rows(path, ["utterance_id", "audio", "status"]):
            if utterance["status"] == store.OK:
                yield utterance["utterance_id"], emphasised(decode(utterance["audio"]["bytes"]))


class _Parts(ExitStack):
    """Records on disk in so many parts by a key, so that those of one key can be looked at together."""

    def __init__(self, folder: Path, parts: int):
        super().__init__()
        folder.mkdir()
        self._paths = [folder / str(part) for part in range(parts)]
        self._files = [self.enter_context(path.open("wb")) for path in self._paths]

    def add(self, records: np.ndarray, keys: np.ndarray) -> None:
        """Add records, each to the part of its key."""
        # by the upper bits of a product (Knuth, The Art of Computer Programming, 6.4): as they are, some
        # keys are much more frequent
        spread = (keys.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(32)
        place = (spread % np.uint64(len(self._files))).astype(np.int64)
        order = np.argsort(place, kind="stable")
        ends = np.cumsum(np.bincount(place, minlength=len(self._files)))[:-1]
        for file, part in zip(self._files, np.split(records[order], ends), strict=True):
            file.write(part.tobytes())

    def read(self, kind: np.dtype) -> Iterator[np.ndarray]:
        """Yield the parts, each as an array of records, once all have been added."""
        for path in self._paths:
            yield np.fromfile(path, dtype=kind)
            path.unlink()


def _votes(part: np.ndarray) -> np.ndarray:
    """Return the pairs at one offset that share landmarks of a part, array of :data:`VOTE`."""
    part = part[np.lexsort((part["frame"], part["clip"], part["hash"]))]
    edges = np.flatnonzero(np.diff(part["hash"], prepend=part["hash"][:1] + 1 if len(part) else 0))
    sizes = np.diff(np.append(edges, len(part)))
    part = part[np.repeat(sizes <= COMMON, sizes)]
    marks = part["hash"].copy()
    pairs = [np.zeros(0, dtype=np.int64)]
    for step in range(1, COMMON):
        same = np.flatnonzero(marks[step:] == marks[:-step])
        if not len(same):
            break
        one, two = part[same], part[same + step]
        other = one["clip"] != two["clip"]
        pairs.append(_keys(one[other], two[other]))
    keys, counts = np.unique(np.concatenate(pairs), return_counts=True)
    votes = np.zeros(len(keys), VOTE)
    votes["key"], votes["landmarks"] = keys, counts
    return votes


def _candidates(votes: np.ndarray) -> Iterator[tuple[int, int, int, int]]:
    """Yield (first clip, second clip, offset in frames, landmarks) of each pair with enough at one offset.

    The offset with most landmarks; sorted by pair.
    """
    keys, place = np.unique(votes["key"], return_inverse=True)
    counts = np.bincount(place, votes["landmarks"]).astype(np.int64)
    keys, counts = keys[counts >= ENOUGH], counts[counts >= ENOUGH]
    pairs = keys >> OFFSET_BITS
    order = np.lexsort((-counts, pairs))  # of equal ones the smallest offset, since keys are sorted
    best = order[np.unique(pairs[order], return_index=True)[1]]
    first, second = pairs[best] >> CLIP_BITS, pairs[best] & (2**CLIP_BITS - 1)
    offset = (keys[best] & (2**OFFSET_BITS - 1)) - 2 ** (OFFSET_BITS - 1)
    yield from zip(*(column.tolist() for column in (first, second, offset, counts[best])), strict=True)


def _keys(one: np.ndarray, two: np.ndarray) -> np.ndarray:
    """Return first clip, second clip and offset in frames of pairs of landmarks as one number each, int64."""
    offset = two["frame"].astype(np.int64) - one["frame"] + 2 ** (OFFSET_BITS - 1)
    return (
        (one["clip"].astype(np.int64) << (CLIP_BITS + OFFSET_BITS))
        | (two["clip"].astype(np.int64) << OFFSET_BITS)
        | offset
    )
