"""Fine-tuning encoders of speech, of text, or of both: one run is an experiment, one fold, one seed."""

import json
import logging
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import torch
import transformers
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.utils.data import Dataset, Sampler
from transformers import EarlyStoppingCallback, EvalPrediction, TrainingArguments, set_seed
from transformers.trainer_pt_utils import LengthGroupedSampler

from sarangi.audio.flac import decode
from sarangi.base import store
from sarangi.base.errors import SarangiError
from sarangi.base.parts import TRAIN, why_not_made
from sarangi.base.progress import progress
from sarangi.corpora.utterance import turn_of
from sarangi.models.encoders import (
    device,
    load_encoder,
    load_tokenizer,
    normalises,
    prepared,
    tokenizer_files,
)
from sarangi.models.fusion import EmotionClassifier, classifier, with_encoder
from sarangi.models.predictions import (
    as_counted,
    predictions_schema,
    shared_emotions,
    skip_foreign,
    skip_unused,
)
from sarangi.runtime.resume import begun
from sarangi.splits.protocols import TEST, UNUSED, VALIDATION
from sarangi.statistics.confusions import uar, wf1

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


CORPUS = "corpus"
"""Words of the manifest, and not of transcripts."""
COLUMNS = ["utterance_id", "emotion", "text", "duration_s", "status", "reason"]
"""Of the manifest, what a run needs."""


