"""What the page and ``python -m sarangi predict`` listen with: a model, and clips of anybody."""

import csv
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import torch
from torch import Tensor

from sarangi.app.cards import read_card
from sarangi.app.clips import Clip, ClipError, read_file
from sarangi.base import store
from sarangi.base.documents import DocumentError, json_in
from sarangi.base.errors import SarangiError
from sarangi.base.progress import progress
from sarangi.base.sound import SAMPLE_RATE
from sarangi.models.encoders import device, load_encoder, load_tokenizer, prepared, speech_states
from sarangi.models.fusion import EmotionClassifier, masked_mean
from sarangi.runtime.provenance import digest

RUN = re.compile(r"[\w.-]+/\d+/\d+")
HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+")
FETCHED = ["*.json", "*.safetensors", "*.txt"]
"""Of a repository of the hub: nothing that could run."""
WINDOW_S, HOP_S = 2.0, 0.5
BATCH = 8


class Listener(Protocol):
    """A model that is open.

    Attributes
    ----------
    name
        As it was asked for.
    emotions
        In the order of the probabilities.
    hears, reads
        Whether it takes the sound, and the words.
    seconds
        The longest stretch of sound that it takes, the middle of a longer clip; None for any.
    card
        What ``card.json`` beside it says, or None.
    """

    name: str
    emotions: list[str]
    hears: bool
    reads: bool
    seconds: float | None
    card: Mapping[str, Any] | None

    def answer(self, signals: Sequence[np.ndarray], words: Sequence[str]) -> np.ndarray:
        """Return probabilities, float32 of shape (clips, emotions).

        Parameters
        ----------
        signals : sequence of float32 arrays of shape (samples,)
            At 16 kHz; not looked at by a model that reads only.
        words
            Of each clip; not looked at by a model that hears only.
        """

    @property
    def writes(self) -> bool:
        """Whether the Whisper that wrote the words which it was trained on is at hand."""

    def transcribe(self, signals: Sequence[np.ndarray], names: Sequence[str]) -> list[str]:
        """Return the words of clips by that Whisper."""


class Run:
    """A fine-tuned run of the study, wherever its folder lies.

    Parameters
    ----------
    folder
        With ``config.json`` and ``model.safetensors``.
    name
        As it was asked for.
    places
        Folders of studies, in which a Whisper or a frozen encoder that the card names may lie.

    Raises
    ------
    SarangiError
        If no whole run lies there, or it needs an encoder that is not at hand.
    """

    def __init__(self, folder: Path, name: str, places: Sequence[Path]):
        self.name, self.card, self._places = name, read_card(folder), places
        self.network = EmotionClassifier.from_pretrained(folder).to(device())
        described = self.network.described
        self.emotions = list(described["emotions"])
        self.hears, self.reads = "audio" in described, "text" in described
        self.seconds = described["audio"]["max_audio_s"] if self.hears else None
        self._audio, self._text = described.get("audio"), described.get("text")
        if self.reads:
            self._tokenizer = load_tokenizer(
                self._text["tokenizer"], self._text["encoder"], self._text["max_tokens"], self._text["name"]
            )
        if self.hears and "states" in self._audio:
            self._frozen = self._frozen_encoder()

    @torch.inference_mode()
    def answer(self, signals: Sequence[np.ndarray], words: Sequence[str]) -> np.ndarray:
        """Return probabilities; see :meth:`Listener.answer`."""
        inputs: dict[str, list[Tensor]] = {}
        if self.hears:
            inputs["signals"] = [self._heard(signal) for signal in signals]
        if self.reads:
            inputs["tokens"] = [self._tokens(text) for text in words]
        return self.network(**inputs)["logits"].float().softmax(1).cpu().numpy()

    def _heard(self, signal: np.ndarray) -> Tensor:
        """Return what the audio branch takes, rounded as what was kept on disk for the training."""
        clip = prepared(signal, self._audio["max_audio_s"], self._audio["normalise"]).to(device())
        if "states" in self._audio:
            states, mask = speech_states(self._frozen, [clip], every_layer=True)
            return torch.stack([masked_mean(layer, mask) for layer in states], 1)[0].half().float()
        if "prefix" in self._audio:
            states = self.network.audio.split.below(clip)
            half = states.half()
            return (half if half.isfinite().all() else states.bfloat16()).float()
        return clip

    def _tokens(self, text: str) -> Tensor:
        most = self._text["max_tokens"]
        return torch.tensor(self._tokenizer(text, truncation=True, max_length=most)["input_ids"])

    def _frozen_encoder(self) -> Any:
        entry = (self.card or {}).get("encoders", {}).get("audio", {})
        folder = self._beside(entry.get("folder"))
        if folder is None:
            raise SarangiError(
                f"{self.name} was trained on the states of the frozen encoder {self._audio['name']}, which "
                f"is not at hand; make the card with `snakemake app`, and have "
                f"{entry.get('folder', 'the folder of the encoder')} in the folder given by --directory"
            )
        return load_encoder(folder).eval().to(device())

    def _beside(self, name: str | None) -> Path | None:
        """Return where a file that a card names lies; a card may not name what is elsewhere."""
        if not name or Path(name).is_absolute() or os.pardir in Path(name).parts:
            return None
        return next((place / name for place in self._places if (place / name).exists()), None)

    @property
    def writes(self) -> bool:
        """Whether its Whisper is at hand."""
        return self._checkpoint is not None

    @cached_property
    def _checkpoint(self) -> Path | None:
        return self._beside(((self.card or {}).get("asr") or {}).get("checkpoint"))

    @cached_property
    def _engine(self) -> Any:
        from sarangi.transcripts.engines import ENGINES

        settings = self.card["asr"]["settings"]
        return ENGINES[settings["engine"]](self._checkpoint, settings, torch.get_num_threads())

    def transcribe(self, signals: Sequence[np.ndarray], names: Sequence[str]) -> list[str]:
        """Return the words of clips; in the language of the corpus, if it is one."""
        languages = self.card["languages"]
        guessed = self.card["asr"]["settings"]["language"] == "detect" or len(languages) != 1
        return [heard.text for heard in self._engine.hear(signals, None if guessed else languages[0], names)]


