"""Classical models within and across languages: what a change of language costs, and what hides in it.

A *cell* is one configuration (feature set and model) trained on a language and tested on a language, as a
mapping: ``name`` (of the experiment, or ``<experiment>_to_<corpus>``), ``pair`` (title of two languages or
corpora), ``train`` and ``test`` (languages, the same within
one), ``protocol`` and ``disjoint`` (its title, and whether speakers are kept apart), ``features``,
``model``, ``scores`` (file of schema :data:`sarangi.scoring.scores.SCORES`, or None where it cannot be made),
``published`` (UAR as the published study printed it, or None).  A model that stands only across
languages, named after another one and a comma (``SVM, CORAL``), is that model *adapted* to the language
tested.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sarangi.base import store
from sarangi.base.errors import SarangiError
from sarangi.base.evidence import Evidence, reference
from sarangi.base.parts import UNMADE
from sarangi.base.score_rows import headline
from sarangi.paper.tables.scores import (
    behind_score,
    interval_text,
    letters,
    meanings,
    number_text,
    title,
    write_table,
)

Cell = Mapping[str, Any]

CELL = ["name", "pair", "train", "test", "protocol", "disjoint", "features", "model", "published"]
SCORE = ["value", "low", "high", "chance", "n", "groups", "classes", "mark", "file", "slice", "metric"]
GAP = [
    "pair", "train", "test", "protocol", "within", "disjoint", "adapted", "features", "model", "base",
    "uar_within", "uar_across", "gap", "published_within", "published_across", "published_gap", "mark",
]  # fmt: skip
SIDES = [f"{name}{side}" for side in ("", "_inside") for name in ("name", "file", "slice", "published")]
CONDITION = ["pair", "train", "test", "protocol"]

# marks of an interval, which a difference without one has nothing to do with
OF_INTERVALS = ("descriptive interval", "interval too narrow")
NO_SCORE = "--: no score can be made with what is in hand."
NO_PAIR = "No pair of languages is configured."


def uar_of(scores: Path | str) -> pd.Series:
    """Return the UAR that an experiment reports, with interval, chance, n, groups and mark.

    Raises
    ------
    SarangiError
        If the file reports no UAR, or more than one.
    """
    found = headline([scores])
    found = found[found["metric"] == "uar"]
    if len(found) != 1:
        raise SarangiError(f"{scores}: {len(found)} rows report a UAR, where one is expected")
    return found.iloc[0]


def scored(cells: Sequence[Cell], synthetic: Sequence[str] = ()) -> pd.DataFrame:
    """Return the cells with their scores, in their order.

    Parameters
    ----------
    cells
        Configurations within and across languages.
    synthetic
        Names of the corpora spoken by the demo's generator; a pair with a score from one says so.

    Returns
    -------
    pandas.DataFrame
        The cells' own columns; ``value``, ``low``, ``high`` and ``chance`` of UAR (from 0 to 1),
        ``n``, ``groups``, ``classes`` and ``mark``, missing where there is no score; ``base``, the model
        without adaptation, and ``adapted``.

    Raises
    ------
    SarangiError
        If a cell stands twice, or a score file does not report one UAR.
    """
    lines, made = [], set()
    for cell in cells:
        line = dict.fromkeys(SCORE) | {name: cell[name] for name in CELL}
        if cell["scores"] is not None:
            score = uar_of(cell["scores"])
            line |= {name: score[name] for name in SCORE}
            if {score["corpus"], score["test"]} & set(synthetic):
                made.add(cell["pair"])
        lines.append(line)
    table = pd.DataFrame(lines, columns=[*CELL, *SCORE])
    numbers = ["value", "low", "high", "chance"]
    table[numbers] = table[numbers].astype(float)
    twice = table.duplicated([*CONDITION, "features", "model"])
    if twice.any():
        one = table[twice].iloc[0]
        raise SarangiError(
            f"{one['features']}, {one['model']} stands twice in {one['pair']}: {one['train']} to "
            f"{one['test']}, {one['protocol']}"
        )
    within = table[table["train"] == table["test"]]
    known = set(zip(within["pair"], within["model"], strict=True))
    bases = [
        model if (pair, model) in known else model.split(",")[0]
        for pair, model in zip(table["pair"], table["model"], strict=True)
    ]
    # without cells too, columns must keep a type that they can be joined by
    table["base"] = pd.Series(bases, table.index, dtype=table["model"].dtype)
    table["adapted"] = table["base"] != table["model"]
    table["pair"] = [f"{pair} (synthetic)" if pair in made else pair for pair in table["pair"]]
    return table


def ranks(table: pd.DataFrame) -> pd.Series:
    """Return the rank of each row's feature set by its best model under the same condition, 1 the best.

    Parameters
    ----------
    table
        Of :func:`scored`.  Feature sets compete within a pair, direction and protocol; those of adapted
        models among themselves.

    Returns
    -------
    pandas.Series
        One value a row; missing where the feature set has no score.
    """
    condition = [table[name] for name in (*CONDITION, "adapted")]
    best = table["value"].groupby([*condition, table["features"]]).transform("max")
    # models of one feature set are one competitor, so ranks are dense unless two sets tie
    return best.groupby(condition).rank(method="dense", ascending=False)


def gaps(table: pd.DataFrame) -> pd.DataFrame:
    """Return what each configuration loses on a language when it was trained on another one.

    Parameters
    ----------
    table
        Of :func:`scored`.

    Returns
    -------
    pandas.DataFrame
        One row a configuration across languages and protocol within the language tested: UAR of both
        sides from 0 to 1, ``gap`` in percentage points (across minus within), the same of the
        published values, ``within`` (that protocol), ``disjoint`` (of it) and ``mark`` of both sides, and
        where both stand (:data:`SIDES`).  An adapted model is compared with its base.  A value is missing
        where a side lacks it.
    """
    inside = table[table["train"] == table["test"]]
    inside = inside[
        ["name", "pair", "test", "protocol", "disjoint", "features", "model", *SCORE, "published"]
    ]
    inside = inside.rename(columns={"protocol": "within", "model": "base"})
    across = table[table["train"] != table["test"]].drop(columns="disjoint")
    both = across.merge(inside, on=["pair", "test", "features", "base"], suffixes=("", "_inside"))
    both["uar_across"], both["uar_within"] = both["value"], both["value_inside"]
    for name in ("across", "within"):
        column = "published" if name == "across" else "published_inside"
        both[f"published_{name}"] = both[column].astype(float)
    both["gap"] = 100 * (both["uar_across"] - both["uar_within"])
    both["published_gap"] = 100 * (both["published_across"] - both["published_within"])
    both["mark"] = ["; ".join(_marks(row)) for row in both.to_dict("records")]
    return both[[*GAP, *SIDES]]


def _marks(row: Mapping[str, Any]) -> Iterable[str]:
    """Return what is to be known of a gap: the marks of both sides, and whether these are alike."""
    if pd.isna(row["gap"]):
        return []
    held = [mark for text in (row["mark"], row["mark_inside"]) for mark in text.split("; ") if mark]
    if any(row[name] != row[f"{name}_inside"] for name in ("classes", "n")):
        held.append("sides differ")
    return dict.fromkeys(mark for mark in held if mark not in OF_INTERVALS)


# -- tables -----------------------------------------------------------------------------------


def within_language_table(cells: Sequence[Cell], synthetic: Sequence[str], output: dict[str, Path]) -> None:
    """Write the UAR of every configuration trained and tested within one language.

    UAR has four digits, since the published ones stand beside it.

    Parameters
    ----------
    cells
        Configurations; those across languages are left out.
    synthetic
        Names of the corpora spoken by the demo's generator.
    output
        Files to write by suffix: ``tex``, ``md``, ``csv``, ``json``.

    Raises
    ------
    SarangiError
        As :func:`scored`.
    """
    table = scored(cells, synthetic)
    caption = (
        "Classical models within one language. UAR with its interval over groups and chance; published "
        "is the UAR that the published study printed. Rank: of the feature set by its best model, among "
        "those that have a score under the same protocol."
    )
    inside = table["train"] == table["test"]
    _write(table, inside, {"Language": "test"}, caption, "within_language", synthetic, output)


def across_languages_table(cells: Sequence[Cell], synthetic: Sequence[str], output: dict[str, Path]) -> None:
    """Write the UAR of every configuration trained on one language and tested on another.

    UAR has four digits, since the published ones stand beside it.

    Parameters
    ----------
    cells
        Configurations; those within a language only tell which models are adapted ones.
    synthetic, output
        As in :func:`within_language_table`.

    Raises
    ------
    SarangiError
        As :func:`scored`.
    """
    table = scored(cells, synthetic)
    caption = (
        "Classical models across languages. UAR with its interval over the groups of the language "
        "tested, and chance; published is the UAR that the published study printed. Rank: of the feature "
        "set by its best model, among those that have a score in the same direction; models with "
        "adaptation, named after a comma, are ranked apart."
    )
    where = {"Trained on": "train", "Tested on": "test"}
    across = table["train"] != table["test"]
    _write(table, across, where, caption, "across_languages", synthetic, output)


def _write(
    table: pd.DataFrame,
    shown: pd.Series,
    where: dict[str, str],
    caption: str,
    label: str,
    synthetic: Sequence[str],
    output: dict[str, Path],
) -> None:
    """Write the cells of one kind, a row each."""
    table = table.assign(rank=ranks(table))[shown]
    lines, marks, evidence = [], [], []
    for row in table.to_dict("records"):
        there = isinstance(row["mark"], str)
        held = [mark for mark in row["mark"].split("; ") if mark] if there else []
        marks += held
        evidence.append(_behind([row]))
        lines.append(
            {"Pair": row["pair"]}
            | {name: row[column] for name, column in where.items()}
            | {
                "Protocol": row["protocol"],
                "Features": row["features"],
                "Model": row["model"],
                "UAR": number_text(row["value"], ".4f"),
                "Interval": interval_text(row["low"], row["high"]),
                "Chance": number_text(row["chance"], ".3f"),
                "Published": "--" if pd.isna(row["published"]) else row["published"],
                "Rank": number_text(row["rank"], ".0f"),
                "n": int(row["n"]) if there else "--",
                "Groups": int(row["groups"]) if there else "--",
                "Marks": letters(held),
            }
        )
    notes = meanings(marks)
    if table["value"].isna().any():
        notes.append(NO_SCORE)
    if table.empty:
        notes.append(NO_PAIR)
    columns = ["Pair", *where, *COLUMNS]
    write_table(pd.DataFrame(lines, columns=columns), evidence, caption, label, notes, synthetic, output)


def _behind(rows: Sequence[Mapping[str, Any]]) -> Evidence:
    """Return where the columns of a row about some cells come from, ours and what was published."""
    # one cell may be compared with many
    rows = list({row["name"]: row for row in rows}.values())
    there = [row for row in rows if isinstance(row["file"], str)]
    ours = [reference(row["file"], "value", metric="uar", slice=row["slice"]) for row in there]
    print_ = [
        reference("project:claims.yaml", "value", ours=row["name"], metric="uar")
        for row in rows
        if not pd.isna(row["published"])
    ]
    alone = len(rows) == len(there) == 1
    found = behind_score(pd.DataFrame(there, index=["uar"])) if alone else {}
    return found | {"": ours, "Published": print_}


COLUMNS = [
    "Protocol", "Features", "Model", "UAR", "Interval", "Chance", "Published", "Rank", "n", "Groups", "Marks",
]  # fmt: skip
GAP_COLUMNS = [
    "Pair", "Direction", "Within", "Scores", "Best within", "Best across",
    "Best", "Set", "Own", "All own", "Counted", "Marks",
]  # fmt: skip


def gaps_table(cells: Sequence[Cell], synthetic: Sequence[str], output: dict[str, Path]) -> None:
    """Write how far UAR across languages lies below UAR within the language tested, in percentage points.

    LaTeX and Markdown have a row a direction and protocol within the language tested, of our scores and of
    the published ones; the CSV has a row for each configuration (:func:`gaps`).  Published values count
    only where all of them are there.

    Parameters
    ----------
    cells
        Configurations within and across languages.
    synthetic, output
        As in :func:`within_language_table`.

    Raises
    ------
    SarangiError
        As :func:`scored`.
    """
    found = gaps(scored(cells, synthetic))
    lines, marks, evidence = [], [], []
    for _, rows in found.groupby([*CONDITION, "within", "adapted"], sort=False):
        first = rows.iloc[0]
        for scores, (inside, across) in SOURCES.items():
            both = rows[[inside, across]].notna().all(axis=1)
            if scores == "published" and not both.any():
                continue
            complete = both.all() if scores == "published" else both.any()
            held = []
            if scores == "ours":
                together = "; ".join(rows.loc[both, "mark"]).split("; ")
                held = [mark for mark in dict.fromkeys(together) if mark]
            marks += held
            known = _behind([side for row in rows.to_dict("records") for side in _sides(row)])
            evidence.append({"": known["" if scores == "ours" else "Published"]})
            lines.append(
                {
                    "Pair": first["pair"],
                    "Direction": f"{first['train']} to {first['test']}",
                    "Within": first["within"],
                    "Scores": f"{scores}, adapted" if first["adapted"] else scores,
                }
                | (
                    _summary(rows[both], inside, across)
                    if complete
                    else dict.fromkeys(GAP_COLUMNS[4:-2], "--")
                )
                | {"Counted": f"{both.sum()} of {len(rows)}", "Marks": letters(held)}
            )
    caption = (
        "Gaps: UAR across languages minus UAR within the language tested, in percentage points. The best of "
        "many is picked on the test utterances, so it is too good, more so where more compete, and has no "
        "interval."
    )
    notes = [*GAP_NOTES, *meanings(marks)] if lines else [NO_PAIR]
    write_table(pd.DataFrame(lines, columns=GAP_COLUMNS), evidence, caption, "gaps", notes, synthetic, output)
    output["csv"].write_text(
        found[GAP].to_csv(index=False, lineterminator="\n", float_format="%.6g"), encoding="utf-8"
    )


def _sides(gap: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the cells within and across that a gap lies between."""
    return [
        {name: gap[f"{name}{side}"] for name in ("name", "file", "slice", "published")}
        for side in ("_inside", "")
    ]


