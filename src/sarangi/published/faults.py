"""What is wrong with a published claim by the print alone.

A rule returns what it found in words, or None.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from sarangi.published.estimates import agree, digits, printed, scaled
from sarangi.published.expressions import Record, Records, as_printed, evaluate, holds, parts, recomputed
from sarangi.statistics.metrics import METRICS, UAR

FEW_CLIPS = 5
"""A class with fewer test clips decides a macro average by single clips."""

MACRO_RECALLS = tuple(metric.name for metric in METRICS if UAR in (metric, metric.variant_of))
"""UAR, and that which counts a class without test clips as recall 0."""

AVERAGES = {metric.name: metric.averages for metric in METRICS if metric.averages is not None}
"""Plain means over classes, and of which score of these."""

CONSTANT = {metric.name: metric.constant for metric in METRICS if metric.constant is not None}
"""The metrics that a constant predictor's supports decide."""


def faults(name: str, claims: Records) -> list[str]:
    """Return what is wrong with a claim by the print alone, each in words."""
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


def contradicted(record: Record, claims: Records) -> str | None:
    """Check that a statement holds in the published rows that it is about."""
    if "holds" not in record:
        return None
    verdict = holds(record["holds"], claims, as_printed(claims))
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
        value = evaluate(other, claims, as_printed(claims))
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
    return {name: score(n, hits, classes) for name, score in CONSTANT.items()}


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
    if not absent or metric not in {*MACRO_RECALLS, *AVERAGES, "chance"}:
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
    score = AVERAGES.get(metric)
    each = [printed(text) for name, text in beside.items() if score and name.startswith(f"{score}_")]
    if not each or len(each) != classes:
        return None
    said = printed(beside[metric])
    low, high = (sum(getattr(e, key) for e in each) / len(each) for key in ("low", "high"))
    if low <= said.high and said.low <= high:
        return None
    return f"the mean of the {classes} classes is {float((low + high) / 2):.4f}"
