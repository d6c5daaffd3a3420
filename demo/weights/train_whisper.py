"""Train the demo's small Whisper on the demo's own kind of speech, and pack it.

Run from the root of the project as ``python demo/weights/train_whisper.py``.  The sentences, voices and
melodies are those of ``sarangi.synthetic`` under seeds that the demo does not use; two voice variants are
kept out, so that the error on voices never heard can be told.  At the end the packed model is unpacked
and transcribes the demo's own corpora through openai-whisper, as the demo does.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import groupby, islice
from pathlib import Path

import jiwer
import numpy as np
import torch
import whisper
import yaml
from torch.nn import functional
from whisper.audio import HOP_LENGTH, N_FFT, mel_filters
from whisper.tokenizer import get_tokenizer

from sarangi.audio.decoding import sound_in
from sarangi.audio.resampling import to_mono_16k
from sarangi.base.sound import SAMPLE_RATE
from sarangi.corpora.layouts.ravdess import STATEMENTS
from sarangi.corpora.video import is_video
from sarangi.sources.small_weights import pack_whisper, unpacked_whisper
from sarangi.synthetic.corpus import generator, layout
from sarangi.synthetic.film import filmed
from sarangi.synthetic.meld import SHORT_TEXT
from sarangi.synthetic.speech import VARIANTS, Clip, speak
from sarangi.transcripts.openai_whisper import log_mels

HERE = Path(__file__).parent
CLIPS = {
    "ravdess": 160, "iemocap": 360, "meld": 360, "urdu_latif": 400, "punjabi_rasa": 600, "shemo": 400,
    "iitkgp_sehsc": 400,
}  # fmt: skip
"""Clips of each corpus to train on."""
# whom the training never hears
KEPT_OUT = ("m8", "f5")
TRAINING_SEED, KEPT_OUT_SEED = 1001, 2001
SPEAKERS = {"iemocap": 10}
SILENT = 0.05  # of the clips heard in training
# share of the clips behind which the spectrogram is zero, as whisper.transcribe has it; else it is silence
ZEROED = 0.75
ROOM = 10 ** (-60 / 20)  # the room noise of sarangi.synthetic.speech
WIDTH, LAYERS, HEADS = 128, 2, 4
TEXT_POSITIONS = 128
ALIGNED = 0.3  # how much the alignment counts beside the tokens
BATCH, WHOLE_BATCH = 16, 6
WHOLE_S = 30
# a transcript of silence that Whisper may begin with and that is empty once stripped
SILENCE_TEXT = "\n"


@dataclass(frozen=True)
class Heard:
    """A clip as it is heard: what is said in it and its sound."""

    corpus: str
    language: str
    variant: str
    text: str
    signal: np.ndarray  # int16 of shape (samples,) at 16 kHz


def sentences(corpus: str) -> list[str]:
    """Return all that is said in a corpus."""
    if corpus == "ravdess":
        return list(STATEMENTS.values())
    alone = layout(corpus).SENTENCES
    if corpus == "punjabi_rasa":
        return [f"{first}। {second}" for first in alone for second in alone if first != second]
    return [*alone, SHORT_TEXT] if corpus == "meld" else list(alone)


def new_clips(corpus: str, count: int, seed: int, variants: list[str]) -> list[Clip]:
    """Return clips as the stand-in of a corpus has them, in voices, sentences and melodies drawn evenly."""
    draw = generator(seed, f"train_whisper {corpus}")
    speakers = SPEAKERS.get(corpus, 16)
    samples = [clip for clip in layout(corpus).clips(speakers, 16, seed) if not clip.missing]
    samples = [samples[place] for place in draw.permutation(len(samples))]
    emotions = sorted({clip.emotion for clip in samples})
    said = [text for text in sentences(corpus) if text != SHORT_TEXT]
    order = [said[place] for place in draw.permutation(len(said))]
    found = []
    for number in range(count):
        sample = samples[number % len(samples)]
        # what is cut short keeps its word, and nothing is longer than Whisper hears
        text = sample.text if sample.text == SHORT_TEXT else order[number % len(order)]
        found.append(
            replace(
                sample,
                text=text,
                variant=str(draw.choice(variants)),
                pitch=int(draw.integers(30, 60)),
                rate=int(draw.integers(140, 185)),
                emotion=str(draw.choice(emotions)),
                seconds=None if sample.seconds is None else min(sample.seconds, 10.0),
                generator=generator(seed, f"train_whisper {corpus} {number}"),
            )
        )
    return found


def demo_clips(configuration: dict) -> dict[str, list[Clip]]:
    """Return the clips of the demo's own corpora, those with recordings."""
    return {
        corpus: [
            clip
            for clip in layout(corpus).clips(**configuration["corpora"][corpus]["source"]["synthetic"])
            if not clip.missing
        ]
        for corpus in CLIPS
    }


