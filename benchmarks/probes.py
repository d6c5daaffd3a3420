"""Probes on pooled states, beside running the frozen encoder anew in every run.

    python benchmarks/probes.py --clips 48

The probe is that of ``config.yaml`` (a weighted sum of the layers of wav2vec2-base and a linear layer), on
RAVDESS's 1,440 clips, in 5 folds with 5 seeds, from random weights and noise as long as RAVDESS's clips.
One run of the probe is trained whole, with all the epochs that its recipe allows; the encoder hears some
clips, with the states of all layers, and the rest is projected: once for all runs; once for each run; and in
every epoch of each run, which is what a frozen encoder in a training loop does.  On a CPU seconds are the
processor's.
"""

import argparse
import contextlib
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
import yaml
from noise import NOW, ROOT, SHAPES, WALL, utterances

from sarangi.base.parts import TRAIN, VALIDATION
from sarangi.models.encoders import build_encoder
from sarangi.models.fusion import classifier
from sarangi.models.pooling import masked_mean
from sarangi.models.speech_states import speech_states
from sarangi.models.trainer import trainer_of
from sarangi.models.utterances import Utterances

CLIPS, FOLDS, SEEDS, BATCH = 1440, 5, 5, 8
SHARES = (0.64, 0.16)  # of the clips that train and validate in a fold; the others are tested
EMOTIONS = [str(n) for n in range(8)]


def main() -> None:
    """Print the seconds of a probe and of the states, and the ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", type=int, default=48, help="that the encoder hears")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    models = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))["models"]
    model = models["probe_wav2vec2"]
    shape = SHAPES[model["audio"]["encoder"]]
    states_s = CLIPS * heard(model, options.clips)
    probe_s, epochs = probed(model, (shape.num_hidden_layers + 1, shape.hidden_size))
    runs = FOLDS * SEEDS
    part = sum(SHARES) * epochs + 1 - sum(SHARES)  # of the clips, heard in every epoch or once
    ways = {
        "once for all": states_s + runs * probe_s,
        "once for each run": runs * (states_s + probe_s),
        "in every epoch": runs * (part * states_s + probe_s),
    }
    where = torch.cuda.get_device_name() if WALL else f"{options.threads} threads, seconds of the CPU"
    print(f"{model['title']}; {where}")
    print(f"states of {CLIPS} clips: {states_s:.0f} s; a probe of {epochs} epochs: {probe_s:.1f} s")
    for name, seconds in ways.items():
        ours, alone = seconds / ways["once for all"], seconds / (runs * probe_s)
        print(
            f"states {name:17}: {seconds:9.0f} s for {runs} runs, {ours:5.1f} times ours, {alone:6.1f} times "
            "the probes alone"
        )


def heard(model: dict, clips: int) -> float:
    """Return the seconds that the states of all layers of a clip take."""
    entry = {"model": model, "emotions": len(EMOTIONS), "seconds": (3.7, 0.3)}
    data = utterances(entry, clips, 1)
    encoder = build_encoder(SHAPES[model["audio"]["encoder"]].to_dict()).eval()
    encoder.to("cuda" if torch.cuda.is_available() else "cpu")
    signals = [data[n]["signals"].to(encoder.device) for n in range(clips)]
    with torch.inference_mode():
        speech_states(encoder, signals[:BATCH], every_layer=True)  # the first is slower
        start = NOW()
        for first in range(0, clips, BATCH):
            states, mask = speech_states(encoder, signals[first : first + BATCH], every_layer=True)
            torch.stack([masked_mean(layer, mask) for layer in states]).cpu()
    return (NOW() - start) / clips


def probed(model: dict, shape: tuple[int, int]) -> tuple[float, int]:
    """Return the seconds of a whole run of the probe, and its epochs."""
    recipe = model["finetuning"] | {"patience": model["finetuning"]["max_epochs"]}
    entry = {"model": model, "emotions": len(EMOTIONS), "seconds": (3.7, 0.3)}
    draw = np.random.default_rng(3)
    parts = {}
    for part, share in zip((TRAIN, VALIDATION), SHARES, strict=True):
        data: Utterances = utterances(entry, round(share * CLIPS), 4)
        pooled = torch.from_numpy(draw.normal(size=(len(data), *shape)).astype(np.float16))
        data.inputs = {"signals": lambda name, pooled=pooled: pooled[int(name)].float()}
        parts[part] = data
    described = {
        "audio": model["audio"] | {"encoder": {"num_hidden_layers": shape[0] - 1, "hidden_size": shape[1]}},
        "emotions": EMOTIONS,
        "dropout": recipe["dropout"],
    }
    network = classifier(described, {})
    with tempfile.TemporaryDirectory() as folder:
        start = NOW()
        trainer = trainer_of(network, parts, recipe, 42, Path(folder), EMOTIONS)
        with contextlib.redirect_stdout(sys.stderr):  # where the Trainer writes
            trainer.train()
        return NOW() - start, round(trainer.state.epoch)


if __name__ == "__main__":
    main()
