"""Which fine-tuned experiments one job trains, and what it is given."""

from typing import NamedTuple

from sarangi.base import layout
from sarangi.base.to_train import ToTrain
from sarangi.study.entries import BRANCHES, Experiment, encoders_of, words_of
from sarangi.study.inputs import audio_of, encoder_of, outputs_of_runs, pooled_of, prefix_of, transcripts_of
from sarangi.study.recipes import model_of_a_run, runs_an_encoder, votes_learnt
from sarangi.study.study import Study


class TrainingBatch(NamedTuple):
    """Fine-tuned experiments of a corpus of which one job trains all runs."""

    name: str
    experiments: tuple[Experiment, ...]


def training_batches(study: Study) -> list[TrainingBatch]:
    """Return the batches of fine-tuned experiments, sorted by name.

    Experiments of which the configuration says that they are trained together share one where they read the
    same words, or none, so that other transcripts train no model again that takes only audio; those on pooled
    states share one of their own, which needs no GPU.  Any other experiment on pooled states has its own.
    """
    members: dict[tuple[str, ...], list[Experiment]] = {}
    for e in study.trained_together(study.every_runnable):
        model = study.model(e)
        key: tuple[str, ...] = ("", e.name)
        if model["finetuning"].get("together", False):
            taken = "words" if "text" in model else "audio" if runs_an_encoder(study, e) else "states"
            key = (e.corpus, taken, *filter(None, [words_of(model)]))
        members.setdefault(key, []).append(e)
    batches = [
        TrainingBatch(batch[0].name if len(batch) == 1 else "_".join(key), tuple(batch))
        for key, batch in members.items()
    ]
    return sorted(batches)


def to_train(study: Study, experiment: Experiment) -> ToTrain:
    """Return what the job is given of an experiment that it trains."""
    e, corpus = experiment, experiment.corpus
    votes = votes_learnt(study, e)
    return ToTrain(
        e.name,
        study.runs(e),
        model_of_a_run(study, e),
        layout.manifest(corpus),
        layout.protocol(corpus, e.protocol),
        {
            "audio": audio_of(study, e, corpus),
            "transcripts": transcripts_of(study, e, corpus),
            "pooled_states": pooled_of(study, e, corpus),
            "prefix_states": prefix_of(study, e),
        },
        {branch: files for branch in BRANCHES if (files := encoder_of(study, e, branch))},
        votes[0] if votes else None,
        layout.checkpoints(e.name),
    )


def outputs_of_batch(study: Study, batch: TrainingBatch) -> dict[str, list[str]]:
    """Return the files that the training of a batch writes, by kind, experiment by experiment."""
    found: dict[str, list[str]] = {}
    for experiment in batch.experiments:
        for kind, files in outputs_of_runs(study, experiment).items():
            found.setdefault(kind, []).extend(files)
    return found


def encoders_of_batch(study: Study, batch: TrainingBatch) -> list[str]:
    """Return the encoders that a batch is trained on, sorted."""
    return sorted({name for e in batch.experiments for name in encoders_of(study.model(e)).values()})


def most_encoders(study: Study, batch: TrainingBatch) -> int:
    """Return how many encoders the largest model of a batch has: what its memory goes by."""
    return max(len(encoders_of(study.model(e))) for e in batch.experiments)


def on_an_encoder(study: Study, batch: TrainingBatch) -> bool:
    """Whether the training of a batch runs an encoder, and so is the faster for a GPU."""
    return any(runs_an_encoder(study, e) for e in batch.experiments)


def most_runs(study: Study, batch: TrainingBatch) -> int:
    """Return the runs of the experiment of a batch that has most."""
    return max(len(study.runs(e)) for e in batch.experiments)
