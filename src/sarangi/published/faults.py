"""What can be said against a published claim by the print alone.

A rule returns a :class:`~sarangi.base.fault_kinds.Fault`, of one of four kinds and why in words, or None.
"""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from sarangi.base.fault_kinds import ARITHMETIC, IMPRECISE, LABEL, NOT_INTERPRETABLE, Fault
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


Rule = Callable[[Record, Records], Fault | None]
"""What is said against a claim, from its record and those of all claims; None if nothing is."""


def faults(name: str, claims: Records) -> list[Fault]:
    """Return what is said against a claim by the print alone, by the :data:`RULES` of its kind of claim."""
    record = claims[name]
    return [fault for rule in RULES[record["kind"]] if (fault := rule(record, claims))]


def _of_experiment(record: Record, claims: Records) -> dict[str, str]:
    """Return what was printed of the same experiment by metric, without slices."""
    return {
        other["metric"]: other["value"]
        for other in claims.values()
        if other.get("experiment") == record["experiment"] and "slice" not in other
    }


def _supports(record: Record) -> Mapping[str, int]:
    """Return the test clips of each emotion, where they are printed and the number is of all of them."""
    return {} if "slice" in record else record["facts"].get("supports", {})


def contradicted(record: Record, claims: Records) -> Fault | None:
    """Check that a statement holds in the published rows that it is about."""
    if "holds" not in record:
        return None
    verdict = holds(record["holds"], claims, as_printed(claims))
    return None if verdict is None or verdict[0] else Fault(ARITHMETIC, f"the published rows: {verdict[1]}")


def differs_from_parts(record: Record, claims: Records) -> Fault | None:
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
    return Fault(ARITHMETIC, text)


def unlike_sides(record: Record, claims: Records) -> Fault | None:
    """Check that both sides share what a comparison takes for granted, such as the number of classes."""
    sides = [claims[part] for part in parts(record, claims)]
    texts = []
    for key in record.get("same", ()):
        known = [side["facts"] for side in sides]
        values = [_classes(facts) if key == "classes" else facts.get(key) for facts in known]
        if None not in values and len(set(values)) > 1:
            texts.append(
                f"not the same {key}: " + " against ".join(str(value) for value in dict.fromkeys(values))
            )
    return Fault(IMPRECISE, "; ".join(texts)) if texts else None


def _classes(facts: Mapping[str, Any]) -> int | None:
    """Return the number of classes of a test, from a stated chance level where only that is printed."""
    if "classes" in facts:
        return facts["classes"]
    return round(1 / float(facts["stated_chance"])) if "stated_chance" in facts else None


def two_names(record: Record, claims: Records) -> Fault | None:
    """Check that a number is printed under one metric only."""
    if record["kind"] == "statement":
        names = list(dict.fromkeys(record.get("names", ())))
    else:
        names = list(dict.fromkeys([record["metric"], *record.get("also_named", ())]))
    if len(names) < 2:
        return None
    return Fault(LABEL, f"printed as {' and as '.join(names)}, which are other metrics")


def range_as_interval(record: Record, claims: Records) -> Fault | None:
    """Check that an interval is more than the smallest and the largest of the seeds' values."""
    low, high, per_seed = (record.get(key) for key in ("low", "high", "per_seed"))
    if low is None or high is None or not per_seed:
        return None
    values = sorted(map(Fraction, per_seed))
    if not (agree(low, values[0]) and agree(high, values[-1])):
        return None
    return Fault(
        IMPRECISE,
        f"[{low}, {high}] is the smallest and the largest of {len(values)} seeds "
        f"({', '.join(per_seed)}), not an interval of an estimate",
    )


def not_mean_of_seeds(record: Record, claims: Records) -> Fault | None:
    """Check that a mean over seeds is that of the seeds' values."""
    bounds = [printed(text) for text in record.get("per_seed", ())]
    if not bounds:
        return None
    low, high = (sum(getattr(b, key) for b in bounds) / len(bounds) for key in ("low", "high"))
    said = printed(record["value"])
    if low <= said.high and said.low <= high:
        return None
    return Fault(ARITHMETIC, f"the seeds' mean is {float((low + high) / 2):.4f}")


