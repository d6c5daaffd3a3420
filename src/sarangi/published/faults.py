"""What can be said against a published claim by the print alone.

A rule returns a :class:`~sarangi.base.fault_kinds.Fault`, of one of four kinds and why in words, or None.
"""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from sarangi.base.fault_kinds import ARITHMETIC, IMPRECISE, LABEL, NOT_INTERPRETABLE, Fault
from sarangi.published.answers import answers_of, run_of
from sarangi.published.estimates import agree, digits, printed, scaled
from sarangi.published.expressions import Record, Records, as_printed, evaluate, holds, parts, recomputed
from sarangi.published.records import in_words
from sarangi.published.rulers import (
    AVERAGES,
    CONSTANT,
    MACRO_RECALLS,
    by_guessing,
    ceiling_and_chance,
    constant_scores,
    gains_apart,
    is_mean_recall,
    of_experiment,
    width_once,
)

FEW_CLIPS = 5
"""A class with fewer test clips decides a macro average by single clips."""

LEAST = 0.05
"""Share by which the widths of two intervals must differ to be called different."""

ALPHA, Z = 0.05, 1.96
"""The level at which something is told apart, and the normal quantile of it."""

Rule = Callable[[Record, Records], Fault | None]
"""What is said against a claim, from its record and those of all claims; None if nothing is."""


def faults(name: str, claims: Records) -> list[Fault]:
    """Return what is said against a claim by the print alone, by the :data:`RULES` of its kind of claim."""
    record = claims[name]
    return [fault for rule in RULES[record["kind"]] if (fault := rule(record, claims))]


def _supports(record: Record) -> Mapping[str, int]:
    """Return the test clips of each emotion, where they are printed and the number is of all of them."""
    return {} if "slice" in record else record["facts"].get("supports", {})


def contradicted(record: Record, claims: Records) -> Fault | None:
    """Check that a statement holds in the published rows that it is about."""
    if "holds" not in record:
        return None
    verdict = holds(record["holds"], claims, as_printed(claims))
    if verdict is None or verdict[0]:
        return None
    text = f"the published rows: {verdict[1]}"
    for label, other in record.get("otherwise", {}).items():
        meant = holds(other, claims, as_printed(claims))
        if meant is not None:
            text += f"; {label} it {'holds' if meant[0] else 'does not hold, either'}: {meant[1]}"
    if "called" in record:
        return Fault(LABEL, f"called {record['called']}, but {text}")
    return Fault(ARITHMETIC, text)


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


def counts_unlike(record: Record, claims: Records) -> Fault | None:
    """Check that a quotient of counts counts the same on both sides."""
    if not isinstance(record["compute"], Mapping) or "ratio" not in record["compute"]:
        return None
    sides = [claims[part] for part in parts(record, claims)]
    if len({side["key"] for side in sides}) < 2:
        return None
    text = " against ".join(f"{side['value']} {side['key'].replace('_', ' ')} clips" for side in sides)
    for label, other in record.get("otherwise", {}).items():
        value = evaluate(other, claims, as_printed(claims))
        if value is not None:
            text += f"; {label}: {float(value.value):.1f}"
    return Fault(LABEL, text)


def best_of_several(record: Record, claims: Records) -> Fault | None:
    """Check that what is compared with a number of no table was not chosen from one by that very score."""
    sides = record["compute"].get("difference", ()) if isinstance(record["compute"], Mapping) else ()
    if not sides or not all(isinstance(side, str) for side in sides):
        return None
    rows = [claims[side].get("row") for side in sides]
    for side, row in zip(sides, rows, strict=True):
        if row is None or all(rows):
            continue
        metric, target = claims[side]["metric"], (row["grid"], row.get("train"), row.get("test"))
        same = [
            Fraction(other["value"])
            for other in claims.values()
            if other.get("metric") == metric
            and (cells := other.get("row"))
            and (cells["grid"], cells.get("train"), cells.get("test")) == target
        ]
        if len(same) > 1 and Fraction(claims[side]["value"]) == max(same):
            return Fault(IMPRECISE, f"{claims[side]['value']} is the best of {len(same)} configurations")
    return None


