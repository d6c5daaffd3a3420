"""Fine-tuning with the frozen prefix computed once, beside transformers' own Trainer and model.

    python benchmarks/prefix.py                        # wav2vec2-base, 8 of 12 layers frozen
    python benchmarks/prefix.py --encoder xlsr_300m    # XLS-R-300M, 10 of 24

Random weights of the true shape, noise as long as RAVDESS's clips, the recipe's batch and accumulation.  The
peer is ``Wav2Vec2ForSequenceClassification`` in ``transformers.Trainer``: clips padded to the longest of a
batch with a mask, the convolutions and the lowest layers frozen, no SpecAugment; what lies between learns,
as it does there.  Ours freezes that, too, and keeps what it gives.  Both train the same number of whole
steps; the first is left out.  Epochs are projected from the median step, the time to hear a clip for
validation, and, for ours, the time to fill the cache, on the 1,080, 120 and 240 clips of speakers 1 to 18,
19 and 20, 21 to 24.  On a CPU seconds are the processor's, which other work disturbs less.
"""

import argparse
import math
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
import transformers
from noise import CLOCK, NOW, SHAPES, WALL, utterances, wait
from transformers import TrainingArguments, Wav2Vec2ForSequenceClassification

from sarangi.base.parts import TRAIN, VALIDATION
from sarangi.models.encoders import build_encoder
from sarangi.models.fusion import classifier
from sarangi.models.split_encoder import SplitEncoder
from sarangi.models.trainer import trainer_of
from sarangi.models.utterances import Utterances, collate

RECIPES = {
    "wav2vec2_base": {"frozen_layers": 8, "batch": 8, "accumulate": 2, "max_epochs": 30},
    "xlsr_300m": {"frozen_layers": 10, "batch": 4, "accumulate": 2, "max_epochs": 20},
}
"""The study's on RAVDESS."""
PARTS = (1080, 120, 240)
EMOTIONS = [str(n) for n in range(8)]
SECONDS = 5


def entry(encoder: str) -> dict:
    """Return what :func:`noise.utterances` needs of an experiment."""
    audio = {"encoder": encoder, "max_audio_s": SECONDS, "frozen_layers": RECIPES[encoder]["frozen_layers"]}
    return {"model": {"audio": audio}, "emotions": len(EMOTIONS), "seconds": (3.7, 0.3)}


def heard(forward: Callable[[list[dict]], object], data: Utterances, batch: int) -> float:
    """Return the seconds that it takes to hear a clip without learning."""
    wait()
    start = NOW()
    with torch.inference_mode():
        for first in range(0, len(data), batch):
            forward([data[n] for n in range(first, min(first + batch, len(data)))])
    wait()
    return (NOW() - start) / len(data)


def theirs(encoder: str, data: Utterances, test: Utterances, folder: Path) -> tuple[list[float], float]:
    """Return the seconds of each step, and of hearing a clip, of transformers' own."""
    recipe = RECIPES[encoder]
    config = SHAPES[encoder].__class__(
        **SHAPES[encoder].to_diff_dict() | {"num_labels": len(EMOTIONS), "apply_spec_augment": False}
    )
    torch.manual_seed(1)
    model = Wav2Vec2ForSequenceClassification(config)
    model.freeze_feature_encoder()
    model.wav2vec2.encoder.layers[: recipe["frozen_layers"]].requires_grad_(False)
    extractor = transformers.Wav2Vec2FeatureExtractor(return_attention_mask=True, do_normalize=False)

    def batch_of(entries: list[dict]) -> dict:
        signals = [entry["signals"].numpy() for entry in entries]
        padded = extractor(signals, sampling_rate=16_000, padding=True, return_tensors="pt")
        return dict(padded) | {"labels": torch.tensor([entry["labels"] for entry in entries])}

    clock = CLOCK()
    transformers.Trainer(
        model=model,
        args=arguments(recipe, folder),
        train_dataset=data,
        data_collator=batch_of,
        callbacks=[clock],
    ).train()
    model.eval()
    device = next(model.parameters()).device

    def forward(entries: list[dict]) -> None:
        model(**{name: tensor.to(device) for name, tensor in batch_of(entries).items()})

    return clock.seconds, heard(forward, test, recipe["batch"])


