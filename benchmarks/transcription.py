"""Time of Whisper on short clips in batches, beside ``whisper.transcribe`` clip by clip.

    python benchmarks/transcription.py --threads 2
    python benchmarks/transcription.py --packed demo/weights/tiny_whisper.safetensors --tokens 104

The network has the shape of a named Whisper and random weights: they do for the time, and never end a text
before the number of tokens asked for.  Or it is the demo's own, which hears speech of the demo's stand-in of
URDU in new voices and ends its texts itself, to tell how often they are the same.  Both sides decode greedily
without the ladder of temperatures, which random weights would climb for every clip.  For these, clips of 2 to
5 s are drawn, a tone with the melody of a syllable under noise.  The two sides take turns, a batch each, so
that a busy machine slows both; the ratio of processor time is less sensitive to it than that of the clock.

Peers: with the language told; with the language to be heard, which the package does in a pass of its own;
and, against the first peer again, with our encoder's context cut to the clip, which is another computation.
"""

import argparse
import math
import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch
import whisper

from sarangi.audio.resampling import to_mono_16k
from sarangi.base.sound import SAMPLE_RATE
from sarangi.sources.small_weights import unpacked_whisper
from sarangi.synthetic.corpus import layout
from sarangi.synthetic.speech import speak
from sarangi.transcripts.openai_whisper import OpenAIWhisper

# width, layers and heads of encoder and decoder, mel bands, tokens
SHAPES = {
    "tiny": (384, 4, 6, 80, 51865),
    "small": (768, 12, 12, 80, 51865),
    "large-v3": (1280, 32, 20, 128, 51866),
}
LANGUAGE = "ur"


def random_checkpoint(shape: str, output: Path) -> None:
    """Write a Whisper of a named shape with random weights."""
    width, layers, heads, mels, tokens = SHAPES[shape]
    torch.manual_seed(1)
    dims = whisper.ModelDimensions(mels, 1500, width, heads, layers, tokens, 448, width, heads, layers)
    model = whisper.model.Whisper(dims)
    # at torch's own scale the tied output would be certain of one token
    torch.nn.init.normal_(model.decoder.token_embedding.weight, std=0.02)
    torch.nn.init.normal_(model.decoder.positional_embedding, std=0.02)
    torch.save({"dims": dims.__dict__, "model_state_dict": model.state_dict()}, output)


def clips(count: int) -> list[np.ndarray]:
    """Return clips of 2 to 5 s, each with its own melody, sorted by length as the pipeline does."""
    draw = np.random.default_rng(0)
    found = []
    for _ in range(count):
        moments = np.arange(int(draw.uniform(2, 5) * SAMPLE_RATE)) / SAMPLE_RATE
        pitch = draw.uniform(90, 250) * (1 + 0.3 * np.sin(2 * np.pi * draw.uniform(1, 4) * moments))
        voice = np.sin(2 * np.pi * np.cumsum(pitch) / SAMPLE_RATE) ** 3
        loud = 0.2 * (1 + np.sin(2 * np.pi * draw.uniform(2, 6) * moments))
        found.append((loud * voice + draw.normal(0, 0.01, len(moments))).astype(np.float32))
    return sorted(found, key=len)


def speech(count: int) -> list[np.ndarray]:
    """Return clips of the demo's stand-in of URDU under a seed of its own, sorted by length."""
    spoken = list(layout("urdu_latif").clips(16, math.ceil(count / 4), 5001))[:count]
    with ThreadPoolExecutor() as pool:
        recordings = pool.map(speak, spoken)
        found = [to_mono_16k(recording).signal.astype(np.float32) / 32768 for recording in recordings]
    return sorted(found, key=len)


def peer(model: whisper.model.Whisper, tokens: int, language: str | None) -> Callable:
    """Return what transcribes clips as a user of the package does, one by one."""

    def heard(batch: list[np.ndarray]) -> list[list[int]]:
        return [
            whisper.transcribe(
                model,
                clip,
                language=language,
                temperature=0.0,
                without_timestamps=True,
                sample_len=tokens,
                fp16=model.device.type == "cuda",
                logprob_threshold=None,
                compression_ratio_threshold=None,
                no_speech_threshold=None,
            )["segments"][0]["tokens"]
            for clip in batch
        ]

    return heard


def ours(engine: OpenAIWhisper, language: str | None) -> Callable:
    """Return what transcribes clips as the pipeline does, a batch at once."""
    return lambda batch: [answer.tokens for answer in engine.decode(batch, language)]


def timed(work: Callable, batch: list[np.ndarray]) -> tuple[list, np.ndarray]:
    """Return what the work gives, and the time it took by the clock and by the processor."""
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    start = np.array([time.perf_counter(), time.process_time()])
    found = work(batch)
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return found, np.array([time.perf_counter(), time.process_time()]) - start


def main() -> None:
    """Print time and agreement of each pair."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shape", choices=SHAPES, default="tiny")
    parser.add_argument("--packed", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--clips", type=int, default=200)
    parser.add_argument("--batch", type=int, default=20)
    parser.add_argument("--tokens", type=int, default=16)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        checkpoint = Path(folder) / "whisper.pt"
        if options.packed:
            unpacked_whisper(options.packed, checkpoint)
        else:
            random_checkpoint(options.shape, checkpoint)
        settings = {"tokens": options.tokens, "context": "whole"}
        engine = OpenAIWhisper(checkpoint, settings, options.threads)
        cut = OpenAIWhisper(checkpoint, settings | {"context": "clip"}, options.threads)
    told = peer(engine.model, options.tokens, LANGUAGE)
    pairs = {
        "language told": (told, ours(engine, LANGUAGE)),
        "language to be heard": (peer(engine.model, options.tokens, None), ours(engine, None)),
        "context cut to the clip": (told, ours(cut, LANGUAGE)),
    }
    signals = (speech if options.packed else clips)(options.clips)
    batches = [signals[start : start + options.batch] for start in range(0, len(signals), options.batch)]
    where = torch.cuda.get_device_name() if torch.cuda.is_available() else f"{options.threads} threads"
    name = options.packed.name if options.packed else f"shape of {options.shape}, random weights"
    print(f"{name}, {len(signals)} clips, {options.tokens} tokens, batches of {options.batch}, {where}")
    for title, works in pairs.items():
        for work in works:
            work(batches[0][:2])  # the first call is slower
        totals, same, each = np.zeros((2, 2)), 0, []
        for batch in batches:
            answers, times = zip(*(timed(work, batch) for work in works), strict=True)
            totals += np.array(times)
            each.append(times[0][0] / times[1][0])
            same += sum(a == b for a, b in zip(*answers, strict=True))
        clock, processor = totals[0] / totals[1]
        print(
            f"{title:24} {1000 * totals[0, 0] / len(signals):7.0f} ms a clip by the package, "
            f"{1000 * totals[1, 0] / len(signals):6.0f} ours: {clock:.2f} times by the clock "
            f"({min(each):.2f} to {max(each):.2f} a batch, median {statistics.median(each):.2f}), "
            f"{processor:.2f} by the processor; text equal {same} of {len(signals)}"
        )


if __name__ == "__main__":
    main()