GAP_NOTES = (
    "Best: the best across minus the best within, whatever they are. Set: the feature set that transfers "
    "best, its best across minus its best within. Own: the configuration that transfers best, across minus "
    "within. All own: mean and range of such gaps over all configurations; counted are those with both "
    "scores.",
    "Where the protocol within does not keep speakers apart, the gap also holds what knowing them is worth.",
    "Adapted: models that have seen the language tested without its labels, each compared with the model "
    "without adaptation.",
    "Published: recomputed from the UARs that the published study printed.",
)
SOURCES = {"ours": ("uar_within", "uar_across"), "published": ("published_within", "published_across")}


def _summary(rows: pd.DataFrame, inside: str, across: str) -> dict[str, str]:
    """Return the gaps of some configurations that have both sides, as text."""
    best_inside, best_across = rows.loc[rows[inside].idxmax()], rows.loc[rows[across].idxmax()]
    same_set = rows[rows["features"] == best_across["features"]]
    own = 100 * (rows[across] - rows[inside])
    return {
        "Best within": f"{best_inside['features']}, {best_inside['base']}: {best_inside[inside]:.4f}",
        "Best across": f"{best_across['features']}, {best_across['model']}: {best_across[across]:.4f}",
        "Best": f"{100 * (best_across[across] - best_inside[inside]):+.2f}",
        "Set": f"{100 * (same_set[across].max() - same_set[inside].max()):+.2f}",
        "Own": f"{own[best_across.name]:+.2f}",
        "All own": f"{own.mean():+.1f} ({own.min():+.1f} to {own.max():+.1f})",
    }


