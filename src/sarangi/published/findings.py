"""Findings: the published study's claims, judged by its own parts and by our scores."""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from sarangi.base import store
from sarangi.base.finding_rows import FINDING, sources_text
from sarangi.base.marks import UNTRAINED, marks_in
from sarangi.base.missing import OTHER, Missing
from sarangi.base.verdicts import (
    DIFFERS,
    REPRODUCED,
    UNTESTABLE,
    Verdict,
    claim_of_further,
)
from sarangi.published.accusations import said_against
from sarangi.published.estimates import Estimate, agree, scaled
from sarangi.published.expressions import evaluate, holds, parts, recomputed
from sarangi.published.records import source_text
from sarangi.published.scored import scores_by_name

VOID = {UNTRAINED: UNTRAINED}
"""Marks of a score that make any comparison with it void, and what is missing then."""
CLIPS_APART = 0.01
"""Share of the test clips that a publisher's and our test part may differ by and be called the same."""
CHANCE = "chance"  # printed as a metric, of which our scores have a column
LISTED = 2  # of what a claim waits for, before the rest is counted

NUMBERS = ("published", "published_low", "published_high", "recomputed", "ours", "low", "high")


@dataclass(frozen=True)
class Ours:
    """What the scores have for the numbers of a finding.

    Attributes
    ----------
    estimates
        By the name of a number, those that were scored.
    missing
        By the name of a number that was not, what is missing.
    void
        By the name of a number, why its score can be compared with nothing; absent where it can.
    files
        By the name of a score, the file that it is from.
    """

    estimates: dict[str, Estimate]
    missing: dict[str, tuple[Missing, ...]]
    void: dict[str, str]
    files: dict[str, str]


@dataclass(frozen=True)
class Question:
    """What a finding asks: claims, and further experiments that bear on it.

    Attributes
    ----------
    statement
        What the published study says, for the further experiments.
    claims
        From :func:`sarangi.published.records.of_finding`, and with ``points`` of
        :func:`sarangi.published.accusations.points_by_claim`.
    experiments
        The further experiments, of which our UAR is shown.
    """

    statement: str
    claims: Mapping[str, Any]
    experiments: Sequence[str]

    @property
    def further(self) -> dict[str, dict[str, Any]]:
        """The further experiments as records of numbers, sorted."""
        return {
            claim_of_further(name): {
                "kind": "number", "experiment": name, "ours": name, "metric": "uar",
                "statement": self.statement, "unit": "",
            }
            for name in sorted(self.experiments)
        }  # fmt: skip


def finding(
    question: Question,
    scores: Sequence[Path],
    missing: Mapping[str, Sequence[Missing]],
    synthetic: Sequence[str],
    output: store.Output,
) -> None:
    """Write a finding.

    Parameters
    ----------
    question, scores, missing, synthetic
        As for :func:`judged`.
    output
        Parquet file to write, of schema :data:`FINDING`.
    """
    output.write(judged(question, scores, missing, synthetic), FINDING)


def judged(
    question: Question,
    scores: Sequence[Path],
    missing: Mapping[str, Sequence[Missing]],
    synthetic: Sequence[str],
) -> pd.DataFrame:
    """Return a finding: a row for each of its claims, and for each further experiment that bears on it.

    Parameters
    ----------
    question
        Claims and further experiments.
    scores
        Scores of all of these experiments that can be scored.
    missing
        What is missing of each of the others.
    synthetic
        Names of the corpora spoken by the demo's generator.

    Returns
    -------
    data frame
        Of schema :data:`FINDING`.
    """
    records, further = question.claims["records"], question.further
    table = scores_by_name(scores)
    ours = _ours(records, table, missing, synthetic)
    points = question.claims.get("points", {})
    lines = [
        _line(name, records, ours) | said_against(name, records, points) for name in question.claims["claims"]
    ]
    ours = _ours(further, table, missing, synthetic)
    lines += [_measured(name, record, ours) for name, record in further.items()]
    return pd.DataFrame(lines, columns=FINDING.names).astype(dict.fromkeys(NUMBERS, float))


def _ours(
    records: Mapping[str, Any],
    table: pd.DataFrame,
    missing: Mapping[str, Sequence[Missing]],
    synthetic: Sequence[str],
) -> Ours:
    files = table.dropna(subset=["file"]).set_index("scored")["file"].to_dict()
    ours = Ours({}, {}, {}, files)
    rows = {(row["scored"], row["metric"], row["slice"]): row for _, row in table.iterrows()}
    scored = set(table["scored"])
    for name, record in records.items():
        if record["kind"] != "number":
            continue
        experiment, chance = record.get("ours"), record["metric"] == CHANCE
        row = rows.get((experiment, "uar" if chance else record["metric"], record.get("ours_slice", "")))
        if experiment in scored and row is not None and not pd.isna(row["value"]):
            bounds = (
                (row["chance"], math.nan, math.nan) if chance else (row["value"], row["low"], row["high"])
            )
            ours.estimates[name] = Estimate(*bounds)
        else:
            ours.missing[name] = _lacking(record, missing, scored)
        if row is not None and (why := _void(record, row, synthetic)):
            ours.void[name] = why
    return ours


def _lacking(
    record: Mapping[str, Any], missing: Mapping[str, Sequence[Missing]], scored: Collection[str]
) -> tuple[Missing, ...]:
    """Return why there is no number of ours for a published one."""
    experiment, part = record.get("ours"), record.get("ours_slice", "")
    if experiment is None:
        return (_nothing_of_ours(record),)
    if experiment not in scored:
        return tuple(missing.get(experiment, [Missing(OTHER, f"the scores of {experiment}")]))
    of_part = f" of {part}" if part else ""
    return (Missing(OTHER, f"{record['metric']}{of_part} in the scores of {experiment}"),)


