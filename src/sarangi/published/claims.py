"""Claims of the published study: its numbers and comparisons, recomputed from its own parts.

A claim is a *number* (a metric of an experiment), *derived* (computed from numbers) or a *statement*
about numbers.  The file of claims holds what the study printed and what to compute, never a verdict.
What follows from the print alone is found by the rules of this module: a rule returns what it found in
words, or None.  Printed digits are exact fractions with the range that their rounding leaves, so a
derived number is at fault only where no values behind the digits could give it.
"""

import math
import operator
import statistics
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

FEW_CLIPS = 5
"""A class with fewer test clips decides a macro average by single clips."""

UNITS = {"": 1, "percentage points": 100}
"""What a computed value is multiplied by to be in the unit of the printed one."""

MACRO_RECALLS = ("uar", "uar_absent_as_zero")
"""The second counts a class without test clips as recall 0."""

CONSTANT = ("accuracy", "wf1", "uf1", "uar")
"""The metrics that a constant predictor's supports decide."""

Record = Mapping[str, Any]
Records = Mapping[str, Record]


@dataclass(frozen=True)
class Estimate:
    """A value with the range that it may lie in."""

    value: Any
    low: Any
    high: Any


def printed(text: str) -> Estimate:
    """Return a printed number with the range of values that round to its digits.

    Examples
    --------
    >>> printed("0.50")
    Estimate(value=Fraction(1, 2), low=Fraction(99, 200), high=Fraction(101, 200))
    """
    value = Fraction(text)
    half = Fraction(1, 2 * 10 ** digits(text))
    return Estimate(value, value - half, value + half)


def digits(text: str) -> int:
    """Return how many decimals a number was printed with."""
    return len(text.partition(".")[2])


def agree(text: str, value: Any) -> bool:
    """Whether a value rounds to the printed digits; a value on the edge does."""
    bounds = printed(text)
    slack = 1e-9 if isinstance(value, float) else 0
    return bounds.low - slack <= value <= bounds.high + slack


# -- the claims of the file, flat -------------------------------------------------------------

FACTS = ("protocol", "classes", "stated_chance", "supports", "clips", "seeds")
"""What is said of an experiment's test, beside its numbers."""


