"""What a study found, in sentences for its paper and its report: audit, best models, leakage."""

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import pandas as pd

from sarangi.audit.advice import faults, findings
from sarangi.base import store
from sarangi.base.auditing import FEW_GROUPS, WARNING
from sarangi.base.dimension_reports import FOLDS, POOLED, RUNS, all_of, best_listeners, reported
from sarangi.base.dimension_rows import CCC
from sarangi.base.labels import Labels
from sarangi.base.marks import marks_in
from sarangi.base.outcomes import Outcome, outcome
from sarangi.base.premium_rows import MATCHED_FOLDS
from sarangi.base.prose import Sentence
from sarangi.base.score_rows import headline
from sarangi.paper.mark_notes import MARKS
from sarangi.paper.texts import interval_text

NOTHING = Sentence("No experiment could be scored")
OVER = {POOLED: "over all clips", FOLDS: "the mean over folds", RUNS: "the mean over runs"}


def audit_sentences(audits: Sequence[Path], leaking: Collection[str], labels: Labels) -> list[Sentence]:
    """Return a sentence a corpus: how many findings of its audit are fatal, and how many warn.

    Parameters
    ----------
    audits
        ``results/audit/<corpus>.parquet``.
    leaking
        Protocols that share groups by design, which is no fault of a corpus.
    labels
        Titles.
    """
    sentences = []
    for path in audits:
        rows = findings(store.read(path), leaking)
        fatal = len(faults(rows))
        warned = sum(row.verdict == WARNING and not row.by_design for row in rows)
        said = (
            f"{counted(fatal, 'fatal finding')} and {counted(warned, 'warning')}"
            if fatal
            else f"no fatal finding and {counted(warned, 'warning')}"
        )
        sentences.append(Sentence(f"The audit of {labels.corpus(Path(path).stem)} has {said}"))
    return sentences


def result_sentences(scores: Sequence[Path], baselines: Sequence[str], labels: Labels) -> list[Sentence]:
    """Return which trained model is best on each corpus under each protocol, with interval, chance and marks.

    The best baseline is named where it is no worse than the model.

    Parameters
    ----------
    scores
        Scores of each experiment on its own corpus.
    baselines
        Names of the models that are baselines.
    labels
        Titles, and the order of protocols and models.
    """
    found = headline(scores)
    found = found[(found["metric"] == "uar") & found["value"].notna()]
    if found.empty:
        return [NOTHING]
    order = list(labels.protocols)
    sentences = []
    conditions = sorted(
        found.groupby(["corpus", "protocol"]), key=lambda entry: (entry[0][0], order.index(entry[0][1]))
    )
    for (corpus, protocol), rows in conditions:
        trained = rows[~rows["model"].isin(baselines)]
        best = _best(rows if trained.empty else trained)
        rival = _best(rows[rows["model"].isin(baselines)])
        clips, groups = counted(int(best["n"]), "clip"), counted(int(best["groups"]), "group")
        among = "baseline" if trained.empty else "model"
        text = (
            f"{labels.corpus(corpus)}, {labels.protocols[protocol]}: {labels.models[best['model']]} has the "
            f"highest UAR of {counted(len(rows if trained.empty else trained), among)}, "
            f"{best['value']:.3f} {interval_text(best['low'], best['high'])}, on {clips} of {groups}; "
            f"{_against(best)} the chance of {best['chance']:.3f}"
        )
        if rival is not None and not trained.empty and rival["value"] >= best["value"]:
            text += f". The baseline {labels.models[rival['model']]} has {rival['value']:.3f}"
        notes = [MARKS[mark] for mark in marks_in(best["mark"]) if mark in MARKS]
        sentences.append(Sentence(text + (f". Marked: {'; '.join(notes)}" if notes else "")))
    return sentences


