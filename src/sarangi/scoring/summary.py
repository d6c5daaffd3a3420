"""The scores of a study in a few lines: the best model of each corpus, beside chance and random folds."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

import pandas as pd

from sarangi.base.degenerate import DEGENERATE, is_degenerate
from sarangi.base.dimension_reports import FOLDS, all_of, best_listeners, reported
from sarangi.base.dimension_rows import RMSE
from sarangi.base.labels import Labels
from sarangi.base.marks import GROUPS_SHARED, marks_in
from sarangi.base.missing import Missing
from sarangi.base.score_rows import headline

SHOWN = 3  # protocols of a corpus, models of a line
LACKING = 5  # things that are missing


def run_summary(
    scores: Sequence[Path],
    leaking: Collection[str],
    baselines: Collection[str],
    labels: Labels,
    output: Path,
    ratings: Sequence[Path] = (),
    waiting: Sequence[tuple[str, str, str, Sequence[Missing]]] = (),
) -> None:
    """Write the best UAR of each corpus under its protocols, beside chance and what random folds give.

    Of models that predict ratings, the best CCC of each dimension; then which models did not run, and why.

    Parameters
    ----------
    scores
        Of every experiment on emotions, of schema :data:`sarangi.base.score_rows.SCORES`.
    leaking
        Names of the protocols that share groups by design: their scores are only for comparison.
    baselines
        Names of the models that do not listen.
    labels
        Titles, and which corpora are synthetic.
    output
        Text file to write.
    ratings
        Of every experiment on ratings, of schema :data:`sarangi.base.dimension_rows.DIMENSION_SCORES`.
    waiting
        Corpus, protocol, model and what is missing, of each experiment that cannot run.
    """
    table = headline(scores)
    within = (table["metric"] == "uar") & (table["test"] == table["corpus"])
    lines = [
        line
        for _, own in table[within & table["value"].notna()].groupby("corpus")
        for line in _corpus(own, leaking, baselines, labels)
    ]
    lines += _ratings(reported(all_of(ratings)), baselines, labels)
    lines = (lines or ["Nothing is scored."]) + list(_not_run(waiting, labels))
    output.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _not_run(waiting: Iterable[tuple[str, str, str, Sequence[Missing]]], labels: Labels) -> Iterator[str]:
    """Yield a line for each thing that is missing, with the models that need it."""
    needed: dict[Missing, dict[str, None]] = {}
    for _, _, model, missing in waiting:
        for each in missing:
            needed.setdefault(Missing(*each), {})[labels.models[model]] = None
    for each, models in list(needed.items())[:LACKING]:
        shown = ", ".join(list(models)[:SHOWN]) + (
            f" and {len(models) - SHOWN} more" if len(models) > SHOWN else ""
        )
        yield f"Not run: {shown}; needs {each}"
    if len(needed) > LACKING:
        yield f"Also missing, {len(needed) - LACKING} more: paper/tables/availability.md"


def _corpus(
    table: pd.DataFrame, leaking: Collection[str], baselines: Collection[str], labels: Labels
) -> Iterator[str]:
    corpus = labels.corpus(table["corpus"].iloc[0])
    models = table[~table["model"].isin(baselines)]
    disjoint = models[~models["protocol"].isin(leaking)]
    random = models[models["protocol"].isin(leaking)]
    if models.empty:
        yield f"{corpus}: no model is scored yet"
        return
    shown = disjoint if len(disjoint) else random
    protocols = [name for name in labels.protocols if name in set(shown["protocol"])]
    for protocol in protocols[:SHOWN]:
        there = shown[shown["protocol"] == protocol]
        best = there.sort_values(["value", "model"], ascending=[False, True]).iloc[0]
        of = f", the best of {len(there)} models" if len(there) > 1 else ""
        marks = [mark for mark in marks_in(best["mark"]) if mark != GROUPS_SHARED or protocol not in leaking]
        yield (
            f"{corpus}, {labels.protocols[protocol]}: UAR {best['value']:.3f} ({_interval(best)}) by "
            f"{labels.models[best['model']]}{of}; chance {best['chance']:.3f}; {best['n']} utterances, "
            f"{best['groups']} groups{''.join(f'; {mark}' for mark in marks)}"
        )
        yield from _compared(best, random, labels) if len(disjoint) else ()
    if not len(disjoint):
        yield "  no protocol keeps speakers apart, so this says nothing about other speakers"
    if len(protocols) > SHOWN:
        yield f"  {len(protocols) - SHOWN} more protocols are in paper/tables/scores.html"


def _ratings(table: pd.DataFrame, baselines: Collection[str], labels: Labels) -> Iterator[str]:
    """Yield the best CCC of each dimension by an audio model, with its RMSE on the scale."""
    errors = table[table["metric"] == RMSE].set_index(["experiment", "test", "dimension"])["value"]
    for _, best in best_listeners(table, list(baselines)).iterrows():
        error = errors[best["experiment"], best["test"], best["dimension"]]
        mean = ", mean of folds" if best["slice"] == FOLDS else ""
        yield (
            f"{labels.corpus(best['corpus'])}, {labels.protocols[best['protocol']]}, {best['dimension']}: "
            f"CCC {best['value']:.3f} ({_interval(best)}){mean} by {labels.models[best['model']]}; "
            f"RMSE {error:.3f} on a scale of {best['scale_low']:g} to {best['scale_high']:g}; "
            f"{best['n']} utterances, {best['groups']} groups"
            f"{''.join(f'; {mark}' for mark in marks_in(best['mark']))}"
        )


def _compared(best: pd.Series, random: pd.DataFrame, labels: Labels) -> Iterator[str]:
    """Yield what the same model reaches where speakers are in training and test, by the configured order."""
    same = random[random["model"] == best["model"]].set_index("protocol")["value"]
    shown = [
        f"{same[name]:.3f} ({labels.protocols[name]})" for name in labels.protocols if name in same.index
    ]
    if shown:
        yield f"  the same model where speakers leak from training to test: {', '.join(shown[:SHOWN])}"


def _interval(row: pd.Series) -> str:
    if pd.isna(row["low"]) or pd.isna(row["high"]):
        return "no interval"
    of_no_width = f", {DEGENERATE}" if is_degenerate(row["low"], row["high"]) else ""
    return f"{row['low']:.3f} to {row['high']:.3f}{of_no_width}"
