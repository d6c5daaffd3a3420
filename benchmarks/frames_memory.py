"""Memory of a training whose convolutions' frames are kept on disk, as the corpus grows to MELD.

    python benchmarks/frames_memory.py --clips 1000 11098    # 4.5 GB of disk for the second

``replayed_multimodal_multilingual`` of ``config.yaml`` (XLS-R-300M and XLM-R-base), random weights of the
true shapes, tokens at random, each clip padded to 4 s as the study has it; a ninth of the clips validates.
In place of what the convolutions would give, which takes hours here, noise of the same size is kept.  The
pipeline's own Trainer then takes some updates, looks at a few validation clips, writes a checkpoint and
loads it again.  Each count of clips has a process of its own, whose memory at most is printed.
"""

import argparse
import multiprocessing
import resource
import tempfile
from pathlib import Path

import numpy as np
import torch
import yaml
from noise import ROOT, SHAPES, utterances
from torch.utils.data import Subset

from sarangi.base.parts import TRAIN, VALIDATION
from sarangi.models import kept_frames
from sarangi.models.encoders import build_encoder
from sarangi.models.fusion import classifier
from sarangi.models.kept_frames import KeptFrames
from sarangi.models.shortest import frames_of
from sarangi.models.trainer import trainer_of

MODEL, EMOTIONS, SECONDS = "replayed_multimodal_multilingual", 7, (3.1, 1.5)
UPDATES, HEARD = 2, 4


def at_most(clips: int) -> None:
    """Print the memory that a training on so many clips takes."""
    torch.set_num_threads(1)
    config = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    model = config["models"][MODEL]
    entry = {"model": model, "emotions": EMOTIONS, "seconds": SECONDS}
    train, validation = (utterances(entry, n, 1) for n in (clips - clips // 9, clips // 9))
    emotions = [str(n) for n in range(EMOTIONS)]
    encoders = {b: build_encoder(SHAPES[model[b]["encoder"]].to_dict()) for b in ("audio", "text")}
    described = {
        "replay": True,
        "audio": model["audio"], "text": model["text"], "fusion": model["fusion"],
        "emotions": emotions, "dropout": model["finetuning"]["dropout"],
    }  # fmt: skip
    settings = encoders["audio"].config.to_dict()
    noise = torch.Generator().manual_seed(1)

    def convolved(encoder: object, signals: list) -> list:
        sizes = frames_of(np.array([len(signal) for signal in signals]), settings)
        return [torch.randn(size, settings["conv_dim"][-1], generator=noise) for size in sizes]

    kept_frames.convolved = convolved
    with tempfile.TemporaryDirectory() as folder, KeptFrames(Path(folder), 50) as frames:
        imported = _peak()
        for part, data in (("t", train), ("v", validation)):
            signal_of, seconds = data.inputs["signals"], model["audio"]["max_audio_s"]
            lengths = {f"{part}{name}": seconds for name in data.ids}
            frames.fill(encoders["audio"], lambda name, give=signal_of: give(name[1:]), lengths, 16)
            data.inputs["signals"] = lambda name, part=part: frames[f"{part}{name}"]
        filled = _peak()
        network = classifier(described, encoders)
        recipe = model["finetuning"] | {"max_epochs": 1}
        trainer = trainer_of(
            network, {TRAIN: train, VALIDATION: validation}, recipe, 42, Path(folder), emotions
        )
        trainer.args.max_steps = UPDATES
        trainer.eval_dataset = Subset(validation, range(HEARD))
        trainer.train()
    print(
        f"| {clips:,} | {frames._end / 1e9:.2f} GB | {imported} MB | {filled} MB | {_peak()} MB |", flush=True
    )


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main() -> None:
    """Print a row a count of clips."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", type=int, nargs="+", default=[1000, 11_098])
    options = parser.parse_args()
    print(
        "| clips | kept | memory: encoders built | frames kept | trained |\n|---:|---:|---:|---:|---:|",
        flush=True,
    )
    for clips in options.clips:
        process = multiprocessing.get_context("spawn").Process(target=at_most, args=(clips,))
        process.start()
        process.join()


if __name__ == "__main__":
    main()