def hear(corpus: str, clips: list[Clip], workers: int) -> list[Heard]:
    """Speak clips and return them as the study hears them: 16 kHz, mono, at most 30 s."""

    def one(clip: Clip) -> Heard:
        sound = filmed(speak(clip)) if is_video(clip.path) else speak(clip)
        signal = to_mono_16k(sound_in(sound, clip.path)).signal[: WHOLE_S * SAMPLE_RATE]
        return Heard(corpus, clip.language, clip.variant, clip.text, signal)

    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(one, clips))


class Vocabulary:
    """The tokens that the demo's transcripts need, and their places in the small vocabulary."""

    def __init__(self) -> None:
        self.tokenizer = get_tokenizer(multilingual=True, language="en", task="transcribe")
        known = self.tokenizer
        self.languages = {layout_language(corpus) for corpus in CLIPS}
        self.texts = {text: self.encoded(text) for corpus in CLIPS for text in sentences(corpus)}
        self.texts[SILENCE_TEXT] = known.encode(SILENCE_TEXT)
        forbidden = {*known.non_speech_tokens, *known.all_language_tokens}
        for text, tokens in self.texts.items():
            if forbidden.intersection(tokens) or known.decode(tokens).strip() != text.strip():
                raise SystemExit(f"Whisper cannot say {text!r}: it never outputs some of {tokens}")
        special = {known.sot, known.eot, known.transcribe, known.no_timestamps, known.no_speech}
        spoken = {known.to_language_token(language) for language in self.languages}
        used = special | spoken | {token for tokens in self.texts.values() for token in tokens}
        self.tokens = sorted(used)
        self.place = {token: place for place, token in enumerate(self.tokens)}
        self.others = known.encoding.n_vocab - len(self.tokens)

    def encoded(self, text: str) -> list[int]:
        """Return a text as Whisper would write it: after a space, unless that is a token of its own."""
        spaced = self.tokenizer.encode(f" {text}")
        return self.tokenizer.encode(text) if spaced[0] == self.tokenizer.encode(" ")[0] else spaced

    def sequence(self, language: str, text: str) -> tuple[list[int], list[int]]:
        """Return what the decoder reads and what it is to say next, in places; -100 is not learnt."""
        known = self.tokenizer
        start = [known.sot, known.to_language_token(language), known.transcribe, known.no_timestamps]
        whole = [self.place[token] for token in (*start, *self.texts[text], known.eot)]
        after = whole[1:]
        if text == SILENCE_TEXT:
            after = [self.place[known.no_speech], -100, -100, *after[3:]]
        return whole[:-1], after


def layout_language(corpus: str) -> str:
    """Return the language of a corpus."""
    return layout(corpus).LANGUAGE


def changed(clip: Heard, draw: np.random.Generator) -> np.ndarray:
    """Return a float32 signal of a clip, a little faster or slower, later, louder and noisier."""
    signal = clip.signal.astype(np.float32) / 32768
    if draw.random() < 0.7:
        speed = draw.uniform(0.92, 1.08)
        signal = np.interp(np.arange(0, len(signal) - 1, speed), np.arange(len(signal)), signal)
    signal = signal * 10 ** (draw.uniform(-6, 4) / 20)
    if draw.random() < 0.4:
        signal = np.concatenate([draw.normal(0, ROOM, int(draw.uniform(0, 0.4) * SAMPLE_RATE)), signal])
    if draw.random() < 0.3:
        signal = signal + draw.normal(0, 10 ** (draw.uniform(-60, -35) / 20), len(signal))
    return np.clip(signal, -1, 1).astype(np.float32)[: WHOLE_S * SAMPLE_RATE]


