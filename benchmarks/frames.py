"""The study's recipe with its convolutions computed once, beside transformers' own Trainer and model.

    python benchmarks/frames.py                        # wav2vec2-base, 8 of 12 layers frozen
    python benchmarks/frames.py --encoder xlsr_300m    # XLS-R-300M, 10 of 24

Random weights of the true shape, noise as long as RAVDESS's clips, the recipe's batch and accumulation, one
recipe on both sides: the convolutions and the lowest layers are frozen, what lies between learns, and nothing
is masked, nor is a layer dropped.  The peer is ``theirs`` of ``prefix.py``, which runs the convolutions in
every epoch; ours keeps what they give, as ``finetune`` does.  Both take turns; the first step of each turn is
left out.  Epochs are projected from the median step, the time to hear a clip for validation, and, for ours,
the time to fill the cache, on the clips of ``prefix.py``.  On a CPU seconds are the processor's, which other
work disturbs less.
"""

import argparse
import math
import statistics
import tempfile
from pathlib import Path

import torch
from noise import CLOCK, NOW, SHAPES, WALL, utterances, wait
from prefix import EMOTIONS, PARTS, RECIPES, SECONDS, entry, heard, theirs

from sarangi.base.parts import TRAIN, VALIDATION
from sarangi.models.encoders import build_encoder
from sarangi.models.fusion import classifier
from sarangi.models.kept_frames import KeptFrames
from sarangi.models.trainer import trainer_of
from sarangi.models.utterances import Utterances, collate


def ours(
    encoder: str, data: Utterances, test: Utterances, folder: Path
) -> tuple[list[float], float, float, float]:
    """Return the seconds of each step, of hearing a clip, of one not kept, and of keeping one, of ours."""
    recipe = RECIPES[encoder] | {
        "learning_rate": 2e-5, "weight_decay": 0.0, "warmup": 0.1, "max_epochs": 1, "patience": 1,
    }  # fmt: skip
    torch.manual_seed(1)
    model = build_encoder(SHAPES[encoder].to_dict())
    audio = entry(encoder)["model"]["audio"] | {"spec_augment": False}
    network = classifier({"audio": audio, "emotions": EMOTIONS, "dropout": 0.2}, {"audio": model})
    clock = CLOCK()
    with KeptFrames(folder, 20) as frames:
        network.to("cuda" if WALL else "cpu")
        new = heard(lambda entries: network.eval()(collate(entries)["signals"]), test, recipe["batch"])
        wait()
        start = NOW()
        for part in (data, test):
            signal_of = part.inputs["signals"]
            # both parts name their clips by number
            shift = "v" if part is test else ""
            seconds = {
                f"{name}{shift}": min(s, SECONDS) for name, s in zip(part.ids, part.lengths, strict=True)
            }
            frames.fill(model, lambda name, give=signal_of: give(name.strip("v")), seconds, recipe["batch"])
            part.inputs = {"signals": lambda name, shift=shift: frames[f"{name}{shift}"]}
        wait()
        filled = (NOW() - start) / (len(data) + len(test))
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
    return clock.seconds, second, new, filled


def main() -> None:
    """Print the seconds of both, and the ratio of whole trainings."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--encoder", choices=RECIPES, default="wav2vec2_base")
    parser.add_argument("--steps", type=int, default=3, help="of a turn")
    parser.add_argument("--turns", type=int, default=2)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    SHAPES[options.encoder].layerdrop = 0.0  # whose draws would make few steps incomparable
    recipe = RECIPES[options.encoder]
    train, validate, test = PARTS
    clips = options.steps * recipe["batch"] * recipe["accumulate"]
    steps = math.ceil(train / (recipe["batch"] * recipe["accumulate"]))
    where = (
        torch.cuda.get_device_name() if WALL else f"{options.threads} threads, CPU, seconds of the processor"
    )
    print(f"{options.encoder}, {options.turns} turns of {options.steps} steps, {where}", flush=True)
    found: dict[str, list[list[float]]] = {"theirs": [], "ours": []}
    taken: dict[str, list[float]] = {"theirs": [], "ours": []}
    for _ in range(options.turns):
        for way in (theirs, ours):
            data, unseen = (utterances(entry(options.encoder), n, seed) for n, seed in ((clips, 1), (8, 2)))
            with tempfile.TemporaryDirectory() as folder:
                seconds, *single = way(options.encoder, data, unseen, Path(folder))
            taken[way.__name__] += seconds[1:]
            found[way.__name__].append(single)
            print(f"{way.__name__}: steps {[round(s, 2) for s in seconds]}, a clip {single}", flush=True)
    totals = {}
    for way, step_s in taken.items():
        step = statistics.median(step_s)
        hearing, *more = (statistics.median(values) for values in zip(*found[way], strict=True))
        new, filled = more or (hearing, 0.0)
        fill = (train + validate) * filled
        totals[way] = fill + recipe["max_epochs"] * (steps * step + validate * hearing) + test * new
        print(
            f"{way:7} {step:.2f} s a step ({min(step_s):.2f} to {max(step_s):.2f}), "
            f"{1000 * hearing:.0f} ms to hear a clip, {fill:.0f} s to fill: "
            f"{totals[way] / 3600:.2f} h for {recipe['max_epochs']} epochs"
        )
    print(f"{totals['theirs'] / totals['ours']:.2f} times the whole training")


if __name__ == "__main__":
    main()
