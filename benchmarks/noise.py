"""Noise as long as a corpus's clips, published shapes and a clock, for the benchmarks of training."""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import torch
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

from sarangi.base.sound import SAMPLE_RATE
from sarangi.models.utterances import Utterances

ROOT = Path(__file__).parent.parent
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

TOKENS = (20, 10)  # of an utterance without context, mean and deviation


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


class ProcessorClock(Clock):
    """The processor seconds of each step."""

    def on_step_begin(self, *arguments: object, **named: object) -> None:
        """Start the clock."""
        self.start = time.process_time()

    def on_step_end(self, *arguments: object, **named: object) -> None:
        """Stop it."""
        self.seconds.append(time.process_time() - self.start)


WALL = torch.cuda.is_available()
"""Whether seconds are the clock's; on a CPU they are the processor's, which other work disturbs less."""
CLOCK = Clock if WALL else ProcessorClock
NOW = time.perf_counter if WALL else time.process_time


def wait() -> None:
    """Wait for the GPU, if there is one."""
    if torch.cuda.is_available():
        torch.cuda.synchronize()
