"""Whisper with less silence behind a clip: words, failed checks and time on recordings of people.

    python benchmarks/contexts.py resources/models/whisper_base --ravdess FOLDER --urdu FOLDER

The folders are the corpora as published, the model one for faster-whisper.  Clips are drawn under a fixed
seed and decoded greedily on one thread with each context; what fails a check with the whole 30 s is then
searched for as in the pipeline.  From that follows what each context would give: a text that fails with the
cut context is replaced by that of the whole one.  URDU has no transcripts: its texts are compared with those
of the whole context.  Times are of the processor.  The last lines compare 8-bit weights.
"""

import argparse
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import jiwer
import numpy as np

from sarangi.audio.decoding import sound_in
from sarangi.audio.resampling import to_mono_16k
from sarangi.corpora.layouts.ravdess import STATEMENTS
from sarangi.transcripts.ctranslate2_whisper import SEARCHES, FasterWhisper
from sarangi.transcripts.error_rates import normalised
from sarangi.transcripts.tries import MOST_REPEATED, WINDOW, Try, context_of, failed_check

WHOLE_S = 30.0
TOKENS = 128


class Measured(NamedTuple):
    """A clip decoded with one context: the first try, its time, and the time of the searches behind it."""

    first: Try
    seconds: float
    search_seconds: float
    failed: bool  # after all searches


def signal(file: Path) -> np.ndarray:
    """Return a recording as the pipeline hears it: float32 of shape (samples,), mono, 16 kHz."""
    return to_mono_16k(sound_in(file.read_bytes(), file.name)).signal.astype(np.float32) / 32768


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """Return what the work gives, and the seconds of the processor that it took."""
    start = time.process_time()
    found = work()
    return found, time.process_time() - start


def measured(engine: FasterWhisper, clip: np.ndarray, behind: float, language: str | None) -> Measured:
    """Decode a clip with so many seconds of silence behind it."""
    mel = next(engine.windows(clip))
    frames = WINDOW if behind >= WHOLE_S else context_of(mel.shape[1], behind)
    encoded, encoding = timed(lambda: engine.encoded(mel, frames))
    first, decoding = timed(lambda: engine.decoded(encoded, language, SEARCHES[0]))
    found, spent, failed = first, 0.0, failed_check(first) is not None
    for search in SEARCHES[1:] if frames == WINDOW else ():
        if failed and (search is not SEARCHES[2] or found.compression_ratio > MOST_REPEATED):
            found, seconds = timed(lambda s=search: engine.decoded(encoded, first.language, s))
            spent, failed = spent + seconds, failed_check(found) is not None
    return Measured(first, encoding + decoding, spent, failed)


def word_errors(said: list[str], heard: list[str], language: str) -> float:
    """Return the word error rate over all texts, normalised."""
    pairs = [(normalised(a, language), normalised(b, language)) for a, b in zip(said, heard, strict=True)]
    pairs = [pair for pair in pairs if pair[0]]
    return jiwer.wer([a for a, _ in pairs], [b for _, b in pairs])


def report(name: str, found: dict[float, list[Measured]], said: list[str] | None, language: str) -> None:
    """Print a line a context."""
    whole = found[WHOLE_S]
    said = said or [clip.first.text for clip in whole]
    for behind, clips in found.items():
        fails = [failed_check(clip.first) is not None for clip in clips]
        kept = [b.first.text if bad else a.first.text for a, b, bad in zip(clips, whole, fails, strict=True)]
        again = [
            bad * ((b.seconds if behind < WHOLE_S else 0) + b.search_seconds)
            for b, bad in zip(whole, fails, strict=True)
        ]
        first = np.mean([clip.seconds for clip in clips])
        print(
            f"{name:28} {behind:4.0f} s: {len(clips)} clips, {np.mean(fails):5.1%} fail, WER "
            f"{word_errors(said, [clip.first.text for clip in clips], language):.3f} at first and "
            f"{word_errors(said, kept, language):.3f} by the rule, {first:.2f} s a clip at first and "
            f"{first + np.mean(again):.2f} with what fails decoded again"
        )
    print(
        f"{name:28} fail in every try with the whole context: {np.mean([clip.failed for clip in whole]):.1%}"
    )


def main() -> None:
    """Measure each context on some clips of each corpus."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("--ravdess", type=Path, required=True)
    parser.add_argument("--urdu", type=Path, required=True)
    parser.add_argument("--clips", type=int, default=24)
    parser.add_argument("--contexts", type=float, nargs="*", default=[1, 3, 8, 12, 16])
    options = parser.parse_args()
    settings = {"tokens": TOKENS, "context": "whole"}
    engine = FasterWhisper(options.model, settings, 1)
    ravdess = sorted(file for file in options.ravdess.glob("Actor_0[1-6]/*.wav"))
    urdu = sorted(options.urdu.rglob("*.wav"))
    for files, seed in ((ravdess, 1), (urdu, 2)):
        random.Random(seed).shuffle(files)  # noqa: S311
    ravdess, urdu = ravdess[: options.clips], urdu[: options.clips]
    said = [STATEMENTS[file.stem.split("-")[4]] for file in ravdess]
    for name, files, language, references in (("RAVDESS", ravdess, "en", said), ("URDU", urdu, "ur", None)):
        clips = [signal(file) for file in files]
        for told in (language, None):
            found = {
                behind: [measured(engine, clip, behind, told) for clip in clips]
                for behind in (*options.contexts, WHOLE_S)
            }
            report(f"{name}, {'told' if told else 'detected'}", found, references, language)
    del engine
    clips = [signal(file) for file in ravdess]
    for precision in ("full", "int8"):
        engine = FasterWhisper(options.model, settings | {"precision": precision}, 1)
        found = {WHOLE_S: [measured(engine, clip, WHOLE_S, "en") for clip in clips]}
        report(f"RAVDESS, {precision}", found, said, "en")


if __name__ == "__main__":
    main()
