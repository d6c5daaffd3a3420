"""Predictions of a model from outside: their table, checked, and scored as the study's own are."""

import csv
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, cast

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from sarangi.base import store
from sarangi.base.bootstrap import BootstrapSettings
from sarangi.base.emotions import name_of
from sarangi.base.errors import SarangiError
from sarangi.base.hints import closest, nearest
from sarangi.base.parts import PARTS, TEST, UNUSED, why_not_made
from sarangi.base.scored import Compared, ComparedOn, Scored
from sarangi.base.store import Output
from sarangi.models.predictions import predictions_schema
from sarangi.scoring.answers import STATED
from sarangi.scoring.differences import differences
from sarangi.scoring.marks import SplitFiles
from sarangi.scoring.scores import scores
from sarangi.sources.parquet_rows import UNREADABLE

NAMES = ("utterance_id", "file")
"""Columns of which one says what is predicted."""
SEPARATORS = ",;\t"
LISTED = 20
"""Problems that a message lists; the others are counted."""
FEW = 2000
"""Names up to which one like a name that is unknown is looked for."""
TOLERANCE = 0.01
"""By which the probabilities of a row may miss 1: what was rounded to two decimals still adds up."""


class Split(NamedTuple):
    """What is to be predicted: a corpus and a protocol by their names, and their files.

    Parameters
    ----------
    corpus, protocol
        What is trained on, and how it is split.
    mean_of_folds
        Whether the protocol is reported by the mean over its folds.
    manifest
        Of the corpus that is tested.
    protocol_file
        Of the protocol; of a transfer what the model of each fold is to predict.
    audit
        Of the protocol.
    test
        Of a transfer, the other corpus, which is tested.
    label_map
        Of a transfer, emotions of that corpus that count as another.
    emotions
        That are told apart, where the manifest does not say: its labels are hidden.
    """

    corpus: str
    protocol: str
    mean_of_folds: bool
    manifest: Path
    protocol_file: Path
    audit: Path
    test: str | None = None
    label_map: Mapping[str, str] = {}
    emotions: Sequence[str] = ()

    @property
    def tested(self) -> str:
        """The corpus that is tested."""
        return self.corpus if self.test is None else self.test

    @property
    def reported(self) -> str:
        """The slice of the scores that is reported."""
        if self.test is not None:
            return "runs"
        return "folds" if self.mean_of_folds else "pooled"


class Cell(NamedTuple):
    """A row of the table: its place, as in ``predictions.csv:3``, and its cells as text by column."""

    where: str
    cells: Mapping[str, str]


class Checked(NamedTuple):
    """Predictions that can be scored.

    Parameters
    ----------
    table
        Of the columns of :func:`sarangi.models.predictions.predictions_schema`.
    emotions
        Of the protocol, sorted.
    missing
        For each fold (and seed) with utterances that have no prediction a message with their count.
    """

    table: pd.DataFrame
    emotions: list[str]
    missing: list[str]


class Result(NamedTuple):
    """Scores and differences, of schemas :data:`SCORES` and :data:`DIFFERENCES`."""

    scores: pd.DataFrame
    differences: pd.DataFrame


def read(file: Path) -> list[Cell]:
    """Return the rows of a table: CSV with commas, semicolons or tabs, or Parquet; known by its content.

    Raises
    ------
    SarangiError
        If it cannot be read or lacks a column that is needed: names the file and line.
    """
    try:
        with file.open("rb") as opened:
            parquet = opened.read(4) == b"PAR1"
        rows = list(_of_parquet(file) if parquet else _of_text(file))
    except (csv.Error, *UNREADABLE) as error:
        raise SarangiError(
            f"{file}: not a table that can be read ({error}); expected CSV in UTF-8, TSV or Parquet with the "
            f"columns {' or '.join(NAMES)}, fold and predicted"
        ) from error
    if not rows:
        raise SarangiError(f"{file}: no rows; expected one for each test utterance of each fold")
    return rows


