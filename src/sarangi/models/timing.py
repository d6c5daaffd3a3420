"""What a step of training takes: a model's recipe on random weights of its encoders' shapes, for a few steps.

The network, its inputs and the Trainer are those of a run (:mod:`sarangi.models.finetuning`); clips are noise
of the corpus's length, texts are random tokens, and neither epochs nor checkpoints are carried to their end.
"""

import contextlib
import ctypes
import gc
import json
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import torch
from torch import Tensor
from torch.autograd import DeviceType
from torch.profiler import ProfilerActivity, profile, supported_activities
from transformers import (
    EarlyStoppingCallback,
    PreTrainedModel,
    PrinterCallback,
    ProgressCallback,
    TrainerCallback,
)

from sarangi.audio.flac import decode, encode
from sarangi.base.device_names import CUDA
from sarangi.base.parts import TRAIN, VALIDATION
from sarangi.base.sound import SAMPLE_RATE
from sarangi.models.encoders import build_encoder
from sarangi.models.finetuning import keep_frames, network_to_train
from sarangi.models.fusion import EmotionClassifier, with_encoder
from sarangi.models.kept_frames import KeptFrames
from sarangi.models.loading import quietly
from sarangi.models.ratings import RatedUtterances, columns_of
from sarangi.models.run_inputs import sound_of
from sarangi.models.settings import layers_and_width
from sarangi.models.shortest import frames_of
from sarangi.models.trainer import advice_on_memory, trainer_of
from sarangi.models.utterances import Utterances, collate
from sarangi.runtime.devices import device

EMOTIONS = ["angry", "happy", "neutral", "sad"]  # how many there are changes one small layer
TOKENS = (20, 10)  # of a turn that is spoken, mean and deviation
SHORTEST_S = 0.5
NUMBER, COPIES = 4, 4  # bytes of a number; of each that learns: itself, its gradient, Adam's two means
KEPT_GB = 50.0  # of convolutions: more than some steps have
TRACED = 2  # steps that are profiled, where they are
STATUS, RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


@dataclass(frozen=True)
class Workload:
    """What the time of a step follows from.

    Parameters
    ----------
    model
        A model's entry in the configuration, as it is on the corpus.
    shapes
        ``config.json`` of the encoder of each branch.
    seconds
        Mean and deviation of the corpus's clips; None for a network that is given none, or all of one length.
    """

    model: Mapping[str, Any]
    shapes: Mapping[str, Mapping[str, Any]]
    seconds: tuple[float, float] | None

    @property
    def key(self) -> str:
        """The same for two workloads whose steps take the same time."""
        of_text = {"words", "control", "accept"}
        entry = {key: self.model[key] for key in ("audio", "fusion", "replay") if key in self.model}
        if "text" in self.model:
            entry["text"] = {k: value for k, value in self.model["text"].items() if k not in of_text}
        recipe = self.model["finetuning"]
        names = ("batch", "gradient_checkpointing", "group_by_length", "class_weights")
        # on a GPU batches are timed as often as they are accumulated
        entry["recipe"] = {key: recipe.get(key) for key in (*names, "accumulate")}
        return json.dumps([entry, self.shapes, self.seconds], sort_keys=True, default=str)


class Timed(NamedTuple):
    """What was measured of a :class:`Workload`."""

    batch_s: float
    """Seconds of a batch, forward and backward; on a GPU its share of an update is in it."""
    update_s: float
    """Seconds of an update of the weights; 0 on a GPU."""
    heard_s: float
    """Seconds of a clip in validation."""
    once_s: float
    """Seconds of a clip once in a run: decoding, and convolutions that are kept for all epochs."""
    memory: int | None
    """Bytes at most: of the GPU, or of this process; None where the system does not say."""
    parameters: int
    trained: int
    steps: int
    """Of which the median, or on a GPU the mean, was taken."""
    processor_s: float
    """Processor time of a batch and its share of an update, in this process."""
    batch_bytes: int
    decodings: float | None
    """Of a clip, in all epochs; None on a GPU, for which other processes decode."""
    epochs: float
    launches: float | None
    """Kernels of a batch on CUDA, operators of torch (nested ones, too) on a CPU; None if torch cannot
    profile here, or was not to."""
    busy_s: float | None
    """Seconds of a batch in which CUDA ran kernels or copied."""
    micro_batch: int
    """Clips at once in training: the recipe's batch, or on a GPU what its memory takes."""
    precision: str
    """Of training: ``fp32``, on a GPU ``bf16`` or ``fp16``."""


