"""Steps, memory and projected hours of the study's fine-tunings at their true shapes, with random weights.

    python benchmarks/finetuning.py                               # three shapes, three steps each
    python benchmarks/finetuning.py --experiments all --steps 20  # the whole study; a GPU is used

Each experiment of ``config.yaml`` that is asked for trains its own network by its own recipe, through the
pipeline's own Trainer, on noise as long as its corpus's clips; experiments of one model on one corpus are
measured once, on a CPU in a process of its own, whose peak of memory it is.  Models that train on kept states
are left to ``probes.py`` and ``prefix.py``.  A step is a whole one: batch times accumulation.  The first is
left out of the time of a step where there are more.  Hours are those of every epoch that the recipe allows,
validation after each and the test, for all folds and seeds: early stopping makes them fewer.
"""

import argparse
import contextlib
import json
import math
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import torch
import yaml
from torch import Tensor
from transformers import (
    HubertConfig,
    PreTrainedConfig,
    RobertaConfig,
    TrainerCallback,
    Wav2Vec2Config,
    WavLMConfig,
    XLMRobertaConfig,
)

from sarangi.base.parts import TRAIN, VALIDATION
from sarangi.base.sound import SAMPLE_RATE
from sarangi.models.encoders import build_encoder
from sarangi.models.fusion import classifier
from sarangi.models.replay import needs_pooler
from sarangi.models.trainer import class_weights, trainer_of
from sarangi.models.utterances import Utterances, collate
from sarangi.study.entries import encoders_of, on_corpus
from sarangi.study.study import Study

ROOT = Path(__file__).parent.parent
ONE_OF_EACH = (
    "ravdess_speakers_21_24_audio",
    "ravdess_speakers_21_24_audio_xlsr",
    "meld_publisher_multimodal_wavlm",
)
LAYER_NORM = {"feat_extract_norm": "layer", "do_stable_layer_norm": True, "conv_bias": True}
READER = {"max_position_embeddings": 514, "type_vocab_size": 1, "pad_token_id": 1}
SHAPES: dict[str, PreTrainedConfig] = {
    "wav2vec2_base": Wav2Vec2Config(),
    "hubert_base": HubertConfig(),
    "wavlm_base": WavLMConfig(),
    "xlsr_300m": Wav2Vec2Config(
        hidden_size=1024, num_hidden_layers=24, num_attention_heads=16, intermediate_size=4096, **LAYER_NORM
    ),
    "roberta_base": RobertaConfig(vocab_size=50_265, **READER),
    "xlm_roberta_base": XLMRobertaConfig(vocab_size=250_002, **READER),
}
"""The published shapes, by the name of the encoder in config.yaml."""

CLIPS = {
    "ravdess": (1440, 3.7, 0.3), "urdu_latif": (400, 2.5, 0.0), "meld": (13_708, 3.1, 2.0),
    "punjabi_rasa": (9634, 5.0, 2.0), "iemocap": (5531, 4.5, 3.0), "shemo": (3000, 4.1, 3.0),
    "iitkgp_sehsc": (1000, 3.0, 1.0),
}  # fmt: skip
"""Usable clips of a corpus, mean and deviation of their seconds; RAVDESS and URDU as they were measured."""

SHARES = {
    "speakers_21_24": (2 / 24, 4 / 24), "random70": (0.1, 0.2), "random80": (0.1, 0.1),
    "sm2_sm3_sm4": (0.1, 0.07), "grouped3": (0.13, 1 / 3), "session5": (0.2, 0.2), "gender2": (0.05, 0.5),
    "publisher": (0.09, 0.1), "publisher_320": (0.004, 0.1),
}  # fmt: skip
"""Shares that validate and test, about; the others train."""
TOKENS = (20, 10)  # of an utterance without context, mean and deviation


