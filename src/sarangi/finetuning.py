"""Fine-tuning a speech encoder: one run is an experiment, one fold, one seed."""

import json
import logging
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.utils.data import Dataset
from transformers import (
    EarlyStoppingCallback,
    EvalPrediction,
    Trainer,
    TrainingArguments,
    set_seed,
)

from sarangi import metrics, store
from sarangi.audio import SAMPLE_RATE, decode
from sarangi.encoders import EmotionClassifier, freeze, load_encoder
from sarangi.errors import SarangiError
from sarangi.predictions import predictions_schema, shared_emotions, skip_foreign, skip_unused
from sarangi.progress import progress
from sarangi.protocols import TEST, TRAIN, UNUSED, VALIDATION, why_not_made
from sarangi.resume import begun

log = logging.getLogger("sarangi")

LOG = pa.schema(
    [
        pa.field("epoch", pa.int32(), nullable=False),
        pa.field("step", pa.int32(), nullable=False),
        pa.field("training_loss", pa.float64()),
        pa.field("learning_rate", pa.float64()),
        pa.field("validation_loss", pa.float64()),
        pa.field("validation_wf1", pa.float64()),
        pa.field("validation_uar", pa.float64()),
        pa.field("best", pa.bool_(), nullable=False),
    ]
)


def finetune(
    manifest: Path,
    protocol: Path,
    audio: Sequence[Path],
    encoder: Path,
    fold: int,
    seed: int,
    recipe: dict,
    threads: int,
    checkpoints: Path,
    output: dict[str, Path],
    provenance: dict,
) -> None:
    """Fine-tune an encoder on one fold with one seed, and predict the fold's test part.

    The best epoch by the validation part's WF1 is kept; the test part is looked at once, after.
    Each epoch leaves a checkpoint; a run that was killed goes on from the last whole one and ends in
    the same weights.

    Parameters
    ----------
    manifest, protocol
        Tables of the corpus; the protocol must have a validation part.
    audio
        Audio shards of the corpus.
    encoder
        Folder of the encoder.
    fold, seed
        Of this run.
    recipe
        ``finetuning`` of the model's entry in the configuration.
    threads
        Threads of torch.
    checkpoints
        Folder that outlives a kill; emptied when the run has finished.
    output
        ``model`` (safetensors), ``config`` (JSON), ``log`` and ``predictions`` (Parquet).
    provenance
        Passed to the store; a checkpoint is taken up only under the same provenance.

    Raises
    ------
    SarangiError
        If a part is empty, or the training part lacks an emotion of the corpus.
    """
    torch.set_num_threads(threads)
    rows = store.read(manifest, ["utterance_id", "emotion"])
    split = store.read(protocol)
    if unmade := why_not_made(split):
        raise SarangiError(f"{protocol}: {unmade}")
    split = split[split["fold"] == fold].merge(rows, on="utterance_id")
    emotions = sorted(split.loc[split["part"] != UNUSED, "emotion"].unique())
    with recordings(audio, set(split["utterance_id"])) as (sound, present):
        split = split.drop(columns=["status", "reason"]).join(present, on="utterance_id")
        usable = split[split["status"] == store.OK]
        parts = {
            part: usable[usable["part"] == part].reset_index(drop=True) for part in (TRAIN, VALIDATION, TEST)
        }
        _refuse_unfit(parts, emotions, f"{protocol}, fold {fold}")
        set_seed(seed)
        model = EmotionClassifier(
            load_encoder(encoder),
            len(emotions),
            recipe["dropout"],
            class_weights(parts[TRAIN]["emotion"], emotions) if recipe["class_weights"] else None,
        )
        freeze(model.encoder, recipe["frozen_layers"])
        normalise = json.loads((encoder / "preprocessor_config.json").read_text())["do_normalize"]
        clips = {
            part: Clips(sound, table, emotions, recipe["max_audio_s"], normalise)
            for part, table in parts.items()
        }
        kept = begun(checkpoints, provenance)
        trainer = _trainer(model, clips, recipe, seed, kept, emotions)
        last = last_whole_checkpoint(kept)
        if last is not None:
            log.info("goes on from %s", Path(last).name)
        trainer.train(resume_from_checkpoint=last)
        probabilities = _predict(trainer.model, clips[TEST], recipe["batch"])
    tested = skip_unused(split[split["part"].isin([TEST, UNUSED])])
    _write_predictions(tested, emotions, probabilities, fold, seed, output["predictions"], provenance)
    store.write(output["log"], _log(trainer), LOG, provenance)
    state = {name: tensor.detach().cpu().contiguous() for name, tensor in trainer.model.state_dict().items()}
    save_file(state, output["model"], metadata={"sarangi": json.dumps(provenance, sort_keys=True)})
    described = {
        "emotions": emotions,
        "dropout": recipe["dropout"],
        "max_audio_s": recipe["max_audio_s"],
        "normalise": normalise,
        "encoder": json.loads((encoder / "config.json").read_text()),
    }
    output["config"].write_text(json.dumps(described, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    shutil.rmtree(checkpoints)


def transfer(
    model: Path,
    config: Path,
    manifest: Path,
    audio: Sequence[Path],
    fold: int,
    seed: int,
    batch: int,
    threads: int,
    output: Path,
    provenance: dict,
) -> None:
    """Predict every utterance of another corpus over the emotions that both have.

    Parameters
    ----------
    model, config
        ``model.safetensors`` and ``config.json`` of a run.
    manifest, audio
        The other corpus.
    fold, seed
        Of the run.
    batch
        Clips at once; it changes nothing but speed.
    threads
        Threads of torch.
    output
        Parquet file to write; an utterance whose emotion the model does not know is skipped.
    provenance
        Passed to the store.

    Raises
    ------
    SarangiError
        If the corpora share fewer than two emotions.
    """
    torch.set_num_threads(threads)
    described = json.loads(config.read_text())
    rows = store.read(manifest, ["utterance_id", "emotion", "status"])
    shared = shared_emotions(described["emotions"], rows, manifest)
    network = _load_run(model, config)
    with recordings(audio, set(rows["utterance_id"])) as (sound, present):
        rows = skip_foreign(rows.drop(columns="status").join(present, on="utterance_id"), shared)
        usable = rows[rows["status"] == store.OK].reset_index(drop=True)
        clips = Clips(sound, usable, shared, described["max_audio_s"], described["normalise"])
        known = [described["emotions"].index(emotion) for emotion in shared]
        logits = _logits(network, clips, batch)[:, known]
    _write_predictions(rows, shared, torch.softmax(logits, 1).numpy(), fold, seed, output, provenance)


def class_weights(emotions: pd.Series, classes: Sequence[str]) -> Tensor:
    """Return weights inverse to each class's frequency, float32 of shape (classes,); mean 1 over clips."""
    counts = emotions.value_counts().reindex(classes).to_numpy()
    return torch.tensor(len(emotions) / (len(classes) * counts), dtype=torch.float32)


@contextmanager
def recordings(shards: Sequence[Path], wanted: set[str]) -> Iterator[tuple[dict, pd.DataFrame]]:
    """Yield the encoded sound of utterances by id, mapped from disk, and the status of each.

    The bytes go once into an uncompressed file in the folder for temporary files: training reads
    clips at random, and memory does not grow with the corpus.
    """
    schema = pa.schema([("flac", pa.large_binary())])
    places: dict[str, int] = {}
    found = []
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "recordings.arrow")
        with pa.OSFile(path, "wb") as file, pa.ipc.new_file(file, schema) as writer:
            for shard in shards:
                for row in store.rows(shard):
                    if row["utterance_id"] not in wanted:
                        continue
                    found.append({name: row[name] for name in ("utterance_id", "status", "reason")})
                    if row["status"] == store.OK:
                        places[row["utterance_id"]] = len(places)
                        writer.write_table(pa.table({"flac": [row["audio"]["bytes"]]}, schema))
        present = pd.DataFrame(found, columns=["utterance_id", "status", "reason"]).set_index("utterance_id")
        with pa.memory_map(path) as mapped:
            reader = pa.ipc.open_file(mapped)

            def read(utterance_id: str) -> np.ndarray:
                batch = reader.get_batch(places[utterance_id])
                return decode(batch.column(0)[0].as_py())

            yield read, present


class Clips(Dataset):
    """Signals and labels of some utterances, cut at the centre to the longest length allowed."""

    def __init__(
        self,
        read: Callable[[str], np.ndarray],
        table: pd.DataFrame,
        emotions: list[str],
        seconds: float,
        normalise: bool,
    ):
        self.read, self.seconds, self.normalise = read, seconds, normalise
        self.ids = list(table["utterance_id"])
        self.labels = [emotions.index(emotion) for emotion in table["emotion"]]

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, place: int) -> dict:
        signal = self.read(self.ids[place])
        most = round(self.seconds * SAMPLE_RATE)
        start = max(0, (len(signal) - most) // 2)
        signal = signal[start : start + most]
        if self.normalise:
            signal = (signal - signal.mean()) / np.sqrt(signal.var() + 1e-7)
        return {"signal": torch.from_numpy(signal), "label": self.labels[place]}


def collate(clips: list[dict]) -> dict:
    """Put clips together as the classifier takes them: a list of signals, a tensor of labels."""
    return {
        "signals": [clip["signal"] for clip in clips],
        "labels": torch.tensor([clip["label"] for clip in clips]),
    }


def last_whole_checkpoint(folder: Path) -> str | None:
    """Return the last checkpoint that was written to its end, and remove those that were not.

    The Trainer writes ``trainer_state.json`` last.
    """
    found = sorted(folder.glob("checkpoint-*"), key=lambda path: int(path.name.split("-")[1]))
    while found:
        try:
            json.loads((found[-1] / "trainer_state.json").read_text())
            return str(found[-1])
        except (OSError, ValueError):
            shutil.rmtree(found.pop())
    return None


def _trainer(
    model: EmotionClassifier, clips: dict, recipe: dict, seed: int, folder: Path, emotions: list[str]
) -> Trainer:
    gpu = torch.cuda.is_available()

    def measured(result: EvalPrediction) -> dict[str, float]:
        counts = np.zeros((len(emotions), len(emotions)))
        np.add.at(counts, (result.label_ids, result.predictions.argmax(1)), 1)
        return {"wf1": float(metrics.wf1(counts)), "uar": float(metrics.uar(counts))}

    arguments = TrainingArguments(
        output_dir=str(folder),
        per_device_train_batch_size=recipe["batch"],
        per_device_eval_batch_size=recipe["batch"],
        gradient_accumulation_steps=recipe["accumulate"],
        learning_rate=recipe["learning_rate"],
        weight_decay=recipe["weight_decay"],
        adam_beta1=0.9,
        adam_beta2=0.999,
        max_grad_norm=1.0,
        lr_scheduler_type="linear",
        warmup_steps=recipe["warmup"],  # below 1: a share of all steps
        num_train_epochs=recipe["max_epochs"],
        eval_strategy="epoch",
        save_strategy="epoch",
        logging_strategy="epoch",
        save_total_limit=2,
        load_best_model_at_end=True,
        metric_for_best_model="wf1",
        greater_is_better=True,
        # the count of epochs without gain must outlive a kill, too
        restore_callback_states_from_checkpoint=True,
        seed=seed,
        data_seed=seed,
        fp16=gpu,
        use_cpu=not gpu,
        remove_unused_columns=False,
        label_names=["labels"],
        dataloader_pin_memory=False,
        report_to=[],
    )
    return Trainer(
        model=model,
        args=arguments,
        train_dataset=clips[TRAIN],
        eval_dataset=clips[VALIDATION],
        data_collator=collate,
        compute_metrics=measured,
        callbacks=[EarlyStoppingCallback(recipe["patience"])],
    )


def _refuse_unfit(parts: dict[str, pd.DataFrame], emotions: list[str], where: str) -> None:
    for part, table in parts.items():
        if table.empty:
            raise SarangiError(f"{where}: no utterance in the {part} part; give the protocol one")
    missing = sorted(set(emotions) - set(parts[TRAIN]["emotion"]))
    if missing:
        raise SarangiError(f"{where}: no {', '.join(missing)} in the training part; choose another protocol")


def _logits(model: EmotionClassifier, clips: Clips, batch: int) -> Tensor:
    """Return logits of shape (clips, emotions) in the order of the clips."""
    model.eval()
    found = []
    starts = range(0, len(clips), batch)
    with torch.inference_mode():
        for start in progress(starts, len(starts), "predict"):
            together = collate([clips[place] for place in range(start, min(start + batch, len(clips)))])
            found.append(model(together["signals"])["logits"].float().cpu())
    return torch.cat(found)


def _predict(model: EmotionClassifier, clips: Clips, batch: int) -> np.ndarray:
    return torch.softmax(_logits(model, clips, batch), 1).numpy()


def _write_predictions(
    rows: pd.DataFrame,
    emotions: list[str],
    probabilities: np.ndarray,
    fold: int,
    seed: int,
    output: Path,
    provenance: dict,
) -> None:
    """Write one row an utterance; ``probabilities`` are those of the ok rows, in their order."""
    schema = predictions_schema(emotions)
    heard = (rows["status"] == store.OK).to_numpy()
    table = rows.assign(fold=fold, seed=seed, predicted=None)
    answers = np.array(emotions, dtype=object)[probabilities.argmax(1)]
    table.loc[heard, "predicted"] = answers
    for place, emotion in enumerate(emotions):
        column = np.full(len(table), np.nan, dtype=np.float32)
        column[heard] = probabilities[:, place]
        table[f"p_{emotion}"] = column
    table = table[schema.names].sort_values("utterance_id", ignore_index=True)
    store.write(output, table, schema, provenance)


def _log(trainer: Trainer) -> pd.DataFrame:
    """Return one row an epoch from what the Trainer logged."""
    lines: dict[int, dict] = {}
    for entry in trainer.state.log_history:
        line = lines.setdefault(
            round(entry["epoch"]), {"epoch": round(entry["epoch"]), "step": entry["step"]}
        )
        names = {
            "loss": "training_loss",
            "learning_rate": "learning_rate",
            "eval_loss": "validation_loss",
            "eval_wf1": "validation_wf1",
            "eval_uar": "validation_uar",
        }
        line |= {ours: entry[theirs] for theirs, ours in names.items() if theirs in entry}
    frame = pd.DataFrame(list(lines.values()), columns=[name for name in LOG.names if name != "best"])
    return frame.assign(best=frame["step"] == trainer.state.best_global_step)


def _load_run(model: Path, config: Path) -> EmotionClassifier:
    """Build a run's classifier from its own two files."""
    from transformers import AutoConfig, AutoModel

    described = json.loads(config.read_text())
    settings = dict(described["encoder"])
    encoder = AutoModel.from_config(
        AutoConfig.for_model(settings.pop("model_type"), **settings), attn_implementation="sdpa"
    )
    classifier = EmotionClassifier(encoder, len(described["emotions"]), described["dropout"])
    classifier.load_state_dict(load_file(model))
    return classifier.to("cuda" if torch.cuda.is_available() else "cpu")