class Shape(NamedTuple):
    """In place of an :class:`~sarangi.models.encoders.Encoder`: random weights of a shape."""

    settings: Mapping[str, Any]
    place: str

    def load(self, pooler: bool = False) -> PreTrainedModel:
        """Build it in its place: a GPU draws weights the faster, and ``meta`` draws none."""
        with torch.device(self.place), quietly():
            return build_encoder(self.settings, pooler)


def bytes_at_least(workload: Workload) -> int:
    """Return the bytes of a training's parameters, gradients and optimiser, without building it.

    What is computed in a step comes on top.

    Raises
    ------
    SarangiError
        If the entry does not go with the encoders, such as more frozen layers than there are.
    """
    with torch.device("meta"):
        network = _network(workload, "meta")
        parameters = [(p.numel(), p.requires_grad) for p in network.parameters()]
    return sum(NUMBER * count * (COPIES if learns else 1) for count, learns in parameters)


def timed(workload: Workload, threads: int, limit_s: float, steps: int = 2, counted: bool = False) -> Timed:
    """Train a few steps, validate on a batch, and return what that took.

    On a CPU each batch ends in an update, and both are timed apart.  On a GPU steps are whole ones, batch
    times accumulation, cut as its memory allows, and it is not waited on between the first and the last.  The
    first step is left out where there are more.

    Parameters
    ----------
    workload
        What is trained.
    threads
        Threads of torch, as in a run.
    limit_s
        No step is begun after so many seconds of training; one is always carried out, on a GPU two.
    steps
        At most.
    counted
        Whether to profile two further steps, for ``launches`` and ``busy_s``.

    Raises
    ------
    SarangiError
        If the memory of the GPU does not suffice, the loss is not finite, or the entry is none that can be
        trained.
    """
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    recipe = dict(workload.model["finetuning"]) | {"warmup": 0}
    gpu = device() == CUDA
    if not gpu:
        recipe["accumulate"] = 1
    all_steps = max(2, steps) + (TRACED if counted else 0)
    decoded: list[str] = []
    # epochs are short where it is counted how often a clip is decoded
    together = 1 if counted and not gpu else all_steps
    recipe["max_epochs"] = all_steps // together
    count = recipe["batch"] * recipe["accumulate"] * together
    # a GPU validates on more clips at once than it trains on
    validated = recipe["batch"] * (recipe["accumulate"] if gpu else 1)
    train, heard = _Inputs(workload, decoded).utterances(count, validated)
    train_ids = set(train.ids)
    _forget_peak(gpu)
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        stack.enter_context(advice_on_memory(workload.model, recipe["batch"]))
        network = _network(workload, device())
        data = {TRAIN: train, VALIDATION: heard}
        frames = stack.enter_context(KeptFrames(Path(folder), KEPT_GB))
        start = time.perf_counter()
        keep_frames(network, _described(workload), data, recipe["batch"], frames)
        once_s = (time.perf_counter() - start) / (len(train) + len(heard))
        memory = torch.cuda.max_memory_allocated() if gpu else 0
        trainer = trainer_of(network, data, recipe, 42, Path(folder), EMOTIONS)
        # what comes after an epoch is no part of a step, and would measure the disk
        trainer.args.save_strategy = trainer.args.eval_strategy = trainer.args.logging_strategy = "no"
        trainer.args.load_best_model_at_end = False
        for callback in (EarlyStoppingCallback, ProgressCallback, PrinterCallback):
            trainer.remove_callback(callback)
        clock = Clock(steps, limit_s, counted, gpu)
        trainer.add_callback(clock)
        trainer.train()
        decodings = None if gpu else sum(name in train_ids for name in decoded) / len(train)
        start = time.perf_counter()
        trainer.evaluate()
        _wait(gpu)
        heard_s = (time.perf_counter() - start) / len(heard)
        batch = collate([train[place] for place in range(recipe["batch"])])
    parameters = list(network.parameters())
    on_gpu = trainer.trained_on
    return Timed(
        **clock.found(recipe["accumulate"]),
        heard_s=heard_s,
        memory=max(memory, torch.cuda.max_memory_allocated()) if gpu else _peak(),
        parameters=sum(p.numel() for p in parameters),
        trained=sum(p.numel() for p in parameters if p.requires_grad),
        batch_bytes=_size_of(batch),
        decodings=decodings,
        epochs=trainer.state.epoch,
        once_s=once_s,
        micro_batch=on_gpu.micro_batch if on_gpu else recipe["batch"],
        precision=on_gpu.precision if on_gpu else "fp32",
    )