def _of_text(file: Path) -> Iterator[Cell]:
    with file.open(encoding="utf-8-sig", newline="") as text:
        first = text.readline()
        text.seek(0)
        rows = csv.reader(text, delimiter=max(SEPARATORS, key=first.count), strict=True)
        header = [name.strip() for name in next(rows, [])]
        _needed(f"{file}:1", header)
        for cells in rows:
            if any(cell.strip() for cell in cells):
                where = f"{file.name}:{rows.line_num}"
                if len(cells) != len(header):
                    raise SarangiError(f"{where}: {len(cells)} cells, and the header has {len(header)}")
                yield Cell(where, dict(zip(header, map(str.strip, cells), strict=True)))


def _of_parquet(file: Path) -> Iterator[Cell]:
    table = pq.read_table(file)
    _needed(str(file), table.column_names)
    for number, row in enumerate(table.to_pylist(), 1):
        cells = {name: "" if value is None else str(value).strip() for name, value in row.items()}
        yield Cell(f"{file.name}, row {number}", cells)


def _needed(where: str, header: Sequence[str]) -> None:
    lacking = [name for name in ("fold", "predicted") if name not in header]
    if not set(NAMES) & set(header):
        lacking.insert(0, " or ".join(NAMES))
    if lacking:
        raise SarangiError(
            f"{where}: no column {', and none '.join(lacking)}; found {', '.join(header) or 'none'}. "
            f"Expected {' or '.join(NAMES)}, fold, predicted, and if there are any seed and {STATED}<emotion>"
        )
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise SarangiError(f"{where}: the column {twice[0]} appears twice; remove one")


def checked(rows: Sequence[Cell], split: Split) -> Checked:
    """Return the predictions of a table as the pipeline keeps its own.

    A row whose ``status`` (as in the pipeline's own files) is not ok is no prediction.

    Parameters
    ----------
    rows
        Of :func:`read`.
    split
        What was to be predicted.

    Raises
    ------
    SarangiError
        With each problem of the table in a line of its own: an unknown file or emotion, a fold that the
        protocol does not have, an utterance that the fold does not test, one that appears twice, and
        probabilities that are none.
    """
    asked = _Asked(split)
    problems = list(asked.problems_of_columns(rows[0]))
    table: list[dict[str, Any]] = []
    first: dict[tuple[str, int, int | None], str] = {}
    stated = _states_probabilities(rows)
    for row in rows:
        if row.cells.get("status", store.OK) != store.OK:
            continue
        try:
            answer = asked.answer(row, stated)
        except _ProblemError as problem:
            problems.append(f"{row.where}: {problem}")
            continue
        key = (answer["utterance_id"], answer["fold"], answer["seed"])
        if key in first:
            problems.append(
                f"{row.where}: {key[0]} is predicted twice in fold {key[1]}, the first time at {first[key]}; "
                "remove one, or tell them apart by a column seed"
            )
            continue
        first[key] = row.where
        table.append(answer)
    if problems:
        rest = [f"  and {len(problems) - LISTED} more"] if len(problems) > LISTED else []
        raise SarangiError(
            f"{len(problems)} problem{'s' if len(problems) > 1 else ''} in the predictions for "
            f"{split.protocol} on {split.tested}; nothing is scored.",
            *(f"  {problem}" for problem in problems[:LISTED]),
            *rest,
        )
    if not table:
        raise SarangiError(
            f"no row of the {len(rows)} is a prediction: the column status says why; nothing is scored"
        )
    schema = predictions_schema(asked.emotions)
    frame = pd.DataFrame(table, columns=schema.names).astype({"seed": "Int32"})
    frame = frame.sort_values(["utterance_id", "fold", "seed"], ignore_index=True)
    return Checked(frame, asked.emotions, list(asked.missing(frame)))


class _ProblemError(Exception):
    """What is wrong with a row."""


def _states_probabilities(rows: Sequence[Cell]) -> bool:
    return any(cell for row in rows for name, cell in row.cells.items() if name.startswith(STATED))


