"""Other ways to read a claim than it was meant, from the print alone."""

import math
import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sarangi.published.estimates import UNITS, digits, scaled
from sarangi.published.expressions import Record, Records, as_printed, evaluate, ranked, selected
from sarangi.published.faults import CONSTANT, MACRO_RECALLS, constant_scores, repeated_clips


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
    estimate = evaluate(expression, claims, as_printed(claims))
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
    if "low" not in record or not repeated_clips(record, claims):
        return None
    value, low, high = (float(record[key]) for key in ("value", "low", "high"))
    wider = math.sqrt(record["facts"]["seeds"])
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
    rows = selected(said["of"], claims, as_printed(claims))
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
    rows = selected(said["of"], claims, as_printed(claims))
    order = list(ranked(rows, said["group"]))
    places = sorted((order.index(cell) + 1, cell) for cell in said["are"])
    return Reading(f"{', '.join(f'{cell} {place}' for place, cell in places)} of {len(order)}")


def _ranks_said(record: Record, claims: Records) -> Reading | None:
    """Read the ranks that a statement gives its cells together."""
    said = _ranking(record)
    if not said:
        return None
    rows = selected(said["of"], claims, as_printed(claims))
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