def repeated_clips(record: Record, claims: Records) -> Fault | None:
    """Check that n does not count the clips of one test part once a seed."""
    facts = record.get("facts", {})
    n, clips, seeds = record.get("n"), facts.get("clips"), facts.get("seeds")
    if n is None or clips is None or seeds is None or seeds < 2 or n != clips * seeds:
        return None
    return Fault(IMPRECISE, f"n = {n} is {clips} test clips counted {seeds} times")


def constant_scores(supports: Mapping[str, int], emotion: str) -> dict[str, Fraction]:
    """Return the scores of a predictor that always says one emotion, over the classes listed."""
    n, hits, classes = sum(supports.values()), supports[emotion], len(supports)
    return {name: score(n, hits, classes) for name, score in CONSTANT.items()}


def constant_predictor(record: Record, claims: Records) -> Fault | None:
    """Check that scores are not all those of a constant predictor; it takes two to tell."""
    supports = _supports(record)
    known = {name: text for name, text in _of_experiment(record, claims).items() if name in CONSTANT}
    if record["metric"] not in known or len(known) < 2:
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
    return Fault(NOT_INTERPRETABLE, f"equals the predictor that always says {same[0]}{several}: {values}")


def ceiling_and_chance(supports: Mapping[str, int]) -> tuple[Fraction, Fraction]:
    """Return the best macro recall, and that of uniform guessing, when absent classes count as 0."""
    there = sum(support > 0 for support in supports.values())
    return Fraction(there, len(supports)), Fraction(there, len(supports) ** 2)


def absent_class(record: Record, claims: Records) -> Fault | None:
    """Check that no class of a macro average lacks test clips: its ceiling and chance level drop."""
    supports, metric = _supports(record), record["metric"]
    absent = [emotion for emotion, support in supports.items() if not support]
    if not absent or metric not in {*MACRO_RECALLS, *AVERAGES, "chance"}:
        return None
    ceiling, chance = ceiling_and_chance(supports)
    if metric == "chance" and agree(record["value"], chance):
        return None
    return Fault(
        NOT_INTERPRETABLE,
        f"no test clip is {' or '.join(absent)}, which counts as 0: the ceiling is {float(ceiling):g} and "
        f"uniform guessing gives {float(chance):g}, not {float(Fraction(1, len(supports))):g}",
    )


def few_clips(record: Record, claims: Records) -> Fault | None:
    """Check that a macro recall does not rest on the few clips of one class."""
    supports, recalled = _supports(record), record.get("recalled", {})
    if record["metric"] not in MACRO_RECALLS:
        return None
    texts = [
        f"{recalled[emotion]} of {support} {emotion} clips right, which alone give "
        f"{recalled[emotion] / support / len(supports):.3f}"
        for emotion, support in supports.items()
        if 0 < support < FEW_CLIPS and recalled.get(emotion)
    ]
    return Fault(IMPRECISE, "rests on " + " and ".join(texts)) if texts else None


def not_mean_of_classes(record: Record, claims: Records) -> Fault | None:
    """Check that a macro average is the mean of its classes, where all of them are printed."""
    score, classes = AVERAGES.get(record["metric"]), record["facts"].get("classes")
    together = _of_experiment(record, claims)
    each = [printed(text) for name, text in together.items() if score and name.startswith(f"{score}_")]
    if not each or len(each) != classes:
        return None
    said = printed(together[record["metric"]])
    low, high = (sum(getattr(e, key) for e in each) / len(each) for key in ("low", "high"))
    if low <= said.high and said.low <= high:
        return None
    return Fault(ARITHMETIC, f"the mean of the {classes} classes is {float((low + high) / 2):.4f}")


RULES: dict[str, list[Rule]] = {
    "number": [
        two_names, range_as_interval, not_mean_of_seeds, repeated_clips, not_mean_of_classes,
        constant_predictor, absent_class, few_clips,
    ],
    "derived": [differs_from_parts, unlike_sides],
    "statement": [two_names, contradicted],
}  # fmt: skip
"""The rules of each kind of claim, in the order in which they are asked."""
