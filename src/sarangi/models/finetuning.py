"""Fine-tuning encoders of speech, of text, or of both: one run is an experiment, one fold, one seed."""

import dataclasses
import json
import logging
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
import torch
from safetensors.torch import save_file
from torch import nn
from transformers import set_seed

from sarangi.base import store
from sarangi.base.errors import SarangiError
from sarangi.base.parts import TEST, TRAIN, UNUSED, VALIDATION, why_not_made
from sarangi.base.progress import progress
from sarangi.corpora.utterance import turn_of
from sarangi.models.adapters import add_adapters
from sarangi.models.answers import answered, logits_of, write_answers
from sarangi.models.augmentation import Augmented
from sarangi.models.balance import DRAWN, LOGIT_ADJUSTMENT, drawn_alike, log_shares
from sarangi.models.branches import Branch
from sarangi.models.encoders import Encoder, checkpoint_gradients, normalises
from sarangi.models.fusion import EmotionClassifier, classifier, with_encoder
from sarangi.models.kept_frames import KeptFrames, SharedFrames
from sarangi.models.predictions import skip_unused
from sarangi.models.rated import write_rated_runs
from sarangi.models.ratings import (
    RatedUtterances,
    by_dimension,
    columns_of,
    rated_answers,
    with_ratings,
)
from sarangi.models.refusals import settings_in
from sarangi.models.replay import needs_pooler
from sarangi.models.run_inputs import inputs_of
from sarangi.models.runs import COLUMNS, Run, RunFiles, Training
from sarangi.models.side_by_side import carry_out
from sarangi.models.soft_targets import class_weights_of, refuse_unvoted, vote_shares
from sarangi.models.tokenizers import tokenizer_files
from sarangi.models.trainer import (
    advice_on_memory,
    class_weights,
    last_whole_checkpoint,
    log_of,
    log_schema,
    subnormals_as_zero,
    trainer_of,
)
from sarangi.models.utterances import Utterances, by_length, with_length
from sarangi.runtime.devices import device
from sarangi.runtime.resume import begun

if TYPE_CHECKING:
    from peft import LoraModel

log = logging.getLogger("sarangi")


def finetune(training: Training, run: Run, output: RunFiles) -> None:
    """Fine-tune one or two encoders on one fold with one seed, and predict the fold's test part.

    The best epoch by the validation part's WF1, or mean CCC of ratings, is kept; the test part is looked at
    once, after.
    Each epoch leaves a checkpoint; a run that was killed resumes from the last whole one and ends in
    the same weights.  The convolutions over a clip never learn, and run once for all epochs.
    Adapters are added to the encoder's weights at the end, so that a run is opened like any other.

    Parameters
    ----------
    training
        What the runs of the experiment share.
    run
        Which to carry out.
    output
        What it leaves; a checkpoint is taken up only under the same provenance.

    Raises
    ------
    SarangiError
        If a part is empty, the training part lacks an emotion of the corpus, the validation part has only
        one, or one of them fewer than two different ratings of a dimension, the corpus has no words for a
        text branch, or no votes for soft labels, an encoder is not what its branch takes, the loss is no
        longer finite, or the memory of the GPU does not suffice.
    """
    with KeptFrames(training.checkpoints.parent, training.cache_gb) as frames:
        _carry_out(training, run, output, frames)


def _carry_out(training: Training, run: Run, output: RunFiles, frames: KeptFrames) -> None:
    """Carry out a run; ``frames`` are for all runs that share an encoder, as those of an experiment do."""
    torch.set_num_threads(training.threads)
    with parts_of_run(training, run) as parts:
        recipe = training.model["finetuning"]
        network, adapted = network_to_train(
            training.model, training.encoders, parts.described, parts.labels, run.seed, parts.shares
        )
        kept = begun(training.checkpoints, dict(output.model.provenance))
        last = last_whole_checkpoint(kept)
        if last is not None:
            log.info("resumes from %s", Path(last).name)
        with advice_on_memory(parts.described, recipe["batch"]):
            keep_frames(network, parts.described, parts.data, recipe["batch"], frames)
            trainer = trainer_of(network, parts.data, recipe, run.seed, kept, parts.emotions)
            trainer.train(resume_from_checkpoint=last)
            for encoder in adapted:  # whose weights then suffice
                encoder.merge_and_unload()
            # a GPU trains in half precision, and answers in whole, as it does on other corpora
            whole = trainer.accelerator.unwrap_model(trainer.model, keep_fp32_wrapper=False)
            gpu = trainer.trained_on
            batch = gpu.evaluation_batch if gpu else recipe["batch"]
            outputs = logits_of(whole, parts.data[TEST], batch)
            answers = (outputs if "dimensions" in parts.described else torch.softmax(outputs, 1)).numpy()
    if gpu:
        parts = parts._replace(described={**parts.described, "trained_on": gpu._asdict()})
    write_run(parts, run, answers, trainer.model, log_of(trainer), output)
    shutil.rmtree(training.checkpoints)