def confounded(record: Record, claims: Records) -> Fault | None:
    """Check that what is named as the reason is all that the recipes of both sides differ in."""
    if "because" not in record:
        return None
    sides = [claims[name] for name in (record.get("about") or parts(record, claims))]
    recipes = [side["facts"]["recipe"]["settings"] for side in sides if "recipe" in side["facts"]]
    if len(recipes) < 2:
        return None
    names = dict.fromkeys(name for recipe in recipes for name in recipe)
    texts = []
    for name in names:
        values = list(dict.fromkeys(recipe.get(name, "none") for recipe in recipes))
        if len(values) > 1 and name not in (record["because"], "encoder"):
            texts.append(f"{name} {' against '.join(values)}")
    return (
        Fault(NOT_INTERPRETABLE, f"both sides differ in more than {record['because']}: {', '.join(texts)}")
        if texts
        else None
    )


def runs_disagree(record: Record, claims: Records) -> Fault | None:
    """Check that runs that are said to do the same give the same answer most often."""
    if not record.get("runs_agree"):
        return None
    answers = next((known for name in record["about"] if (known := answers_of(claims[name]))), None)
    most = answers.most_answered() if answers else []
    if len({emotion for _, emotion, _, _ in most}) < 2:
        return None
    said = ", ".join(f"{emotion} {count}" for _, emotion, count, _ in most)
    return Fault(NOT_INTERPRETABLE, f"each run answers another emotion: {said} of {most[0][3]}")


def gain_of_gains(record: Record, claims: Records) -> Fault | None:
    """Check that two gains that are said to differ are further apart than their standard errors."""
    apart = gains_apart(record, claims)
    if apart is None or abs(apart.value) > Z * apart.error:
        return None
    shares = " and ".join(f"{share:.0%}" for share in apart.disagree)
    return Fault(
        IMPRECISE,
        f"{100 * apart.value:.1f} points apart, with a standard error of {100 * apart.error:.1f} if the "
        f"errors of two models are independent, so that they disagree on {shares} of the clips",
    )


def two_names(record: Record, claims: Records) -> Fault | None:
    """Check that a number is printed under one metric only."""
    if record["kind"] == "statement":
        names = list(dict.fromkeys(record.get("names", ())))
    else:
        names = list(dict.fromkeys([record["metric"], *record.get("also_named", ())]))
    if len(names) < 2:
        return None
    return Fault(LABEL, f"printed as {' and as '.join(map(in_words, names))}, which are other metrics")


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


def clips_counted_again(record: Record, claims: Records) -> Fault | None:
    """Check that an interval does not count each clip once a run where that makes it another one.

    How wide an interval of each clip once is depends on how often two runs are right on the same clip,
    which is not known where answers by clip were not kept: nothing is said where either may be the wider.
    """
    widths = width_once(record)
    if widths is None or (widths[0] - LEAST) <= 1 <= (widths[1] + LEAST):
        return None
    facts = record["facts"]
    return Fault(
        ARITHMETIC,
        f"n = {record['n']} counts each of {facts['clips']} clips once in each of {facts['seeds']} runs: "
        f"with each clip once the interval is {_range(*widths)} times as wide",
    )


def other_classes(record: Record, claims: Records) -> Fault | None:
    """Check that a run's mean recall is over the emotions that its test has, and not over answers, too."""
    answers = answers_of(record)
    run = answers and run_of(record, answers)
    if answers is None or not run or not is_mean_recall(record["metric"]):
        return None
    there, emotions = answers.averaged(run, predicted=False)
    counted, all_ = answers.averaged(run, predicted=True)
    if agree(record["value"], there) or not agree(record["value"], counted):
        return None
    others = [emotion for emotion in all_ if emotion not in emotions]
    return Fault(
        LABEL,
        f"{record['value']} counts {_and(others)}, answered and not in the test of {run}, as recall 0: over "
        f"{_and(emotions)} alone it is {float(there):.3f}",
    )


