"""Transcription by openai-whisper, and its error rates where a corpus has the words."""

import pickle
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import jiwer
import numpy as np
import pyarrow as pa
import torch
import whisper
from whisper.normalizers import BasicTextNormalizer, EnglishTextNormalizer

from sarangi import store
from sarangi.audio import SAMPLE_RATE, decode
from sarangi.errors import SarangiError
from sarangi.progress import progress

TRANSCRIPTS = pa.schema(
    [
        pa.field("utterance_id", pa.string(), nullable=False),
        *store.STATUS,
        pa.field("text", pa.string()),
        pa.field("language", pa.string()),
        pa.field("avg_logprob", pa.float32()),
        pa.field("no_speech_prob", pa.float32()),
        pa.field("reference", pa.string()),
        pa.field("wer", pa.float64()),
        pa.field("cer", pa.float64()),
    ]
)


def transcribe(
    audio: Path,
    manifest: Path,
    checkpoint: Path,
    settings: dict,
    threads: int,
    output: Path,
    provenance: dict,
) -> None:
    """Transcribe one shard in batches by greedy decoding, in the language the manifest states.

    Parameters
    ----------
    audio
        A shard of 16 kHz audio; what is not ok there keeps its reason.
    manifest
        Manifest of the corpus: the language, and the words where they are known.
    checkpoint
        Checkpoint of Whisper.
    settings
        ``batch`` (utterances decoded together) and ``tokens`` (at most, an utterance).
    threads
        Threads of torch.
    output
        Parquet file to write, of schema :data:`TRANSCRIPTS`.
    provenance
        Passed to the store.
    """
    torch.set_num_threads(threads)
    model = load(checkpoint)
    known = store.read(manifest, ["utterance_id", "language", "text"]).set_index("utterance_id")
    rows = progress(store.rows(audio), store.count(audio), f"transcribe {audio}")
    with store.Writer(output, TRANSCRIPTS, provenance) as writer:
        for language, batch in _batches(rows, known["language"].to_dict(), settings["batch"]):
            heard = [row for row in batch if row["status"] == store.OK]
            signals = [decode(row["audio"]["bytes"]) for row in heard]
            found = iter(decode_batch(model, signals, language, settings["tokens"]) if heard else ())
            for row in batch:
                line = {name: row[name] for name in ("utterance_id", "status", "reason")}
                reference = known["text"].get(row["utterance_id"])
                line["reference"] = reference if isinstance(reference, str) else None
                if row["status"] == store.OK:
                    result = next(found)
                    line |= {
                        "text": result.text,
                        "language": result.language,
                        "avg_logprob": result.avg_logprob,
                        "no_speech_prob": result.no_speech_prob,
                    }
                    line |= error_rates(line["reference"], result.text, language)
                writer.add(line)


def load(checkpoint: Path) -> whisper.model.Whisper:
    """Load a checkpoint of Whisper; nothing in it can run.

    Raises
    ------
    SarangiError
        If the file is no such checkpoint.
    """
    try:
        state = torch.load(checkpoint, map_location="cpu", weights_only=True)
        model = whisper.model.Whisper(whisper.ModelDimensions(**state["dims"]))
        model.load_state_dict(state["model_state_dict"])
    except (pickle.UnpicklingError, KeyError, TypeError, RuntimeError, EOFError, OSError) as error:
        raise SarangiError(
            f"{checkpoint}: not a Whisper checkpoint (expected dims and model_state_dict): {error}"
        ) from error
    device = "cuda" if torch.cuda.is_available() else "cpu"
    return model.eval().to(device)


def decode_batch(
    model: whisper.model.Whisper, signals: list[np.ndarray], language: str, tokens: int
) -> list[whisper.DecodingResult]:
    """Transcribe signals together by greedy decoding.

    Parameters
    ----------
    model
        From :func:`load`.
    signals : list of float32 arrays of shape (samples,)
        At 16 kHz; what is beyond 30 s is not heard.
    language
        BCP 47 code, as Whisper has it.
    tokens
        Tokens an utterance at most.

    Raises
    ------
    SarangiError
        If Whisper does not know the language.
    """
    if language not in whisper.tokenizer.LANGUAGES:
        raise SarangiError(
            f"Whisper does not know the language {language!r}; see whisper.tokenizer.LANGUAGES"
        )
    padded = [whisper.pad_or_trim(signal, 30 * SAMPLE_RATE) for signal in signals]
    mels = torch.stack([whisper.log_mel_spectrogram(signal, model.dims.n_mels) for signal in padded])
    options = whisper.DecodingOptions(
        task="transcribe",
        language=language,
        temperature=0.0,
        sample_len=tokens,
        without_timestamps=True,
        fp16=model.device.type == "cuda",
    )
    return whisper.decode(model, mels.to(model.device), options)


def error_rates(reference: str | None, text: str, language: str) -> dict[str, float | None]:
    """Return word and character error rate after Whisper's own normaliser; None without a reference."""
    normalise = EnglishTextNormalizer() if language == "en" else BasicTextNormalizer()
    said = normalise(reference or "").strip()
    if not said:
        return {"wer": None, "cer": None}
    heard = normalise(text).strip()
    return {"wer": jiwer.wer(said, heard), "cer": jiwer.cer(said, heard)}


def _batches(rows: Iterator[dict], language: dict[str, str], size: int) -> Iterator[tuple[str, list[dict]]]:
    """Yield runs of rows of one language, ``size`` at most."""
    for spoken, run in groupby(rows, key=lambda row: language[row["utterance_id"]]):
        batch = []
        for row in run:
            batch.append(row)
            if len(batch) == size:
                yield spoken, batch
                batch = []
        if batch:
            yield spoken, batch