def records(document: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return every claim by name, from a checked file of claims.

    A number is named ``<experiment>.<metric>``; a row of a grid is an experiment named after its cells.
    Keys without a value are left out.
    """
    found: dict[str, dict[str, Any]] = {}
    for name, entry in _experiments(document):
        facts = {key: entry[key] for key in FACTS if key in entry}
        for key, number in entry["numbers"].items():
            number = number if isinstance(number, dict) else {"value": number}
            metric = number.get("metric", key)
            said = {"kind": "number", "finding": entry["finding"], "experiment": name, "metric": metric}
            said |= {"statement": f"{entry['title']}: {_in_words(key)}", "ours": entry.get("ours")}
            said |= {"waits_for": entry.get("waits_for"), "row": entry.get("row"), "facts": facts} | number
            found[f"{name}.{key}"] = {key: value for key, value in said.items() if value is not None}
    for kind in ("derived", "statements"):
        for name, entry in document[kind].items():
            found[name] = {"kind": kind.removesuffix("s")} | entry
    return {name: {"agreement": document["agreement"], "unit": ""} | record for name, record in found.items()}


def _in_words(key: str) -> str:
    words = key.split("_")
    return " ".join(word.upper() if word in ("uar", "wf1", "uf1", "f1") else word for word in words)


def _experiments(document: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield from document["experiments"].items()
    for grid, entry in document["grids"].items():
        for cells in entry["rows"]:
            row = dict(zip(entry["columns"], cells, strict=True))
            keys = {key: text for key, text in row.items() if key in entry["named_by"]}
            numbers = {key: text for key, text in row.items() if key in entry["metrics"]}
            lower = {key: text.lower() for key, text in keys.items()}
            facts = {key: entry[key] for key in ("finding", *FACTS) if key in entry}
            yield (
                "_".join([grid, *lower.values()]),
                facts
                | {
                    "title": entry["title"].format(**keys),
                    "ours": entry["ours"].format(**lower),
                    "row": {"grid": grid} | keys,
                    "numbers": numbers,
                },
            )


def of_finding(claims: Records, finding: str) -> dict[str, Any]:
    """Return the claims of one finding: their names, and the records that they are computed from."""
    own = [name for name, record in claims.items() if record["finding"] == finding]
    needed = with_parts(own, claims)
    # numbers of one experiment are judged together
    held = {claims[name]["experiment"] for name in own if claims[name]["kind"] == "number"}
    needed |= {name: dict(record) for name, record in claims.items() if record.get("experiment") in held}
    return {"claims": own, "records": {name: needed[name] for name in claims if name in needed}}


def with_parts(names: Iterable[str], claims: Records) -> dict[str, dict[str, Any]]:
    """Return the records of some claims, and those that they are computed from, in the file's order."""
    names = list(names)
    needed = {part for name in names for part in (name, *parts(claims[name], claims))}
    needed |= {part for name in names for part in _parts_otherwise(claims[name], claims)}
    return {name: dict(claims[name]) for name in claims if name in needed}


def _parts_otherwise(record: Record, claims: Records) -> list[str]:
    found: list[str] = []
    for expression in record.get("otherwise", {}).values():
        evaluate(expression, claims, found.append)
    return found


def our_experiments(claims: Records) -> list[str]:
    """Return our experiments that the numbers among some claims are compared with, sorted."""
    return sorted({record["ours"] for record in claims.values() if "ours" in record})


def replays(claims: Records) -> dict[str, str]:
    """Return by the name of each published experiment ours that replays it, without the rows of a grid."""
    named = (record for record in claims.values() if "ours" in record and "row" not in record)
    return {record["experiment"]: record["ours"] for record in named}


# -- expressions ------------------------------------------------------------------------------

Lookup = Callable[[str], Estimate | None]
Spread = Callable[[Any, Any], Any]


def parts(record: Record, claims: Records) -> list[str]:
    """Return the names of the numbers that a derived claim or a statement is computed from."""
    found: list[str] = []
    if record["kind"] == "derived":
        evaluate(record["compute"], claims, found.append)
    elif "holds" in record:
        holds(record["holds"], claims, found.append)
    return list(dict.fromkeys(found))


def evaluate(
    expression: Any, claims: Records, lookup: Lookup, spread: Spread = operator.add
) -> Estimate | None:
    """Return the value of an expression, or None where ``lookup`` lacks one of its numbers.

    Parameters
    ----------
    expression
        Name of a number; or a mapping of one operation to what it takes: ``difference`` and ``ratio``
        (two expressions), ``maximum``, ``minimum`` and ``mean`` (a list of numbers, see :func:`selected`).
    claims
        Records by name.
    lookup
        From the name of a number to its estimate.
    spread
        How the distances of two values from their bounds add up in a difference: plainly for the bounds
        of rounding, by :func:`math.hypot` for confidence intervals of values estimated apart (Zou and
        Donner 2008, Statistics in Medicine 27(10)).
    """
    if isinstance(expression, str):
        return lookup(expression)
    ((operation, operands),) = expression.items()
    if operation in ("difference", "ratio"):
        values = [evaluate(operand, claims, lookup, spread) for operand in operands]
    else:
        values = [value for _, value in selected(operands, claims, lookup, spread)]
    if not values or any(value is None for value in values):
        return None
    if operation == "difference":
        return _difference(*values, spread)
    if operation == "ratio":
        above, below = values
        return Estimate(above.value / below.value, above.low / below.high, above.high / below.low)
    if operation == "mean":
        return Estimate(*(sum(getattr(v, key) for v in values) / len(values) for key in ESTIMATE))
    best = {"maximum": max, "minimum": min}[operation]
    return Estimate(*(best(getattr(v, key) for v in values) for key in ESTIMATE))


ESTIMATE = ("value", "low", "high")


def selected(
    selection: Mapping[str, Any], claims: Records, lookup: Lookup, spread: Spread = operator.add
) -> list[tuple[dict[str, str], Estimate | None]]:
    """Return the rows that a selection takes, each with its estimate.

    A selection is ``{rows: <grid>, metric: <metric>, where: {<column>: <cell>}}``, or
    ``{differences: [<selection>, <selection>], by: [<column>]}``: each row of the first minus the row of
    the second that has the same cells in the columns of ``by``.
    """
    if "differences" in selection:
        first, second = (selected(s, claims, lookup, spread) for s in selection["differences"])
        under = {tuple(row[c] for c in selection["by"]): value for row, value in second}
        pairs = [(row, value, under[tuple(row[c] for c in selection["by"])]) for row, value in first]
        return [(row, a and b and _difference(a, b, spread)) for row, a, b in pairs]
    wanted = {"grid": selection["rows"]} | selection.get("where", {})
    return [
        (record["row"], lookup(name))
        for name, record in claims.items()
        if "row" in record and record["metric"] == selection["metric"]
        if wanted.items() <= record["row"].items()
    ]


def _difference(a: Estimate, b: Estimate, spread: Spread) -> Estimate:
    value = a.value - b.value
    below = spread(a.value - a.low, b.high - b.value)
    above = spread(a.high - a.value, b.value - b.low)
    return Estimate(value, value - below, value + above)


def holds(
    statement: Mapping[str, Any], claims: Records, lookup: Lookup, spread: Spread = operator.add
) -> tuple[bool, str] | None:
    """Return whether a statement holds, and the numbers that say so; None where numbers are lacking.

    Parameters
    ----------
    statement
        A mapping of one relation to what it takes.  ``greater``: two expressions.  ``every``: a selection
        (``of``), whose values lie ``within`` so much of ``near``, in a ``unit``.  ``highest`` and
        ``lowest``: the cells (``are``) of a column (``group``) that rank first or last in a selection
        (``of``), a cell by its best row.
    claims, lookup, spread
        As in :func:`evaluate`.
    """
    ((relation, said),) = statement.items()
    if relation == "greater":
        first, second = (evaluate(expression, claims, lookup, spread) for expression in said)
        if first is None or second is None:
            return None
        return first.value > second.value, f"{_show(first.value)} against {_show(second.value)}"
    rows = selected(said["of"], claims, lookup, spread)
    if not rows or any(value is None for _, value in rows):
        return None
    if relation == "every":
        scale = UNITS[said["unit"]]
        values = sorted(float(value.value) * scale for _, value in rows)
        near, within = float(said["near"]), float(said["within"])
        inside = sum(abs(value - near) <= within for value in values)
        return inside == len(values), (
            f"{inside} of {len(values)} lie within {within:g} of {near:g} {said['unit']}: they run from "
            f"{values[0]:.2f} to {values[-1]:.2f}, mean {sum(values) / len(values):.2f}"
        )
    best = _ranked(rows, said["group"])
    count = len(said["are"])
    ends = list(best)[:count] if relation == "highest" else list(best)[-count:]
    return set(ends) == set(said["are"]), ", ".join(f"{cell} {float(v):.4f}" for cell, v in best.items())


def _ranked(rows: Sequence[tuple[Mapping[str, str], Estimate]], group: str) -> dict[str, Any]:
    """Return the cells of a column by their best row, the best cell first."""
    best: dict[str, Any] = {}
    for row, value in rows:
        best[row[group]] = max(best.get(row[group], value.value), value.value)
    return dict(sorted(best.items(), key=lambda item: -item[1]))


def _show(value: Any) -> str:
    return f"{float(value):.4f}".rstrip("0").rstrip(".")


# -- rules on the published side --------------------------------------------------------------


def faults(name: str, claims: Records) -> list[str]:
    """Return what is wrong with a published number by the print alone, each in words."""
    record = claims[name]
    if record["kind"] == "derived":
        sides = [claims[part] for part in parts(record, claims)]
        found = [differs_from_parts(record, claims), unlike_sides(sides, record.get("same", ()))]
    elif record["kind"] == "statement":
        found = []
        if "names" in record:
            found.append(two_names(record["names"]))
    else:
        facts = record["facts"]
        supports = facts.get("supports")
        beside = {
            other["metric"]: other["value"]
            for other in claims.values()
            if other.get("experiment") == record["experiment"] and "slice" not in other
        }
        found = [
            two_names([record["metric"], *record.get("also_named", ())]),
            range_as_interval(record.get("low"), record.get("high"), record.get("per_seed")),
            not_mean_of_seeds(record["value"], record.get("per_seed")),
            repeated_clips(record.get("n"), facts.get("clips"), facts.get("seeds")),
            not_mean_of_classes(record["metric"], beside, facts.get("classes")),
        ]
        if supports and "slice" not in record:
            found.append(constant_predictor(record["metric"], beside, supports))
            found.append(absent_class(record["metric"], record["value"], supports))
            found.append(few_clips(record["metric"], supports, record.get("recalled", {})))
    return [text for text in found if text]


def recomputed(record: Record, claims: Records) -> Estimate | None:
    """Return a derived number from its published parts, in its unit."""
    estimate = evaluate(record["compute"], claims, lambda name: printed(claims[name]["value"]))
    return estimate and scaled(estimate, record["unit"])


def scaled(estimate: Estimate, unit: str) -> Estimate:
    """Return an estimate in a unit of :data:`UNITS`."""
    return Estimate(*(getattr(estimate, key) * UNITS[unit] for key in ESTIMATE))


def contradicted(record: Record, claims: Records) -> str | None:
    """Check that a statement holds in the published rows that it is about."""
    if "holds" not in record:
        return None
    verdict = holds(record["holds"], claims, lambda name: printed(claims[name]["value"]))
    return None if verdict is None or verdict[0] else f"the published rows: {verdict[1]}"


def differs_from_parts(record: Record, claims: Records) -> str | None:
    """Check that a number's parts can give it, whatever their digits were rounded from."""
    found, said = recomputed(record, claims), printed(record["value"])
    if found is None or (found.low <= said.high and said.low <= found.high):
        return None
    decimals = max(digits(record["value"]), 2)
    text = f"its parts give {float(found.value):+.{decimals}f}" if record["unit"] else ""
    text = text or f"its parts give {float(found.value):.{decimals}f}"
    for label, other in record.get("otherwise", {}).items():
        value = evaluate(other, claims, lambda name: printed(claims[name]["value"]))
        if value is not None:
            value = scaled(value, record["unit"])
            if value.low <= said.high and said.low <= value.high:
                text += f"; {record['value']} is {label}"
    return text


def unlike_sides(sides: Sequence[Record], same: Sequence[str]) -> str | None:
    """Check that both sides share what a comparison takes for granted, such as the number of classes."""
    texts = []
    for key in same:
        known = [side["facts"] for side in sides]
        values = [_classes(facts) if key == "classes" else facts.get(key) for facts in known]
        if None not in values and len(set(values)) > 1:
            texts.append(
                f"not the same {key}: " + " against ".join(str(value) for value in dict.fromkeys(values))
            )
    return "; ".join(texts) or None


def _classes(facts: Mapping[str, Any]) -> int | None:
    """Return the number of classes of a test, from a stated chance level where only that is printed."""
    if "classes" in facts:
        return facts["classes"]
    return round(1 / float(facts["stated_chance"])) if "stated_chance" in facts else None


def two_names(names: Sequence[str]) -> str | None:
    """Check that a number is printed under one metric only."""
    names = list(dict.fromkeys(names))
    return f"printed as {' and as '.join(names)}, which are other metrics" if len(names) > 1 else None


def range_as_interval(low: str | None, high: str | None, per_seed: Sequence[str] | None) -> str | None:
    """Check that an interval is more than the smallest and the largest of the seeds' values."""
    if low is None or high is None or not per_seed:
        return None
    values = sorted(map(Fraction, per_seed))
    if not (agree(low, values[0]) and agree(high, values[-1])):
        return None
    return (
        f"[{low}, {high}] is the smallest and the largest of {len(values)} seeds "
        f"({', '.join(per_seed)}), not an interval of an estimate"
    )


def not_mean_of_seeds(value: str, per_seed: Sequence[str] | None) -> str | None:
    """Check that a mean over seeds is that of the seeds' values."""
    if not per_seed:
        return None
    bounds = [printed(text) for text in per_seed]
    low, high = (sum(getattr(b, key) for b in bounds) / len(bounds) for key in ("low", "high"))
    said = printed(value)
    if low <= said.high and said.low <= high:
        return None
    return f"the seeds' mean is {float((low + high) / 2):.4f}"


def repeated_clips(n: int | None, clips: int | None, seeds: int | None) -> str | None:
    """Check that n does not count the clips of one test part once a seed."""
    if n is None or clips is None or seeds is None or seeds < 2 or n != clips * seeds:
        return None
    return f"n = {n} is {clips} test clips counted {seeds} times: the interval is too narrow"


def constant_scores(supports: Mapping[str, int], emotion: str) -> dict[str, Fraction]:
    """Return the scores of a predictor that always says one emotion, over the classes listed."""
    n, hits, classes = sum(supports.values()), supports[emotion], len(supports)
    f1 = Fraction(2 * hits, n + hits)
    return {
        "accuracy": Fraction(hits, n),
        "wf1": f1 * Fraction(hits, n),
        "uf1": f1 / classes,
        "uar": Fraction(1, classes),
    }


def constant_predictor(metric: str, beside: Mapping[str, str], supports: Mapping[str, int]) -> str | None:
    """Check that scores are not all those of a constant predictor; it takes two to tell."""
    known = {name: text for name, text in beside.items() if name in CONSTANT}
    if metric not in known or len(known) < 2:
        return None
    same = [
        emotion
        for emotion, support in supports.items()
        if support and all(agree(known[m], constant_scores(supports, emotion)[m]) for m in known)
    ]
    if not same:
        return None
    scores = constant_scores(supports, same[0])
    values = ", ".join(f"{name} {float(scores[name]):.4f}" for name in known)
    several = f" (or any of {len(same)} emotions with as many clips)" if len(same) > 1 else ""
    return f"equals the predictor that always says {same[0]}{several}: {values}"


def ceiling_and_chance(supports: Mapping[str, int]) -> tuple[Fraction, Fraction]:
    """Return the best macro recall, and that of uniform guessing, when absent classes count as 0."""
    there = sum(support > 0 for support in supports.values())
    return Fraction(there, len(supports)), Fraction(there, len(supports) ** 2)


def absent_class(metric: str, value: str, supports: Mapping[str, int]) -> str | None:
    """Check that no class of a macro average lacks test clips: its ceiling and chance level drop."""
    absent = [emotion for emotion, support in supports.items() if not support]
    ceiling, chance = ceiling_and_chance(supports)
    if not absent or metric not in (*MACRO_RECALLS, "uf1", "chance"):
        return None
    if metric == "chance" and agree(value, chance):
        return None
    return (
        f"no test clip is {' or '.join(absent)}, which counts as 0: the ceiling is {float(ceiling):g} and "
        f"uniform guessing gives {float(chance):g}, not {float(Fraction(1, len(supports))):g}"
    )


def few_clips(metric: str, supports: Mapping[str, int], recalled: Mapping[str, int]) -> str | None:
    """Check that a macro recall does not rest on the few clips of one class."""
    if metric not in MACRO_RECALLS:
        return None
    texts = [
        f"{recalled[emotion]} of {support} {emotion} clips right, which alone give "
        f"{recalled[emotion] / support / len(supports):.3f}"
        for emotion, support in supports.items()
        if 0 < support < FEW_CLIPS and recalled.get(emotion)
    ]
    return "rests on " + " and ".join(texts) if texts else None


def not_mean_of_classes(metric: str, beside: Mapping[str, str], classes: int | None) -> str | None:
    """Check that a macro average is the mean of its classes, where all of them are printed."""
    prefix = {"uar": "recall_", "uf1": "f1_"}.get(metric)
    each = [printed(text) for name, text in beside.items() if prefix and name.startswith(prefix)]
    if not each or len(each) != classes:
        return None
    said = printed(beside[metric])
    low, high = (sum(getattr(e, key) for e in each) / len(each) for key in ("low", "high"))
    if low <= said.high and said.low <= high:
        return None
    return f"the mean of the {classes} classes is {float((low + high) / 2):.4f}"


# -- other ways to read a claim ---------------------------------------------------------------


@dataclass(frozen=True)
class Reading:
    """A claim read in one way: how tables show it, and its number in no unit, where it is one."""

    text: str
    value: float = math.nan
    low: float = math.nan
    high: float = math.nan


SIDES = ("published", "study", "valid")
"""What a row of the errata sets side by side."""


def reading(name: str, claims: Records, how: str = "printed", otherwise: str | None = None) -> Reading | None:
    """Return a claim read in another way than it was meant, from the print alone.

    Parameters
    ----------
    name
        Of the claim.
    claims
        Records by name, with all that the claim is computed from.
    how
        One of :data:`READINGS`.
    otherwise
        One of the claim's other expressions by its label, in place of ``how``.

    Returns
    -------
    Reading or None
        None where the claim cannot be read so.
    """
    record = claims[name]
    if otherwise is None:
        return READINGS[how](record, claims)
    expression = record.get("otherwise", {}).get(otherwise)
    return expression and _computed(expression, record, claims)


def can_be_read(name: str, claims: Records, how: str) -> bool:
    """Whether :func:`reading` finds something."""
    # without its number: SciPy takes longer to import than all else that a plan reads of the claims
    if READINGS[how] is _interval_of_seeds:
        return "per_seed" in claims[name]
    return reading(name, claims, how) is not None


def _as_printed(record: Record, claims: Records) -> Reading | None:
    if "value" not in record:
        return None
    interval = f" [{record['low']}, {record['high']}]" if "low" in record else ""
    unit = " points" if record["unit"] else ""
    values = [float(record[key]) if key in record else math.nan for key in ("value", "low", "high")]
    return Reading(f"{record['value']}{interval}{unit}", *_in_no_unit(record, *values))


def _recomputed(record: Record, claims: Records) -> Reading | None:
    return _computed(record["compute"], record, claims) if record["kind"] == "derived" else None


def _computed(expression: Any, record: Record, claims: Records) -> Reading:
    estimate = evaluate(expression, claims, lambda part: printed(claims[part]["value"]))
    value = float(scaled(estimate, record["unit"]).value)
    sign, unit = ("+", " points") if record["unit"] else ("", "")
    text = f"{value:{sign}.{max(digits(record['value']), 2)}f}{unit}"
    return Reading(text, *_in_no_unit(record, value))


def _in_no_unit(record: Record, *values: float) -> list[float]:
    return [value / UNITS[record["unit"]] for value in values]


def _seeds(record: Record, claims: Records) -> Reading | None:
    """Read the smallest and the largest seed around the mean of all."""
    if "per_seed" not in record:
        return None
    values = [float(text) for text in record["per_seed"]]
    return _spread(statistics.mean(values), min(values), max(values))


def _interval_of_seeds(record: Record, claims: Records) -> Reading | None:
    """Read the 95% interval of the mean over seeds, by Student's t: of training again, no more."""
    if "per_seed" not in record:
        return None
    from scipy.special import stdtrit

    values = [float(text) for text in record["per_seed"]]
    mean = statistics.mean(values)
    half = stdtrit(len(values) - 1, 0.975) * statistics.stdev(values) / math.sqrt(len(values))
    return _spread(mean, mean - half, mean + half)


def _clips_once(record: Record, claims: Records) -> Reading | None:
    """Read an interval that counts clips once a seed as if once, were all seeds to answer alike.

    Its ends are as many times as far off as the root of the seeds; less where seeds answer unlike.
    """
    facts = record.get("facts", {})
    if "low" not in record or not repeated_clips(record.get("n"), facts.get("clips"), facts.get("seeds")):
        return None
    value, low, high = (float(record[key]) for key in ("value", "low", "high"))
    wider = math.sqrt(facts["seeds"])
    return _spread(value, value - wider * (value - low), value + wider * (high - value))


def _constant(record: Record, claims: Records) -> Reading | None:
    """Read the score of always saying the emotion with most test clips."""
    supports, metric = record.get("facts", {}).get("supports"), record.get("metric")
    if not supports or metric not in CONSTANT:
        return None
    value = float(constant_scores(supports, max(supports, key=lambda emotion: supports[emotion]))[metric])
    return Reading(f"{value:.4f}", value)


def _one_clip_fewer(record: Record, claims: Records) -> Reading | None:
    """Read a macro recall with one clip fewer right, of the emotion with fewest clips."""
    supports = record.get("facts", {}).get("supports")
    if not supports or record.get("metric") not in MACRO_RECALLS:
        return None
    fewest = min(count for count in supports.values() if count)
    value = float(Fraction(record["value"]) - Fraction(1, fewest * len(supports)))
    return Reading(f"{value:.{digits(record['value'])}f}", value)


def _values(record: Record, claims: Records) -> Reading | None:
    """Read mean, smallest and largest of values that are said to lie near one number."""
    said = record.get("holds", {}).get("every")
    if not said:
        return None
    rows = selected(said["of"], claims, lambda part: printed(claims[part]["value"]))
    values = [float(value.value) * UNITS[said["unit"]] for _, value in rows]
    mean, low, high = statistics.mean(values), min(values), max(values)
    return Reading(f"{mean:.2f} [{low:.2f}, {high:.2f}]", *_in_no_unit(said, mean, low, high))


def _near(record: Record, claims: Records) -> Reading | None:
    """Read the number that values are said to lie near."""
    said = record.get("holds", {}).get("every")
    return Reading(said["near"], *_in_no_unit(said, float(said["near"]))) if said else None


def _ranks(record: Record, claims: Records) -> Reading | None:
    """Read the ranks, by the printed rows, of the cells that a statement puts first or last."""
    said = _ranking(record)
    if not said:
        return None
    rows = selected(said["of"], claims, lambda part: printed(claims[part]["value"]))
    ranked = list(_ranked(rows, said["group"]))
    places = sorted((ranked.index(cell) + 1, cell) for cell in said["are"])
    return Reading(f"{', '.join(f'{cell} {place}' for place, cell in places)} of {len(ranked)}")


def _ranks_said(record: Record, claims: Records) -> Reading | None:
    """Read the ranks that a statement gives its cells together."""
    said = _ranking(record)
    if not said:
        return None
    rows = selected(said["of"], claims, lambda part: printed(claims[part]["value"]))
    count, all_ = len(said["are"]), len({row[said["group"]] for row, _ in rows})
    first = 1 if "highest" in record["holds"] else all_ - count + 1
    places = " and ".join(map(str, range(first, first + count)))
    return Reading(f"{', '.join(sorted(said['are']))}: {places} of {all_}")


def _ranking(record: Record) -> Mapping[str, Any] | None:
    said = record.get("holds", {})
    return said.get("highest") or said.get("lowest")


def _spread(value: float, low: float, high: float) -> Reading:
    return Reading(f"{value:.4f} [{low:.4f}, {high:.4f}]", value, low, high)


READINGS: dict[str, Callable[[Record, Records], Reading | None]] = {
    "printed": _as_printed,
    "recomputed": _recomputed,
    "seeds": _seeds,
    "interval_of_seeds": _interval_of_seeds,
    "clips_once": _clips_once,
    "constant": _constant,
    "one_clip_fewer": _one_clip_fewer,
    "values": _values,
    "near": _near,
    "ranks": _ranks,
    "ranks_said": _ranks_said,
}
"""The ways to read a claim, by name."""
