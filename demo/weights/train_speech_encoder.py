"""Pretrain one of the demo's small speech encoders on synthetic speech of voices that the demo does not have.

Run it from any folder with the form of the encoder: wav2vec2, hubert or wavlm; it writes ``tiny_wav2vec2``
and so on beside this file.  Form and first weights differ, the tasks are the same.  The voices speak in
melodies drawn at random, so that no emotion is in the speech.  The network learns to fill in masked
stretches of the log mel spectrum, to follow pitch and loudness frame by frame, and to state from the mean
over its frames openSMILE's eGeMAPS features of the clip and the melody that the synthesiser was asked for.
"""

import argparse
import json
import logging
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import opensmile
import torch
import torchaudio
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence
from transformers import AutoConfig, AutoModel, PreTrainedConfig, PreTrainedModel

from sarangi.audio.resampling import to_mono_16k
from sarangi.base.progress import progress
from sarangi.base.sound import SAMPLE_RATE
from sarangi.features.extractors.opensmile import extractor
from sarangi.synthetic.corpus import layout
from sarangi.synthetic.speech import MELODIES, Clip, Melody, speak

log = logging.getLogger("pretraining")

# the demo's corpora have seeds 1 to 8: none of them here, so no voice of the demo either
SPEECH = (
    ("ravdess", {"speakers": 26, "clips": 1, "seed": 2001}),
    ("urdu_latif", {"speakers": 64, "clips": 80, "seed": 2002}),
    ("shemo", {"speakers": 40, "clips": 50, "seed": 2003}),
    ("punjabi_rasa", {"speakers": 16, "clips": 20, "seed": 2004}),
    ("iitkgp_sehsc", {"speakers": 26, "clips": 1, "seed": 2005}),
    ("iemocap", {"speakers": 10, "clips": 2, "seed": 2006}),
    ("meld", {"speakers": 20, "clips": 2, "seed": 2007}),
    ("ravdess", {"speakers": 26, "clips": 1, "seed": 2011}),
    ("urdu_latif", {"speakers": 64, "clips": 80, "seed": 2012}),
    ("shemo", {"speakers": 40, "clips": 50, "seed": 2013}),
    ("iitkgp_sehsc", {"speakers": 26, "clips": 1, "seed": 2015}),
    ("iemocap", {"speakers": 10, "clips": 2, "seed": 2016}),
)
UNSEEN = (
    ("ravdess", {"speakers": 4, "clips": 1, "seed": 2101}),
    ("urdu_latif", {"speakers": 12, "clips": 10, "seed": 2102}),
)
KEPT = ("signal", "frames", "clip", "melody")
LONGEST_S, SHORTEST_S = 3, 1  # as the demo cuts; a shorter clip is left out
MELS, SPAN = 40, 10  # bands of the mel spectrum; frames of a masked stretch
WEIGHT = {"melody": 3}  # of a task in the loss; 1 of the others
MASKED = 0.4  # share of the frames of a masked clip, about

SHAPE = dict(
    hidden_size=64,
    num_hidden_layers=2,
    num_attention_heads=4,
    intermediate_size=128,
    # four wide steps instead of wav2vec 2.0's seven: as fine in time (20 ms), far less to compute, and
    # a frame hears 54 ms instead of 25, two periods of a low voice
    conv_dim=(32, 64, 64, 64),
    conv_kernel=(40, 8, 8, 4),
    conv_stride=(10, 4, 4, 2),
    num_feat_extract_layers=4,
    num_conv_pos_embeddings=16,
    num_conv_pos_embedding_groups=4,
    layerdrop=0.0,
    attention_dropout=0.0,
    activation_dropout=0.0,
    hidden_dropout=0.1,
    apply_spec_augment=False,
)
FAMILIES = {
    "wav2vec2": {},
    "hubert": {},
    # the clips have at most 150 frames; WavLM's own 320 buckets reach to 800
    "wavlm": {"num_buckets": 64, "max_bucket_distance": 160},
}
"""The forms, with what one has beside :data:`SHAPE`."""
EXTRACTOR = {
    "feature_extractor_type": "Wav2Vec2FeatureExtractor",
    "feature_size": 1,
    "sampling_rate": SAMPLE_RATE,
    "do_normalize": True,
    "padding_value": 0.0,
    "return_attention_mask": True,
}
STRIDE, FIELD = 320, 870  # samples from frame to frame, and heard by one, of SHAPE's convolutions


