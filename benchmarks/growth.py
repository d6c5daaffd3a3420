"""Time and memory of manifest, audio, near-duplicates, audit and transcripts as a corpus grows.

    python benchmarks/growth.py --clips 1000 3000 10000

Each stage runs in a process of its own, so that its memory can be told. Near-duplicates stand beside the
comparison of all pairs, timed on some of them.  Transcripts are by the demo's small Whisper, its context cut.
"""

import argparse
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import soundfile
import torch
from scipy.signal import correlate

from sarangi.audio.near_duplicates import emphasised, near_duplicates
from sarangi.audio.resampling import resample
from sarangi.audit.corpus import corpus_audit
from sarangi.audit.protocol import protocol_audit
from sarangi.audit.rows import Audited
from sarangi.base import store
from sarangi.corpora.manifest import manifest
from sarangi.sources.small_weights import unpacked_whisper
from sarangi.transcripts.transcription import Recogniser, transcribe

SECONDS, RATE, TWINS, SPEAKERS = 3, 22_050, 10, 50
SHARD = 1000  # utterances
PAIRS = 300  # compared by brute force, to tell what all would take
EMOTIONS = ("Angry", "Happy", "Neutral", "Sad")
WHISPER = Path(__file__).parent.parent / "demo/weights/tiny_whisper.safetensors"
ASR = {"engine": "openai-whisper", "language": "manifest", "context": 1, "batch": 16, "tokens": 16}
PROTOCOL = {"kind": "stratified_kfold", "folds": 5, "seed": 42, "leaks": True}


def voice(seed: int, rate: int = RATE) -> np.ndarray:
    """Return something like speech, int16: syllables of many lengths, whose pitch glides between colours."""
    draw = np.random.default_rng(seed)
    signal = draw.normal(0, 0.05, SECONDS * rate)
    place = 0
    while place < len(signal):
        length = min(int(rate * draw.uniform(0.06, 0.4)), len(signal) - place)
        share = np.linspace(0, 1, length)
        pitch = np.interp(share, [0, 1], draw.uniform(80, 300, 2))
        colour = np.exp(draw.normal(0, 1, 20))
        phase = 2 * np.pi * np.cumsum(pitch) / rate
        waves = np.sin(np.arange(1, 21)[:, None] * phase)
        signal[place : place + length] += colour @ waves * np.sin(np.pi * share) * draw.uniform(0.2, 1)
        place += length + int(rate * draw.exponential(0.03))
    return np.rint(16_000 * signal / np.abs(signal).max()).astype(np.int16)


def corpus(folder: Path, clips: int) -> None:
    """Write a corpus in the layout of URDU; its last ten clips are overlapping cuts of the first ten."""
    for emotion in EMOTIONS:
        (folder / emotion).mkdir(parents=True)
    for number in range(clips):
        twin = number - (clips - TWINS)
        sound = np.roll(voice(twin), -RATE) if twin >= 0 else voice(number)
        emotion = EMOTIONS[number % len(EMOTIONS)]
        name = f"SM{number % SPEAKERS + 1}_F{number}_{emotion[0]}0{number}.wav"
        soundfile.write(folder / emotion / name, sound, RATE, subtype="PCM_16")


def stages(folder: Path, clips: int) -> dict[str, Callable[[], None]]:
    """Return the stages by name, in their order."""
    shards = range(max(1, clips // SHARD))
    audio, levels = ([folder / f"{kind}{n}.parquet" for n in shards] for kind in ("audio", "levels"))
    listed, pairs = (folder / f"{name}.parquet" for name in ("manifest", "pairs"))

    def audio_stage() -> None:
        for shard in shards:
            resample(
                folder / "corpus",
                listed,
                shard,
                store.Output(audio[shard], {}),
                store.Output(levels[shard], {}),
            )

    def audit_stage() -> None:
        audited = Audited(listed, levels, pairs)
        corpus_audit(audited, {}, store.Output(folder / "a.parquet", {}))
        protocol_audit(audited, "random5", PROTOCOL, None, store.Output(folder / "b.parquet", {}))

    def transcripts_stage() -> None:
        unpacked_whisper(WHISPER, folder / "whisper.pt")
        for shard in shards:
            output, unfinished = folder / f"transcripts{shard}.parquet", folder / "unfinished"
            transcribe(
                audio[shard],
                listed,
                Recogniser(folder / "whisper.pt", ASR, 1),
                unfinished,
                store.Output(output, {}),
            )

    return {
        "manifest": lambda: manifest(folder / "corpus", "urdu_latif", len(shards), store.Output(listed, {})),
        "audio": audio_stage,
        "near-duplicates": lambda: near_duplicates(audio, store.Output(pairs, {})),
        "audit": audit_stage,
        "transcripts": transcripts_stage,
    }


def measured(folder: Path, clips: int, stage: str) -> tuple[float, float]:
    """Run one stage with one thread, as the workflow does; return its seconds, and its MB at most."""
    torch.set_num_threads(1)
    began = time.perf_counter()
    stages(folder, clips)[stage]()
    return time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def all_pairs(clips: int) -> float:
    """Return the seconds that comparing all pairs would take, from some of them."""
    signals = [emphasised(voice(n, 16_000).astype(np.float32) / 32768) for n in range(25)]
    began = time.perf_counter()
    for n in range(PAIRS):
        correlate(signals[n % 25], signals[(n + 1 + n // 25) % 25], method="fft")
    return (time.perf_counter() - began) / PAIRS * clips * (clips - 1) / 2


def main() -> None:
    """Print a line for each size and stage."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--clips", type=int, nargs="+", default=[1000, 3000])
    parser.add_argument("--last", default="transcripts", help="stage to end with")
    chosen = parser.parse_args()
    print(f"{'clips':>7} {'stage':>16} {'seconds':>8} {'ms a clip':>10} {'MB':>6}")
    context = multiprocessing.get_context("spawn")
    for clips in chosen.clips:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            corpus(folder / "corpus", clips)
            for stage in stages(folder, clips):
                with ProcessPoolExecutor(1, context) as alone:
                    taken, memory = alone.submit(measured, folder, clips, stage).result()
                print(
                    f"{clips:7} {stage:>16} {taken:8.1f} {1000 * taken / clips:10.2f} {memory:6.0f}",
                    flush=True,
                )
                if stage == "near-duplicates":
                    found, slow = store.count(folder / "pairs.parquet"), all_pairs(clips)
                    print(
                        f"{'':24} {found} of {TWINS} pairs; all pairs: {slow:.0f} s, {slow / taken:.0f} times"
                    )
                if stage == chosen.last:
                    break


if __name__ == "__main__":
    main()
