"""Training a network by a recipe, with a checkpoint an epoch."""

import json
import math
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import torch
import transformers
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.utils.data import Dataset, Sampler
from transformers import EarlyStoppingCallback, EvalPrediction, TrainingArguments
from transformers.trainer import OPTIMIZER_NAME, SCHEDULER_NAME, TRAINER_STATE_NAME
from transformers.utils import SAFE_WEIGHTS_NAME

from sarangi.base.device_names import CPU
from sarangi.base.errors import SarangiError
from sarangi.base.parts import TRAIN, VALIDATION
from sarangi.models.checkpoint_writer import CheckpointWriter
from sarangi.models.concordance import concordance_loss
from sarangi.models.draws import Draws, statistics_kept
from sarangi.models.fusion import EmotionClassifier
from sarangi.models.micro_batches import TrainedOn, trained_on
from sarangi.models.ratings import MEAN_CCC, measured_ratings
from sarangi.models.utterances import FORK, ByLength, Utterances, collate, update, whole_update
from sarangi.runtime.devices import device, lacks_memory, loading_processes
from sarangi.statistics.confusions import uar, wf1

LOOKED_AT = 50  # losses at once, on a GPU: to look at one is to wait for it

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


def log_schema(described: Mapping[str, Any]) -> pa.Schema:
    """Return the schema of a run's log, a row an epoch: :data:`LOG`, or that of ratings.

    Ratings have the concordance of the validation part as a whole, by dimension and its mean, and no loss of
    it: that is 1 less the mean.
    """
    if "dimensions" not in described:
        return LOG
    measures = ["validation_ccc", *(f"validation_ccc_{name}" for name in described["dimensions"])]
    kept = [LOG.field(name) for name in ("epoch", "step", "training_loss", "learning_rate")]
    return pa.schema([*kept, *(pa.field(name, pa.float64()) for name in measures), LOG.field("best")])


def class_weights(emotions: pd.Series, classes: Sequence[str]) -> Tensor:
    """Return weights inverse to each class's frequency, float32 of shape (classes,); mean 1 over clips."""
    counts = emotions.value_counts().reindex(classes).to_numpy()
    return torch.tensor(len(emotions) / (len(classes) * counts), dtype=torch.float32)