def spectrograms(signals: list[np.ndarray], samples: int) -> torch.Tensor:
    """Return log-mel spectrograms of shape (clips, 80, samples / 160) as Whisper makes them, each alone."""
    padded = np.zeros((len(signals), samples), dtype=np.float32)
    for row, signal in zip(padded, signals, strict=True):
        row[: len(signal)] = signal
    found = torch.stft(
        torch.from_numpy(padded), N_FFT, HOP_LENGTH, window=torch.hann_window(N_FFT), return_complex=True
    )
    power = mel_filters("cpu", 80) @ (found[..., :-1].abs() ** 2)
    log = torch.clamp(power, min=1e-10).log10()
    return (torch.maximum(log, log.amax(dim=(1, 2), keepdim=True) - 8.0) + 4.0) / 4.0


def masked(mels: torch.Tensor, lengths: list[int], draw: np.random.Generator) -> torch.Tensor:
    """Return spectrograms with bands and moments hidden (SpecAugment)."""
    for mel, length in zip(mels, lengths, strict=True):
        mean = mel[:, :length].mean()
        for _ in range(2):
            wide = int(draw.integers(0, 11))
            low = int(draw.integers(0, 80 - wide))
            mel[low : low + wide] = mean
            long = min(int(draw.integers(0, 16)), length // 8)
            start = int(draw.integers(0, max(length - long, 1)))
            mel[:, start : start + long] = mean
    return mels


def encoded(model: whisper.model.Whisper, mels: torch.Tensor) -> torch.Tensor:
    """Return what the encoder makes of spectrograms of any length, of shape (clips, frames / 2, width)."""
    encoder = model.encoder
    x = functional.gelu(encoder.conv2(functional.gelu(encoder.conv1(mels)))).permute(0, 2, 1)
    x = x + encoder.positional_embedding[: x.shape[1]]
    for block in encoder.blocks:
        x = block(x)
    return encoder.ln_post(x)


def batches(clips: list[Heard], draw: np.random.Generator) -> Iterator[list[Heard]]:
    """Yield batches of clips about as long as each other, for ever."""
    while True:
        lengths = np.array([len(clip.signal) for clip in clips]) * draw.uniform(0.8, 1.2, len(clips))
        order = np.argsort(lengths)
        starts = np.arange(0, len(clips) - BATCH + 1, BATCH) + int(draw.integers(len(clips) % BATCH + 1))
        for start in draw.permutation(starts):
            yield [clips[place] for place in order[start : start + BATCH]]


def untrained(vocabulary: Vocabulary, seed: int) -> whisper.model.Whisper:
    """Return a Whisper whose last token stands for all that the demo never says."""
    torch.manual_seed(seed)
    model = whisper.model.Whisper(
        whisper.ModelDimensions(
            n_mels=80,
            n_audio_ctx=1500,
            n_audio_state=WIDTH,
            n_audio_head=HEADS,
            n_audio_layer=LAYERS,
            n_vocab=len(vocabulary.tokens) + 1,
            n_text_ctx=TEXT_POSITIONS,
            n_text_state=WIDTH,
            n_text_head=HEADS,
            n_text_layer=LAYERS,
        )
    )
    for layer in model.modules():
        if isinstance(layer, torch.nn.Linear | torch.nn.Conv1d):
            torch.nn.init.kaiming_normal_(layer.weight, nonlinearity="linear")
    # as loud as the positions that are added, or it takes long until the sound is heard at all
    torch.nn.init.kaiming_normal_(model.encoder.conv1.weight, nonlinearity="relu")
    torch.nn.init.normal_(model.encoder.conv2.weight, std=3 * (3 * WIDTH) ** -0.5)
    torch.nn.init.normal_(model.decoder.token_embedding.weight, std=0.05)
    torch.nn.init.normal_(model.decoder.positional_embedding, std=0.02)
    return model


def train(
    model: whisper.model.Whisper,
    vocabulary: Vocabulary,
    clips: list[Heard],
    unseen: list[Heard],
    steps: int,
    whole_steps: int,
    rate: float,
    seed: int,
) -> None:
    """Train by teacher forcing; the last steps hear the whole 30 s that Whisper decodes."""
    draw = np.random.default_rng(seed)
    # teaches the encoder where each token is said; not kept
    helper = torch.nn.Linear(WIDTH, len(vocabulary.tokens) + 1)
    values = [*model.parameters(), *helper.parameters()]
    decayed = [value for value in values if value.ndim > 1]
    others = [value for value in values if value.ndim <= 1]
    optimiser = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": 0.02}, {"params": others, "weight_decay": 0.0}],
        lr=rate,
        betas=(0.9, 0.98),
    )
    total = steps + whole_steps
    # warming up, level, and down to nothing over the last third
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min((step + 1) / 100, 1, max(3 * (1 - step / total), 0.01))
    )
    supply, began, lost = batches(clips, draw), time.monotonic(), []
    for step in range(total):
        chosen = next(supply)
        whole = step >= steps or draw.random() < 0.02
        longer = not whole and draw.random() < 0.06
        if whole or longer:
            chosen = [chosen[place] for place in draw.permutation(len(chosen))[:WHOLE_BATCH]]
        loss, aligned = _losses(model, helper, vocabulary, chosen, draw, whole, longer)
        optimiser.zero_grad()
        (loss + ALIGNED * aligned).backward()
        torch.nn.utils.clip_grad_norm_(values, 1.0)
        optimiser.step()
        schedule.step()
        lost.append((loss.item(), aligned.item()))
        if (step + 1) % 50 == 0:
            spent = time.monotonic() - began
            means = np.mean(lost[-50:], axis=0)
            line = f"step {step + 1}/{total}  {spent:.0f} s  loss {means[0]:.4f}  alignment {means[1]:.3f}"
            if (step + 1) % 200 == 0 and unseen:
                line += f"  clips right {right(model, vocabulary, unseen[::5]):.3f}"
            print(line, flush=True)