def keep_frames(
    network: EmotionClassifier,
    described: Mapping[str, Any],
    data: Mapping[str, Utterances],
    batch: int,
    frames: KeptFrames,
) -> None:
    """Have a network take the frames of convolutions in place of sound, where every epoch has the same.

    Parameters
    ----------
    network, described, data
        Of a run; the utterances of all parts are given the frames that are kept.
    batch
        Clips computed at once.
    frames
        To be filled with those of the parts ``train`` and ``validation``.
    """
    branch = network.audio
    if not isinstance(branch, Branch) or not branch.takes_frames:
        return
    signal_of = data[VALIDATION].inputs["signals"]
    most = described["audio"]["max_audio_s"]
    # the test part is taken once, and a training part that is augmented is other sound in each epoch
    taken = [VALIDATION] if isinstance(data[TRAIN], Augmented) else [TRAIN, VALIDATION]
    seconds = {
        # a replay pads all to one length; that of some clips is not known
        name: length if length < most and not described.get("replay") else most
        for part in taken
        for name, length in zip(data[part].ids, data[part].lengths, strict=True)
    }
    with subnormals_as_zero():  # as in training
        frames.fill(branch.encoder.to(device()), signal_of, seconds, batch)
    for name, part in data.items():
        if name in (*taken, TEST):
            part.inputs = {**part.inputs, "signals": frames.giving(signal_of)}


class RunParts(NamedTuple):
    """The parts of a split as a run's network takes them.

    ``split`` are all utterances of the fold with their status, ``labels`` the emotions that are trained on,
    ``shares`` the votes for them, of shape (training utterances, emotions), where these are trained on;
    ``data`` are the utterances of each part that can be used.  Of ratings ``emotions`` are none.
    """

    described: dict[str, Any]
    emotions: list[str]
    split: pd.DataFrame
    labels: pd.Series
    data: dict[str, Utterances]
    shares: np.ndarray | None = None


@contextmanager
def parts_of_run(training: Training, run: Run) -> Iterator[RunParts]:
    """Yield the parts of a run's fold; their inputs are read as they are needed.

    Raises
    ------
    SarangiError
        As :func:`finetune` says.
    """
    scales = training.model.get("dimensions")
    rows = store.read(training.corpus.manifest, [*COLUMNS, *columns_of(scales or ())])
    split = _split(training, rows, run.fold)
    emotions = [] if scales else sorted(split.loc[split["part"] != UNUSED, "emotion"].unique())
    _refuse_without_turns(training, rows)
    described = describe(training.model, training.encoders, emotions)
    wanted = set(split["utterance_id"])
    part_of = split.set_index("utterance_id")["part"].to_dict()
    with inputs_of(described, rows, training.corpus, wanted, part_of) as (give, present):
        seconds = rows.set_index("utterance_id")["duration_s"]
        split = with_length(split.join(present, on="utterance_id"), give, seconds)
        where = f"{training.protocol}, fold {run.fold}"
        parts = _parts(split, where)
        if scales:
            parts = with_ratings(parts, scales, where)
            rated = {part: RatedUtterances(table, scales, give) for part, table in parts.items()}
            yield RunParts(described, emotions, split, parts[TRAIN]["emotion"], dict(rated))
            return
        _refuse_unfit(parts, emotions, where)
        recipe = training.model["finetuning"]
        method = recipe.get("balance")
        if method in DRAWN:
            train = parts[TRAIN]
            places = drawn_alike(train["emotion"], method, run.seed)
            parts[TRAIN] = train.iloc[places].reset_index(drop=True)
        targets, shares = None, None
        if training.votes is not None:
            learnt = pd.concat([parts[TRAIN].drop_duplicates("utterance_id"), parts[VALIDATION]])
            targets = vote_shares(training.votes, learnt, emotions)
            shares = targets.loc[parts[TRAIN]["utterance_id"]].to_numpy()
            refuse_unvoted(shares, emotions, where)
            targets *= class_weights_of(shares) if recipe["class_weights"] else 1.0
        of_part = {part: None if part == TEST else targets for part in parts}
        data = {part: Utterances(table, emotions, give, of_part[part]) for part, table in parts.items()}
        if augment := recipe.get("augment"):
            data[TRAIN] = Augmented(parts[TRAIN], emotions, give, augment, run.seed, targets)
        yield RunParts(described, emotions, split, parts[TRAIN]["emotion"], data, shares)