def rating_sentences(ratings: Sequence[Path], baselines: Sequence[str], labels: Labels) -> list[Sentence]:
    """Return which model that listens predicts each dimension best, of each corpus and protocol.

    Parameters
    ----------
    ratings
        Of schema :data:`sarangi.base.dimension_rows.DIMENSION_SCORES`, each on its own corpus.
    baselines, labels
        As for :func:`result_sentences`.
    """
    table = reported(all_of(ratings))
    best = best_listeners(table, baselines)
    order = list(labels.protocols)
    rows = sorted(best.to_dict("records"), key=lambda row: (row["corpus"], order.index(row["protocol"])))
    sentences = []
    for row in rows:
        same = table[(table["metric"] == CCC) & (table["test"] == row["corpus"]) & table["value"].notna()]
        for key in ("corpus", "protocol", "dimension"):
            same = same[same[key] == row[key]]
        count = int((~same["model"].isin(baselines)).sum())
        has = f"the highest CCC of {count} models" if count > 1 else "a CCC"
        clips, groups = counted(int(row["n"]), "clip"), counted(int(row["groups"]), "group")
        text = (
            f"{labels.corpus(row['corpus'])}, {labels.protocols[row['protocol']]}, {row['dimension']}: "
            f"{labels.models[row['model']]} has {has}{',' if count > 1 else ' of'} {row['value']:.3f} "
            f"{interval_text(row['low'], row['high'])}, {OVER[row['slice']]}, on {clips} of {groups}"
        )
        notes = [MARKS[mark] for mark in marks_in(row["mark"]) if mark in MARKS]
        sentences.append(Sentence(text + (f". Marked: {'; '.join(notes)}" if notes else "")))
    return sentences


def leakage_sentences(premiums: Path, labels: Labels) -> list[Sentence]:
    """Return what it is worth to have heard the speakers in training, of each corpus and model that tells.

    Parameters
    ----------
    premiums
        Of schema :data:`sarangi.base.premium_rows.PREMIUMS`.
    labels
        Titles.
    """
    return list(_leakage(store.read(premiums), labels))


def _leakage(table: pd.DataFrame, labels: Labels) -> Iterator[Sentence]:
    table = table[(table["metric"] == "uar") & table["value"].notna()]
    for row in table.to_dict("records"):
        matched = row["folds"] == MATCHED_FOLDS
        folds = "folds of the same sizes and class counts" if matched else "random folds"
        low, high = 100 * row["low"], 100 * row["high"]
        worth = {
            Outcome.ABOVE: "knowing the speakers helps",
            Outcome.BELOW: "knowing the speakers does not help",
            Outcome.UNDECIDED: "whether knowing the speakers helps is undecided",
        }[outcome(low, high, 0, row["groups"])]
        worth = worth if matched else "the difference is due to speakers, sizes and class counts together"
        yield Sentence(
            f"{labels.corpus(row['corpus'])}, {labels.models[row['model']]}: with speakers in training and "
            f"test, in {folds}, UAR differs by {100 * row['value']:+z.1f} points "
            f"{interval_text(low, high, '+.1f')} from that on speakers held out: {worth}"
        )


def _best(rows: pd.DataFrame) -> pd.Series | None:
    return None if rows.empty else rows.loc[rows["value"].idxmax()]


def _against(row: pd.Series) -> str:
    undecided = "its interval holds"
    if row["groups"] < FEW_GROUPS:
        undecided = f"with fewer than {FEW_GROUPS} groups it is undecided whether it is above or below"
    elif pd.isna(row["low"]):
        undecided = "without an interval it is undecided whether it is above or below"
    return {
        Outcome.ABOVE: "its interval lies above",
        Outcome.BELOW: "its interval lies below",
        Outcome.UNDECIDED: undecided,
    }[outcome(row["low"], row["high"], row["chance"], row["groups"])]


def counted(count: int, thing: str, several: str = "") -> str:
    """Return a number of things in words; ``several`` is the plural, where it is not the thing with an s."""
    return f"{count:,} {thing if count == 1 else several or f'{thing}s'}"