def tuned(config: dict) -> dict[str, dict]:
    """Return model, runs and clips of each part of the experiments that run an encoder in every epoch."""
    found = {}
    study = Study(config)
    for name, e in study.experiments.items():
        model = on_corpus(config["models"][e.model], e.corpus)
        audio = model.get("audio", {})
        if not encoders_of(model) or "states" in audio or "prefix" in audio:
            continue
        validating, testing = SHARES[e.protocol]
        clips, mean, deviation = CLIPS[e.corpus]
        parts = [round(share * clips) for share in (1 - validating - testing, validating, testing)]
        most = config["protocols"][e.protocol].get("at_most", {})
        parts[0] = min(parts[0], most.get("train", parts[0]))
        found[name] = {
            "model": model,
            "runs": len(study.runs(e)),
            "parts": parts,
            "seconds": (mean, deviation),
            "emotions": {"ravdess": 8, "meld": 7, "shemo": 6, "iitkgp_sehsc": 6}.get(e.corpus, 4),
        }
    return found


def utterances(entry: dict, count: int, seed: int) -> Utterances:
    """Return noise and random tokens as long as the corpus's clips, cut as the model's entry says."""
    model, emotions = entry["model"], [str(n) for n in range(entry["emotions"])]
    draw = np.random.default_rng(seed)
    seconds = np.clip(draw.normal(*entry["seconds"], count), 0.5, None)
    inputs: dict[str, Callable[[str], Tensor]] = {}
    if "audio" in model:
        most = model["audio"]["max_audio_s"]
        # a replay pads all to one length
        taken = np.full(count, most) if model.get("replay") else np.minimum(seconds, most)
        lengths = (taken * SAMPLE_RATE).astype(int)
        inputs["signals"] = lambda name: torch.randn(
            lengths[int(name)], generator=torch.Generator().manual_seed(int(name))
        )
    if "text" in model:
        text = model["text"]
        turns = text["context_turns"] + 1
        sizes = np.clip(draw.normal(TOKENS[0] * turns, TOKENS[1], count), 4, text["max_tokens"]).astype(int)
        vocabulary = SHAPES[text["encoder"]].vocab_size
        inputs["tokens"] = lambda name: torch.randint(
            5, vocabulary, (sizes[int(name)],), generator=torch.Generator().manual_seed(int(name))
        )
    table = pd.DataFrame(
        {
            "utterance_id": [str(n) for n in range(count)],
            "emotion": [emotions[n % len(emotions)] for n in range(count)],
            "length": seconds,
        }
    )
    return Utterances(table, emotions, inputs)