def constant_predictor(record: Record, claims: Records) -> Fault | None:
    """Check that scores are not all those of a constant predictor; it takes two to tell."""
    supports = _supports(record)
    known = {name: text for name, text in of_experiment(record, claims).items() if name in CONSTANT}
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
    values = ", ".join(f"{in_words(name)} {float(scores[name]):.4f}" for name in known)
    several = f" (or any of {len(same)} emotions with as many clips)" if len(same) > 1 else ""
    return Fault(NOT_INTERPRETABLE, f"equals the predictor that always says {same[0]}{several}: {values}")


def absent_class(record: Record, claims: Records) -> Fault | None:
    """Check that a chance level is that of a mean recall in which a class without test clips counts as 0."""
    supports = _supports(record)
    absent = [emotion for emotion, support in supports.items() if not support]
    if not absent or record["metric"] != "chance":
        return None
    ceiling, chance = ceiling_and_chance(supports)
    if agree(record["value"], chance):
        return None
    return Fault(
        NOT_INTERPRETABLE,
        f"no test clip is {' or '.join(absent)}, which counts as 0: the ceiling is {float(ceiling):g} and "
        f"uniform guessing gives {float(chance):g}, not {float(Fraction(1, len(supports))):g}",
    )


def against_chance(record: Record, claims: Records) -> Fault | None:
    """Check that a mean recall is told apart from uniform guessing on the same clips, where it is said so.

    One ruler for all such claims: how often guessing among all classes is as far off, and Jeffreys'
    interval, of pooled answers (:mod:`sarangi.statistics.recall_rulers`).
    """
    sides = [
        claims.get(side, {}) for side in record.get("holds", {}).get("greater", ()) if isinstance(side, str)
    ]
    chances = [place for place, side in enumerate(sides) if side.get("metric") == "chance"]
    scores = [side for side in sides if is_mean_recall(side.get("metric", ""))]
    if len(sides) != 2 or len(chances) != 1 or len(scores) != 1 or answers_of(scores[0]) is None:
        return None
    above = chances == [1]
    ruler = by_guessing(scores[0])
    if ruler is None or (p := ruler.at_least if above else ruler.at_most) <= ALPHA:
        return None
    return Fault(
        NOT_INTERPRETABLE,
        f"on {', '.join(f'{n} {emotion}' for emotion, n in ruler.clips.items())} clips uniform guessing has "
        f"{ruler.chance:g}, and {scores[0]['value']} or {'more' if above else 'less'} with p = {p:.2f}; "
        f"Jeffreys' interval is [{ruler.low:.3f}, {ruler.high:.3f}]",
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
    together = of_experiment(record, claims)
    each = [printed(text) for name, text in together.items() if score and name.startswith(f"{score}_")]
    if not each or len(each) != classes:
        return None
    said = printed(together[record["metric"]])
    low, high = (sum(getattr(e, key) for e in each) / len(each) for key in ("low", "high"))
    if low <= said.high and said.low <= high:
        return None
    return Fault(ARITHMETIC, f"the mean of the {classes} classes is {float((low + high) / 2):.4f}")


def _range(low: float, high: float) -> str:
    """Return a range in two digits, one number where both are the same."""
    texts = dict.fromkeys(f"{value:.2f}" for value in (low, high))
    return " to ".join(texts)


def _and(words: Sequence[str]) -> str:
    return " and ".join(words)


RULES: dict[str, list[Rule]] = {
    "number": [
        two_names, range_as_interval, not_mean_of_seeds, clips_counted_again, other_classes,
        not_mean_of_classes, constant_predictor, absent_class, few_clips,
    ],
    "derived": [differs_from_parts, counts_unlike, unlike_sides, best_of_several, confounded],
    "statement": [
        two_names, contradicted, against_chance, confounded, runs_disagree, gain_of_gains,
    ],
}  # fmt: skip
"""The rules of each kind of claim, in the order in which they are asked."""
