"""What networks answer on utterances, as rows of predictions."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from sarangi.base import store
from sarangi.base.progress import progress
from sarangi.models.fusion import EmotionClassifier
from sarangi.models.predictions import predictions_schema
from sarangi.models.runs import Run
from sarangi.models.utterances import Utterances, loader


def logits_of(model: EmotionClassifier, data: Utterances, batch: int) -> Tensor:
    """Return logits of shape (utterances, emotions) in the order of the data."""
    model.eval()
    found = []
    batches = loader(data, batch)
    with torch.inference_mode():
        for inputs in progress(batches, len(batches), "predict"):
            logits = model(**{name: inputs[name] for name in data.inputs})["logits"]
            found.append(logits.float().cpu())
    # a corpus of which nothing can be used is answered with nothing
    return torch.cat(found) if found else torch.empty(0, model.classifier.out_features)


def answered(
    rows: pd.DataFrame, emotions: Sequence[str], probabilities: np.ndarray, run: Run
) -> pd.DataFrame:
    """Return rows with what a run answers; ``probabilities`` are those of the ok rows, in their order."""
    heard = (rows["status"] == store.OK).to_numpy()
    table = rows.assign(fold=run.fold, seed=run.seed, predicted=None)
    answers = np.array(emotions, dtype=object)[probabilities.argmax(1)]
    table.loc[heard, "predicted"] = answers
    for place, emotion in enumerate(emotions):
        column = np.full(len(table), np.nan, dtype=np.float32)
        column[heard] = probabilities[:, place]
        table[f"p_{emotion}"] = column
    return table


def write_answers(runs: Sequence[pd.DataFrame], emotions: Sequence[str], output: store.Output) -> None:
    """Write what runs answer, a row an utterance and run."""
    schema = predictions_schema(emotions)
    table = pd.concat(runs)[schema.names]
    table = table.sort_values(["utterance_id", "fold", "seed"], ignore_index=True)
    output.write(table, schema)