class Clock(TrainerCallback):
    """The seconds of each step."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def on_step_begin(self, *arguments: object, **named: object) -> None:
        """Start the clock."""
        wait()
        self.start = time.perf_counter()

    def on_step_end(self, *arguments: object, **named: object) -> None:
        """Stop it."""
        wait()
        self.seconds.append(time.perf_counter() - self.start)


def wait() -> None:
    """Wait for the GPU, if there is one."""
    if torch.cuda.is_available():
        torch.cuda.synchronize()


def measure(entry: dict, steps: int, threads: int) -> dict[str, float]:
    """Train some steps and hear some clips; return seconds and the peak of memory."""
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    model = entry["model"]
    recipe = model["finetuning"] | {"max_epochs": 1}
    pooler = needs_pooler(model)
    encoders = {b: build_encoder(SHAPES[name].to_dict(), pooler) for b, name in encoders_of(model).items()}
    train = utterances(entry, steps * recipe["batch"] * recipe["accumulate"], 1)
    heard = utterances(entry, max(16, 2 * recipe["batch"]), 2)
    emotions = [str(n) for n in range(entry["emotions"])]
    described = {key: model[key] for key in ("audio", "text", "fusion", "replay") if key in model}
    described |= {"emotions": emotions, "dropout": recipe["dropout"]}
    labels = pd.Series([emotions[label] for label in train.labels])
    network = classifier(described, encoders, class_weights(labels, emotions))
    if recipe.get("gradient_checkpointing"):
        for encoder in encoders.values():
            encoder.activation_checkpointing_enable({"use_reentrant": False})
    clock = Clock()
    with tempfile.TemporaryDirectory() as folder:
        trainer = trainer_of(network, {TRAIN: train, VALIDATION: heard}, recipe, 42, Path(folder), emotions)
        trainer.add_callback(clock)
        # a checkpoint after the epoch would measure the disk
        trainer.args.save_strategy = trainer.args.eval_strategy = "no"
        trainer.args.load_best_model_at_end = False
        trainer.callback_handler.callbacks = [
            c for c in trainer.callback_handler.callbacks if type(c).__name__ != "EarlyStoppingCallback"
        ]
        trainer.train()
    network.eval()
    wait()
    start = time.perf_counter()
    with torch.inference_mode():
        for first in range(0, len(heard), recipe["batch"]):
            batch = collate([heard[n] for n in range(first, min(first + recipe["batch"], len(heard)))])
            network(**{name: batch[name] for name in heard.inputs})
    wait()
    gpu = torch.cuda.is_available()
    peak = (
        torch.cuda.max_memory_allocated()
        if gpu
        else 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    )
    parameters = list(network.parameters())
    return {
        "parameters": sum(p.numel() for p in parameters),
        "trained": sum(p.numel() for p in parameters if p.requires_grad),
        "step_s": statistics.median(clock.seconds[1:] or clock.seconds),
        "heard_s": (time.perf_counter() - start) / len(heard),
        "peak_gb": peak / 1e9,
        "steps": len(clock.seconds),
    }


def measure_alone(entries: dict[str, dict], name: str, steps: int, threads: int) -> dict[str, float]:
    """Return what :func:`measure` finds: on a GPU, which counts its memory, here; else in a new process."""
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()
        with contextlib.redirect_stdout(sys.stderr):  # where the Trainer writes
            return measure(entries[name], steps, threads)
    command = [sys.executable, __file__, "--one", name, "--steps", str(steps), "--threads", str(threads)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def projected_hours(entry: dict, measured: dict[str, float]) -> float:
    """Return the hours of all runs of an experiment, with every epoch that its recipe allows."""
    recipe = entry["model"]["finetuning"]
    train, validate, test = entry["parts"]
    steps = math.ceil(train / (recipe["batch"] * recipe["accumulate"]))
    epoch = steps * measured["step_s"] + validate * measured["heard_s"]
    return entry["runs"] * (recipe["max_epochs"] * epoch + test * measured["heard_s"]) / 3600


def main() -> None:
    """Print a table, and the hours of all that was measured."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--experiments", nargs="+", default=ONE_OF_EACH, help="names, or all")
    parser.add_argument("--steps", type=int, default=3)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--one", help=argparse.SUPPRESS)  # in a process of its own
    options = parser.parse_args()
    entries = tuned(yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8")))
    if options.one:
        print(json.dumps(measure(entries[options.one], options.steps, options.threads)))
        return
    names = sorted(entries) if "all" in options.experiments else options.experiments
    where = torch.cuda.get_device_name() if torch.cuda.is_available() else f"{options.threads} threads, CPU"
    print(f"{options.steps} steps each, {where}\n")
    print("| experiment | parameters | learn | s a step | ms a clip heard | GB | runs | hours |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|")
    total = 0.0
    known: dict[str, dict[str, float]] = {}
    for name in names:
        model = {key: value for key, value in entries[name]["model"].items() if key != "title"}
        network = json.dumps([model, entries[name]["seconds"], entries[name]["emotions"]])
        if network not in known:
            known[network] = measure_alone(entries, name, options.steps, options.threads)
        found = known[network]
        hours = projected_hours(entries[name], found)
        total += hours
        print(
            f"| {name} | {found['parameters'] / 1e6:.0f} M | {found['trained'] / 1e6:.0f} M | "
            f"{found['step_s']:.3f} | {1000 * found['heard_s']:.1f} | {found['peak_gb']:.1f} | "
            f"{entries[name]['runs']} | {hours:.2f} |",
            flush=True,
        )
    print(f"\n{len(names)} experiments, {total:.1f} hours for all epochs of all runs")


if __name__ == "__main__":
    main()
