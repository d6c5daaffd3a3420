"""Findings: the published study's claims, judged by its own parts and by our scores."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from sarangi.base import store
from sarangi.base.finding_rows import FINDING, sources_text
from sarangi.base.missing import Missing
from sarangi.base.verdicts import UNTESTABLE, Verdict, claim_of_further
from sarangi.published import rulings
from sarangi.published.accusations import said_against
from sarangi.published.estimates import Estimate, scaled
from sarangi.published.expressions import evaluate, parts, recomputed
from sarangi.published.judging import TESTED, Ruling, columns
from sarangi.published.ours import Measurements, Ours, nothing_of_ours, read_ours
from sarangi.published.records import source_text

LISTED = 2  # of what a claim needs, before the rest is counted

NUMBERS = ("published", "published_low", "published_high", "recomputed", "ours", "low", "high", *TESTED)


@dataclass(frozen=True)
class Question:
    """What a finding asks: claims, and further experiments that bear on it.

    Attributes
    ----------
    claims
        From :func:`sarangi.published.records.of_finding`, and with ``points`` of
        :func:`sarangi.published.accusations.points_by_claim`.
    experiments
        Titles of the further experiments, of which our UAR is shown, by their names.
    """

    claims: Mapping[str, Any]
    experiments: Mapping[str, str]

    @property
    def further(self) -> dict[str, dict[str, Any]]:
        """The further experiments as records of numbers, sorted."""
        return {
            claim_of_further(name): {
                "kind": "number", "experiment": name, "ours": name, "metric": "uar",
                "statement": f"UAR of {title}", "unit": "",
            }
            for name, title in sorted(self.experiments.items())
        }  # fmt: skip


def finding(
    question: Question,
    measurements: Measurements,
    missing: Mapping[str, Sequence[Missing]],
    synthetic: Sequence[str],
    output: store.Output,
) -> None:
    """Write a finding.

    Parameters
    ----------
    question, measurements, missing, synthetic
        As for :func:`judged`.
    output
        Parquet file to write, of schema :data:`FINDING`.
    """
    output.write(judged(question, measurements, missing, synthetic), FINDING)


def judged(
    question: Question,
    measurements: Measurements,
    missing: Mapping[str, Sequence[Missing]],
    synthetic: Sequence[str],
) -> pd.DataFrame:
    """Return a finding: a row for each of its claims, and for each further experiment that bears on it.

    Parameters
    ----------
    question
        Claims and further experiments.
    measurements
        What of ours these experiments are judged by, of all that can be scored.
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
    ours = read_ours(records, measurements, missing, synthetic)
    points = question.claims.get("points", {})
    lines = [_line(name, ours) | said_against(name, records, points) for name in question.claims["claims"]]
    ours = read_ours(further, measurements, missing, synthetic)
    lines += [_measured(name, record, ours) for name, record in further.items()]
    return pd.DataFrame(lines, columns=FINDING.names).astype(dict.fromkeys(NUMBERS, float))


def _line(name: str, ours: Ours) -> dict[str, Any]:
    """Return the row of a claim."""
    records, record = ours.records, ours.records[name]
    needed = [name] if record["kind"] == "number" else parts(record, records)
    line = dict.fromkeys(FINDING.names) | {
        "claim": name,
        "statement": record["statement"],
        "unit": record["unit"],
        "counted": record["counted"],
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
    if record["kind"] == "derived":
        line["recomputed"] = float(recomputed(record, records).value)
    estimate, ruling = _ruling(name, needed, ours)
    if estimate is not None:
        line |= {"ours": estimate.value, "low": estimate.low, "high": estimate.high}
    return line | columns(ruling)


def _ruling(name: str, needed: Sequence[str], ours: Ours) -> tuple[Estimate | None, Ruling]:
    """Return our number for a claim and the verdict: first what is missing, then the rule of replication.

    What is said against a claim is apart.
    """
    record = ours.records[name]
    kind = record["kind"]
    estimate = ours.estimates.get(name)
    if kind == "derived":
        found = evaluate(record["compute"], ours.records, ours.estimates.get)
        estimate = found and Estimate(scaled(found, record["unit"]).value, math.nan, math.nan)
    missing = list(dict.fromkeys(ours.missing[part] for part in needed if part in ours.missing))
    if missing or not needed:
        missing = missing or [(nothing_of_ours(record),)]
        verdict = Verdict(UNTESTABLE, _some(map(_short, missing)))
        return estimate, Ruling(verdict, f"needs {_some(map(_full, missing))}")
    void = sorted({ours.void[part] for part in needed if part in ours.void})
    if void:
        verdict = Verdict(UNTESTABLE, "; ".join(void))
        return estimate, Ruling(verdict, "our scores are of something else and only shown beside")
    if kind == "number":
        return estimate, rulings.number(name, ours)
    if kind == "derived":
        ruling, estimate = rulings.derived(name, needed, ours)
        return estimate, ruling
    return None, rulings.statement(name, needed, ours)


def _measured(name: str, record: Mapping[str, Any], ours: Ours) -> dict[str, Any]:
    """Return the row of an experiment that nothing was published of."""
    line = dict.fromkeys(FINDING.names) | {"claim": name, "statement": record["statement"], "unit": ""}
    line["counted"] = False
    line["sources"] = _sources([name], {name: record}, ours)
    if name in ours.missing:
        short, why = _short(ours.missing[name]), f"needs {_full(ours.missing[name])}"
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


def _short(missing: Iterable[Missing]) -> str:
    return "; ".join(dict.fromkeys(each.in_words for each in missing))


def _full(missing: Iterable[Missing]) -> str:
    return "; ".join(dict.fromkeys(each.explained for each in missing))


def _some(each: Iterable[str]) -> str:
    texts = list(dict.fromkeys(each))
    rest = len(texts) - LISTED
    return "; ".join(texts[:LISTED]) + (f"; and {rest} more" if rest > 0 else "")