def sensitivity_table(
    rows: Sequence[Mapping[str, Any]], synthetic: Sequence[str], output: dict[str, Path]
) -> None:
    """Write UAR from recordings resampled to 16 kHz beside UAR from them at their own rate.

    Parameters
    ----------
    rows
        ``corpus`` (name), ``protocol``, ``features`` and ``model`` (titles), ``resampled`` and
        ``own_rate`` (score files, or None where one cannot be made).
    synthetic, output
        As in :func:`within_language_table`.  The difference is at the own rate minus at 16 kHz, in
        percentage points.

    Raises
    ------
    SarangiError
        If a score file does not report one UAR.
    """
    lines, marks, missing, evidence = [], [], False, []
    for row in rows:
        scores = {name: row[name] and uar_of(row[name]) for name in ("resampled", "own_rate")}
        there = [score for score in scores.values() if score is not None]
        held = [mark for score in there for mark in score["mark"].split("; ") if mark]
        if len(there) == 2 and any(there[0][name] != there[1][name] for name in ("classes", "n")):
            held.append("sides differ")
        held = list(dict.fromkeys(held))
        marks += held
        value, low, high = (
            {name: np.nan if score is None else score[key] for name, score in scores.items()}
            for key in ("value", "low", "high")
        )
        known = {
            name: _behind([dict(score) | NO_PRINT]) for name, score in scores.items() if score is not None
        }
        evidence.append(_behind_both(known))
        missing |= bool(np.isnan(list(value.values())).any())
        lines.append(
            {
                "Corpus": title(row["corpus"], synthetic),
                "Protocol": row["protocol"],
                "Features": row["features"],
                "Model": row["model"],
                "16 kHz": number_text(value["resampled"], ".3f"),
                "Interval": interval_text(low["resampled"], high["resampled"]),
                "Own rate": number_text(value["own_rate"], ".3f"),
                "Its interval": interval_text(low["own_rate"], high["own_rate"]),
                "Difference": number_text(100 * (value["own_rate"] - value["resampled"]), "+.1f"),
                "Chance": number_text(there[0]["chance"] if there else np.nan, ".3f"),
                "n": "; ".join(dict.fromkeys(str(score["n"]) for score in there)) or "--",
                "Groups": "; ".join(dict.fromkeys(str(score["groups"]) for score in there)) or "--",
                "Marks": letters(held),
            }
        )
    caption = (
        "Sensitivity to the sampling rate. UAR of the same models from the recordings resampled to 16 kHz "
        "and at their own rate, each with its interval over groups, and the difference in percentage "
        "points. Both are scored on the same utterances, so overlapping intervals do not say that the "
        "difference is nothing."
    )
    notes = meanings(marks)
    if missing:
        notes.append(NO_SCORE)
    if not lines:
        notes.append("No corpus with recordings is in hand.")
    frame = pd.DataFrame(lines, columns=SENSITIVITY_COLUMNS)
    write_table(frame, evidence, caption, "sensitivity", notes, synthetic, output)