class _Asked:
    """What a protocol asks to be predicted, and which emotions it tells apart."""

    def __init__(self, split: Split):
        self._split = split
        columns = ["utterance_id", "file", "emotion", "status", "reason"]
        manifest = store.read(split.manifest, columns).set_index("utterance_id")
        parts = store.read(split.protocol_file, ["utterance_id", "fold", "part", "status", "reason"])
        unmade = why_not_made(parts)
        if unmade:
            raise SarangiError(f"{split.protocol_file}: the protocol cannot be made: {unmade}")
        labels = {} if split.test is None else split.label_map
        self._emotion = manifest["emotion"].map(lambda emotion: labels.get(emotion, emotion)).to_dict()
        self._status = manifest["status"].to_dict()
        used = parts.loc[parts["part"] != UNUSED, "utterance_id"]
        self.emotions = list(split.emotions) or sorted(set(used.map(self._emotion)))
        self._parts: dict[int, dict[str, str]] = {
            int(cast(int, fold)): dict(zip(of["utterance_id"], of["part"], strict=True))
            for fold, of in parts.groupby("fold")
        }
        tested = parts[(parts["part"] == TEST) & (parts["status"] == store.OK)]
        self._tested: dict[int, list[str]] = {
            int(cast(int, fold)): sorted(of["utterance_id"]) for fold, of in tested.groupby("fold")
        }
        prefix = f"{split.tested}/"
        self._named: dict[str, str] = {name.removeprefix(prefix): name for name in manifest.index}
        # of several segments of one file the name says nothing
        alone = manifest.loc[~manifest["file"].duplicated(keep=False), "file"]
        self._several = set(manifest["file"]) - set(alone)
        self._named |= {file: name for name, file in alone.items()}
        self._named |= {name: name for name in manifest.index}

    def problems_of_columns(self, row: Cell) -> Iterator[str]:
        stated = [name.removeprefix(STATED) for name in row.cells if name.startswith(STATED)]
        for emotion in stated:
            if emotion not in self.emotions:
                yield f"the column {STATED}{emotion}: {nearest(emotion, self.emotions)}"
        lacking = [emotion for emotion in self.emotions if emotion not in stated]
        if stated and lacking:
            yield f"no column {STATED}{lacking[0]}: there must be one for each of {', '.join(self.emotions)}"

    def answer(self, row: Cell, stated: bool) -> dict[str, Any]:
        """Return the prediction of a row; raise what is wrong with it."""
        name, fold = self._utterance(row), self._fold(row.cells["fold"])
        self._refuse_untested(name, fold)
        predicted = row.cells["predicted"]
        emotion = predicted if predicted in self.emotions else name_of(predicted)
        if emotion not in self.emotions:
            if not predicted:
                raise _ProblemError("nothing is predicted; leave the row out if the model gave no answer")
            hint = nearest(predicted, self.emotions)
            raise _ProblemError(f"the emotion {predicted!r} is not one of the protocol's; {hint}")
        answer = {"utterance_id": name, "fold": fold, "seed": _whole("seed", row.cells.get("seed", ""))}
        answer |= {"status": store.OK, "reason": None, "emotion": self._emotion[name], "predicted": emotion}
        return answer | self._probabilities(row, stated)

    def _utterance(self, row: Cell) -> str:
        column = next(name for name in NAMES if name in row.cells)
        text = row.cells[column]
        known = self._named.get(text) or self._named.get(text.removeprefix("./"))
        if known is None and text in self._several:
            raise _ProblemError(f"{text} holds several utterances; name them in a column utterance_id")
        if known is None:
            # each comparison of names takes time, and a wrong column has as many as rows
            close = closest(text, self._named) if len(self._named) < FEW else None
            hint = f"did you mean {close}?" if close else f"see {self._split.manifest}"
            raise _ProblemError(f"unknown {column} {text!r}; {hint}")
        return known

    def _fold(self, text: str) -> int:
        fold = _whole("fold", text)
        if fold is None or fold not in self._parts:
            numbers = sorted(self._parts)
            raise _ProblemError(
                f"{self._split.protocol} has no fold {text or '(empty)'}; it has {numbers[0]} to "
                f"{numbers[-1]}, see {self._split.protocol_file}"
            )
        return fold

    def _refuse_untested(self, name: str, fold: int) -> None:
        part = self._parts[fold].get(name, UNUSED)
        if part == TEST:
            if self._status[name] != store.OK:
                raise _ProblemError(f"{name} is {self._status[name]} in the manifest, and is not scored")
            return
        folds = [str(number) for number, parts in self._parts.items() if parts.get(name) == TEST]
        tested = f"it is tested in fold {', '.join(folds)}" if folds else "no fold tests it"
        what = f"is in the {part} part of" if part in PARTS[:2] else "is in no part of"
        raise _ProblemError(f"{name} {what} fold {fold}, so its prediction is not a test; {tested}")

    def _probabilities(self, row: Cell, stated: bool) -> dict[str, float]:
        columns = [f"{STATED}{emotion}" for emotion in self.emotions]
        if not stated or not set(columns) <= set(row.cells):
            return dict.fromkeys(columns, np.nan)
        values = {}
        for column in columns:
            try:
                values[column] = float(row.cells[column])
            except ValueError:
                raise _ProblemError(f"{column} is {row.cells[column]!r}; expected a number") from None
            if not 0 <= values[column] <= 1:
                raise _ProblemError(f"{column} is {row.cells[column]}; expected a number from 0 to 1")
        total = sum(values.values())
        if abs(total - 1) > TOLERANCE:
            raise _ProblemError(f"the probabilities add up to {total:.3f}; expected 1")
        return values

    def missing(self, table: pd.DataFrame) -> Iterator[str]:
        """Yield for each fold and seed what it lacks."""
        seeds = table["seed"].drop_duplicates()
        for seed in seeds:
            run = table[table["seed"].isna() if pd.isna(seed) else table["seed"] == seed]
            there = {fold: set(of["utterance_id"]) for fold, of in run.groupby("fold")}
            for fold, names in self._tested.items():
                absent = [name for name in names if name not in there.get(fold, ())]
                if absent:
                    of_seed = "" if len(seeds) == 1 else f", seed {seed}"
                    yield (
                        f"fold {fold}{of_seed}: {len(absent)} of {len(names)} test utterances have no "
                        f"prediction, the first is {absent[0]}"
                    )


