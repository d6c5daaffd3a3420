"""Claims of the published study, flat: its numbers and comparisons, each a record by name.

A claim is a *number* (a metric of an experiment), *derived* (computed from numbers) or a *statement*
about numbers.  The file of claims holds what the study printed and what to compute, never a verdict:
what follows from the print alone is found by the rules of :mod:`sarangi.published.faults`, and what follows
from ours by :mod:`sarangi.published.verdicts`.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sarangi.base.score_id import ScoreId, experiment_name
from sarangi.base.slices import slice_of_part, slice_of_seed
from sarangi.base.statements import statement
from sarangi.published.estimates import UNITS as SCALES
from sarangi.published.estimates import digits
from sarangi.published.expressions import Record, Records, evaluate, holds, parts
from sarangi.statistics.metrics import F1, METRICS

FACTS = ("protocol", "leaks", "classes", "stated_chance", "supports", "clips", "seeds")
"""What is said of an experiment's test, beside its numbers."""

FROM_FILES = {"answers": "answers", "recipe": "recipes"}
"""What else the study's files say of an experiment, by the key of the facts and of the file of claims."""
RECOMPUTED, SAME_CLIPS, OTHER_CLIPS = RULERS = ("recomputed", "same_clips", "other_clips")
"""How far ours may lie from a published number by chance, the least first; see the schema of claims."""

COMPARISONS = ("greater", "equal", "highest", "lowest")
"""Relations of a statement that are tested, by what our scores vary by; see the schema of claims."""

WORDS = {metric.name: metric.prose for metric in METRICS} | {F1: "F1"}
"""How the names of metrics, or of scores of single emotions, are written in a sentence."""

UNITS = {metric.name: metric.unit for metric in METRICS}