class Trainer(transformers.Trainer):
    """Stops where the loss is no longer a number; the checkpoint of the last good epoch stays.

    A checkpoint has what learns, and not what is frozen, which is as the encoder's own weights have it.

    With ``by_length`` the utterances of a batch are about as long; with ``decay_all`` weights decay on biases
    and normalisations, too.  With ``trained_on``, on a GPU, a batch is all of an update
    (:func:`sarangi.models.utterances.update`), of which so many go through the network at once, and a
    checkpoint is written while the next epoch trains.

    With ``whole`` a batch is all of an update, too, on any device, and the loss is the concordance of all of
    it, of which so many clips go through the network at once.
    """

    by_length = False
    decay_all = False
    trained_on: TrainedOn | None = None
    whole: int | None = None

    def __init__(self, *arguments: Any, **named: Any) -> None:
        self._unseen: list[_Loss] = []
        self._writer = CheckpointWriter()
        super().__init__(*arguments, **named)

    def get_decay_parameter_names(self, model: nn.Module) -> list[str]:
        """Return the names of the parameters whose weights decay."""
        if self.decay_all:
            return [name for name, _ in model.named_parameters()]
        return super().get_decay_parameter_names(model)

    def _get_train_sampler(self, train_dataset: Dataset | None = None) -> Sampler | None:
        if not self.by_length:
            return super()._get_train_sampler(train_dataset)
        together = self.args.train_batch_size * self.args.gradient_accumulation_steps
        return ByLength(together, self.train_dataset.lengths, self.args.data_seed)

    def train(self, *arguments: Any, **named: Any) -> Any:
        """Train as the Trainer does, with numbers below 1.2e-38 as zero."""
        try:
            with subnormals_as_zero():
                return super().train(*arguments, **named)
        finally:
            self._writer.close()

    def _save_checkpoint(self, *arguments: Any, **named: Any) -> None:
        """Write a checkpoint, once the one before is whole: older ones are deleted at the end."""
        self._writer.wait()
        super()._save_checkpoint(*arguments, **named)

    def _save(self, output_dir: str | None = None, state_dict: dict | None = None) -> None:
        """Write the weights of a checkpoint."""
        frozen = self._frozen()
        state = self.model.state_dict() if state_dict is None else state_dict
        learning = {name: tensor for name, tensor in state.items() if name not in frozen}
        if self.trained_on is None:
            super()._save(output_dir, learning)
        else:
            path = Path(output_dir or self.args.output_dir, SAFE_WEIGHTS_NAME)
            self._writer.write(path, partial(save_file, metadata={"format": "pt"}), learning)

    def _save_optimizer_and_scheduler(self, output_dir: str) -> None:
        """Write what the optimizer and the learning rate's schedule remember."""
        if self.trained_on is None:
            super()._save_optimizer_and_scheduler(output_dir)
            return
        for name, remembers in ((OPTIMIZER_NAME, self.optimizer), (SCHEDULER_NAME, self.lr_scheduler)):
            self._writer.write(Path(output_dir, name), torch.save, remembers.state_dict())

    def _load_best_model(self) -> None:
        """Load the best weights, once they are whole."""
        self._writer.wait()
        super()._load_best_model()

    def _issue_warnings_after_load(self, load_result: Any) -> None:
        """Refuse weights that are not those of this network's checkpoints."""
        odd = set(load_result.missing_keys) - self._frozen() | set(load_result.unexpected_keys)
        if odd:
            raise SarangiError(
                f"{self.args.output_dir}: its checkpoints are of another network, which differs in "
                f"{min(odd)}; delete the folder and run the same command again"
            )

    def _frozen(self) -> set[str]:
        return {name for name, tensor in self.model.named_parameters() if not tensor.requires_grad}

    def compute_loss(self, model: nn.Module, inputs: dict, **named: Any) -> Any:
        """Return what the Trainer does; ``inputs`` say their ``utterances``, too."""
        utterances = inputs.pop("utterances")
        inputs.pop("shares", None)  # of a training
        found = super().compute_loss(model, inputs, **named)
        if model.training:
            self._note(found[0] if isinstance(found, tuple) else found, utterances)
            self._refuse_no_number()
        return found

    def training_step(self, model: nn.Module, inputs: dict, num_items_in_batch: Any = None) -> Tensor:
        """Return the loss of a batch, whose gradients are added up; on a GPU it is that of an update.

        There nothing is waited for: losses are looked at from time to time.
        """
        if self.trained_on is None and self.whole is None:
            return super().training_step(model, inputs, num_items_in_batch)
        model.train()
        inputs = self._prepare_inputs(inputs)
        utterances, labels = inputs.pop("utterances"), inputs.pop("labels")
        if self.whole is not None:
            loss = self._whole_update(model, inputs, utterances, labels)
        else:
            loss = self._sum_of_parts(model, inputs, utterances, labels)
        if self.trained_on is None or len(self._unseen) >= LOOKED_AT:
            self._refuse_no_number()
        return loss

    def _sum_of_parts(
        self, model: nn.Module, inputs: dict, utterances: Sequence[str], labels: Tensor
    ) -> Tensor:
        """Return the loss of an update that is a sum over clips; its gradients are added up."""
        shares, labels = inputs.pop("shares"), inputs.pop("targets", labels)
        clips = {name: list(together) for name, together in inputs.items()}
        losses = []
        for those in _parted(len(utterances), self.trained_on.micro_batch):
            learnt = self.model.as_learnt(self._answered(model, clips, those))
            each = nn.functional.cross_entropy(learnt, labels[those], reduction="none")
            loss = each @ shares[those]
            self.accelerator.backward(loss)
            self._note(loss, utterances[those])
            losses.append(loss.detach())
        return torch.stack(losses).sum()

    def _whole_update(
        self, model: nn.Module, inputs: dict, utterances: Sequence[str], ratings: Tensor
    ) -> Tensor:
        """Return the loss of an update that is one of all its clips together; its gradients are added up.

        Where they do not go through the network at once, they do so twice: first for the gradient of the loss
        by each output, then, with the same draws, for those of the weights, a part at a time (Gao et al.
        2021, Scaling deep contrastive learning batch size under memory limited setup, section 3).
        """
        clips = {name: list(together) for name, together in inputs.items()}
        parts = _parted(len(utterances), self.whole)
        if len(parts) == 1:
            outputs = self._answered(model, clips, parts[0])
            loss = concordance_loss(outputs, ratings)
            self.accelerator.backward(loss)
        else:
            draws, found = [], []
            with torch.no_grad(), statistics_kept(model):
                for those in parts:
                    draws.append(Draws.now())
                    found.append(self._answered(model, clips, those))
            outputs = torch.cat(found).requires_grad_()
            loss = concordance_loss(outputs, ratings)
            (by_output,) = torch.autograd.grad(loss, outputs)
            for those, drawn in zip(parts, draws, strict=True):
                drawn.again()
                self.accelerator.backward((self._answered(model, clips, those) * by_output[those]).sum())
        for those in parts:  # a clip whose output is no number makes the loss of all none
            nothing = (outputs[those].detach() * 0).sum()
            self._note(nothing, utterances[those])
        self._note(loss, utterances)
        return loss.detach()

    def _answered(self, model: nn.Module, clips: Mapping[str, list], those: slice) -> Tensor:
        """Return what a network answers on some of the clips, as float32."""
        with self.compute_loss_context_manager():
            outputs: Tensor = model(**{name: entries[those] for name, entries in clips.items()})["logits"]
        return outputs.float()

    def _maybe_log_save_evaluate(self, *arguments: Any, **named: Any) -> None:
        if self.control.should_log or self.control.should_evaluate or self.control.should_save:
            self._refuse_no_number()  # before anything of it is kept
        super()._maybe_log_save_evaluate(*arguments, **named)

    def _note(self, loss: Tensor, utterances: Sequence[str]) -> None:
        """Have a loss looked at by :meth:`_refuse_no_number`."""
        self._unseen.append(_Loss(loss.detach(), utterances, int(self.state.epoch), self.state.global_step))

    def _refuse_no_number(self) -> None:
        """Raise SarangiError if a loss that was noted is no finite number, and name the first."""
        unseen, self._unseen = self._unseen, []
        values = torch.stack([each.value for each in unseen]).tolist() if unseen else []
        for each, value in zip(unseen, values, strict=True):
            if not math.isfinite(value):
                raise SarangiError(
                    f"the loss is {value} in epoch {each.epoch + 1} after step {each.step}, on "
                    f"{', '.join(each.utterances)}; look at these utterances, or lower "
                    "finetuning.learning_rate"
                )