def _whole(what: str, text: str) -> int | None:
    if not text:
        return None
    try:
        number = float(text)
    except ValueError:
        number = np.nan
    if not number.is_integer():
        raise _ProblemError(f"{what} is {text!r}; expected a whole number")
    return int(number)


def score(
    answers: Checked, name: str, split: Split, own: Mapping[str, Compared], settings: BootstrapSettings
) -> Result:
    """Return the scores of checked predictions, and their differences from the study's own models.

    Both as the pipeline computes them, from the same draws of groups.

    Parameters
    ----------
    answers
        Of :func:`checked`.
    name
        Of the model, other than those of ``own``.
    split
        What was predicted.
    own
        Models of the study on the same corpus and protocol.
    settings
        Of the bootstrap.
    """
    with tempfile.TemporaryDirectory() as folder:
        output = _outputs(Path(folder))
        file = Path(folder) / "predictions.parquet"
        Output(file, {}).write(answers.table, predictions_schema(answers.emotions))
        experiment = Scored(
            experiment=name, corpus=split.corpus, protocol=split.protocol, model=name, test=split.tested,
            mean_of_folds=split.mean_of_folds, untrained=False, predictions=[str(file)],
            manifest=str(split.manifest),
            protocol_file=None if split.test else str(split.protocol_file),
            audit=None if split.test else str(split.audit),
        )  # fmt: skip
        scores(experiment, settings, output)
        outside = Compared([str(file)], baseline=False, untrained=False)
        rows = [
            _differences({name: outside, other: model}, split, settings, output["differences"], len(own))
            for other, model in own.items()
        ]
        apart = pd.concat(rows, ignore_index=True) if rows else pd.DataFrame()
        return Result(store.read(output["scores"].path), apart)


def _outputs(folder: Path) -> dict[str, Output]:
    return {kind: Output(folder / f"{kind}.parquet", {}) for kind in ("scores", "confusions", "differences")}


def _differences(
    pair: Mapping[str, Compared], split: Split, settings: BootstrapSettings, output: Output, family: int
) -> pd.DataFrame:
    on = ComparedOn(split.corpus, split.protocol, split.mean_of_folds)
    if split.test is None:
        tested = SplitFiles(split.manifest, split.protocol_file, split.audit)
    else:
        tested = SplitFiles(split.manifest)
    differences(pair, on, tested, settings, output, family, crossed=split.test is not None)
    return store.read(output.path)
