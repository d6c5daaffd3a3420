"""Fine-tuning on a GPU: steps a second, how long it computes and how long it waits, memory, and hours.

    benchmarks/gpu.sh                       # the configuration's networks, under nine minutes
    benchmarks/gpu.sh --json gpu.json       # the same numbers as JSON, too
    python benchmarks/gpu.py --experiment ravdess_speakers_21_24_audio    # its network alone

The networks are those of ``config.yaml``, with random weights of the published shapes; they are trained for
a few steps by their recipe with the pipeline's own Trainer, on noise as long as the corpora's clips, as
``python -m sarangi costs --plan`` does.  A step is a whole one, batch times accumulation, of which so many
clips go through the network at once as the memory takes (found by trying, before), timed by the clock
over steps between which nothing is made to wait for the GPU.  The time that the GPU computes is the sum of
its kernels and copies over two further steps, by torch's profiler: a pair of CUDA events would count the gaps
between kernels, too.  Hours are those of every epoch, fold and seed, one run after the other.

Without a GPU there are counters in place of times that would say nothing of one, of a tiny network and of one
of base size, in small batches: operators a batch (torch's profiler on the CPU; it counts those that others
call, too, and each launches a kernel or more on a GPU, or none), time of the clock and of the processor,
bytes of a batch (what would be copied), and how often a clip is decoded.  The host's time of a batch is that
of the processor on the same network with a width of 16 and clips of 0.5 s: as many layers, by the same
Trainer, with next to nothing to compute.  What they do compute is in it; what CUDA takes to launch a kernel
is not.
"""

import argparse
import json
import sys
import time
from pathlib import Path

import torch

from sarangi.base.device_names import CUDA
from sarangi.base.progress import progress
from sarangi.models.published_shapes import SHAPES
from sarangi.models.refusals import settings_in
from sarangi.models.timing import Timed, Workload
from sarangi.reproduce.projection import Row, machine, measure, projected, shapes
from sarangi.runtime.devices import device
from sarangi.study.opened import opened
from sarangi.study.workloads import Planned, planned, tuned

ROOT = Path(__file__).parent.parent
MOST_S = 440  # then no further network is begun; one takes 60 s at most
LIMIT_S, STEPS = 5.0, 8
LATE = "not timed: the nine minutes were over"
RECIPE = {
    "learning_rate": 0.00002, "weight_decay": 0.01, "warmup": 0.1, "dropout": 0.2, "batch": 2,
    "accumulate": 2, "max_epochs": 1, "patience": 1, "class_weights": True,
}  # fmt: skip
NARROW = {
    "hidden_size": 16, "intermediate_size": 16, "num_attention_heads": 2, "num_conv_pos_embeddings": 4,
    "num_conv_pos_embedding_groups": 2,
}  # fmt: skip
SHORT = (0.5, 0.0)  # seconds of a clip, mean and deviation


def narrowed(settings: dict) -> dict:
    """Return the settings of a network with as many layers, and as little as possible to compute in each."""
    convolutions = len(settings.get("conv_dim", range(7)))
    return {**settings, **NARROW, "conv_dim": [NARROW["hidden_size"]] * convolutions}


def counters() -> list[dict]:
    """Print and return what a step does on a CPU, of a tiny network and one of base size."""
    tiny = settings_in(ROOT / "demo/weights/tiny_wav2vec2/config.json")
    rows = []
    print("Batches of 2 clips of 1.5 s, each with an update; decodings of a clip.\n")
    print("| network | operators a batch | s a batch | s of processor | of the host | bytes | decodings |")
    print("|---|--:|--:|--:|--:|--:|--:|")
    for name, settings, frozen in (("tiny", tiny, 0), ("wav2vec2-base", SHAPES["facebook/wav2vec2-base"], 8)):
        audio = {"encoder": name, "frozen_layers": frozen, "max_audio_s": 2}
        model = {"audio": audio, "finetuning": RECIPE}
        found = measure(Workload(model, {"audio": settings}, (1.5, 0.3)), 1, LIMIT_S, counted=True)
        stubbed = measure(Workload(model, {"audio": narrowed(settings)}, SHORT), 1, LIMIT_S, steps=STEPS)
        if isinstance(found, str) or isinstance(stubbed, str):
            why = found if isinstance(found, str) else stubbed
            print(f"| {name} | {why} |")
            rows.append({"network": name, "why": why})
            continue
        host_s = stubbed.processor_s
        rows.append({"network": name, **found._asdict(), "host_s": host_s})
        print(
            f"| {name} | {found.launches:.0f} | {found.batch_s + found.update_s:.3f} | "
            f"{found.processor_s:.3f} | {host_s:.3f} | {found.batch_bytes} | "
            f"{found.decodings:g} in {found.epochs:g} epochs |",
            flush=True,
        )
    return rows