class Clock(TrainerCallback):
    """Times the steps of a Trainer, and profiles the last ones.

    Parameters
    ----------
    steps, limit_s, counted
        As of :func:`timed`.
    gpu
        Whether to time from the end of the first step to that of the last in one piece.
    """

    def __init__(self, steps: int, limit_s: float, counted: bool, gpu: bool) -> None:
        self.steps, self.limit_s, self.counted, self.gpu = steps, limit_s, counted, gpu
        self.ends: list[float] = []
        self.updates: list[float] = []
        self.processor: list[float] = []
        self.left = TRACED
        self.profiler: profile | None = None
        self.started = False

    def on_step_begin(self, *arguments: Any, **named: Any) -> None:
        """Note the start of the first step; what comes before is built once."""
        if not self.started:
            self.started = True
            self._mark()

    def on_pre_optimizer_step(self, *arguments: Any, **named: Any) -> None:
        """Note when the weights begin to be updated."""
        if self.profiler is None:
            self.updates.append(time.perf_counter())

    def on_step_end(self, arguments: Any, state: Any, control: Any, **named: Any) -> None:
        """Note the end of a step, and end the training after the last one."""
        if self.profiler is not None:
            self.left -= 1
            if not self.left:
                _wait(self.gpu)
                self.profiler.stop()
                control.should_training_stop = True
            return
        done = len(self.ends)  # the start is one of them
        spent = time.perf_counter() - self.ends[0]
        least = 2 if self.gpu else 1
        last = done >= least and (done >= self.steps or spent > self.limit_s)
        if last or done == 1:
            _wait(self.gpu)
        self._mark()
        activity = ProfilerActivity.CUDA if self.gpu else ProfilerActivity.CPU
        if last and self.counted and activity in supported_activities():
            self.profiler = profile(activities=[activity], acc_events=True)
            self.profiler.start()
        elif last:
            control.should_training_stop = True

    def _mark(self) -> None:
        self.ends.append(time.perf_counter())
        self.processor.append(time.process_time())

    def found(self, accumulate: int) -> dict[str, Any]:
        """Return what :class:`Timed` takes from here; steps are of ``accumulate`` batches."""
        first = 1 if len(self.ends) > 2 else 0
        kept = len(self.ends) - 1 - first
        processor_s = (self.processor[-1] - self.processor[first]) / kept / accumulate
        if self.gpu:
            batch_s, update_s = (self.ends[-1] - self.ends[first]) / kept / accumulate, 0.0
        else:
            pairs = list(zip(self.ends, self.updates, self.ends[1:], strict=False))[first:]
            batch_s = statistics.median(update - before for before, update, _ in pairs)
            update_s = statistics.median(end - update for _, update, end in pairs)
        launches = busy_s = None
        if self.profiler is not None:
            launches, busy_s = _counted(self.profiler, self.gpu)
            launches /= TRACED * accumulate
            busy_s = busy_s / (TRACED * accumulate) if self.gpu else None
        return {
            "batch_s": batch_s, "update_s": update_s, "steps": kept, "processor_s": processor_s,
            "launches": launches, "busy_s": busy_s,
        }  # fmt: skip


def _counted(profiler: profile, gpu: bool) -> tuple[float, float]:
    """Return how many kernels or operators were profiled, and the seconds of those on CUDA."""
    kind = DeviceType.CUDA if gpu else DeviceType.CPU
    events = [
        event
        for event in profiler.key_averages()
        if event.device_type == kind and not event.is_user_annotation
    ]
    if not gpu:
        return float(sum(event.count for event in events if event.key.startswith("aten::"))), 0.0
    count = sum(event.count for event in events if not event.key.startswith("Mem"))  # copies, fills
    return float(count), sum(event.self_device_time_total for event in events) / 1e6


def _network(workload: Workload, place: str) -> EmotionClassifier:
    model, described = workload.model, _described(workload)
    shapes = {branch: Shape(workload.shapes[branch], place) for branch in with_encoder(model)}
    return network_to_train(model, shapes, described, pd.Series(EMOTIONS), 42)[0]


def _described(workload: Workload) -> dict[str, Any]:
    """Return what :func:`sarangi.models.finetuning.describe` does, of shapes instead of folders."""
    model = workload.model
    scales = dict.fromkeys(model.get("dimensions", ()), (-1.0, 1.0))
    described: dict[str, Any] = {"dimensions": scales} if scales else {"emotions": EMOTIONS}
    described["dropout"] = model["finetuning"]["dropout"]
    for branch, settings in workload.shapes.items():
        described[branch] = {**model[branch], "encoder": settings, "name": model[branch]["encoder"]}
    if "audio" in described:
        described["audio"]["normalise"] = True
    return described | {key: model[key] for key in ("fusion", "replay") if key in model}