NO_PRINT = {"name": "", "published": None}


def _behind_both(known: Mapping[str, Evidence]) -> Evidence:
    """Return where the columns of a row of two rates come from, by the rate."""
    blank: Evidence = {"": [], "Interval": []}
    resampled, own = known.get("resampled", blank), known.get("own_rate", blank)
    both = {name: [*resampled.get(name, []), *own.get(name, [])] for name in ("n", "Groups", "Marks")}
    return both | {
        "": [*resampled[""], *own[""]],
        "16 kHz": resampled[""],
        "Interval": resampled["Interval"],
        "Own rate": own[""],
        "Its interval": own["Interval"],
        "Chance": (known.get("resampled") or known.get("own_rate") or {}).get("Chance", []),
    }


SENSITIVITY_COLUMNS = [
    "Corpus", "Protocol", "Features", "Model", "16 kHz", "Interval", "Own rate", "Its interval",
    "Difference", "Chance", "n", "Groups", "Marks",
]  # fmt: skip


def splits_table(
    tables: Sequence[Path],
    scores: Sequence[Path],
    titles: Mapping[str, Mapping[str, str]],
    synthetic: Sequence[str],
    output: dict[str, Path],
) -> None:
    """Write the scores under few groups beside what other seeds, folds and sample rates make of them.

    Parameters
    ----------
    tables
        Of schema :data:`sarangi.scoring.sensitivity.SENSITIVITY`, one a corpus; none where nothing
        can be varied.
    scores
        Of their experiments.
    titles
        ``protocols`` and ``models``: names to titles.
    synthetic
        Names of the corpora spoken by the demo's generator.
    output
        Files to write by suffix: ``tex``, ``md``, ``csv``, ``json``.
    """
    reported = headline(scores)
    reported = reported[reported["metric"] == "uar"].set_index("experiment")
    frames = [store.read(path).assign(file=str(path)) for path in tables]
    found = pd.concat(frames) if frames else pd.DataFrame(columns=["experiment", "varied"])
    lines, marks, unmade, evidence = [], [], [], []
    for (experiment, varied), rows in found.groupby(["experiment", "varied"], sort=False):
        score = reported.loc[experiment]
        held = [mark for mark in score["mark"].split("; ") if mark]
        marks += held
        unmade += [reason.removeprefix(UNMADE) for reason in rows["reason"].dropna()]
        made = rows[rows["uar"].notna()]
        varying = {"experiment": experiment, "varied": varied}
        tried = [reference(rows["file"].iloc[0], "uar", **varying)]
        evidence.append(
            {
                **{key: _of_score(score, *columns) for key, columns in SPLIT_SCORES.items()},
                **dict.fromkeys(("", "Smallest", "Median", "Largest"), tried),
                "Fewest groups": [reference(rows["file"].iloc[0], "fewest", **varying)],
            }
        )
        lines.append(
            {
                "Corpus": title(score["corpus"], synthetic),
                "Protocol": titles["protocols"][score["protocol"]],
                "Model": titles["models"][score["model"]],
                "UAR": number_text(score["value"]),
                "Interval": interval_text(score["low"], score["high"]),
                "Varied": f"{varied}: {', '.join(made['setting'])}" if len(made) else varied,
                "Variants": f"{len(made)} of {len(rows)}",
                "Smallest": number_text(made["uar"].min()),
                "Median": number_text(made["uar"].median()),
                "Largest": number_text(made["uar"].max()),
                "Fewest groups": rows["fewest"].iloc[0],
                "Marks": letters(held),
            }
        )
    caption = (
        "Sensitivity to the split, where the audit finds few groups, in all, of an emotion or in a test "
        "part. UAR as reported, with its interval over groups, and the same model's smallest, median and "
        "largest UAR with other seeds of the split, with other numbers of folds, and from the recordings at "
        "their own sample rate, one changed at a time; nothing is chosen by it."
    )
    notes = [*meanings(marks), *(f"Not made: {text}." for text in sorted(set(unmade)))]
    if not lines:
        notes.append("No score that can be made here rests on few groups and on a split that can be varied.")
    frame = pd.DataFrame(lines, columns=SPLIT_COLUMNS)
    write_table(frame, evidence, caption, "splits", notes, synthetic, output)


def _of_score(score: pd.Series, *columns: str) -> list[dict[str, Any]]:
    """Return where columns of a reported score stand."""
    return [reference(score["file"], name, metric="uar", slice=score["slice"]) for name in columns]


SPLIT_SCORES = {"UAR": ("value",), "Interval": ("low", "high"), "Marks": ("mark",)}
SPLIT_COLUMNS = [
    "Corpus", "Protocol", "Model", "UAR", "Interval", "Varied", "Variants", "Smallest", "Median", "Largest",
    "Fewest groups", "Marks",
]  # fmt: skip