def spoken(corpora: tuple[tuple[str, dict], ...], file: Path, workers: int) -> dict[str, list[np.ndarray]]:
    """Return signals and targets of every clip of some stand-ins, from ``file`` if it is there.

    Returns
    -------
    dict
        ``signal`` (samples,) int16 at 16 kHz; ``frames`` (frames of 10 ms, 2): pitch in semitones above
        27.5 Hz, 0 where unvoiced, and loudness; ``clip`` (88,): eGeMAPS; ``melody`` (7,): what the
        synthesiser was asked for.
    """
    if not file.exists():
        clips = [clip for corpus, settings in corpora for clip in layout(corpus).clips(**settings)]
        clips = [_with_melody(clip, number, corpora[0][1]["seed"]) for number, clip in enumerate(clips)]
        found = []
        with ThreadPoolExecutor(workers) as pool:
            left = iter([clip for clip in clips if not clip.missing])
            bar = progress(None, len(clips), "speak")
            while some := list(islice(left, 64)):
                found += [one for one in pool.map(_spoken, some) if one is not None]
                bar.update(len(some))
            bar.close()
        file.parent.mkdir(parents=True, exist_ok=True)
        ends = {key: np.cumsum([len(one[key]) for one in found])[:-1] for key in found[0]}
        joined = {key: np.concatenate([one[key] for one in found]) for key in found[0]}
        np.savez(file, **joined, **{f"{key}_ends": places for key, places in ends.items()})
    with np.load(file) as kept:
        return {key: np.split(kept[key], kept[f"{key}_ends"]) for key in KEPT}


def _with_melody(clip: Clip, number: int, seed: int) -> Clip:
    """Return a clip to be spoken in a melody of its own instead of an emotion's."""
    draw = np.random.default_rng([seed, number])
    name = f"melody {seed} {number}"
    MELODIES[name] = Melody(
        pitch=int(draw.integers(-10, 21)),
        range=int(draw.integers(10, 100)),
        rate=float(np.exp(draw.uniform(np.log(0.75), np.log(1.32)))),
        loudness_db=float(draw.uniform(-6, 6)),
        contour=tuple(int(point) for point in draw.normal(5, 20, draw.integers(1, 5))),
    )
    return replace(clip, emotion=name)


def _asked(melody: Melody) -> np.ndarray:
    """Return pitch, range, log rate and the contour at four places, float32 of shape (7,)."""
    places = np.linspace(0, len(melody.contour) - 1, 4)
    contour = np.interp(places, range(len(melody.contour)), melody.contour)
    return np.array([melody.pitch, melody.range, np.log(melody.rate), *contour], dtype=np.float32)


