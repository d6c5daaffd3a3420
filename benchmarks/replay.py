"""The study's recipe (replay) beside the same models with masks, on synthetic speech.

    python benchmarks/replay.py

The demo's small encoders (demo/weights) and its stand-in of RAVDESS: 12 speakers say both sentences in 8
emotions.  Each model is trained from the same seeds once masked and once replayed, with the demo's recipe;
speakers 9 to 12 are tested, 7 and 8 validate.  What is scored is synthetic and says nothing about people, nor
how large the difference is on real recordings.
"""

import argparse
import contextlib
import io
import statistics
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import soundfile
import soxr
import torch
import transformers
import yaml
from noise import ROOT, ProcessorClock

from sarangi.base.parts import TEST, TRAIN, VALIDATION
from sarangi.base.sound import SAMPLE_RATE
from sarangi.models.answers import logits_of
from sarangi.models.encoders import Encoder
from sarangi.models.finetuning import describe
from sarangi.models.fusion import classifier
from sarangi.models.replay import needs_pooler
from sarangi.models.run_inputs import sound_of
from sarangi.models.tokenizers import load_tokenizer, tokens_of
from sarangi.models.trainer import class_weights, trainer_of
from sarangi.models.utterances import Utterances, by_length
from sarangi.statistics.confusions import uar, wf1
from sarangi.synthetic.ravdess import clips
from sarangi.synthetic.speech import speak

SPEAKERS = 12
MODELS = ("audio_tiny", "text_tiny", "fusion_tiny")


def main() -> None:
    """Print scores of both, seed by seed, and the processor time of a step."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[42, 123, 2024, 7, 99])
    parser.add_argument("--models", nargs="+", choices=MODELS, default=MODELS)
    options = parser.parse_args()
    torch.set_num_threads(1)
    transformers.utils.logging.disable_progress_bar()
    config = yaml.safe_load((ROOT / "demo/config.yaml").read_text(encoding="utf-8"))
    table, sounds = spoken()
    print(f"{len(table)} synthetic clips of {table['length'].mean():.2f} s; seeds {options.seeds}\n")
    print("| model | | UAR by seed | mean | WF1, mean | ms of processor a step |")
    print("|---|---|---|--:|--:|--:|")
    for name in options.models:
        for replay in (False, True):
            model = config["models"][name] | ({"replay": True} if replay else {})
            runs = [trained(model, config, table, sounds, seed) for seed in options.seeds]
            by_seed = ", ".join(f"{run['uar']:.3f}" for run in runs)
            means = [statistics.mean(run[metric] for run in runs) for metric in ("uar", "wf1")]
            step = 1000 * statistics.median(seconds for run in runs for seconds in run["steps"])
            way = "replayed" if replay else "masked"
            print(
                f"| {name} | {way} | {by_seed} | {means[0]:.3f} | {means[1]:.3f} | {step:.0f} |", flush=True
            )


def spoken() -> tuple[pd.DataFrame, dict[str, np.ndarray]]:
    """Return the stand-in's utterances with their parts, and their sound at 16 kHz."""
    rows, sounds = [], {}
    for clip in clips(SPEAKERS, 1, 1):
        speaker = int(clip.path[6:8])
        signal, rate = soundfile.read(io.BytesIO(speak(clip)), always_2d=True)
        sounds[clip.path] = soxr.resample(signal.mean(1), rate, SAMPLE_RATE).astype(np.float32)
        rows.append(
            {
                "utterance_id": clip.path,
                "emotion": clip.emotion,
                "text": clip.text,
                "length": len(signal) / rate,
                "part": TEST if speaker > 8 else VALIDATION if speaker > 6 else TRAIN,
            }
        )
    return pd.DataFrame(rows), sounds


def trained(model: dict, config: dict, table: pd.DataFrame, sounds: dict, seed: int) -> dict:
    """Train one run and return its scores on the test part, and the processor seconds of its steps."""
    encoders = {
        branch: Encoder(
            ROOT / "demo" / config["encoders"][model[branch]["encoder"]]["source"]["folder"], branch
        )
        for branch in ("audio", "text")
        if branch in model
    }
    emotions = sorted(table["emotion"].unique())
    described, recipe = describe(model, encoders, emotions), model["finetuning"]
    inputs = {}
    if "audio" in model:
        heard = {name: sound_of(described, signal) for name, signal in sounds.items()}
        inputs["signals"] = heard.__getitem__
    if "text" in model:
        entry = described["text"]
        tokenizer = load_tokenizer(entry["tokenizer"], entry["encoder"], entry["max_tokens"], entry["name"])
        words = table.set_index("utterance_id")["text"].to_dict()
        inputs["tokens"] = lambda name: torch.tensor(
            tokens_of(tokenizer, words[name], entry["max_tokens"], entry["name"])
        )
    parts = {part: by_length(rows) for part, rows in table.groupby("part")}
    data = {part: Utterances(rows, emotions, inputs) for part, rows in parts.items()}
    transformers.set_seed(seed)
    loaded = {branch: encoder.load(needs_pooler(model)) for branch, encoder in encoders.items()}
    transformers.set_seed(seed)
    network = classifier(described, loaded, class_weights(parts[TRAIN]["emotion"], emotions))
    clock = ProcessorClock()
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(sys.stderr):
        trainer = trainer_of(network, data, recipe, seed, Path(folder), emotions)
        trainer.add_callback(clock)
        trainer.train()
    answers = logits_of(network, data[TEST], recipe["batch"]).argmax(1).numpy()
    counts = np.zeros((len(emotions), len(emotions)))
    np.add.at(counts, (data[TEST].labels, answers), 1)
    return {"uar": float(uar(counts)), "wf1": float(wf1(counts)), "steps": clock.seconds}


if __name__ == "__main__":
    main()