def _void(record: Mapping[str, Any], row: pd.Series, synthetic: Sequence[str]) -> str:
    """Return why a score of ours can be compared with nothing; empty where it can."""
    whys = [VOID[mark] for mark in marks_in(row["mark"]) if mark in VOID]
    if {row["corpus"], row["test"]} & set(synthetic):
        whys.insert(0, "synthetic speech")
    clips = record.get("facts", {}).get("clips")
    if clips and not record.get("slice") and abs(row["n"] - clips) > CLIPS_APART * clips:
        whys.append(f"the published test part of {clips} clips (ours has {row['n']})")
    return " and ".join(whys)


def _line(name: str, records: Mapping[str, Any], ours: Ours) -> dict[str, Any]:
    """Return the row of a claim."""
    record = records[name]
    kind = record["kind"]
    needed = [name] if kind == "number" else parts(record, records)
    line = dict.fromkeys(FINDING.names) | {
        "claim": name,
        "statement": record["statement"],
        "unit": record["unit"],
        "grid": record.get("row", {}).get("grid"),
        "printed": record.get("value"),
        "printed_in": source_text(record),
        "derived": record["source"].get("derived"),
        "sources": _sources(needed, records, ours),
    }
    for key in ("value", "low", "high"):
        if key in record:
            column = {"value": "published"}.get(key, f"published_{key}")
            line[column] = float(record[key])
    estimate, rows_say = None, None
    if kind == "number":
        estimate = ours.estimates.get(name)
    elif kind == "derived":
        line["recomputed"] = float(recomputed(record, records).value)
        found = evaluate(record["compute"], records, ours.estimates.get, math.hypot)
        estimate = found and scaled(found, record["unit"])
    elif "holds" in record:
        rows_say = holds(record["holds"], records, ours.estimates.get, math.hypot)
    if estimate is not None:
        line |= {"ours": estimate.value, "low": estimate.low, "high": estimate.high}
    verdict, why = _verdict(name, records, needed, estimate, rows_say, ours)
    return line | {"verdict": str(verdict), "why": why}


def _verdict(
    name: str,
    records: Mapping[str, Any],
    needed: Sequence[str],
    estimate: Estimate | None,
    rows_say: tuple[bool, str] | None,
    ours: Ours,
) -> tuple[Verdict, str]:
    """Return verdict and why: first what is missing, then agreement; what is said against it is apart."""
    record = records[name]
    missing = list(dict.fromkeys(ours.missing[part] for part in needed if part in ours.missing))
    if missing or not needed:
        missing = missing or [(_nothing_of_ours(record),)]
        verdict = Verdict(UNTESTABLE, _some(map(_short, missing)))
        return verdict, f"waits for {_some(map(_full, missing))}"
    void = sorted({ours.void[part] for part in needed if part in ours.void})
    if void:
        verdict = Verdict(UNTESTABLE, "; ".join(void))
        return verdict, "our scores are of something else and only shown beside"
    if rows_say is not None:
        return Verdict(REPRODUCED if rows_say[0] else DIFFERS), f"our rows: {rows_say[1]}"
    value, text = estimate.value, record["value"]
    if agree(text, value):
        return Verdict(REPRODUCED), f"ours rounds to {text}"
    bounds = f"our interval [{estimate.low:.4f}, {estimate.high:.4f}]"
    if record["agreement"] == "rounding" or math.isnan(estimate.low):
        return Verdict(DIFFERS), f"ours does not round to {text}"
    if estimate.low <= float(text) <= estimate.high:
        return Verdict(REPRODUCED), f"{text} lies in {bounds}"
    return Verdict(DIFFERS), f"{text} lies outside {bounds}"


def _measured(name: str, record: Mapping[str, Any], ours: Ours) -> dict[str, Any]:
    """Return the row of an experiment that nothing was published of."""
    line = dict.fromkeys(FINDING.names) | {"claim": name, "statement": record["statement"], "unit": ""}
    line["sources"] = _sources([name], {name: record}, ours)
    if name in ours.missing:
        short, why = _short(ours.missing[name]), f"waits for {_full(ours.missing[name])}"
    else:
        short, why = ours.void.get(name, "nothing was published of it"), "shown beside"
    line |= {"verdict": str(Verdict(UNTESTABLE, short)), "why": why}
    if name in ours.estimates:
        estimate = ours.estimates[name]
        line |= {"ours": estimate.value, "low": estimate.low, "high": estimate.high}
    return line


def _sources(needed: Sequence[str], records: Mapping[str, Any], ours: Ours) -> str:
    used = sorted({records[part]["ours"] for part in needed if part in ours.estimates})
    return sources_text(ours.files[experiment] for experiment in used)


def _nothing_of_ours(record: Mapping[str, Any]) -> Missing:
    return Missing(OTHER, record.get("waits_for", "an experiment of ours"))


def _short(missing: Iterable[Missing]) -> str:
    return "; ".join(each.what for each in missing)


def _full(missing: Iterable[Missing]) -> str:
    return "; ".join(map(str, missing))


def _some(each: Iterable[str]) -> str:
    texts = list(each)
    rest = len(texts) - LISTED
    return "; ".join(texts[:LISTED]) + (f"; and {rest} more" if rest > 0 else "")
