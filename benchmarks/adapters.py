"""Fine-tuning all of a text encoder and adapters (LoRA) alone: seconds a step, checkpoints, scores.

    python benchmarks/adapters.py ENCODER MELD --seeds 1 2 3

ENCODER is a folder of a text encoder (MiniLM-L6, say), MELD one with ``train_sent_emo.csv``,
``dev_sent_emo.csv`` and ``test_sent_emo.csv``; some utterances of each are drawn, the same for every seed.
Both ways use the pipeline's own network, Trainer and checkpoints, and differ in adapters and in the learning
rate alone.  Seconds are of the processor, so that other work on the machine does not count.
"""

import argparse
import contextlib
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from tokenizers import Tokenizer
from transformers import TrainerCallback, set_seed

from sarangi.base.parts import TEST, TRAIN, VALIDATION
from sarangi.models.adapters import add_adapters
from sarangi.models.answers import logits_of
from sarangi.models.encoders import Encoder
from sarangi.models.fusion import classifier
from sarangi.models.trainer import class_weights, trainer_of
from sarangi.models.utterances import Utterances
from sarangi.statistics.confusions import uar, wf1

SIZES = {TRAIN: ("train", 400), VALIDATION: ("dev", 120), TEST: ("test", 300)}
TOKENS = 64
RECIPE = {
    "weight_decay": 0.01, "warmup": 0.1, "dropout": 0.1, "batch": 8, "accumulate": 1, "max_epochs": 3,
    "patience": 3, "class_weights": True,
}  # fmt: skip
BRANCH = {"frozen_layers": 0, "max_tokens": TOKENS}
LORA = BRANCH | {"adapters": {"kind": "lora", "rank": 8}}
WAYS = {"all of it": (BRANCH, 5e-5), "LoRA": (LORA, 5e-4), "LoRA, faster": (LORA, 2e-3)}
"""By name the branch and the learning rate: of adapters, which begin with nothing, it is higher."""


class Clock(TrainerCallback):
    """Seconds of the processor of each step."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def on_step_begin(self, *arguments: object, **named: object) -> None:
        """Start the clock."""
        self.start = time.process_time()

    def on_step_end(self, *arguments: object, **named: object) -> None:
        """Stop it."""
        self.seconds.append(time.process_time() - self.start)


def data_of(meld: Path, tokenizer: Tokenizer) -> tuple[dict[str, Utterances], list[str]]:
    """Return utterances of each part, and their emotions."""
    tables = {}
    for part, (name, count) in SIZES.items():
        rows = pd.read_csv(meld / f"{name}_sent_emo.csv").sample(count, random_state=1)
        tables[part] = pd.DataFrame(
            {
                "utterance_id": [f"{name}_{row}" for row in rows.index],
                "emotion": rows["Emotion"].to_numpy(),
                "length": 0.0,
                "text": rows["Utterance"].to_numpy(),
            }
        )
    emotions = sorted(set().union(*(table["emotion"] for table in tables.values())))
    texts = pd.concat(tables.values()).set_index("utterance_id")["text"]
    inputs = {"tokens": lambda name: torch.tensor(tokenizer.encode(texts[name]).ids[:TOKENS])}
    return {part: Utterances(table, emotions, inputs) for part, table in tables.items()}, emotions


def measure(
    encoder: Path, data: dict[str, Utterances], emotions: list[str], way: str, seed: int
) -> dict[str, float]:
    """Train one way with one seed, and test it."""
    branch, rate = WAYS[way]
    recipe = RECIPE | {"learning_rate": rate}
    set_seed(seed)
    model = Encoder(encoder, "text").load()
    set_seed(seed)
    adapted = add_adapters(model, branch) if "adapters" in branch else None
    labels = pd.Series([emotions[label] for label in data[TRAIN].labels])
    described = {"text": branch, "emotions": emotions, "dropout": recipe["dropout"]}
    network = classifier(described, {"text": model}, class_weights(labels, emotions))
    learn = sum(tensor.numel() for tensor in network.parameters() if tensor.requires_grad)
    clock = Clock()
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(sys.stderr):
        trainer = trainer_of(network, data, recipe, seed, Path(folder), emotions)
        trainer.add_callback(clock)
        trainer.train()
        checkpoint = next(Path(folder).glob("checkpoint-*"))
        size = sum(file.stat().st_size for file in checkpoint.iterdir())
    if adapted is not None:
        adapted.merge_and_unload()
    answers = logits_of(network, data[TEST], recipe["batch"]).argmax(1).numpy()
    counts = np.zeros((len(emotions), len(emotions)))
    np.add.at(counts, (np.array(data[TEST].labels), answers), 1)
    return {
        "learn": learn,
        "step_s": float(np.median(clock.seconds)),
        "checkpoint": size,
        "uar": float(uar(counts)),
        "wf1": float(wf1(counts)),
    }


def main() -> None:
    """Print a row for each way and seed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("encoder", type=Path)
    parser.add_argument("meld", type=Path)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    tokenizer = Tokenizer.from_file(str(options.encoder / "tokenizer.json"))
    tokenizer.no_padding()
    data, emotions = data_of(options.meld, tokenizer)
    print("| what learns | rate | seed | parameters | ms of processor a step | checkpoint, MB | UAR | WF1 |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|")
    for seed in options.seeds:
        for way in WAYS:
            found = measure(options.encoder, data, emotions, way, seed)
            print(
                f"| {way} | {WAYS[way][1]:g} | {seed} | {found['learn'] / 1e6:.2f} M | "
                f"{1000 * found['step_s']:.0f} | {found['checkpoint'] / 1e6:.1f} | "
                f"{found['uar']:.3f} | {found['wf1']:.3f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