def name_of(workload: Workload) -> str:
    """Return what a network is called in the table."""
    model, most = workload.model, workload.model.get("audio", {}).get("max_audio_s")
    parts = [model[branch]["encoder"] for branch in ("audio", "text") if branch in model]
    kept = [key for key in ("states", "prefix") if key in model.get("audio", {})]
    kept += ["replayed"] if model.get("replay") else []
    length = f"{workload.seconds[0]:g} s" if workload.seconds else f"{most:g} s" if most else "text"
    return " ".join([" + ".join(parts), *kept, length])


def networks(plan: list[Planned], began: float) -> tuple[dict[str, Timed | str], list[dict]]:
    """Measure each network and print its row; those that run an encoder in each epoch first."""
    runs: dict[str, int] = {}
    for each in plan:
        if each.workload is not None:
            runs[each.workload.key] = runs.get(each.workload.key, 0) + each.runs
    differing = sorted(
        shapes(plan).values(), key=lambda w: ("states" in w.model.get("audio", {}), -runs[w.key])
    )
    found: dict[str, Timed | str] = {}
    rows = []
    print("| network | runs | clips a step | at once | steps a second | GPU computes | kernels a step | GB |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|")
    with progress(differing, len(differing), "networks") as bar:
        for workload in bar:
            late = time.perf_counter() - began > MOST_S
            key, name, recipe = workload.key, name_of(workload), workload.model["finetuning"]
            found[key] = LATE if late else measure(workload, 1, LIMIT_S, steps=STEPS, counted=True)
            row = {"network": name, "runs": runs[key]}
            timed = found[key]
            if isinstance(timed, str):
                print(f"| {name} | {runs[key]} | {timed} |", flush=True)
                rows.append(row | {"why": timed})
                continue
            clips = recipe["batch"] * recipe["accumulate"]
            step_s = timed.batch_s * recipe["accumulate"] + timed.update_s
            share = (timed.busy_s or 0) / timed.batch_s
            computes = f"{100 * share:.0f} %" if timed.busy_s else "not profiled"
            kernels = "" if timed.launches is None else f"{timed.launches * recipe['accumulate']:.0f}"
            rows.append(
                row | timed._asdict() | {"step_s": step_s, "gpu_share": share if timed.busy_s else None}
            )
            print(
                f"| {name} | {runs[key]} | {clips} | {timed.micro_batch} in {timed.precision} | "
                f"{1 / step_s:.2f} | {computes} | {kernels} | "
                f"{(timed.memory or 0) / 1e9:.1f} |",
                flush=True,
            )
    return found, rows


def total(rows: list[Row]) -> dict[str, float]:
    """Return the experiments, runs and hours of some rows."""
    return {
        "experiments": len(rows),
        "runs": sum(row.runs for row in rows),
        "hours_at_most": sum(row.hours or 0 for row in rows),
        "not_timed": sum(bool(row.why) for row in rows),
    }


def main() -> None:
    """Print tables, and write JSON if asked."""
    began = time.perf_counter()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path, metavar="FILE", help="to write the numbers to")
    parser.add_argument(
        "--experiment", action="append", metavar="NAME", help="its network alone (repeatable)"
    )
    options = parser.parse_args()
    document = {"torch": torch.__version__, "machine": machine(1)}
    if device() == CUDA:
        with opened(ROOT) as study:
            plan = [planned(study, e) for e in tuned(study, options.experiment)]
        print(f"{document['machine']}, torch {torch.__version__}\n")
        found, document["networks"] = networks(plan, began)
        rows = projected(plan, found)
        replayed = {e.experiment.name for e in plan if e.workload and e.workload.model.get("replay")}
        print("\n| experiment | runs | steps | hours at most |\n|---|--:|--:|--:|")
        for row in rows:
            print(f"| {row.experiment} | {row.runs} | {row.why or f'{row.steps} | {row.hours:.2f}'} |")
        print()
        document["hours"] = {
            "published study (replays)": total([row for row in rows if row.experiment in replayed]),
            "all": total(rows),
        }
        for name, of in document["hours"].items():
            print(
                f"{name}: {of['experiments']} experiments, {of['runs']} runs, {of['hours_at_most']:.1f} "
                f"hours at most; {of['not_timed']} experiments were not timed"
            )
        document["experiments"] = [row._asdict() for row in rows]
    else:
        print("No GPU of NVIDIA is here, so nothing is said of one; counters on the CPU:\n")
        document["counters"] = counters()
    seconds = time.perf_counter() - began
    print(f"\n{seconds:.0f} s in all")
    if options.json:
        options.json.write_text(
            json.dumps(document | {"seconds": seconds}, indent=2) + "\n", encoding="utf-8"
        )


if __name__ == "__main__":
    sys.exit(main())