def finetune(
    manifest: Path,
    protocol: Path,
    files: Mapping[str, Sequence[Path]],
    encoders: Mapping[str, Path],
    fold: int,
    seed: int,
    model: Mapping[str, Any],
    threads: int,
    checkpoints: Path,
    output: Mapping[str, Path],
    provenance: dict,
) -> None:
    """Fine-tune one or two encoders on one fold with one seed, and predict the fold's test part.

    The best epoch by the validation part's WF1 is kept; the test part is looked at once, after.
    Each epoch leaves a checkpoint; a run that was killed goes on from the last whole one and ends in
    the same weights.

    Parameters
    ----------
    manifest, protocol
        Tables of the corpus; the protocol must have a validation part.
    files
        Shards of the corpus by kind, as far as the model needs them: ``audio``; ``pooled_states``, in place
        of audio, for an audio branch of those; ``prefix_states``, beside it; ``transcripts``, where the text
        branch reads those.
    encoders
        Folder of the encoder of each branch, ``audio`` and ``text``.
    fold, seed
        Of this run.
    model
        Its entry in the configuration: ``audio``, ``text``, ``fusion`` and ``finetuning``.
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
        If a part is empty, the training part lacks an emotion of the corpus, the validation part has only
        one, the corpus has no words for a text branch, an encoder is not what its branch takes, the
        loss is no longer finite, or the memory of the GPU does not suffice.
    """
    torch.set_num_threads(threads)
    recipe = model["finetuning"]
    rows = store.read(manifest, COLUMNS)
    if unmade := why_not_made(store.read(protocol, ["part", "reason"], categories=["part", "reason"])):
        raise SarangiError(f"{protocol}: {unmade}")
    split = store.read(protocol, ["utterance_id", "fold", "part", "leaks"], fold=fold)
    split = split.merge(rows[["utterance_id", "emotion", "duration_s"]], on="utterance_id")
    emotions = sorted(split.loc[split["part"] != UNUSED, "emotion"].unique())
    turns = model["text"]["context_turns"] if "text" in model else 0
    if turns and not rows["utterance_id"].map(turn_of).any():
        raise SarangiError(
            f"{manifest}: text.context_turns is {turns}, and no utterance states its dialogue and turn; "
            "set it to 0 for this corpus"
        )
    described = describe(model, encoders, emotions)
    with inputs_of(described, rows, files, manifest, set(split["utterance_id"])) as (found, present):
        split = split.join(present, on="utterance_id")
        usable = split[split["status"] == store.OK]
        # what is only predicted goes by length, so that little is padded; it changes no answer
        usable = {TRAIN: usable, VALIDATION: by_length(usable), TEST: by_length(usable)}
        parts = {part: u[u["part"] == part].reset_index(drop=True) for part, u in usable.items()}
        _refuse_unfit(parts, emotions, f"{protocol}, fold {fold}")
        set_seed(seed)
        loaded = {branch: load_encoder(encoders[branch], branch) for branch in with_encoder(model)}
        weights = class_weights(parts[TRAIN]["emotion"], emotions) if recipe["class_weights"] else None
        set_seed(seed)  # again: how much is drawn for what an encoder's weights lack must not count
        network = classifier(described, loaded, weights)
        if recipe.get("gradient_checkpointing"):
            for encoder in loaded.values():
                encoder.activation_checkpointing_enable({"use_reentrant": False})
        data = {part: Utterances(table, emotions, found) for part, table in parts.items()}
        kept = begun(checkpoints, provenance)
        last = last_whole_checkpoint(kept)
        if last is not None:
            log.info("goes on from %s", Path(last).name)
        with _advice_on_memory(described, recipe["batch"]):
            trainer = trainer_of(network, data, recipe, seed, kept, emotions)
            trainer.train(resume_from_checkpoint=last)
            # a GPU trains in half precision, and answers in whole, as it does on other corpora
            whole = trainer.accelerator.unwrap_model(trainer.model, keep_fp32_wrapper=False)
            probabilities = _predict(whole, data[TEST], recipe["batch"])
    tested = by_length(skip_unused(split[split["part"].isin([TEST, UNUSED])]))
    answered = _answered(tested, emotions, probabilities, fold, seed)
    _write([answered], emotions, output["predictions"], provenance)
    store.write(output["log"], _log(trainer), LOG, provenance)
    state = {name: tensor.detach().cpu().contiguous() for name, tensor in trainer.model.state_dict().items()}
    save_file(state, output["model"], metadata={"sarangi": json.dumps(provenance, sort_keys=True)})
    output["config"].write_text(json.dumps(described, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    shutil.rmtree(checkpoints)


def finetune_together(
    manifest: Path,
    protocol: Path,
    files: Mapping[str, Sequence[Path]],
    encoders: Mapping[str, Path],
    runs: Mapping[tuple[int, int], Mapping[str, Path]],
    model: Mapping[str, Any],
    threads: int,
    checkpoints: Path,
    provenance: dict,
) -> None:
    """Carry out several runs of :func:`finetune` one after the other; each ends as it would alone.

    Parameters
    ----------
    manifest, protocol, files, encoders, model, threads, provenance
        As for :func:`finetune`.
    runs
        By fold and seed, what :func:`finetune` writes.
    checkpoints
        Folder that outlives a kill, emptied when the runs have finished.
    """
    for (fold, seed), output in progress(runs.items(), len(runs), "runs"):
        finetune(
            manifest,
            protocol,
            files,
            encoders,
            fold,
            seed,
            model,
            threads,
            checkpoints / f"{fold}_{seed}",
            output,
            provenance,
        )
    shutil.rmtree(checkpoints, ignore_errors=True)


def transfer(
    runs: Mapping[tuple[int, int], Path],
    manifest: Path,
    files: Mapping[str, Sequence[Path]],
    batch: int,
    threads: int,
    label_map: Mapping[str, str],
    output: Path,
    provenance: dict,
) -> None:
    """Predict every utterance of another corpus by each run, over the emotions that both have.

    A run chooses among those alone; the probabilities of emotions that count as one are added up.

    Parameters
    ----------
    runs
        By fold and seed, the folder of a run of one experiment.
    manifest, files
        The other corpus, as for :func:`finetune`.
    batch
        Clips at once; it changes nothing but speed.
    threads
        Threads of torch.
    label_map
        By emotion, the one that it counts as, in what the model answers and in the other corpus alike.
    output
        Parquet file to write, a row for each utterance and run; an utterance whose emotion the model does
        not know is skipped.
    provenance
        Passed to the store.

    Raises
    ------
    SarangiError
        If the corpora share fewer than two emotions, or the other has no words for a text branch.
    """
    torch.set_num_threads(threads)
    rows = as_counted(store.read(manifest, COLUMNS), label_map)
    # what prepares the inputs is of the experiment, the same for each run
    described = json.loads((next(iter(runs.values())) / "config.json").read_text(encoding="utf-8"))
    wanted = set(rows["utterance_id"])
    answered, columns = [], {}
    with (
        inputs_of(described, rows, files, manifest, wanted) as (found, present),
        _advice_on_memory(described, batch),
    ):
        listed = by_length(rows[["utterance_id", "emotion", "duration_s"]].join(present, on="utterance_id"))
        for (fold, seed), folder in runs.items():
            network = EmotionClassifier.from_pretrained(folder).to(device())
            own = network.described["emotions"]
            shared = shared_emotions(own, rows, manifest, label_map)
            emotions = list(dict.fromkeys(shared.values()))
            tested = skip_foreign(listed, emotions)
            usable = tested[tested["status"] == store.OK].reset_index(drop=True)
            logits = _logits(network, Utterances(usable, emotions, found), batch)
            chosen = logits[:, [own.index(emotion) for emotion in shared]].softmax(1)
            counts_as = torch.tensor([emotions.index(emotion) for emotion in shared.values()])
            probabilities = torch.zeros(len(chosen), len(emotions)).index_add_(1, counts_as, chosen)
            answered.append(_answered(tested, emotions, probabilities.numpy(), fold, seed))
            columns |= dict.fromkeys(emotions)
    _write(answered, list(columns), output, provenance)


def describe(model: Mapping[str, Any], encoders: Mapping[str, Path], emotions: list[str]) -> dict[str, Any]:
    """Return all that it takes to build a run's network anew and to prepare its inputs.

    Parameters
    ----------
    model, encoders
        As for :func:`finetune`.
    emotions
        In the order of the network's outputs.

    Returns
    -------
    dict
        ``emotions``, ``dropout``, and of the model's entry ``audio``, ``text`` and ``fusion``; each branch
        with the name of its encoder, the encoder's ``config.json`` in its place, and what prepares its
        inputs: ``normalise``, or the files of the tokeniser as they are.
    """
    found = {"emotions": emotions, "dropout": model["finetuning"]["dropout"]}
    for branch, folder in encoders.items():
        settings = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        found[branch] = {**model[branch], "encoder": settings, "name": model[branch]["encoder"]}
        if branch == "audio":
            found[branch]["normalise"] = normalises(folder)
        else:
            found[branch]["tokenizer"] = tokenizer_files(folder)
    return found | ({"fusion": model["fusion"]} if "fusion" in model else {})


@contextmanager
def inputs_of(
    described: Mapping[str, Any],
    rows: pd.DataFrame,
    files: Mapping[str, Sequence[Path]],
    manifest: Path,
    wanted: set[str],
) -> Iterator[tuple[dict[str, Callable[[str], Tensor]], pd.DataFrame]]:
    """Yield what gives each input of an utterance by its id, and the status and reason of each utterance.

    The audio decides which utterances can be used; without an audio branch the transcripts do, or the
    manifest where the words are the corpus's own.

    Parameters
    ----------
    described
        From :func:`describe`.
    rows : data frame of utterance_id, text, status and reason
        The whole manifest.
    files, manifest
        As for :func:`finetune`.
    wanted
        Ids of the utterances that are asked for.

    Raises
    ------
    SarangiError
        If there is a text branch and no wanted utterance has words.
    """
    found: dict[str, Callable[[str], Tensor]] = {}
    present = rows.set_index("utterance_id")[["status", "reason"]]
    with ExitStack() as stack:
        if "text" in described:
            entry = described["text"]
            where = manifest
            words = rows.set_index("utterance_id")["text"].dropna().to_dict()
            if entry["words"] != CORPUS:
                where = files["transcripts"][0].parent
                columns = ["utterance_id", "text", "status", "reason"]
                said = pd.concat(store.read(shard, columns) for shard in files["transcripts"])
                said = said.set_index("utterance_id")
                words, present = said["text"].dropna().to_dict(), said[["status", "reason"]]
            if not any(words.get(utterance_id, "").strip() for utterance_id in wanted):
                raise SarangiError(
                    f"{where}: no utterance has words, and the model has a text branch; give it the "
                    "transcripts of an entry of asr (words: <name>), or take the corpus out of the experiment"
                )
            tokenizer = load_tokenizer(
                entry["tokenizer"], entry["encoder"], entry["max_tokens"], entry["name"]
            )
            texts = in_context(rows["utterance_id"], words, entry["context_turns"])

            def tokens(utterance_id: str) -> Tensor:
                text = tokenizer.sep_token.join(texts[utterance_id])
                return torch.tensor(
                    tokenizer(text, truncation=True, max_length=entry["max_tokens"])["input_ids"]
                )

            found["tokens"] = tokens
        if "states" in described.get("audio", ()):
            means, present = stack.enter_context(pooled(files["pooled_states"], wanted))
            shape = (-1, described["audio"]["encoder"]["hidden_size"])
            found["signals"] = lambda utterance_id: torch.from_numpy(means(utterance_id)).view(shape).float()
        elif "audio" in described:
            recording, present = stack.enter_context(recordings(files["audio"], wanted))
            kept = Prefixes(files.get("prefix_states", ()))
            settings = described["audio"]

            def signal_of(utterance_id: str) -> Tensor:
                if utterance_id in kept:
                    return kept[utterance_id].float()
                return prepared(recording(utterance_id), settings["max_audio_s"], settings["normalise"])

            found["signals"] = signal_of
        yield found, present


def in_context(utterance_ids: Iterable[str], words: Mapping[str, str], turns: int) -> dict[str, list[str]]:
    """Return the words of each utterance behind those of the turns before it in its dialogue.

    Parameters
    ----------
    utterance_ids
        Of the whole manifest; what is not there is nobody's context.
    words
        By utterance; one without has an empty text, and is left out of the context of others.
    turns
        Turns before, at most.  A corpus without dialogues has none.
    """
    dialogues = defaultdict(list)
    for utterance_id in utterance_ids:
        dialogue, turn = turn_of(utterance_id) or (utterance_id, 0)
        dialogues[dialogue].append((turn, utterance_id))
    found = {}
    for said in dialogues.values():
        ordered = [utterance_id for _, utterance_id in sorted(said)]
        for place, utterance_id in enumerate(ordered):
            before = [words.get(name, "") for name in ordered[max(0, place - turns) : place]]
            found[utterance_id] = [*filter(str.strip, before), words.get(utterance_id, "")]
    return found


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


@contextmanager
def pooled(shards: Sequence[Path], wanted: set[str]) -> Iterator[tuple[Callable, pd.DataFrame]]:
    """Yield what gives the pooled states of an utterance by id, and the status of each.

    They go once into a file in the folder for temporary files, as the :func:`recordings` do.
    """
    places: dict[str, int] = {}
    found = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pooled.float16"
        with path.open("wb") as file:
            for shard in shards:
                table = store.read(shard, ["utterance_id", "status", "reason", "pooled"])
                table = table[table["utterance_id"].isin(wanted)]
                found.append(table[["utterance_id", "status", "reason"]])
                ok = table[table["status"] == store.OK]
                for utterance_id, values in zip(ok["utterance_id"], ok["pooled"], strict=True):
                    places[utterance_id] = len(places)
                    file.write(values.astype(np.float16).tobytes())
        if places:
            matrix = np.memmap(path, np.float16, "r").reshape(len(places), -1)
        yield (
            lambda utterance_id: np.array(matrix[places[utterance_id]]),
            pd.concat(found).set_index("utterance_id"),
        )


class Prefixes:
    """What a frozen prefix gave for utterances, by id, mapped from disk.

    Parameters
    ----------
    shards
        From :func:`sarangi.models.states.prefix_states`.
    """

    def __init__(self, shards: Sequence[Path]) -> None:
        self._shard_of = {}
        for shard in shards:
            try:
                opened = safe_open(shard, "pt")
            except (OSError, SafetensorError) as error:
                raise SarangiError(
                    f"{shard}: not whole ({error}). Delete it and run the same command again: Snakemake "
                    "makes it anew."
                ) from error
            self._shard_of |= dict.fromkeys(opened.keys(), opened)

    def __contains__(self, utterance_id: str) -> bool:
        return utterance_id in self._shard_of

    def __getitem__(self, utterance_id: str) -> Tensor:
        return self._shard_of[utterance_id].get_tensor(utterance_id)


def by_length(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows of utterance_id and duration_s by their duration."""
    return rows.sort_values(["duration_s", "utterance_id"])


class Utterances(Dataset):
    """Inputs and labels of some utterances.

    Parameters
    ----------
    table : data frame of utterance_id, emotion and duration_s
    emotions
        The classes, in order.
    inputs
        By the name of the network's input, what gives that of an utterance: ``signals`` (float32 of shape
        (samples,), or in its place states of shape (frames, width) or (layers, width)) and ``tokens`` (int64
        of shape (tokens,)).
    """

    def __init__(
        self, table: pd.DataFrame, emotions: list[str], inputs: Mapping[str, Callable[[str], Tensor]]
    ) -> None:
        self.ids = list(table["utterance_id"])
        self.labels = [emotions.index(emotion) for emotion in table["emotion"]]
        self.seconds = list(table["duration_s"])
        self.inputs = inputs

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, place: int) -> dict:
        utterance_id = self.ids[place]
        inputs = {name: give(utterance_id) for name, give in self.inputs.items()}
        return {"labels": self.labels[place], "utterances": utterance_id, **inputs}


def collate(entries: list[dict]) -> dict:
    """Put utterances together as the classifier takes them: lists of inputs, a tensor of labels."""
    together = {name: [entry[name] for entry in entries] for name in entries[0]}
    return together | {"labels": torch.tensor(together["labels"])}


class ByLength(LengthGroupedSampler):
    """Shuffles utterances so that those of a batch are about as long; each epoch by a seed of its own.

    Parameters
    ----------
    batch
        Utterances that are sorted together.
    seconds
        Of each utterance.
    seed
        Of the first epoch.
    """

    def __init__(self, batch: int, seconds: list[float], seed: int) -> None:
        super().__init__(batch, lengths=seconds)
        self.seed = seed
        self.set_epoch(0)

    def set_epoch(self, epoch: int) -> None:
        """Choose the seed; a run that goes on has the order that it would have had."""
        self.generator = torch.Generator().manual_seed(self.seed + epoch)


class Trainer(transformers.Trainer):
    """Stops where the loss is no longer a number; the checkpoint of the last good epoch stays.

    With ``by_length`` the clips of a batch are about as long.
    """

    by_length = False

    def _get_train_sampler(self, train_dataset: Dataset | None = None) -> Sampler | None:
        if not self.by_length:
            return super()._get_train_sampler(train_dataset)
        together = self.args.train_batch_size * self.args.gradient_accumulation_steps
        return ByLength(together, self.train_dataset.seconds, self.args.data_seed)

    def compute_loss(self, model: nn.Module, inputs: dict, **named: Any) -> Any:
        """Return what the Trainer does; ``inputs`` say their ``utterances``, too."""
        utterances = inputs.pop("utterances")
        found = super().compute_loss(model, inputs, **named)
        loss = found[0] if isinstance(found, tuple) else found
        if model.training and not loss.isfinite():
            raise SarangiError(
                f"the loss is {loss.item()} in epoch {int(self.state.epoch) + 1} after step "
                f"{self.state.global_step}, on {', '.join(utterances)}; look at these utterances, or lower "
                "finetuning.learning_rate"
            )
        return found


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


def trainer_of(
    model: EmotionClassifier, data: dict, recipe: Mapping, seed: int, folder: Path, emotions: list[str]
) -> Trainer:
    """Return what trains a network by a recipe.

    Parameters
    ----------
    model
        With its frozen parts frozen.
    data
        :class:`Utterances` of the parts ``train`` and ``validation``.
    recipe
        ``finetuning`` of a model's entry.
    seed
        Of the order of the utterances and of dropout.
    folder
        For checkpoints.
    emotions
        In the order of the network's outputs.
    """
    gpu = torch.cuda.is_available()

    def measured(result: EvalPrediction) -> dict[str, float]:
        counts = np.zeros((len(emotions), len(emotions)))
        np.add.at(counts, (result.label_ids, result.predictions.argmax(1)), 1)
        return {"wf1": float(wf1(counts)), "uar": float(uar(counts))}

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
    trainer = Trainer(
        model=model,
        args=arguments,
        train_dataset=data[TRAIN],
        eval_dataset=data[VALIDATION],
        data_collator=collate,
        compute_metrics=measured,
        callbacks=[EarlyStoppingCallback(recipe["patience"])],
    )
    trainer.by_length = recipe.get("group_by_length", False)
    return trainer


def _refuse_unfit(parts: dict[str, pd.DataFrame], emotions: list[str], where: str) -> None:
    for part, table in parts.items():
        if table.empty:
            raise SarangiError(f"{where}: no utterance in the {part} part; give the protocol one")
    missing = sorted(set(emotions) - set(parts[TRAIN]["emotion"]))
    if missing:
        raise SarangiError(f"{where}: no {', '.join(missing)} in the training part; choose another protocol")
    (validated, *others) = parts[VALIDATION]["emotion"].unique()
    if not others:
        raise SarangiError(
            f"{where}: only {validated} in the validation part, and the best epoch cannot be chosen by one "
            "emotion; choose another protocol, or give this one a larger validation part"
        )


@contextmanager
def _advice_on_memory(described: Mapping[str, Any], batch: int) -> Iterator[None]:
    """Say which settings to lower where the memory of the GPU does not suffice."""
    try:
        yield
    except torch.OutOfMemoryError as error:
        lengths = {"audio": "max_audio_s", "text": "max_tokens"}
        longest = [
            f"{branch}.{key} ({described[branch][key]})"
            for branch, key in lengths.items()
            if branch in described
        ]
        raise SarangiError(
            f"the memory of the GPU does not suffice; lower finetuning.batch ({batch}) and raise "
            f"finetuning.accumulate alike, set finetuning.gradient_checkpointing, or lower "
            f"{' or '.join(longest)}. {str(error).splitlines()[0]}"
        ) from None


def _logits(model: EmotionClassifier, data: Utterances, batch: int) -> Tensor:
    """Return logits of shape (utterances, emotions) in the order of the data."""
    model.eval()
    found = []
    starts = range(0, len(data), batch)
    with torch.inference_mode():
        for start in progress(starts, len(starts), "predict"):
            inputs = collate([data[place] for place in range(start, min(start + batch, len(data)))])
            inputs = {name: inputs[name] for name in data.inputs}
            found.append(model(**inputs)["logits"].float().cpu())
    return torch.cat(found)


def _predict(model: EmotionClassifier, data: Utterances, batch: int) -> np.ndarray:
    return torch.softmax(_logits(model, data, batch), 1).numpy()


def _answered(
    rows: pd.DataFrame, emotions: list[str], probabilities: np.ndarray, fold: int, seed: int
) -> pd.DataFrame:
    """Return rows with what a run answers; ``probabilities`` are those of the ok rows, in their order."""
    heard = (rows["status"] == store.OK).to_numpy()
    table = rows.assign(fold=fold, seed=seed, predicted=None)
    answers = np.array(emotions, dtype=object)[probabilities.argmax(1)]
    table.loc[heard, "predicted"] = answers
    for place, emotion in enumerate(emotions):
        column = np.full(len(table), np.nan, dtype=np.float32)
        column[heard] = probabilities[:, place]
        table[f"p_{emotion}"] = column
    return table


def _write(runs: list[pd.DataFrame], emotions: list[str], output: Path, provenance: dict) -> None:
    """Write what runs answer, a row an utterance and run."""
    schema = predictions_schema(emotions)
    table = pd.concat(runs)[schema.names]
    table = table.sort_values(["utterance_id", "fold", "seed"], ignore_index=True)
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