def arguments(recipe: dict, folder: Path) -> TrainingArguments:
    """Return the arguments of transformers' own Trainer."""
    return TrainingArguments(
        output_dir=str(folder),
        per_device_train_batch_size=recipe["batch"],
        gradient_accumulation_steps=recipe["accumulate"],
        learning_rate=2e-5,
        warmup_steps=0.1,
        num_train_epochs=1,
        save_strategy="no",
        seed=42,
        fp16=torch.cuda.is_available(),
        use_cpu=not torch.cuda.is_available(),
        remove_unused_columns=False,
        dataloader_pin_memory=False,
        report_to=[],
    )


def ours(encoder: str, data: Utterances, test: Utterances, folder: Path) -> tuple[list[float], float, float]:
    """Return the seconds of each step, of hearing a clip, and of filling the cache with one, of ours."""
    recipe = RECIPES[encoder] | {
        "learning_rate": 2e-5,
        "weight_decay": 0.01,
        "warmup": 0.1,
        "max_epochs": 1,
        "patience": 1,
        "group_by_length": True,
    }
    torch.manual_seed(1)
    model = build_encoder(SHAPES[encoder].to_dict())
    described = {
        "audio": entry(encoder)["model"]["audio"] | {"prefix": "cached"},
        "emotions": EMOTIONS,
        "dropout": 0.2,
    }
    network = classifier(described, {"audio": model})
    split = SplitEncoder(model.to("cuda" if torch.cuda.is_available() else "cpu"), recipe["frozen_layers"])
    split.train(False)
    wait()
    start = NOW()
    for part in (data, test):
        device = next(model.parameters()).device
        kept = {n: split.below(part.inputs["signals"](n).to(device)).half().cpu() for n in part.ids}
        part.inputs = {"signals": lambda name, kept=kept: kept[name].float()}
    wait()
    filled = (NOW() - start) / (len(data) + len(test))
    clock = CLOCK()
    trainer = trainer_of(network, {TRAIN: data, VALIDATION: test}, recipe, 42, folder, EMOTIONS)
    trainer.args.save_strategy = trainer.args.eval_strategy = "no"
    trainer.args.load_best_model_at_end = False
    trainer.callback_handler.callbacks = [
        c for c in trainer.callback_handler.callbacks if type(c).__name__ != "EarlyStoppingCallback"
    ]
    trainer.add_callback(clock)
    trainer.train()
    network.eval()
    second = heard(lambda entries: network(collate(entries)["signals"]), test, recipe["batch"])
    return clock.seconds, second, filled


def main() -> None:
    """Print the seconds of both, and the ratio of whole trainings."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--encoder", choices=RECIPES, default="wav2vec2_base")
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    recipe = RECIPES[options.encoder]
    train, validate, test = PARTS
    clips = options.steps * recipe["batch"] * recipe["accumulate"]
    steps = math.ceil(train / (recipe["batch"] * recipe["accumulate"]))
    where = torch.cuda.get_device_name() if WALL else f"{options.threads} threads, seconds of the CPU"
    print(f"{options.encoder}, {recipe['frozen_layers']} layers frozen, {options.steps} steps each, {where}")
    totals, step_s = [], []
    for way in (theirs, ours):
        data, unseen = (utterances(entry(options.encoder), n, seed) for n, seed in ((clips, 1), (24, 2)))
        with tempfile.TemporaryDirectory() as folder:
            seconds, hearing, *filling = way(options.encoder, data, unseen, Path(folder))
        step_s.append(statistics.median(seconds[1:]))
        epoch = steps * step_s[-1] + validate * hearing
        fill = sum(PARTS) * filling[0] if filling else 0.0
        # what is tested is heard once, after; ours finds it in the cache
        totals.append(recipe["max_epochs"] * epoch + test * hearing + fill)
        spread = np.percentile(seconds[1:], [10, 90])
        print(
            f"{way.__name__:7} {step_s[-1]:.2f} s a step ({spread[0]:.2f} to {spread[1]:.2f}), "
            f"{1000 * hearing:.0f} ms to hear a clip, {fill:.0f} s to fill the cache: "
            f"{totals[-1] / 3600:.2f} hours for {recipe['max_epochs']} epochs",
            flush=True,
        )
    print(f"{step_s[0] / step_s[1]:.2f} times a step, {totals[0] / totals[1]:.2f} times the whole training")


if __name__ == "__main__":
    main()