class Foreign:
    """A classifier of sound in the form of transformers; only tensors and settings are read.

    Parameters
    ----------
    folder
        With ``config.json``, ``preprocessor_config.json`` and ``model.safetensors``.
    name
        As it was asked for.

    Raises
    ------
    SarangiError
        If no such classifier lies there.
    """

    hears, reads, writes, seconds = True, False, False, None

    def __init__(self, folder: Path, name: str):
        from transformers import AutoFeatureExtractor, AutoModelForAudioClassification

        self.name, self.card = name, None
        safe = {"local_files_only": True, "trust_remote_code": False}
        try:
            self.extractor = AutoFeatureExtractor.from_pretrained(folder, **safe)
            self.network, found = AutoModelForAudioClassification.from_pretrained(
                folder, use_safetensors=True, output_loading_info=True, dtype=torch.float32, **safe
            )
        # whatever a stranger's settings make of a library's classes
        except Exception as error:
            reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
            raise SarangiError(
                f"{name}: no audio classifier of transformers can be opened there ({reason}); expected "
                "config.json, preprocessor_config.json and model.safetensors"
            ) from None
        lacking = sorted(found["missing_keys"])
        if lacking:
            raise SarangiError(
                f"{name}: its weights lack {len(lacking)} tensors, first {lacking[0]}, so it is no "
                "classifier that was trained; expected an audio classifier, not an encoder alone"
            )
        self.network = self.network.eval().to(device())
        labels = self.network.config.id2label
        self.emotions = [str(labels[place]) for place in range(self.network.config.num_labels)]
        self.many = self.network.config.problem_type == "multi_label_classification"

    @torch.inference_mode()
    def answer(self, signals: Sequence[np.ndarray], words: Sequence[str]) -> np.ndarray:
        """Return probabilities; multi-label ones add up to anything."""
        from torchaudio.functional import resample

        rate = getattr(self.extractor, "sampling_rate", SAMPLE_RATE)
        found = []
        for signal in signals:
            if rate != SAMPLE_RATE:
                signal = resample(torch.from_numpy(signal), SAMPLE_RATE, rate).numpy()
            inputs = self.extractor(signal, sampling_rate=rate, return_tensors="pt").to(device())
            logits = self.network(**inputs).logits.float()[0]
            found.append(logits.sigmoid() if self.many else logits.softmax(0))
        return torch.stack(found).cpu().numpy()

    def transcribe(self, signals: Sequence[np.ndarray], names: Sequence[str]) -> list[str]:
        """Return nothing: it reads no words."""
        return ["" for _ in signals]