def write_run(
    parts: RunParts,
    run: Run,
    answers: np.ndarray,
    network: nn.Module,
    logged: pd.DataFrame,
    output: RunFiles,
) -> None:
    """Write what a run leaves.

    Parameters
    ----------
    parts
        From :func:`parts_of_run`.
    run
        Which it is.
    answers : array of shape (utterances, emotions or dimensions)
        Of the test part's utterances that can be used: probabilities, or what a network of ratings gives.
    network
        Whose weights are kept.
    logged
        Rows of :func:`sarangi.models.trainer.log_schema`.
    output
        Files to write.
    """
    tested = by_length(skip_unused(parts.split[parts.split["part"].isin([TEST, UNUSED])]))
    if scales := parts.described.get("dimensions"):
        by_run = {run: rated_answers(answers, scales)}
        write_rated_runs(tested, by_dimension(tested, scales), by_run, output.predictions)
    else:
        write_answers([answered(tested, parts.emotions, answers, run)], parts.emotions, output.predictions)
    output.log.write(logged, log_schema(parts.described))
    state = {name: tensor.detach().cpu().contiguous() for name, tensor in network.state_dict().items()}
    save_file(state, output.model.path, metadata=output.model.metadata)
    text = json.dumps(parts.described, indent=2, sort_keys=True) + "\n"
    output.config.path.write_text(text, encoding="utf-8")


def finetune_runs(training: Training, runs: Mapping[Run, RunFiles], side_by_side: int = 1) -> None:
    """Carry out several runs of :func:`finetune`; each ends as it would alone.

    Parameters
    ----------
    training
        As for :func:`finetune`.
    runs
        What each run leaves.
    side_by_side
        How many at most share a CUDA device at a time, as far as its memory suffices; elsewhere one follows
        the other.
    """
    # what Apple's system draws on cannot be forked
    share = side_by_side > 1 and len(runs) > 1 and sys.platform == "linux"
    kept = SharedFrames if share else KeptFrames
    with kept(training.checkpoints.parent, training.cache_gb) as frames:

        def one(run: Run) -> None:
            checkpoints = training.checkpoints / f"{run.fold}_{run.seed}"
            _carry_out(dataclasses.replace(training, checkpoints=checkpoints), run, runs[run], frames)

        if share:
            carry_out(list(runs), side_by_side, one)
        else:
            for run in progress(runs, len(runs), "runs"):
                one(run)
    shutil.rmtree(training.checkpoints, ignore_errors=True)


class Batch(NamedTuple):
    """Runs of an experiment: what they share, and what each leaves."""

    training: Training
    runs: Mapping[Run, RunFiles]


def finetune_together(batches: Mapping[str, Batch], side_by_side: int = 1) -> None:
    """Carry out the runs of several experiments, one experiment after the other.

    Parameters
    ----------
    batches
        By the name of the experiment.
    side_by_side
        As for :func:`finetune_runs`.

    Raises
    ------
    SarangiError
        If experiments cannot be trained, once all others are.
    """
    problems: dict[str, SarangiError] = {}
    for name, batch in progress(batches.items(), len(batches), "experiments"):
        try:
            finetune_runs(batch.training, batch.runs, side_by_side)
        except SarangiError as error:
            problems[name] = error
    if len(batches) == 1:
        for error in problems.values():
            raise error
    if problems:
        raise SarangiError(*(f"{name}: {error}" for name, error in problems.items()))


def describe(
    model: Mapping[str, Any], encoders: Mapping[str, Encoder], emotions: Sequence[str]
) -> dict[str, Any]:
    """Return all that it takes to build a run's network again and to prepare its inputs.

    Parameters
    ----------
    model, encoders
        Of :class:`sarangi.models.runs.Training`.
    emotions
        In the order of the network's outputs.

    Returns
    -------
    dict
        ``emotions``, or ``dimensions`` with the ends of their scales, ``dropout``, and of the model's entry
        ``audio``, ``text``, ``fusion``, ``replay``; each branch with the name of its encoder, the encoder's
        ``config.json`` in its place, and what prepares its inputs: ``normalise``, or the files of the
        tokeniser as they are.
    """
    answers = {"dimensions": model["dimensions"]} if "dimensions" in model else {"emotions": emotions}
    found: dict[str, Any] = {**answers, "dropout": model["finetuning"]["dropout"]}
    for branch, encoder in encoders.items():
        folder = encoder.folder
        settings = settings_in(folder / "config.json")
        found[branch] = {**model[branch], "encoder": settings, "name": model[branch]["encoder"]}
        if branch == "audio":
            found[branch]["normalise"] = normalises(folder)
        else:
            found[branch]["tokenizer"] = tokenizer_files(folder)
    return found | {key: model[key] for key in ("fusion", "replay") if key in model}


