"""The table of scores."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from sarangi.base.evidence import Evidence
from sarangi.base.guessed_folds import MeasuredVoices
from sarangi.base.labels import Labels
from sarangi.base.limit_sources import LimitSources
from sarangi.base.marks import GROUPS_GUESSED, marks_in
from sarangi.base.missing import Missing
from sarangi.base.score_rows import headline
from sarangi.base.typed_texts import NONE
from sarangi.paper.limit_notes import limit_notes
from sarangi.paper.limits import limits_of_scores
from sarangi.paper.measured_voices import measured_error
from sarangi.paper.tables.best import BEST, best
from sarangi.paper.tables.columns import CORPUS
from sarangi.paper.tables.not_here import cannot_run
from sarangi.paper.tables.reported_differences import behind_difference, reported_differences
from sarangi.paper.tables.score_lines import ABSENT, SHOWN, score_lines
from sarangi.paper.tables.table import Table
from sarangi.paper.tables.writing import write_table

ABSENT_AS_ZERO = (
    "Absent as 0: the macro recall that counts an emotion without test utterances as recall 0, as the "
    "published study does, with its ceiling and what guessing uniformly gives."
)
COLUMNS = [CORPUS, *SHOWN]


def scores_table(
    scores: Sequence[Path],
    differences: Sequence[Path],
    waiting: Sequence[tuple[str, str, str, Sequence[Missing]]],
    sources: LimitSources,
    labels: Labels,
    output: dict[str, Path],
    voices: Sequence[MeasuredVoices] = (),
) -> None:
    """Write the scores of every experiment with interval, chance level and marks, the best in bold.

    Parameters
    ----------
    scores
        Scores of each experiment on its own corpus.
    differences
        Of each corpus and protocol with models to compare; they say which UAR is the best
        (:func:`sarangi.paper.tables.best.best`).
    waiting
        Corpus, protocol and model of each experiment that cannot run now, and what it waits for.
    sources
        Of the limits of the scores shown, which notes state.
    labels
        Titles, and which corpora are synthetic.
    output
        Files to write by suffix: ``tex``, ``md``, ``csv``, ``html``, ``json``.
    voices
        Pseudo-speakers that were measured, for scores of folds that hold some apart.
    """
    found = headline(scores)
    caption = (
        "Scores. UAR is the macro recall; its interval resamples groups; chance is guessing "
        "uniformly. Protocols of k folds report the mean over folds, and pooled beside it the UAR of all "
        f"folds' predictions together. {BEST}"
    )
    lines, notes = score_lines(found, labels)
    leading = best(found, reported_differences(differences))
    columns = COLUMNS
    if all(line.cells[ABSENT.name] == NONE for line in lines):
        columns = [column for column in COLUMNS if column != ABSENT]
    else:
        notes.append(ABSENT_AS_ZERO)
    if any(GROUPS_GUESSED in marks_in(mark) for mark in found["mark"]):
        notes.append(measured_error(voices, labels))
    notes += limit_notes(limits_of_scores(found[found["metric"] == "uar"], sources), labels)
    notes += cannot_run(waiting)
    lines.sort(key=lambda line: line.order)
    bold = [(place, "UAR") for place, line in enumerate(lines) if line.experiment in leading]
    evidence = [
        _with_tests(line.evidence, leading[line.experiment]) if line.experiment in leading else line.evidence
        for line in lines
    ]
    rows = [line.cells for line in lines]
    write_table(Table("scores", caption, columns, rows, evidence, notes, bold, "Corpus"), labels, output)


def _with_tests(evidence: Evidence, leading: pd.DataFrame) -> Evidence:
    """Return the evidence of a UAR that is the best: the score, and the differences that say so."""
    tests = [test for _, row in leading.iterrows() for test in behind_difference(row)["p"]]
    return {**evidence, "UAR": [*evidence[""], *tests]}
