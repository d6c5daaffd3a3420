"""Predictions: the test part of every fold, whatever predicts it, and another corpus as a whole."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from sarangi.base import store
from sarangi.base.errors import SarangiError
from sarangi.base.parts import TEST, TRAIN, UNUSED, why_not_made
from sarangi.base.voices import grouped, voices_in


class Unfit(Exception):  # noqa: N818  it is an answer, too
    """Why a model has no prediction for any utterance of a fold, such as a training part of one emotion."""


class Refused(Unfit):
    """Why a model is not trained though it could be: its score would say nothing."""


Answers = Mapping[tuple[int, int | None], Sequence[str] | Unfit]
"""By fold and seed (None: the model draws nothing): the predicted emotions of what is tested, or why not."""


class Fold(NamedTuple):
    """What a model is given of a fold: data frames of utterance_id, speaker, group and emotion."""

    number: int
    train: pd.DataFrame
    test: pd.DataFrame


def predictions_schema(emotions: Sequence[str]) -> pa.Schema:
    """Return the schema of a table of predictions over ``emotions``.

    ``seed`` is null for a model that draws nothing, ``p_<emotion>`` for one that states no
    probabilities.
    """
    return pa.schema(
        [
            pa.field("utterance_id", pa.string(), nullable=False),
            pa.field("fold", pa.int32(), nullable=False),
            pa.field("seed", pa.int32()),
            *store.STATUS,
            pa.field("emotion", pa.string()),
            pa.field("predicted", pa.string()),
            *(pa.field(f"p_{emotion}", pa.float32()) for emotion in emotions),
        ]
    )


def disturbed_schema(emotions: Sequence[str]) -> pa.Schema:
    """Return the schema of a table of predictions under conditions, each named in ``condition``."""
    return pa.schema([pa.field("condition", pa.string(), nullable=False), *predictions_schema(emotions)])


class Parts:
    """The folds of a protocol, for any number of models.

    Parameters
    ----------
    utterances : data frame of utterance_id, speaker, group and emotion
        Of the manifest.
    protocol
        Table of the corpus.
    present : data frame of status and reason, indexed by utterance_id
        Which utterances a model can be asked about; the others keep their row and their reason.

    Attributes
    ----------
    table
        The protocol with what is known of each utterance, one row an utterance and fold.
    emotions
        Those that the protocol uses: of utterances that some fold has a part for.  They are the
        columns of the predictions, and so what chance is reckoned over.
    unmade
        Why the protocol could not be made, which then is every utterance's reason; or None.
    """

    def __init__(self, utterances: pd.DataFrame, protocol: Path, present: pd.DataFrame):
        voices = voices_in(protocol)
        parts = store.read(protocol, ["utterance_id", "fold", "part", "status", "reason"])
        self.unmade = why_not_made(parts)
        if self.unmade:
            present = present.assign(status=store.FAILED, reason=self.unmade)
        elif voices is not None:
            present = _without_voice(present, parts)
        parts = parts.drop(columns=["status", "reason"])
        known = grouped(utterances[["utterance_id", "speaker", "group", "emotion"]], voices)
        parts = parts.merge(known, on="utterance_id")
        self.table = parts.join(present, on="utterance_id", validate="many_to_one")
        self.emotions = sorted(parts.loc[parts["part"] != UNUSED, "emotion"].unique())

    def folds(self) -> list[Fold]:
        """Return the usable utterances of each fold, in order; folds with nothing to test are left out."""
        found = []
        for number, fold in self.table.groupby("fold"):
            usable = fold[fold["status"] == store.OK]
            train, test = usable[usable["part"] == TRAIN], usable[usable["part"] == TEST]
            if len(test):
                found.append(Fold(int(number), train, test))
        return found

    def write(self, answers: Answers, output: store.Output) -> None:
        """Write one row a test utterance, fold and seed.

        Parameters
        ----------
        answers
            Of every fold of :meth:`folds`, in the order of its test part; the same folds of each seed.
        output
            Parquet file to write, of :func:`predictions_schema`.
        """
        tested = self.table[self.table["part"] == TEST]
        # what is in no part of any fold is listed once
        unused = self.table[self.table["part"] == UNUSED].drop_duplicates("utterance_id")
        unused = unused[~unused["utterance_id"].isin(tested["utterance_id"])]
        runs = []
        for seed in dict.fromkeys(seed for _, seed in answers) or [None]:
            run = tested.assign(predicted=pd.Series(None, index=tested.index, dtype=object))
            for (fold, of_seed), answer in answers.items():
                if of_seed == seed:
                    _fill(run, (run["fold"] == fold) & (run["status"] == store.OK), answer)
            runs.append(run.assign(seed=_seed(seed, len(run))))
        idle = skip_unused(unused).assign(predicted=None, seed=_seed(None, len(unused)))
        _write([*runs, idle], self.emotions, output)


def _without_voice(present: pd.DataFrame, parts: pd.DataFrame) -> pd.DataFrame:
    """Return what a model can be asked about, without what failed for want of a pseudo-speaker."""
    failed = parts[parts["status"] == store.FAILED].drop_duplicates("utterance_id").set_index("utterance_id")
    failed = failed[failed.index.isin(present.index[present["status"] == store.OK])]
    present = present.copy()
    present.loc[failed.index, ["status", "reason"]] = failed[["status", "reason"]]
    return present


def as_counted(rows: pd.DataFrame, label_map: Mapping[str, str]) -> pd.DataFrame:
    """Return rows of another corpus with the emotion that each counts as in a transfer."""
    return rows.assign(emotion=rows["emotion"].map(lambda emotion: label_map.get(emotion, emotion)))


def shared_emotions(
    known: Sequence[str], rows: pd.DataFrame, manifest: Path, label_map: Mapping[str, str]
) -> dict[str, str]:
    """Return the emotions of a model that another corpus has, each with what it counts as there.

    Parameters
    ----------
    known
        Emotions of the model.
    rows : data frame of emotion and status
        Of the other corpus, from :func:`as_counted`.
    manifest
        Its file, for the message.
    label_map
        By emotion, the one that it counts as in transfers.

    Returns
    -------
    dict
        In the model's order.

    Raises
    ------
    SarangiError
        If they are fewer than two.
    """
    there = set(rows.loc[rows["status"] == store.OK, "emotion"])
    counted = {emotion: label_map.get(emotion, emotion) for emotion in known}
    shared = {emotion: counts_as for emotion, counts_as in counted.items() if counts_as in there}
    if len(set(shared.values())) < 2:
        raise SarangiError(
            f"{manifest}: shares {len(set(shared.values()))} emotions with the model ({', '.join(known)}); "
            "a transfer needs two or more; label_map of the configuration can count one emotion as another"
        )
    return shared


def skip_foreign(rows: pd.DataFrame, shared: Collection[str]) -> pd.DataFrame:
    """Return rows of emotion, status and reason, in which what the model does not know is skipped.

    Parameters
    ----------
    rows
        From :func:`as_counted`.
    shared
        What the emotions of :func:`shared_emotions` count as.
    """
    foreign = (rows["status"] == store.OK) & ~rows["emotion"].isin(shared)
    rows = rows.copy()
    rows.loc[foreign, ["status", "reason"]] = [store.SKIPPED, "the model does not know its emotion"]
    return rows


def write_transfer(
    rows: pd.DataFrame, emotions: Sequence[str], answers: Answers, output: store.Output
) -> None:
    """Write one row for each utterance of another corpus and each run (fold and seed) of an experiment.

    Parameters
    ----------
    rows : data frame of utterance_id, emotion, status and reason
        The whole corpus, as from :func:`skip_foreign`.
    emotions
        The columns of probabilities: what those of :func:`shared_emotions` count as.
    answers
        Of every run, in the order of the rows that are ok.
    output
        Parquet file to write, of :func:`predictions_schema`.
    """
    runs = []
    for (fold, seed), answer in answers.items():
        run = rows.assign(fold=fold, seed=_seed(seed, len(rows)), predicted=None)
        _fill(run, run["status"] == store.OK, answer)
        runs.append(run)
    _write(runs, emotions, output)


def skip_unused(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows of part, status and reason, in which what a protocol does not use is skipped."""
    idle = (rows["part"] == UNUSED) & (rows["status"] == store.OK)
    rows = rows.copy()
    rows.loc[idle, ["status", "reason"]] = [store.SKIPPED, "in no part of the protocol"]
    return rows


def _fill(run: pd.DataFrame, where: pd.Series, answer: Sequence[str] | Unfit) -> None:
    if isinstance(answer, Unfit):
        run.loc[where, ["status", "reason"]] = [store.FAILED, str(answer)]
    else:
        run.loc[where, "predicted"] = np.asarray(answer, dtype=object)


def _seed(seed: int | None, count: int) -> pd.api.extensions.ExtensionArray:
    return pd.array([seed] * count, dtype="Int32")


def _write(runs: list[pd.DataFrame], emotions: Sequence[str], output: store.Output) -> None:
    schema = predictions_schema(emotions)
    table = pd.concat(runs).assign(**{f"p_{emotion}": np.nan for emotion in emotions})
    table = table.sort_values(["utterance_id", "fold", "seed"], ignore_index=True)
    output.write(table[schema.names], schema)
