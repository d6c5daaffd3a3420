"""The runs of a fine-tuned experiment tested again on the same clips under other conditions."""

import json
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

import pandas as pd
import torch

from sarangi.base import store
from sarangi.base.parts import TEST
from sarangi.models.answers import answered, logits_of
from sarangi.models.fusion import EmotionClassifier
from sarangi.models.predictions import disturbed_schema
from sarangi.models.run_inputs import inputs_of
from sarangi.models.runs import COLUMNS, CorpusShards, Run
from sarangi.models.trainer import advice_on_memory
from sarangi.models.utterances import Utterances, by_length, with_length
from sarangi.runtime.devices import device


def disturbed_runs(
    runs: Mapping[Run, Path],
    protocol: Path,
    conditions: Mapping[str, CorpusShards],
    batch: int,
    threads: int,
    output: store.Output,
) -> None:
    """Predict the test part of each run's fold under each condition.

    Words are those of the recordings as they are: what is heard worse is the sound.

    Parameters
    ----------
    runs
        The folder of each run of one experiment.
    protocol
        Table of the corpus.
    conditions
        By name, the corpus with its shards under it.
    batch, threads
        As for :func:`sarangi.models.transfer.transfer`.
    output
        Parquet file to write, of :func:`sarangi.models.predictions.disturbed_schema`, a row a condition,
        test utterance and run.
    """
    torch.set_num_threads(threads)
    described = json.loads((next(iter(runs.values())) / "config.json").read_text(encoding="utf-8"))
    emotions = described["emotions"]
    manifest = next(iter(conditions.values())).manifest
    rows = store.read(manifest, COLUMNS)
    seconds = rows.set_index("utterance_id")["duration_s"]
    tables: list[pd.DataFrame] = []
    with advice_on_memory(described, batch):
        for fold in sorted({run.fold for run in runs}):
            split = store.read(protocol, ["utterance_id", "fold", "part"], fold=fold)
            part_of = split.set_index("utterance_id")["part"].to_dict()
            asked = split.loc[split["part"] == TEST, ["utterance_id"]]
            asked = asked.merge(rows[["utterance_id", "emotion"]], on="utterance_id")
            with ExitStack() as stack:
                inputs = {
                    name: stack.enter_context(
                        inputs_of(described, rows, corpus, set(asked["utterance_id"]), part_of)
                    )
                    for name, corpus in conditions.items()
                }
                for run in (run for run in runs if run.fold == fold):
                    network = EmotionClassifier.from_pretrained(runs[run]).to(device())
                    for name, (give, present) in inputs.items():
                        listed = asked.join(present, on="utterance_id")
                        listed = by_length(with_length(listed, give, seconds))
                        usable = listed[listed["status"] == store.OK].reset_index(drop=True)
                        logits = logits_of(network, Utterances(usable, emotions, give), batch)
                        probabilities = logits.softmax(1).numpy()
                        tables.append(answered(listed, emotions, probabilities, run).assign(condition=name))
    schema = disturbed_schema(emotions)
    whole = pd.concat(tables)[schema.names]
    output.write(whole.sort_values(["condition", "utterance_id", "fold", "seed"], ignore_index=True), schema)
