"""Testing the runs of a fine-tuned experiment on another corpus."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import torch

from sarangi.base import store
from sarangi.models.answers import answered, logits_of, write_answers
from sarangi.models.fusion import EmotionClassifier
from sarangi.models.predictions import as_counted, shared_emotions, skip_foreign
from sarangi.models.rated import write_rated_runs
from sarangi.models.ratings import RatedUtterances, by_dimension, columns_of, rated_answers
from sarangi.models.run_inputs import inputs_of
from sarangi.models.runs import COLUMNS, CorpusShards, Run
from sarangi.models.trainer import advice_on_memory
from sarangi.models.utterances import Utterances, by_length, with_length
from sarangi.runtime.devices import device


def transfer(
    runs: Mapping[Run, Path],
    corpus: CorpusShards,
    batch: int,
    threads: int,
    label_map: Mapping[str, str],
    output: store.Output,
) -> None:
    """Predict every utterance of another corpus by each run, over the emotions that both have.

    A run chooses among those alone; the probabilities of emotions that count as one are added up.  Of ratings
    a run answers all its dimensions.

    Parameters
    ----------
    runs
        The folder of each run of one experiment.
    corpus
        The other one.
    batch
        Clips at once; it changes nothing but speed.
    threads
        Threads of torch.
    label_map
        By emotion, the one that it counts as, in what the model answers and in the other corpus alike.
    output
        Parquet file to write, a row for each utterance and run; an utterance whose emotion the model does
        not know is skipped.

    Raises
    ------
    SarangiError
        If the corpora share fewer than two emotions, the other lacks a dimension, or it has no words for a
        text branch.
    """
    torch.set_num_threads(threads)
    # what prepares the inputs is of the experiment, the same for each run
    described = json.loads((next(iter(runs.values())) / "config.json").read_text(encoding="utf-8"))
    if "dimensions" in described:
        _ratings(runs, described, corpus, batch, output)
        return
    rows = as_counted(store.read(corpus.manifest, COLUMNS), label_map)
    wanted = set(rows["utterance_id"])
    answers: list[pd.DataFrame] = []
    columns: dict[str, None] = {}
    with (
        inputs_of(described, rows, corpus, wanted) as (give, present),
        advice_on_memory(described, batch),
    ):
        listed = rows[["utterance_id", "emotion"]].join(present, on="utterance_id")
        listed = by_length(with_length(listed, give, rows.set_index("utterance_id")["duration_s"]))
        for run, folder in runs.items():
            network = EmotionClassifier.from_pretrained(folder).to(device())
            own = network.described["emotions"]
            shared = shared_emotions(own, rows, corpus.manifest, label_map)
            emotions = list(dict.fromkeys(shared.values()))
            tested = skip_foreign(listed, emotions)
            usable = tested[tested["status"] == store.OK].reset_index(drop=True)
            logits = logits_of(network, Utterances(usable, emotions, give), batch)
            chosen = logits[:, [own.index(emotion) for emotion in shared]].softmax(1)
            counts_as = torch.tensor([emotions.index(emotion) for emotion in shared.values()])
            probabilities = torch.zeros(len(chosen), len(emotions)).index_add_(1, counts_as, chosen)
            answers.append(answered(tested, emotions, probabilities.numpy(), run))
            columns |= dict.fromkeys(emotions)
    write_answers(answers, list(columns), output)


def _ratings(
    runs: Mapping[Run, Path],
    described: Mapping[str, Any],
    corpus: CorpusShards,
    batch: int,
    output: store.Output,
) -> None:
    """Write what each run answers on another corpus, a row for each utterance and dimension."""
    columns = columns_of(described["dimensions"])
    rows = store.read(corpus.manifest, [*COLUMNS, *columns])
    answers = {}
    with (
        inputs_of(described, rows, corpus, set(rows["utterance_id"])) as (give, present),
        advice_on_memory(described, batch),
    ):
        listed = rows[["utterance_id", *columns]].join(present, on="utterance_id")
        listed = by_length(with_length(listed, give, rows.set_index("utterance_id")["duration_s"]))
        usable = listed[listed["status"] == store.OK].reset_index(drop=True)
        for run, folder in runs.items():
            network = EmotionClassifier.from_pretrained(folder).to(device())
            scales = network.described["dimensions"]
            outputs = logits_of(network, RatedUtterances(usable, scales, give), batch)
            answers[run] = rated_answers(outputs.numpy(), scales)
    write_rated_runs(listed, by_dimension(listed, described["dimensions"]), answers, output)