def _spoken(clip: Clip) -> dict[str, np.ndarray] | None:
    signal = to_mono_16k(speak(clip)).signal
    most = LONGEST_S * SAMPLE_RATE
    start = max(0, (len(signal) - most) // 2)
    signal = signal[start : start + most]
    if len(signal) < SHORTEST_S * SAMPLE_RATE:
        return None
    scaled = signal.astype(np.float32) / 32768
    values, _ = extractor("eGeMAPSv02").extract(scaled, SAMPLE_RATE)
    contours = opensmile.Smile(opensmile.FeatureSet.eGeMAPSv02, opensmile.FeatureLevel.LowLevelDescriptors)
    frames = contours.process_signal(scaled, SAMPLE_RATE)[["F0semitoneFrom27.5Hz_sma3nz", "Loudness_sma3"]]
    return {
        "signal": signal,
        "frames": frames.to_numpy(np.float32),
        "clip": values.astype(np.float32),
        "melody": _asked(MELODIES[clip.emotion]),
    }


class Targets:
    """What the encoder is to find out about each clip, scaled by mean and deviation over the clips."""

    def __init__(self, speech: dict[str, list[np.ndarray]]) -> None:
        self.bank = torchaudio.functional.melscale_fbanks(513, 60.0, 7600.0, MELS, SAMPLE_RATE)
        clips = torch.from_numpy(np.stack(speech["clip"]))
        self.clip_scale = (clips.mean(0), clips.std(0).clamp_min(1e-6))
        mels = torch.cat([self._mel(normalised(s)) for s in speech["signal"][::20]])
        self.mel_scale = (mels.mean(0), mels.std(0))
        frames = torch.from_numpy(np.concatenate(speech["frames"]))
        voiced = frames[:, 0] > 0
        melodies = torch.from_numpy(np.stack(speech["melody"]))
        self.melody_scale = (melodies.mean(0), melodies.std(0))
        self.pitch_scale = (frames[voiced, 0].mean(), frames[voiced, 0].std())
        self.loudness_scale = (frames[:, 1].mean(), frames[:, 1].std())

    def _mel(self, signal: Tensor) -> Tensor:
        """Return the log mel spectrum of what each frame hears, shape (frames, MELS)."""
        heard = signal.unfold(0, FIELD, STRIDE) * torch.hann_window(FIELD)
        return (torch.fft.rfft(heard, 1024).abs() ** 2 @ self.bank + 1e-4).log()

    def of(self, speech: dict[str, list[np.ndarray]]) -> list[tuple[Tensor, dict[str, Tensor]]]:
        """Return the signal of each clip, as the encoder hears it, and its targets."""
        signals = map(normalised, speech["signal"])
        rest = zip(signals, speech["frames"], speech["clip"], speech["melody"], strict=True)
        return [(signal, self._of(signal, *known)) for signal, *known in rest]

    def _of(
        self, signal: Tensor, frames: np.ndarray, clip: np.ndarray, melody: np.ndarray
    ) -> dict[str, Tensor]:
        """Return the targets of a clip: by frame, ``mel`` of MELS bands; by clip, ``clip`` and ``melody``."""
        mel = self._mel(signal)
        centres = (np.arange(len(mel)) * STRIDE + FIELD / 2) / (SAMPLE_RATE / 100) - 1
        near = torch.from_numpy(frames[np.clip(np.rint(centres).astype(int), 0, len(frames) - 1)])
        return {
            "mel": (mel - self.mel_scale[0]) / self.mel_scale[1],
            "voiced": (near[:, 0] > 0).float(),
            "pitch": (near[:, 0] - self.pitch_scale[0]) / self.pitch_scale[1],
            "loudness": (near[:, 1] - self.loudness_scale[0]) / self.loudness_scale[1],
            "clip": ((torch.from_numpy(clip) - self.clip_scale[0]) / self.clip_scale[1]).clamp(-4, 4),
            "melody": (torch.from_numpy(melody) - self.melody_scale[0]) / self.melody_scale[1],
        }


def normalised(signal: np.ndarray) -> Tensor:
    """Return an int16 signal as float32 with zero mean and unit variance, as the fine-tuning takes it."""
    scaled = torch.from_numpy(signal.astype(np.float32) / 32768)
    return (scaled - scaled.mean()) / torch.sqrt(scaled.var(correction=0) + 1e-7)


class Pretraining(nn.Module):
    """The encoder and the heads of its tasks, which are thrown away afterwards."""

    def __init__(self, encoder: PreTrainedModel, clip_targets: int, melody_targets: int) -> None:
        super().__init__()
        self.encoder = encoder
        width = encoder.config.hidden_size
        self.frame_head = nn.Linear(width, MELS + 3)
        self.clip_head = nn.Linear(width, clip_targets)
        self.melody_head = nn.Linear(width, melody_targets)

    def forward(self, signals: list[Tensor], targets: list[dict[str, Tensor]], masked: list[Tensor]) -> dict:
        """Return the loss of each task; ``masked`` holds for each clip a bool tensor of shape (frames,)."""
        model = self.encoder
        # clip by clip, as the fine-tuning does: the first layer's norm is over a clip's time
        frames = [model.feature_extractor(signal[None])[0].T for signal in signals]
        lengths = torch.tensor([len(clip) for clip in frames])
        hidden = model.feature_projection(pad_sequence(frames, batch_first=True))
        hidden = hidden[0] if isinstance(hidden, tuple) else hidden
        hide = pad_sequence(masked, batch_first=True)
        hidden = torch.where(hide[..., None], model.masked_spec_embed, hidden)
        real = torch.arange(hidden.shape[1])[None] < lengths[:, None]
        states = model.encoder(hidden, attention_mask=real).last_hidden_state
        mean = (states * real[..., None]).sum(1) / lengths[:, None]
        said = self.frame_head(states)
        wanted = {
            key: pad_sequence([t[key] for t in targets], batch_first=True)
            for key in ("mel", "voiced", "pitch", "loudness")
        }
        voiced = real & (wanted["voiced"] > 0)
        whole = ~hide.any(1)
        squared = {
            "pitch": (said[..., MELS] - wanted["pitch"])[voiced],
            "loudness": (said[..., MELS + 1] - wanted["loudness"])[real],
        }
        losses = {key: error.square().mean() for key, error in squared.items()}
        losses["voiced"] = nn.functional.binary_cross_entropy_with_logits(
            said[..., MELS + 2][real], wanted["voiced"][real]
        )
        if hide.any():
            losses["mel"] = (said[..., :MELS] - wanted["mel"])[hide].square().mean()
        if whole.any():
            for key, head in (("clip", self.clip_head), ("melody", self.melody_head)):
                right = torch.stack([t[key] for t in targets])
                losses[key] = (head(mean) - right)[whole].square().mean()
        return losses


def mask(frames: int, draw: torch.Generator) -> Tensor:
    """Return stretches to hide, bool of shape (frames,)."""
    hidden = torch.zeros(frames, dtype=torch.bool)
    for _ in range(max(1, round(MASKED * frames / SPAN))):
        start = int(torch.randint(max(1, frames - SPAN), (), generator=draw))
        hidden[start : start + SPAN] = True
    return hidden


def batches(clips: list[tuple[Tensor, dict]], size: int, draw: torch.Generator) -> Iterator[tuple]:
    """Yield shuffled batches of signals, targets and masks; every second clip is masked."""
    for places in torch.randperm(len(clips), generator=draw).split(size):
        signals, wanted = zip(*(clips[place] for place in places), strict=True)
        hidden = [
            mask(len(w["mel"]), draw) if n % 2 else torch.zeros(len(w["mel"]), dtype=torch.bool)
            for n, w in enumerate(wanted)
        ]
        yield signals, wanted, hidden


def configuration(family: str) -> PreTrainedConfig:
    """Return the configuration of an encoder of one of :data:`FAMILIES`."""
    return AutoConfig.for_model(family, **SHAPE, **FAMILIES[family])


def main() -> None:
    """Speak, pretrain, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    here = Path(__file__).parent
    parser.add_argument("family", choices=FAMILIES)
    parser.add_argument("--output", type=Path, help="folder to write")
    parser.add_argument(
        "--speech",
        type=Path,
        default=here.parent / "resources/pretraining",
        help="spoken clips are kept here",
    )
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--learning-rate", type=float, default=0.002)
    parser.add_argument("--seed", type=int, default=2001)
    parser.add_argument(
        "--threads", type=int, default=1, help="of torch; other numbers give other last digits"
    )
    parser.add_argument("--workers", type=int, default=2, help="clips spoken at once")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    began = time.monotonic()
    speech = spoken(SPEECH, arguments.speech / "speech.npz", arguments.workers)
    unseen = spoken(UNSEEN, arguments.speech / "unseen.npz", arguments.workers)
    hours = sum(map(len, speech["signal"])) / SAMPLE_RATE / 3600
    log.info("%d clips, %.1f h; %.0f s so far", len(speech["signal"]), hours, time.monotonic() - began)
    targets, draw = Targets(speech), torch.Generator().manual_seed(arguments.seed)
    clips, tested_clips = targets.of(speech), targets.of(unseen)
    encoder = AutoModel.from_config(configuration(arguments.family))
    model = Pretraining(encoder, len(speech["clip"][0]), len(speech["melody"][0]))
    log.info("%d parameters", sum(p.numel() for p in model.encoder.parameters()))
    optimiser = torch.optim.AdamW(model.parameters(), arguments.learning_rate, weight_decay=0.01)
    steps = arguments.epochs * -(-len(speech["signal"]) // arguments.batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, arguments.learning_rate, total_steps=steps, pct_start=0.1
    )
    for epoch in range(1, arguments.epochs + 1):
        model.train()
        trained = _pass(model, batches(clips, arguments.batch, draw), optimiser, schedule)
        model.eval()
        fixed = torch.Generator().manual_seed(0)
        with torch.no_grad():
            tested = _pass(model, batches(tested_clips, arguments.batch, fixed))
        said = ", ".join(f"{key} {trained[key]:.3f}/{tested[key]:.3f}" for key in sorted(tested))
        log.info("epoch %d, trained/unseen voices: %s; %.0f s", epoch, said, time.monotonic() - began)
        write(model.encoder, arguments.output or here / f"tiny_{arguments.family}")


def _pass(
    model: Pretraining,
    some: Iterable[tuple],
    optimiser: torch.optim.Optimizer | None = None,
    schedule: torch.optim.lr_scheduler.LRScheduler | None = None,
) -> dict[str, float]:
    sums: dict[str, list[float]] = {}
    for signals, wanted, hidden in some:
        losses = model(signals, wanted, hidden)
        if optimiser is not None:
            optimiser.zero_grad()
            sum(WEIGHT.get(key, 1) * loss for key, loss in losses.items()).backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            schedule.step()
        for key, loss in losses.items():
            sums.setdefault(key, []).append(loss.item())
    return {key: float(np.mean(values)) for key, values in sums.items()}


def write(encoder: PreTrainedModel, folder: Path) -> None:
    """Write ``config.json``, ``preprocessor_config.json`` and ``model.safetensors``."""
    folder.mkdir(parents=True, exist_ok=True)
    encoder.config.architectures = [type(encoder).__name__]
    encoder.config.save_pretrained(folder)
    (folder / "preprocessor_config.json").write_text(json.dumps(EXTRACTOR, indent=2, sort_keys=True) + "\n")
    state = {name: tensor.contiguous() for name, tensor in encoder.state_dict().items()}
    save_file(state, folder / "model.safetensors", metadata={"format": "pt"})


if __name__ == "__main__":
    main()
