"""The table of folds that hold pseudo-speakers apart, beside random ones and such of known speakers."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from sarangi.base import store
from sarangi.base.evidence import Evidence, configured, reference
from sarangi.base.guessed_folds import GuessedFolds, MeasuredVoices
from sarangi.base.labels import Labels
from sarangi.base.marks import marks_in
from sarangi.base.premium_rows import MATCHED_FOLDS
from sarangi.base.score_rows import headline
from sarangi.base.typed_texts import NONE
from sarangi.paper.mark_notes import letters, meanings
from sarangi.paper.measured_voices import measured_error
from sarangi.paper.tables.columns import CORPUS, MARKS, MODEL, POINTS, Column, numeric
from sarangi.paper.tables.table import Table
from sarangi.paper.tables.writing import write_table
from sarangi.paper.texts import interval_text, number_text

RANDOM, GUESSED, KNOWN = "random", "pseudo-speakers apart", "known speakers apart"
NESTED = 0.5  # share of speakers with one emotion alone, beyond which voice and emotion are one
FORM = "+.1f"
SOLE = (
    "most speakers have one emotion alone, so emotion is nested in the speaker: what is lost by holding "
    "voices apart is as much the emotion as the voice"
)
NAMELESS = "nobody names its speakers, so what the pseudo-speakers leave of the premium cannot be known"
NO_PREMIUM = (
    "Recovered is not given where speakers are not known, a matched protocol is missing, or the interval of "
    "the known speakers' premium reaches zero: a share of what may be nothing says nothing."
)


class Files(NamedTuple):
    """Files of results: scores, and premiums of known groups and of pseudo-speakers (None without any)."""

    scores: Sequence[Path]
    premiums: Path | None
    pseudo_premiums: Path | None


def pseudo_speakers_table(
    rows: Sequence[GuessedFolds], files: Files, labels: Labels, output: dict[str, Path]
) -> None:
    """Write what models score in random folds, with pseudo-speakers apart, and with known speakers apart.

    Parameters
    ----------
    rows
        Of :func:`sarangi.study.guessed_folds.rows_of_folds`.
    files
        With the scores of their experiments.
    labels, output
        As in :func:`sarangi.paper.tables.corpora.corpora_table`.
    """
    scores = headline(files.scores) if files.scores else pd.DataFrame(columns=["experiment", "metric"])
    scores = scores[scores["metric"] == "uar"].set_index("experiment")
    premiums = {KNOWN: _premiums(files.premiums), GUESSED: _premiums(files.pseudo_premiums)}
    lines, evidence, marks, measured = [], [], [], []
    notes: list[str] = []
    for row in rows:
        named = _named(row)
        if row.measures is not None:
            measured.append(MeasuredVoices(labels.protocols[row.protocol], row.corpus, row.measures))
            notes += _of_corpus(row, named, labels)
        worth = {KNOWN: premiums[KNOWN].get(row.known), GUESSED: premiums[GUESSED].get(row.guessed)}
        for line, behind, held in _lines(row, scores, worth, named, labels):
            lines.append(line)
            evidence.append(behind)
            marks += held
        notes += [f"Not available: {each}." for each in row.missing]
    caption = (
        "What it is worth to hold pseudo-speakers apart: UAR of the same model in random folds, with guessed "
        "voices held apart, and with the known speakers held apart. The premium is what the same folds gain "
        "once their clips are permuted within each emotion, so that voices are in training and test (in "
        "percentage points, with its interval over groups). Recovered: the pseudo-speakers' premium as a "
        "share of the known speakers'."
    )
    notes = [*meanings(marks), *dict.fromkeys(notes), measured_error(list(dict.fromkeys(measured)), labels)]
    if any(line["Folds"] == GUESSED and line["Recovered"] == NONE for line in lines):
        notes.append(NO_PREMIUM)
    write_table(Table("pseudo_speakers", caption, COLUMNS, lines, evidence, notes), labels, output)


def _premiums(file: Path | None) -> dict[str | None, dict[str, Any]]:
    """Return the premium in UAR of matched folds, by the experiment with groups apart, with its file."""
    if file is None:
        return {}
    found = store.read(file, metric="uar", folds=MATCHED_FOLDS)
    found = found[found["value"].notna()].assign(file=str(file))
    return {row["apart"]: row for row in found.to_dict("records")}


def _named(row: GuessedFolds) -> bool:
    """Whether a corpus names speakers, as far as anything is measured."""
    return row.measures is not None and _measure(row, "voices", "speakers") > 0


def _measure(row: GuessedFolds, measure: str, column: str = "value") -> float:
    found = store.read(str(row.measures), [column], measure=measure, slice="all")
    return float(found[column].iloc[0])


def _of_corpus(row: GuessedFolds, named: bool, labels: Labels) -> Iterator[str]:
    corpus = labels.corpus(row.corpus)
    if not named:
        yield f"{corpus}: {NAMELESS}."
    elif _measure(row, "one_emotion") > NESTED:
        yield f"{corpus}: {SOLE}."


def _lines(
    row: GuessedFolds, scores: pd.DataFrame, worth: Mapping[str, Any], named: bool, labels: Labels
) -> Iterator[tuple[dict[str, str], Evidence, list[str]]]:
    """Yield the lines of a model on a corpus: cells, where they are from, and marks."""
    sides = {RANDOM: row.random, GUESSED: row.guessed, KNOWN: row.known if named else None}
    for folds, experiment in sides.items():
        cells = BLANK | {
            "Corpus": labels.corpus(row.corpus),
            "Model": labels.model(row.model),
            "Folds": folds,
        }
        if experiment is None:
            if folds == GUESSED:
                yield cells | {"Marks": "not available"}, {"": [configured(f"protocols.{row.protocol}")]}, []
            continue
        score = scores.loc[experiment]
        held = marks_in(score["mark"])
        where = {"metric": "uar", "slice": score["slice"]}
        behind: dict[str, Any] = {
            "": [reference(score["file"], "value", **where)],
            "Interval": [reference(score["file"], name, **where) for name in ("low", "high")],
            "Marks": [reference(score["file"], "mark", **where)],
        }
        cells |= {
            "UAR": number_text(score["value"]),
            "Interval": interval_text(score["low"], score["high"]),
            "n": str(score["n"]),
            "Groups": str(score["groups"]),
            "Marks": letters(held),
        }
        premium = worth.get(folds)
        if premium is not None:
            cells |= {
                "Premium": number_text(100 * premium["value"], FORM),
                "Its interval": interval_text(100 * premium["low"], 100 * premium["high"], FORM),
            }
            sides_of = {"folds": MATCHED_FOLDS, "apart": experiment, "metric": "uar"}
            behind["Premium"] = [reference(premium["file"], "value", **sides_of)]
            behind["Its interval"] = [
                reference(premium["file"], name, **sides_of) for name in ("low", "high")
            ]
        known = worth[KNOWN]
        if folds == GUESSED and named and premium is not None and known is not None and known["low"] > 0:
            cells["Recovered"] = f"{100 * premium['value'] / known['value']:.0f} %"
            behind["Recovered"] = [
                *behind["Premium"],
                reference(known["file"], "value", folds=MATCHED_FOLDS, apart=row.known, metric="uar"),
            ]
        yield cells, behind, held


COLUMNS = [
    CORPUS, MODEL, Column("Folds", text=True),
    *numeric("UAR", "Interval"), *(Column(name, unit=POINTS) for name in ("Premium", "Its interval")),
    *numeric("Recovered", "n", "Groups"), MARKS,
]  # fmt: skip
BLANK = {column.name: NONE for column in COLUMNS}