class _Inputs:
    """Noise and random tokens in the form that a run's inputs have, as :class:`Utterances`.

    ``decoded`` is told of each clip that is decoded.
    """

    def __init__(self, workload: Workload, decoded: list[str]) -> None:
        self.described, self.workload, self.decoded = _described(workload), workload, decoded
        self.draw = np.random.default_rng(1)

    def utterances(self, train: int, heard: int) -> tuple[Utterances, Utterances]:
        """Return so many to train and to validate; both parts have the same inputs, as in a run."""
        count = train + heard
        names = [f"clip {place}" for place in range(count)]
        mean, deviation = self.workload.seconds or (self._most_s(), 0.0)
        seconds = np.clip(self.draw.normal(mean, deviation, count), SHORTEST_S, None)
        inputs: dict[str, Callable[[str], Tensor]] = {}
        if "audio" in self.described:
            inputs["signals"] = self._signals(dict(zip(names, seconds, strict=True)))
        if "text" in self.described:
            inputs["tokens"] = self._tokens(names).__getitem__
        emotions = [EMOTIONS[place % len(EMOTIONS)] for place in range(count)]
        table = pd.DataFrame({"utterance_id": names, "emotion": emotions, "length": seconds})
        if scales := self.described.get("dimensions"):
            table[columns_of(scales)] = self.draw.random((count, len(scales)))
            learnt, heard_alone = table[:train], table[train:]
            return RatedUtterances(learnt, scales, inputs), RatedUtterances(heard_alone, scales, inputs)
        return Utterances(table[:train], EMOTIONS, inputs), Utterances(table[train:], EMOTIONS, inputs)

    def _most_s(self) -> float:
        return float(self.described.get("audio", {}).get("max_audio_s", 1))

    def _signals(self, seconds: Mapping[str, float]) -> Callable[[str], Tensor]:
        audio = self.described["audio"]
        if "states" in audio:
            layers, width = layers_and_width(audio["encoder"])
            means = {name: torch.randn(layers + 1, width) for name in seconds}
            return means.__getitem__
        samples = {name: round(each * SAMPLE_RATE) for name, each in seconds.items()}
        if "prefix" in audio:
            width = layers_and_width(audio["encoder"])[1]
            cut = np.minimum(list(samples.values()), round(self._most_s() * SAMPLE_RATE))
            frames = frames_of(cut, audio["encoder"])
            states = {n: torch.randn(int(each), width) for n, each in zip(samples, frames, strict=True)}
            return states.__getitem__
        recorded = {
            name: encode(self.draw.integers(-3000, 3000, count, dtype=np.int16))
            for name, count in samples.items()
        }

        def signal(name: str) -> Tensor:
            self.decoded.append(name)
            return sound_of(self.described, decode(recorded[name]))

        return signal

    def _tokens(self, names: list[str]) -> dict[str, Tensor]:
        text = self.described["text"]
        mean, deviation = TOKENS
        sizes = self.draw.normal(mean * (text["context_turns"] + 1), deviation, len(names))
        sizes = np.clip(sizes, 4, text["max_tokens"]).astype(int)
        vocabulary = text["encoder"].get("vocab_size", 30_000)
        lowest = min(5, vocabulary - 1)  # below are the special ones
        return {n: torch.randint(lowest, vocabulary, (s,)) for n, s in zip(names, sizes, strict=True)}


def _size_of(batch: Mapping[str, Any]) -> int:
    """Return the bytes of the tensors of a batch, as they are copied to a GPU."""
    tensors = [entry for value in batch.values() for entry in (value if isinstance(value, list) else [value])]
    return sum(entry.numel() * entry.element_size() for entry in tensors if isinstance(entry, Tensor))


def _wait(gpu: bool) -> None:
    if gpu:
        torch.cuda.synchronize()


def _forget_peak(gpu: bool) -> None:
    """Have the largest memory counted from now on, where the system can, without what was timed before."""
    gc.collect()
    with contextlib.suppress(AttributeError, OSError):  # of glibc alone
        ctypes.CDLL(None).malloc_trim(0)
    if gpu:
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()
    else:
        with contextlib.suppress(OSError):  # no Linux, or /proc cannot be written: the peak is an older one
            RESET.write_text("5", encoding="ascii")


def _peak() -> int | None:
    """Return the largest resident memory of this process in bytes, since :func:`_forget_peak`."""
    try:
        match = re.search(r"^VmHWM:\s+(\d+) kB", STATUS.read_text(encoding="ascii"), re.M)
    except OSError:  # no Linux
        return None
    return 1024 * int(match[1]) if match else None