def runs_in(directory: Path) -> list[str]:
    """Return the fine-tuned runs of a study by name, <experiment>/<fold>/<seed>, sorted."""
    found = []
    for weights in (directory / "results/runs").glob("*/*/*/model.safetensors"):
        name = "/".join(weights.parts[-4:-1])
        if RUN.fullmatch(name) and (weights.parent / "config.json").is_file():
            found.append(name)
    return sorted(found, key=lambda name: [int(p) if p.isdigit() else p for p in name.split("/")])


def folder_of(wanted: str, directory: Path) -> Path:
    """Return the folder of a model, fetched from the hub if it is an id of that.

    Parameters
    ----------
    wanted
        A run of the study (``<experiment>/<fold>/<seed>``), a folder, or ``<owner>/<name>`` of the hub.
    directory
        Of the study.

    Raises
    ------
    SarangiError
        If there is no such thing, or the hub does not answer.
    """
    if RUN.fullmatch(wanted) and (folder := directory / "results/runs" / wanted).is_dir():
        return folder
    if Path(wanted).is_dir():
        return Path(wanted)
    if not HUB_ID.fullmatch(wanted):
        raise SarangiError(
            f"{wanted}: no run of the study, no folder and no id of the hub; expected "
            "<experiment>/<fold>/<seed>, a folder with config.json and model.safetensors, or <owner>/<name>"
        )
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(wanted, allow_patterns=FETCHED))
    except (OSError, HfHubHTTPError, LocalEntryNotFoundError, ValueError, RuntimeError) as error:
        raise SarangiError(
            f"{wanted}: not here, and the Hugging Face hub did not give it ({type(error).__name__}); is the "
            "name right, and is there a network?"
        ) from None


def load(wanted: str, directory: Path) -> Listener:
    """Open a model.

    Parameters
    ----------
    wanted, directory
        As for :func:`folder_of`.

    Raises
    ------
    SarangiError
        If it is not there, or is no model that can be listened with.
    """
    folder = folder_of(wanted, directory)
    try:
        settings = json_in(folder / "config.json")
    except (OSError, DocumentError):
        raise SarangiError(f"{wanted}: no config.json that can be read; expected a model's folder") from None
    if not (folder / "model.safetensors").is_file() and not list(folder.glob("*.safetensors")):
        raise SarangiError(f"{wanted}: no weights in safetensors; files that could run are not opened")
    if isinstance(settings, dict) and "emotions" in settings:
        return Run(folder, wanted, [directory, *folder.resolve().parents[4:5]])
    return Foreign(folder, wanted)


def over_time(listener: Listener, signal: np.ndarray, words: str) -> tuple[np.ndarray, np.ndarray] | None:
    """Return how an answer moves over a clip, in windows of 2 s each 0.5 s, the words held fixed.

    Parameters
    ----------
    listener
        The model.
    signal : float32 array of shape (samples,)
        At 16 kHz; one shorter than a window is one.
    words
        Of the whole clip.

    Returns
    -------
    tuple of centres (windows,) in seconds and probabilities (windows, emotions), or None
        None for a model that does not hear.
    """
    if not listener.hears:
        return None
    size, hop = round(WINDOW_S * SAMPLE_RATE), round(HOP_S * SAMPLE_RATE)
    starts = range(0, max(len(signal) - size, 0) + 1, hop)
    centres = np.array([(start + min(size, len(signal)) / 2) / SAMPLE_RATE for start in starts])
    found = [
        listener.answer([signal[start : start + size] for start in some], [words] * len(some))
        for some in _batched(starts, BATCH)
    ]
    return centres, np.concatenate(found)


def words_in(file: Path) -> dict[str, str]:
    """Return the words by file of a CSV file with the columns ``file`` and ``text``.

    Raises
    ------
    SarangiError
        If it cannot be read, or has not these columns.
    """
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            return {row["file"]: row["text"] or "" for row in csv.DictReader(lines)}
    except (OSError, ValueError, KeyError, csv.Error) as error:
        raise SarangiError(
            f"{file}: expected a CSV file with the columns file (within the folder) and text; {error!r}"
        ) from None