def _parted(count: int, size: int) -> list[slice]:
    return [slice(start, start + size) for start in range(0, count, size)]


class _Loss(NamedTuple):
    """Of some utterances in training: its value, epochs and steps that were finished before."""

    value: Tensor
    utterances: Sequence[str]
    epoch: int
    step: int


@contextmanager
def subnormals_as_zero() -> Iterator[None]:
    """Have a processor take numbers below 1.2e-38 as zero: at those it is many times slower.

    Of the gradients of a network that is sure of an answer many are so small.
    """
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(False)


def last_whole_checkpoint(folder: Path) -> str | None:
    """Return the last checkpoint that was written to its end, and remove those that were not.

    On a CPU the Trainer writes its own state last; on a GPU each other file has its name once it is whole.
    """
    found = sorted(folder.glob("checkpoint-*"), key=lambda path: int(path.name.split("-")[1]))
    while found and not _is_whole(found[-1]):
        shutil.rmtree(found.pop())
    return str(found[-1]) if found else None


def _is_whole(checkpoint: Path) -> bool:
    names = (SAFE_WEIGHTS_NAME, OPTIMIZER_NAME, SCHEDULER_NAME)
    try:
        json.loads((checkpoint / TRAINER_STATE_NAME).read_text())
    except (OSError, ValueError):
        return False
    return all((checkpoint / name).is_file() for name in names)