def _split(training: Training, rows: pd.DataFrame, fold: int) -> pd.DataFrame:
    """Return the utterances of a fold with their parts and emotions."""
    made = store.read(training.protocol, ["part", "reason"], categories=["part", "reason"])
    if unmade := why_not_made(made):
        raise SarangiError(f"{training.protocol}: {unmade}")
    split = store.read(training.protocol, ["utterance_id", "fold", "part", "leaks"], fold=fold)
    known = ["utterance_id", "emotion", *columns_of(training.model.get("dimensions", ()))]
    return split.merge(rows[known], on="utterance_id")


def _refuse_without_turns(training: Training, rows: pd.DataFrame) -> None:
    turns = training.model["text"]["context_turns"] if "text" in training.model else 0
    if turns and not rows["utterance_id"].map(turn_of).any():
        raise SarangiError(
            f"{training.corpus.manifest}: text.context_turns is {turns}, and no utterance states its "
            "dialogue and turn; set it to 0 for this corpus"
        )


def _parts(split: pd.DataFrame, where: str) -> dict[str, pd.DataFrame]:
    """Return the usable utterances of each part; what is only predicted goes by length."""
    usable = split[split["status"] == store.OK]
    # so that little is padded; it changes no answer
    ordered = {TRAIN: usable, VALIDATION: by_length(usable), TEST: by_length(usable)}
    parts = {part: u[u["part"] == part].reset_index(drop=True) for part, u in ordered.items()}
    for part, table in parts.items():
        if table.empty:
            raise SarangiError(f"{where}: no utterance in the {part} part; give the protocol one")
    return parts


def network_to_train(
    model: Mapping[str, Any],
    encoders: Mapping[str, Encoder],
    described: Mapping[str, Any],
    labels: pd.Series,
    seed: int,
    shares: np.ndarray | None = None,
) -> "tuple[EmotionClassifier, list[LoraModel]]":
    """Return the network of a run, from the weights of its encoders, and those of them with adapters.

    Parameters
    ----------
    model, encoders
        Of :class:`sarangi.models.runs.Training`.
    described
        From :func:`describe`.
    labels
        Emotions that are trained on.
    seed
        Of what is drawn at random.
    shares
        Votes that are trained on in their place, with the weights of the emotions in the targets.
    """
    recipe = model["finetuning"]
    set_seed(seed)
    pooler = needs_pooler(model)
    loaded = {branch: encoders[branch].load(pooler) for branch in with_encoder(model)}
    emotions = described.get("emotions", ())
    weights = class_weights(labels, emotions) if recipe["class_weights"] and shares is None else None
    adjusted = None
    if recipe.get("balance") == LOGIT_ADJUSTMENT:
        moved = log_shares(labels, emotions) if shares is None else np.log(shares.mean(0))
        adjusted = torch.tensor(moved, dtype=torch.float32)
    set_seed(seed)  # again: how much is drawn for what an encoder's weights lack must not count
    adapted = [
        add_adapters(encoder, model[branch])
        for branch, encoder in loaded.items()
        if "adapters" in model[branch]
    ]
    network = classifier(described, loaded, weights, adjusted)
    if recipe.get("gradient_checkpointing"):
        for encoder in loaded.values():
            checkpoint_gradients(encoder)
    return network, adapted


def _refuse_unfit(parts: dict[str, pd.DataFrame], emotions: Sequence[str], where: str) -> None:
    missing = sorted(set(emotions) - set(parts[TRAIN]["emotion"]))
    if missing:
        raise SarangiError(f"{where}: no {', '.join(missing)} in the training part; choose another protocol")
    (validated, *others) = parts[VALIDATION]["emotion"].unique()
    if not others:
        raise SarangiError(
            f"{where}: only {validated} in the validation part, and the best epoch cannot be chosen by one "
            "emotion; choose another protocol, or give this one a larger validation part"
        )