def records(document: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return every claim by name, from a checked file of claims.

    A number is named ``<experiment>.<metric>``; a row of a grid is an experiment named after its cells.
    ``ours`` is the name of our experiment or transfer that replays it, and ``replay`` what that is: corpus,
    protocol, model, and the other corpus of a transfer; ``ours_slice`` is the slice of its scores to compare
    with, where it is not the reported one; ``key`` is what the file calls the number; ``statement`` joins the
    experiment's ``title`` and what the number is.  ``source`` is where the study has a claim (``file``,
    ``commit``, ``key`` or ``place``, and ``derived`` where it is not printed itself).  How a claim is judged
    is said by ``ruler``, ``margin`` (in the claim's unit), ``tolerance`` (likewise, of what is recomputed),
    ``runs`` (repeats behind a published number), ``counted`` and, of a number that is not, the ``headline``
    of its experiment; see the file's schema.  Keys without a value are left out.
    """
    found = flat(document)
    return {
        name: record | _measures(record, found, document["replication"]) for name, record in found.items()
    }


def flat(document: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return every claim by name, from a file of claims that may name numbers which are not there.

    As :func:`records`, without what follows from the numbers that a claim is computed from.
    """
    found: dict[str, dict[str, Any]] = {}
    for name, entry in _experiments(document):
        facts = {key: entry[key] for key in FACTS if key in entry}
        facts |= {
            key: document[where][name] for key, where in FROM_FILES.items() if name in document.get(where, ())
        }
        for key, number in entry["numbers"].items():
            number = number if isinstance(number, dict) else {"value": number}
            metric = number.get("metric", key)
            said = {"kind": "number", "finding": entry["finding"], "experiment": name, "metric": metric}
            said |= {
                "key": key,
                "title": entry["title"],
                "statement": statement(entry["title"], in_words(key)),
                "ours": _name(entry.get("ours")),
                "replay": entry.get("ours"),
                "ours_slice": _slice(entry.get("ours", {}), number) or None,
                "waits_for": entry.get("waits_for"),
                "source": entry["source"],
                "row": entry.get("row"),
                "facts": facts,
                "ruler": entry["judged"]["ruler"],
                "runs": entry["judged"].get("runs", entry.get("seeds", 1)),
                "counted": key == entry["judged"]["number"],
                "headline": None if key == entry["judged"]["number"] else entry["judged"]["number"],
            } | number
            found[f"{name}.{key}"] = {key: value for key, value in said.items() if value is not None}
    for kind in ("derived", "statements"):
        for name, entry in document[kind].items():
            found[name] = {"kind": kind.removesuffix("s"), "counted": not entry.get("listed", False)} | entry
    return {
        name: {"unit": UNITS.get(record.get("metric", ""), "")} | record for name, record in found.items()
    }


def source_text(record: Record) -> str:
    """Return in words where the study has a claim.

    Examples
    --------
    >>> source_text({"source": {"file": "results.md", "commit": "cfe7953", "place": "asymmetry"}})
    'results.md at cfe7953, asymmetry'
    """
    source = record["source"]
    file = source["file"] + (f" at {source['commit']}" if "commit" in source else "")
    return ", ".join([file, *(source[key] for key in ("key", "place") if key in source)])


def _measures(record: Record, claims: Records, rule: Mapping[str, Any]) -> dict[str, Any]:
    """Return by what a claim is judged, in its unit."""
    scale = SCALES[record["unit"]]
    measures: dict[str, Any] = {
        "margin": float(rule["margin"]) * scale,
        "tolerance": float(rule["recomputed"]) * scale,
    }
    if record["kind"] == "derived":
        used = {claims[part]["ruler"] for part in parts(record, claims)}
        measures["ruler"] = max(used, key=RULERS.index)
        operation = record["compute"] if isinstance(record["compute"], str) else next(iter(record["compute"]))
        if operation == "difference":
            of_size = rule["margin_of_difference"]
            share, most = float(of_size["share"]), float(of_size["at_most"]) * scale
            measures["margin"] = min(share * abs(float(record["value"])), most)
        elif operation == "ratio":
            # of counts, which vary by nothing: ours must round to it
            measures |= {"ruler": RECOMPUTED, "tolerance": 0.5 / 10 ** digits(record["value"])}
    return measures | {"deviations": rule["deviations"]}


def _name(ours: Mapping[str, Any] | None) -> str | None:
    if ours is None:
        return None
    return ScoreId(experiment_name(ours["corpus"], ours["protocol"], ours["model"]), ours.get("test")).name


def _slice(ours: Mapping[str, Any], number: Mapping[str, Any]) -> str:
    """Return the slice of our scores that a number is compared with; empty for the reported one."""
    if "slice" in number:
        return str(number["slice"])
    if "part" in ours:
        return slice_of_part(ours["part"], ours.get("seed"))
    return slice_of_seed(ours["seed"]) if "seed" in ours else ""


def in_words(key: str) -> str:
    """Return how a sentence writes the name of a metric, or of a score of one emotion.

    Examples
    --------
    >>> in_words("wf1"), in_words("f1_sad"), in_words("uar_std")
    ('WF1', 'F1 sad', 'UAR std')
    """
    return " ".join(WORDS.get(word, word) for word in key.split("_"))


def _experiments(document: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield from document["experiments"].items()
    for grid, entry in document["grids"].items():
        words = entry.get("words", {})
        for cells in entry["rows"]:
            row = dict(zip(entry["columns"], cells, strict=True))
            keys = {key: text for key, text in row.items() if key in entry["named_by"]}
            numbers = {key: text for key, text in row.items() if key in entry["metrics"]}
            lower = {key: text.lower() for key, text in keys.items()}
            facts = {key: entry[key] for key in ("finding", "judged", *FACTS) if key in entry}
            yield (
                "_".join([grid, *lower.values()]),
                facts
                | {
                    "title": entry["title"].format(**{k: words.get(cell, cell) for k, cell in keys.items()}),
                    "source": entry["source"],
                    "ours": {
                        key: text.format(**lower) if isinstance(text, str) else text
                        for key, text in entry["ours"].items()
                    },
                    "row": {"grid": grid} | keys,
                    "numbers": numbers,
                },
            )


def of_finding(claims: Records, finding: str) -> dict[str, Any]:
    """Return the claims of one finding: their names, and the records that they are judged with."""
    own = [name for name, record in claims.items() if record["finding"] == finding]
    return {"claims": own, "records": with_parts(own, claims)}


def with_parts(names: Iterable[str], claims: Records) -> dict[str, dict[str, Any]]:
    """Return the records of some claims and those that they are judged with, in the file's order.

    These are the numbers that they are computed from or about, and beside each of these the others of its
    experiment, of a row of a grid the other rows.
    """
    names = list(names)
    needed = {part for name in names for part in (name, *parts(claims[name], claims))}
    needed |= {part for name in names for part in claims[name].get("about", ())}
    needed |= {part for name in names for part in _parts_otherwise(claims[name], claims)}
    held = {claims[name]["experiment"] for name in needed if claims[name]["kind"] == "number"}
    grids = {claims[name]["row"]["grid"] for name in needed if "row" in claims[name]}
    return {
        name: dict(record)
        for name, record in claims.items()
        if name in needed or record.get("experiment") in held or record.get("row", {}).get("grid") in grids
    }


def _parts_otherwise(record: Record, claims: Records) -> list[str]:
    found: list[str] = []
    for expression in record.get("otherwise", {}).values():
        if record["kind"] == "derived":
            evaluate(expression, claims, found.append)
        else:
            holds(expression, claims, found.append)
    return found


def compared_in(record: Record, claims: Records) -> list[str]:
    """Return the numbers that a claim compares, where how far they vary together decides it."""
    if record["kind"] == "derived":
        return [] if record["ruler"] == RECOMPUTED else parts(record, claims)
    relation = next(iter(record.get("holds", {})), None)
    return parts(record, claims) if relation in COMPARISONS else []


def our_experiments(claims: Records) -> list[str]:
    """Return our experiments that the numbers among some claims are compared with, sorted."""
    return sorted({record["ours"] for record in claims.values() if "ours" in record})


def replays(claims: Records) -> dict[str, str]:
    """Return by the name of each published experiment ours that replays it, without the rows of a grid."""
    named = (record for record in claims.values() if "ours" in record and "row" not in record)
    return {record["experiment"]: record["ours"] for record in named}
