"""The paper's tables: LaTeX (booktabs), with the same rows as Markdown, CSV, HTML and JSON.

The JSON says of each cell where its number stands (:data:`Evidence`); ``python -m sarangi explain`` goes on
from there.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from sarangi.base.evidence import Evidence
from sarangi.base.missing import Missing
from sarangi.base.score_rows import headline
from sarangi.paper.mark_notes import letters, meanings
from sarangi.paper.tables.best import BEST, best
from sarangi.paper.tables.reported_differences import behind_difference, reported_differences
from sarangi.paper.tables.score_evidence import BESIDE_UAR, behind_score
from sarangi.paper.tables.titles import place_in_order, title
from sarangi.paper.tables.writing import write_table
from sarangi.paper.texts import interval_text, number_text
from sarangi.statistics.metrics import UAR_ABSENT_AS_ZERO

SPEAKER_ONLY = (
    "speaker only: the speaker's commonest emotion in training. Where every speaker has all emotions "
    "alike it falls below chance, since what is tested is missing from training."
)
ABSENT_AS_ZERO = (
    "Absent as 0: the macro recall that counts an emotion without test utterances as recall 0, as the "
    "published study does, with its ceiling and what guessing uniformly gives."
)


def scores_table(
    scores: Sequence[Path],
    differences: Sequence[Path],
    titles: dict[str, dict[str, str]],
    waiting: Sequence[tuple[str, str, str, Sequence[Missing]]],
    synthetic: Sequence[str],
    output: dict[str, Path],
) -> None:
    """Write the scores of every experiment with interval, chance level and marks, the best in bold.

    Parameters
    ----------
    scores
        Scores of each experiment on its own corpus.
    differences
        Of each corpus and protocol with models to compare; they say which UAR is the best (:func:`best`).
    titles
        ``protocols`` and ``models``: names to titles, in the order of the rows.
    waiting
        Corpus, protocol and model of each experiment that cannot run now, and what it waits for.
    synthetic, output
        As in :func:`corpora_table`.
    """
    found = headline(scores)
    caption = (
        "Scores. UAR is the macro recall; its interval resamples groups; chance is guessing "
        "uniformly. Protocols of k folds report the mean over folds, and pooled beside it the UAR of all "
        f"folds' predictions together. {BEST}"
    )
    lines, notes = _score_lines(found, titles, synthetic, best(found, reported_differences(differences)))
    columns = list(SCORE_COLUMNS)
    if all(line[UAR_ABSENT_AS_ZERO.label] == "--" for _, line, _ in lines):
        columns.remove(UAR_ABSENT_AS_ZERO.label)
    else:
        notes.append(ABSENT_AS_ZERO)
    for corpus, protocol, model, _ in waiting:
        blank = dict.fromkeys(SCORE_COLUMNS, "--")
        known = {
            "Corpus": title(corpus, synthetic),
            "Protocol": titles["protocols"][protocol],
            "Model": titles["models"][model],
            "Marks": "unavailable",
        }
        lines.append((place_in_order(titles, corpus, protocol, model), blank | known, {}))
    waits = sorted({str(each) for *_, missing in waiting for each in missing})
    notes += [f"Unavailable: {text}." for text in waits]
    lines.sort(key=lambda entry: entry[0])
    frame = pd.DataFrame([line for _, line, _ in lines], columns=columns)
    # what names the tests of a UAR is the best
    bold = [(row, "UAR") for row, (*_, known) in enumerate(lines) if any(map(_is_test, known.get("UAR", ())))]
    evidence = [known for *_, known in lines]
    write_table(frame, evidence, caption, "scores", notes, synthetic, output, bold)


def transfer_table(
    scores: Sequence[Path],
    titles: dict[str, dict[str, str]],
    synthetic: Sequence[str],
    output: dict[str, Path],
) -> None:
    """Write the scores of models on corpora that they were not trained on.

    Parameters
    ----------
    scores
        Scores of each transfer; none where no model or no second corpus is in hand.
    titles, synthetic, output
        As in :func:`scores_table`.
    """
    caption = (
        "Transfer. Each run's model is tested on all of another corpus, over the emotions that both have; "
        "the value is the mean over runs, its interval resamples the groups of the corpus tested."
    )
    left_out = ("Corpus", "Pooled", UAR_ABSENT_AS_ZERO.label)
    columns = ["Trained on", "Tested on", *(name for name in SCORE_COLUMNS if name not in left_out)]
    if not scores:
        nothing = pd.DataFrame(columns=columns)
        none = ["No transfer can be run with what is in hand."]
        write_table(nothing, [], caption, "transfer", none, synthetic, output)
        return
    found = headline(scores)
    lines, notes = _score_lines(found, titles, synthetic)
    lines.sort(key=lambda entry: entry[0])
    rows = [line | {"Trained on": line["Corpus"], "Tested on": line["Tested"]} for _, line, _ in lines]
    evidence = [known for *_, known in lines]
    write_table(pd.DataFrame(rows)[columns], evidence, caption, "transfer", notes, synthetic, output)


def _is_test(known: Mapping[str, Any]) -> bool:
    return known["file"].startswith("results/differences/")


SCORE_COLUMNS = [
    "Corpus", "Protocol", "Model", "UAR", "Interval", "Chance", "Pooled", *BESIDE_UAR,
    "n", "Groups", "Seeds", "Marks",
]  # fmt: skip


def _score_lines(
    found: pd.DataFrame,
    titles: dict[str, dict[str, str]],
    synthetic: Sequence[str],
    leading: Mapping[str, pd.DataFrame] | None = None,
) -> tuple[list[tuple[tuple, dict, Evidence]], list[str]]:
    """Return a line an experiment, between its place in the order and its evidence, and the notes.

    The evidence of a UAR that is ``leading`` (of :func:`best`) names the differences that say so.
    """
    lines, marks = [], []
    absent = UAR_ABSENT_AS_ZERO
    for (corpus, protocol, model, test), metrics in found.groupby(["corpus", "protocol", "model", "test"]):
        uar = metrics[metrics["metric"] == "uar"].iloc[0]
        values = metrics.set_index("metric")["value"]
        held = [mark for mark in uar["mark"].split("; ") if mark]
        marks += held
        line = {
            "Corpus": title(corpus, synthetic),
            "Tested": title(test, synthetic),
            "Protocol": titles["protocols"][protocol],
            "Model": titles["models"][model],
            "UAR": number_text(uar["value"]),
            "Interval": interval_text(uar["low"], uar["high"]),
            "Chance": number_text(uar["chance"]),
            "Pooled": number_text(uar["pooled"]),
            **{column: number_text(values[name]) for column, name in BESIDE_UAR.items()},
            absent.label: _absent_as_zero(metrics.set_index("metric").loc[absent.name]),
            "n": uar["n"],
            "Groups": uar["groups"],
            "Seeds": uar["seeds"],
            "Marks": letters(held),
        }
        order = (*place_in_order(titles, corpus, protocol, model), test)
        known = behind_score(metrics.set_index("metric"))
        if leading and uar["experiment"] in leading:
            tests = [behind_difference(row)["p"] for _, row in leading[uar["experiment"]].iterrows()]
            known["UAR"] = [*known[""], *(test for each in tests for test in each)]
        lines.append((order, line, known))
    notes = meanings(marks)
    if "speaker_only" in set(found["model"]):
        notes.append(SPEAKER_ONLY)
    return lines, notes


def _absent_as_zero(score: pd.Series) -> str:
    """Return the score with its ceiling and chance, where an emotion is absent."""
    if pd.isna(score["value"]) or score["ceiling"] == 1:
        return "--"
    return f"{score['value']:.3f} of {score['ceiling']:.4g}, chance {score['chance']:.4g}"