def predictions_of_files(emotions: Sequence[str]) -> pa.Schema:
    """Return the schema of what :func:`predict` writes: a row a file."""
    return pa.schema(
        [
            pa.field("file", pa.string(), nullable=False),
            *store.STATUS,
            pa.field("seconds", pa.float64()),
            # share of the clip
            pa.field("speech", pa.float64()),
            pa.field("words", pa.string()),
            pa.field("predicted", pa.string()),
            *(pa.field(f"p_{emotion}", pa.float32()) for emotion in emotions),
        ]
    )


def predict(
    folder: Path, listener: Listener, weights: Path, words: Mapping[str, str] | None, output: Path
) -> dict[str, int]:
    """Predict every file of a folder and of the folders in it, in sorted order.

    A file that cannot be used keeps its row, with the reason, and harms no other.

    Parameters
    ----------
    folder
        With recordings.
    listener
        The model.
    weights
        Its folder, for the provenance.
    words
        By file, relative to the folder; None has the model's Whisper write them.
    output
        Parquet file to write, of :func:`predictions_of_files`; it is there whole or not at all.

    Returns
    -------
    dict
        Number of files by status.

    Raises
    ------
    SarangiError
        If there is no file, or the model reads words and nobody gives them.
    """
    named = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*")}
    # what a machine hides it put there itself
    paths = [
        path
        for name, path in sorted(named.items())
        if path.is_file() and not path.name.startswith(".") and path.resolve() != output.resolve()
    ]
    if not paths:
        raise SarangiError(f"{folder}: no file is in it; expected a folder with recordings")
    if listener.reads and words is None and not listener.writes:
        raise SarangiError(
            f"{listener.name} reads words, and the Whisper that wrote those which it was trained on is not "
            "at hand; give them with --words (a CSV file with the columns file and text)"
        )
    if not output.parent.is_dir():
        raise SarangiError(f"{output}: its folder is not there; make it, or name another place")
    counts = dict.fromkeys((store.OK, store.SKIPPED, store.FAILED), 0)
    partly = output.with_name(f".{output.name}.{os.getpid()}.part")
    made_from = {
        "model": listener.name,
        "weights": {file.name: digest(file) for file in sorted(weights.glob("*.safetensors"))},
        "rule": "python -m sarangi predict",
    }
    try:
        with store.Writer(partly, predictions_of_files(listener.emotions), made_from) as writer:
            bar = progress(paths, len(paths), "predict")
            for some in _batched(bar, BATCH):
                for row in _predicted(folder, some, listener, words):
                    counts[row["status"]] += 1
                    writer.add(row)
        partly.replace(output)
    finally:
        partly.unlink(missing_ok=True)
    return counts


def _predicted(
    folder: Path, paths: Sequence[Path], listener: Listener, words: Mapping[str, str] | None
) -> Iterator[dict[str, Any]]:
    rows, clips = [], {}
    for place, path in enumerate(paths):
        row = {"file": path.relative_to(folder).as_posix(), "status": store.OK, "reason": None}
        try:
            clips[place] = read_file(path)
        except ClipError as error:
            row |= {"status": error.status, "reason": str(error)}
        rows.append(row)
    if clips:
        signals = [clip.signal for clip in clips.values()]
        names = [rows[place]["file"] for place in clips]
        said = [""] * len(names)
        if listener.reads:
            said = listener.transcribe(signals, names) if words is None else [words.get(n, "") for n in names]
        answers = listener.answer(signals, said)
        for place, text, answer in zip(clips, said, answers, strict=True):
            rows[place] |= described(clips[place], text, answer, listener)
    yield from rows


def described(clip: Clip, words: str, answer: np.ndarray, listener: Listener) -> dict[str, Any]:
    """Return the columns of :func:`predictions_of_files` of a clip that was answered."""
    notes = [clip.note] if clip.note else []
    notes += [] if clip.spoken else ["no speech was heard"]
    notes += ["no words"] if listener.reads and not words.strip() else []
    return {
        "reason": "; ".join(notes) or None,
        "seconds": clip.seconds,
        "speech": round(clip.speech, 6),
        "words": words if listener.reads else None,
        "predicted": listener.emotions[int(answer.argmax())],
        **{f"p_{emotion}": float(p) for emotion, p in zip(listener.emotions, answer, strict=True)},
    }


def _batched(items: Any, count: int) -> Iterator[list]:
    items = iter(items)
    while some := list(islice(items, count)):
        yield some