def trainer_of(
    model: EmotionClassifier,
    data: Mapping[str, Utterances],
    recipe: Mapping[str, Any],
    seed: int,
    folder: Path,
    emotions: Sequence[str],
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
        In the order of the network's outputs; of a network of ratings nothing.
    """
    dimensions = list(model.described.get("dimensions", ()))

    def measured(result: EvalPrediction) -> dict[str, float]:
        if dimensions:
            return measured_ratings(result, dimensions)
        counts = np.zeros((len(emotions), len(emotions)))
        np.add.at(counts, (result.label_ids, result.predictions.argmax(1)), 1)
        return {"wf1": float(wf1(counts)), "uar": float(uar(counts))}

    weights = None if model.weights is None else model.weights.cpu()  # where batches are prepared
    gpu, processes, batch = trained_on(model, data, recipe), loading_processes(), recipe["batch"]
    at_once = gpu is not None or bool(dimensions)  # all clips of an update come as one batch
    prepare = collate
    if dimensions:
        prepare = whole_update
    elif gpu:
        prepare = partial(update, batch=batch, weights=weights)
    arguments = TrainingArguments(
        output_dir=str(folder),
        per_device_train_batch_size=batch * recipe["accumulate"] if at_once else batch,
        per_device_eval_batch_size=gpu.evaluation_batch if gpu else batch,
        gradient_accumulation_steps=1 if at_once else recipe["accumulate"],
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
        metric_for_best_model=MEAN_CCC if dimensions else "wf1",
        greater_is_better=True,
        # the count of epochs without gain must outlive a kill, too
        restore_callback_states_from_checkpoint=True,
        seed=seed,
        data_seed=seed,
        fp16=gpu is not None and gpu.precision == "fp16",
        bf16=gpu is not None and gpu.precision == "bf16",
        use_cpu=device() == CPU,
        remove_unused_columns=False,
        label_names=["labels"],
        dataloader_num_workers=processes,
        dataloader_multiprocessing_context=FORK if processes else None,
        dataloader_pin_memory=gpu is not None,
        accelerator_config={"non_blocking": gpu is not None},
        logging_nan_inf_filter=gpu is None,  # it waits for each loss
        report_to=[],
        disable_tqdm=True,  # a line an epoch in the log, and no bar in the bar of the runs
    )
    trainer = Trainer(
        model=model,
        args=arguments,
        train_dataset=data[TRAIN],
        eval_dataset=data[VALIDATION],
        data_collator=prepare,
        compute_metrics=measured,
        callbacks=[EarlyStoppingCallback(recipe["patience"])],
    )
    trainer.trained_on = gpu
    if dimensions:
        trainer.whole = gpu.micro_batch if gpu else batch
    trainer.by_length = recipe.get("group_by_length", False)
    trainer.decay_all = bool(model.described.get("replay"))
    return trainer


def log_of(trainer: Trainer) -> pd.DataFrame:
    """Return one row an epoch from what the Trainer logged, of :func:`log_schema`."""
    columns = [name for name in log_schema(trainer.model.described).names if name != "best"]
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
            **{f"eval_{name.removeprefix('validation_')}": name for name in columns if "_ccc" in name},
        }
        line |= {ours: entry[theirs] for theirs, ours in names.items() if theirs in entry}
    frame = pd.DataFrame(list(lines.values()), columns=columns)
    return frame.assign(best=frame["step"] == trainer.state.best_global_step)


@contextmanager
def advice_on_memory(described: Mapping[str, Any], batch: int) -> Iterator[None]:
    """Say which settings to lower where the memory of the GPU does not suffice."""
    try:
        yield
    except RuntimeError as error:
        if not lacks_memory(error):
            raise
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
