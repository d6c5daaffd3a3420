"""Other ways to read a claim than it was meant, from the print alone."""

import math
import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sarangi.published.answers import answers_of, run_of
from sarangi.published.estimates import UNITS, digits, scaled
from sarangi.published.expressions import Record, Records, as_printed, evaluate, ranked, selected
from sarangi.published.rulers import (
    CONSTANT,
    by_guessing,
    constant_scores,
    counted_again,
    gains_apart,
    is_mean_recall,
    width_once,
)


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
        One of the claim's other expressions by its label, in place of ``how``; one of a statement's other
        relations is read as ``how`` says.

    Returns
    -------
    Reading or None
        None where the claim cannot be read so.
    """
    record = claims[name]
    if otherwise is None:
        return READINGS[how](record, claims)
    expression = record.get("otherwise", {}).get(otherwise)
    if expression is None or record["kind"] == "derived":
        return expression and _computed(expression, record, claims)
    # of a statement, another relation that may have been meant
    return READINGS[how](dict(record) | {"holds": expression}, claims)


def can_be_read(name: str, claims: Records, how: str) -> bool:
    """Whether :func:`reading` finds something."""
    # without its number: SciPy takes longer to import than all else that a plan reads of the claims
    record = claims[name]
    if READINGS[how] is _interval_of_seeds:
        return "per_seed" in record
    if how in WITH_SCIPY:
        return WITH_SCIPY[how](record)
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
    """Read an interval that counts each clip once a run as one of each clip once, at its widest."""
    widths = width_once(record) if "low" in record else None
    if widths is None:
        return None
    value, low, high = (float(record[key]) for key in ("value", "low", "high"))
    return _spread(value, value - widths[1] * (value - low), value + widths[1] * (high - value))


def _jeffreys(record: Record, claims: Records) -> Reading | None:
    """Read a mean recall of all classes with Jeffreys' interval, from the pooled answers."""
    ruler = by_guessing(record)
    return ruler and _spread(ruler.value, ruler.low, ruler.high, 3)


def _guessing(record: Record, claims: Records) -> Reading | None:
    """Read what uniform guessing scores on the same clips, and how often it is as far off."""
    ruler = by_guessing(record)
    if ruler is None:
        return None
    less = ruler.value < ruler.chance
    p = ruler.at_most if less else ruler.at_least
    shown = f"{p:.2f}" if p >= 0.01 else f"{p:.3f}"
    text = f"{ruler.chance:g}, ceiling {ruler.ceiling:g}; p = {shown}"
    return Reading(text, ruler.chance)


def _of_clips(record: Record, claims: Records) -> Reading | None:
    """Read the recall of one emotion with Jeffreys' interval of its clips."""
    emotion = record.get("metric", "").removeprefix("recall_")
    clips = record.get("facts", {}).get("supports", {}).get(emotion)
    if not clips:
        return None
    from sarangi.statistics.recall_rulers import jeffreys

    value = float(record["value"])
    return _spread(value, *jeffreys([round(value * clips)], [clips]), digits(record["value"]))


def _of_tested(record: Record, claims: Records) -> Reading | None:
    """Read a run's mean recall over the emotions that its test has, from its answers."""
    answers = answers_of(record)
    run = answers and run_of(record, answers)
    if answers is None or not run or not is_mean_recall(record["metric"]):
        return None
    value, emotions = answers.averaged(run, predicted=False)
    return Reading(f"{float(value):.3f} (of {', '.join(emotions)})", float(value))


def _most_answered(record: Record, claims: Records) -> Reading | None:
    """Read the answer that each run gives most."""
    answers = answers_of(record)
    if answers is None:
        return None
    most = answers.most_answered()
    return Reading(", ".join(f"{emotion} {count} of {n}" for _, emotion, count, n in most))


def _gains_apart(record: Record, claims: Records) -> Reading | None:
    """Read how far two gains are apart, and the standard error of that."""
    apart = gains_apart(record, claims)
    if apart is None:
        return None
    return Reading(f"{100 * apart.value:+z.1f} points, standard error {100 * apart.error:.1f}", apart.value)


def _settings(record: Record, claims: Records) -> Reading | None:
    """Read the settings that a number's model was trained with."""
    recipe = record.get("facts", {}).get("recipe")
    if recipe is None:
        return None
    return Reading(", ".join(f"{name} {text}" for name, text in recipe["settings"].items()))


def _times_chance(record: Record, claims: Records) -> Reading | None:
    """Read how many times as high as the chance of its classes the values of a statement are."""
    said = record.get("holds", {}).get("below_chance")
    if not said:
        return None
    rows = selected(said["of"], claims, as_printed(claims))
    grid = said["of"]["rows"]
    classes = next(r["facts"]["classes"] for r in claims.values() if r.get("row", {}).get("grid") == grid)
    times = sorted(float(value.value) * classes for _, value in rows)
    return Reading(f"{times[0]:.2f} to {times[-1]:.2f} times chance")


def _constant(record: Record, claims: Records) -> Reading | None:
    """Read the score of always saying the emotion with most test clips."""
    supports, metric = record.get("facts", {}).get("supports"), record.get("metric")
    if not supports or metric not in CONSTANT:
        return None
    value = float(constant_scores(supports, max(supports, key=lambda emotion: supports[emotion]))[metric])
    return Reading(f"{value:.4f}", value)


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


def _spread(value: float, low: float, high: float, decimals: int = 4) -> Reading:
    texts = [f"{number:.{decimals}f}" for number in (value, low, high)]
    return Reading(f"{texts[0]} [{texts[1]}, {texts[2]}]", value, low, high)


READINGS: dict[str, Callable[[Record, Records], Reading | None]] = {
    "printed": _as_printed,
    "recomputed": _recomputed,
    "seeds": _seeds,
    "interval_of_seeds": _interval_of_seeds,
    "clips_once": _clips_once,
    "constant": _constant,
    "jeffreys": _jeffreys,
    "guessing": _guessing,
    "of_tested": _of_tested,
    "of_clips": _of_clips,
    "most_answered": _most_answered,
    "gains_apart": _gains_apart,
    "settings": _settings,
    "times_chance": _times_chance,
    "values": _values,
    "near": _near,
    "ranks": _ranks,
    "ranks_said": _ranks_said,
}
"""The ways to read a claim, by name."""


def _is_pooled(record: Record) -> bool:
    return answers_of(record) is not None and is_mean_recall(record["metric"])


def _is_recall(record: Record) -> bool:
    metric, supports = record.get("metric", ""), record.get("facts", {}).get("supports", {})
    return metric.startswith("recall_") and bool(supports.get(metric.removeprefix("recall_")))


WITH_SCIPY: dict[str, Callable[[Record], bool]] = {
    "jeffreys": _is_pooled,
    "guessing": _is_pooled,
    "clips_once": lambda record: "low" in record and counted_again(record),
    "of_clips": _is_recall,
}
"""Readings that take SciPy, and whether a claim can be read so."""