def _losses(
    model: whisper.model.Whisper,
    helper: torch.nn.Linear,
    vocabulary: Vocabulary,
    chosen: list[Heard],
    draw: np.random.Generator,
    whole: bool,
    longer: bool,
) -> tuple[torch.Tensor, torch.Tensor]:
    signals, said = [], []
    for clip in chosen:
        if draw.random() < SILENT:
            length = draw.uniform(0.3, 4.0 if not whole else WHOLE_S)
            signals.append(draw.normal(0, ROOM * 10 ** (draw.uniform(-6, 6) / 20), int(length * SAMPLE_RATE)))
            said.append(SILENCE_TEXT)
        else:
            signals.append(changed(clip, draw))
            said.append(clip.text)
    lengths = [len(signal) // HOP_LENGTH for signal in signals]
    longest = max(len(signal) for signal in signals) / SAMPLE_RATE
    seconds = longest + draw.uniform(0.05, 0.6)
    if longer:
        seconds = longest + 0.5 * (2 * (WHOLE_S - longest)) ** draw.random()
    # two frames a position of the encoder
    samples = WHOLE_S * SAMPLE_RATE if whole else int(min(seconds, WHOLE_S) * SAMPLE_RATE / 320 + 1) * 320
    mels = spectrograms(signals, min(samples, WHOLE_S * SAMPLE_RATE))
    if not whole or draw.random() < 0.5:
        mels = masked(mels, lengths, draw)
    for mel, length in zip(mels, lengths, strict=True):
        if draw.random() < ZEROED:
            mel[:, length:] = 0
    logits, after, features = outputs(model, vocabulary, mels, [clip.language for clip in chosen], said)
    right_ones = functional.cross_entropy(
        logits.flatten(0, 1), after.flatten(), ignore_index=-100, reduction="sum"
    )
    texts = [
        [] if text == SILENCE_TEXT else [vocabulary.place[token] for token in vocabulary.texts[text]]
        for text in said
    ]
    aligned = functional.ctc_loss(
        helper(features).float().log_softmax(-1).transpose(0, 1),
        torch.tensor([place for text in texts for place in text]),
        torch.tensor([min(length // 2 + 1, features.shape[1]) for length in lengths]),
        torch.tensor([len(text) for text in texts]),
        blank=len(vocabulary.tokens),
        zero_infinity=True,
    )
    return right_ones / len(chosen) / 5, aligned


def outputs(
    model: whisper.model.Whisper,
    vocabulary: Vocabulary,
    mels: torch.Tensor,
    languages: list[str],
    said: list[str],
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return logits of shape (clips, tokens, small vocabulary), the places that are right, what is heard."""
    pairs = [vocabulary.sequence(language, text) for language, text in zip(languages, said, strict=True)]
    longest = max(len(read) for read, _ in pairs)
    read = torch.zeros((len(pairs), longest), dtype=torch.long)
    after = torch.full((len(pairs), longest), -100)
    for row, (tokens, next_ones) in enumerate(pairs):
        read[row, : len(tokens)] = torch.tensor(tokens)
        after[row, : len(next_ones)] = torch.tensor(next_ones)
    # twice as fast where the processor has this type; the weights stay whole
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=model.training):
        features = encoded(model, mels)
        logits = model.decoder(read, features)
    # the shared row is as probable as all the tokens together that it stands for
    shared = torch.zeros(logits.shape[-1])
    shared[-1] = np.log(vocabulary.others)
    return logits.float() + shared, after, features.float()


@torch.no_grad()
def right(model: whisper.model.Whisper, vocabulary: Vocabulary, clips: list[Heard]) -> float:
    """Return the share of clips of which every token is the likeliest."""
    model.eval()
    found = []
    ordered = sorted(clips, key=lambda clip: len(clip.signal))
    for start in range(0, len(ordered), 50):
        some = ordered[start : start + 50]
        signals = [clip.signal.astype(np.float32) / 32768 for clip in some]
        samples = (max(map(len, signals)) // 320 + 4) * 320
        mels = spectrograms(signals, min(samples, WHOLE_S * SAMPLE_RATE))
        logits, after, _ = outputs(
            model, vocabulary, mels, [clip.language for clip in some], [clip.text for clip in some]
        )
        found.append(((logits.argmax(-1) == after) | (after == -100)).all(dim=1))
    model.train()
    return torch.cat(found).float().mean().item()


def report(model: whisper.model.Whisper, clips: list[Heard], title: str, tokens: int) -> None:
    """Print what openai-whisper makes of clips, corpus by corpus and language by language."""
    decoded = []
    began = time.monotonic()
    for language, spoken_in_it in groupby(clips, key=lambda clip: clip.language):
        options = whisper.DecodingOptions(
            language=language, without_timestamps=True, fp16=False, sample_len=tokens, temperature=0.0
        )
        for some in batched(spoken_in_it, 8):
            mels = log_mels([clip.signal.astype(np.float32) / 32768 for clip in some], 80, 3000)
            with torch.no_grad():
                features = model.encoder(mels)
                languages = model.detect_language(features)[1]
            found = [max(probabilities, key=probabilities.get) for probabilities in languages]
            decoded += zip(some, whisper.decode(model, features, options), found, strict=True)
    print(f"{title}: {len(clips)} clips in {time.monotonic() - began:.0f} s")
    print(f"{'':14}{'clips':>6} {'WER':>7} {'CER':>7} {'right':>7} {'language':>9} {'no speech':>10}")
    groups = {clip.corpus: None for clip, *_ in decoded} | {clip.language: None for clip, *_ in decoded}
    for group in (*groups, "all"):
        part = [row for row in decoded if group in (row[0].corpus, row[0].language, "all")]
        said, heard = [clip.text for clip, *_ in part], [result.text for _, result, _ in part]
        print(
            f"{group:14}{len(part):6} {jiwer.wer(said, heard):7.2%} {jiwer.cer(said, heard):7.2%} "
            f"{np.mean([a == b for a, b in zip(said, heard, strict=True)]):7.2%} "
            f"{np.mean([clip.language == found for clip, _, found in part]):9.2%} "
            f"{max(result.no_speech_prob for _, result, _ in part):10.2g}",
            flush=True,
        )


def batched(clips: Iterable[Heard], size: int) -> Iterator[list[Heard]]:
    """Yield so many clips at a time."""
    clips = iter(clips)
    while some := list(islice(clips, size)):
        yield some


def report_silence(model: whisper.model.Whisper) -> None:
    """Print what the model makes of room noise."""
    draw = np.random.default_rng(TRAINING_SEED - 1)
    signals = [
        draw.normal(0, ROOM, int(s * SAMPLE_RATE)).astype(np.float32) for s in np.linspace(0.5, 30, 20)
    ]
    mels = log_mels(signals, 80, 3000)
    options = whisper.DecodingOptions(language="en", without_timestamps=True, fp16=False, sample_len=20)
    found = whisper.decode(model, mels, options)
    least = min(result.no_speech_prob for result in found)
    print(
        f"room noise: {len(found)} clips, no_speech_prob {least:.3f} at least, "
        f"texts {sorted({result.text for result in found})}"
    )


def main() -> None:
    """Speak, train, pack, and tell how well the packed model transcribes."""
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--output", type=Path, default=HERE / "tiny_whisper.safetensors")
    options.add_argument("--steps", type=int, default=2800, help="steps on sound as long as it is")
    options.add_argument("--whole-steps", type=int, default=80, help="further steps on whole 30 s")
    options.add_argument("--rate", type=float, default=1.2e-3, help="highest learning rate")
    options.add_argument("--seed", type=int, default=TRAINING_SEED)
    options.add_argument("--threads", type=int, default=2)
    given = options.parse_args()
    torch.set_num_threads(given.threads)
    configuration = yaml.safe_load((HERE.parent / "config.yaml").read_text())
    used = {entry["source"]["synthetic"]["seed"] for entry in configuration["corpora"].values()}
    if used & {given.seed, KEPT_OUT_SEED}:
        sys.exit(f"seeds {given.seed} and {KEPT_OUT_SEED} must differ from the demo's, {sorted(used)}")

    vocabulary = Vocabulary()
    tokens = max(map(len, vocabulary.texts.values()))
    print(f"{len(vocabulary.tokens)} tokens are used; the longest transcript has {tokens}", flush=True)
    clips, unseen, kept_out = spoken(configuration, given.seed)
    model = untrained(vocabulary, given.seed)
    print(f"{sum(value.numel() for value in model.parameters())} parameters", flush=True)
    began = time.monotonic()
    train(model, vocabulary, clips, unseen, given.steps, given.whole_steps, given.rate, given.seed)
    print(f"trained in {(time.monotonic() - began) / 60:.1f} minutes on {given.threads} threads", flush=True)
    pack_whisper(model, vocabulary.tokens, given.output)
    print(f"{given.output}: {given.output.stat().st_size} bytes", flush=True)

    with tempfile.TemporaryDirectory() as folder:
        checkpoint = Path(folder) / "checkpoint.pt"
        unpacked_whisper(given.output, checkpoint)
        rebuilt = whisper.load_model(str(checkpoint), device="cpu")
    report_silence(rebuilt)
    report(rebuilt, unseen, "the demo's own corpora, never trained on", tokens + 2)
    report(rebuilt, kept_out, f"voices kept out of training ({', '.join(KEPT_OUT)})", tokens + 2)


def spoken(configuration: dict, seed: int) -> tuple[list[Heard], list[Heard], list[Heard]]:
    """Speak the clips to train on, those of the demo, and some in the voices kept out."""
    workers, began = os.cpu_count() or 1, time.monotonic()
    variants = [one for group in VARIANTS.values() for one in group if one not in KEPT_OUT]
    own = demo_clips(configuration)
    clips, unseen, kept_out = [], [], []
    for corpus, count in CLIPS.items():
        clips += hear(corpus, new_clips(corpus, count, seed, variants), workers)
        unseen += hear(corpus, own[corpus], workers)
        kept_out += hear(corpus, new_clips(corpus, 30, KEPT_OUT_SEED, list(KEPT_OUT)), workers)
        print(f"{corpus} spoken, {time.monotonic() - began:.0f} s", flush=True)
    return clips, unseen, kept_out


if __name__ == "__main__":
    main()
