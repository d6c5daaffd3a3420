"""The rule of replication: from a published size and ours, with what both vary by, to a verdict.

The statistics are those of :mod:`sarangi.statistics.replication`; here is which of them a claim asks for, and
what is said of the outcome.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from scipy import special

from sarangi.base.verdicts import (
    DIFFERS,
    FAILS,
    HOLDS,
    NOT_RECOMPUTED,
    RECOMPUTED,
    REPRODUCED,
    SHIFTED,
    UNDECIDED,
    UNTESTABLE,
    Verdict,
)
from sarangi.published.varied import Varied
from sarangi.statistics import replication
from sarangi.statistics.directions import absence, direction, every
from sarangi.statistics.extremes import is_extreme, logit, logit_delta, logit_error, logit_ruler
from sarangi.statistics.published_errors import PublishedError
from sarangi.statistics.replication import FEWEST_SEEDS, Judgement, Lack, Ruler, Runs
from sarangi.statistics.seed_counts import Share, share_of_runs

OURS = "under our software and hardware"
"""What a verdict of *differs* is said to hold under; it is never a fault of the study."""


TESTED = ("difference", "half_width", "delta", "p_differs", "p_shifted")
"""Columns of the test of a size."""


class Ruling(NamedTuple):
    """A verdict with why, and the numbers of its test where there was one.

    Parameters
    ----------
    verdict, why
        In words.
    judgement
        Of a size; its numbers are in the unit of the claim.
    possible
        Which verdicts the ruler could come to, whatever ours would be; empty where no size is tested.
    """

    verdict: Verdict
    why: str
    judgement: Judgement | None = None
    possible: str = ""


class Printed(NamedTuple):
    """The published side of a size, in no unit.

    Parameters
    ----------
    value, margin
        As printed, and how far ours may lie from it and count as equal.
    runs
        Behind it; a variance of NaN where only their mean is printed.
    error
        Over its own test clips; None where nothing was printed that it follows from.
    clips
        Of its test part, for a score near 0 or 1; None of a difference.
    limits
        Least and largest value.
    logits
        Clips of our test part, of a score that is judged on the logit scale; else None.
    """

    value: float
    margin: float
    runs: Runs
    error: PublishedError | None = None
    clips: int | None = None
    limits: tuple[float, float] = (0.0, 1.0)
    logits: int | None = None


def recomputed(text: str, ours: float, value: float, tolerance: float) -> Ruling:
    """Return whether a deterministic number is the printed one; there is no test.

    Parameters
    ----------
    text
        As printed.
    ours, value
        Our number and the printed one, in one unit.
    tolerance
        How near ours must come, in that unit.
    """
    apart = ours - value
    if replication.recomputed(ours, value, tolerance):
        return Ruling(Verdict(RECOMPUTED), f"ours lies {abs(apart):.2g} from {text}, within {tolerance:g}")
    by = f"by {apart:+.4g}"
    return Ruling(
        Verdict(NOT_RECOMPUTED, by), f"ours lies {abs(apart):.4g} from {text}, beyond {tolerance:g}"
    )


def size(ours: Varied, printed: Printed, same_clips: bool, scale: float, deviations: Sequence[str]) -> Ruling:
    """Return the verdict on a size: a score, or a difference of scores.

    Parameters
    ----------
    ours
        Our value; its runs of an experiment that is trained.
    printed
        The published one.
    same_clips
        Whether both are trained and tested on the same clips.
    scale
        Of the claim's unit: 100 for percentage points.
    deviations
        What is known to differ between the study's runs and ours.
    """
    ruler = _ruler(ours, printed, same_clips)
    if isinstance(ruler, Lack):
        return _lacking(ruler, ours.runs, FEWEST_SEEDS if same_clips else 2)
    judged = replication.judge(ours.value - printed.value, ruler, printed.margin)
    possible = _possible(ruler, printed)
    decimals = 2 if scale > 1 else 3
    by = f"{scale * judged.difference:+.{decimals}f} ± {scale * judged.half_width:.{decimals}f}"
    delta = f"margin {scale * printed.margin:.3g}"
    on_logits = ", on the logit scale" if printed.logits else ""
    why = (
        f"ours less the published is {by} (90 %, {_measure(ruler, printed, same_clips)}), {delta}{on_logits}"
    )
    in_unit = judged._replace(
        difference=scale * judged.difference, half_width=scale * judged.half_width, delta=scale * judged.delta
    )
    reason = ""
    if judged.kind == DIFFERS:
        reason, why = OURS, "; ".join([why, *deviations])
    elif judged.kind == SHIFTED:
        reason = f"by {by}, {delta}"
    elif judged.kind == UNDECIDED:
        reason = f"{by}, {delta}; {_deciding(judged.difference, ruler, printed)}"
    return Ruling(Verdict(judged.kind, reason), why, in_unit, possible)


def _ruler(ours: Varied, printed: Printed, same_clips: bool) -> Ruler | Lack:
    if not same_clips:
        groups = int(ours.groups)
        return replication.other_clips(ours.runs, printed.runs, ours.group_error, groups, printed.error)
    runs = ours.runs or Runs(ours.value, 0.0, 1, math.inf)
    ruler = (
        logit_ruler(runs, printed.runs, printed.logits)
        if printed.logits
        else replication.same_clips(runs, printed.runs)
    )
    return ruler._replace(seeds=1) if ours.single and isinstance(ruler, Ruler) else ruler


def on_logits(values: Sequence[float], ours: Varied, printed: Printed, clips: int) -> tuple[Varied, Printed]:
    """Return both sides of a score near 0 or 1 on the logit scale, where the published one is there.

    Parameters
    ----------
    values
        Of our runs.
    ours, printed
        Of a score.
    clips
        Of our test part.
    """
    if printed.clips is None or not is_extreme(printed.value):
        return ours, printed
    runs = replication.runs([logit(value, clips) for value in values])
    value, theirs = logit(printed.value, printed.clips), printed.runs
    spread = logit_error(printed.value, math.sqrt(theirs.variance), printed.clips)
    theirs = theirs._replace(mean=value, variance=spread**2)
    error = printed.error
    if error is not None:
        error = error._replace(se=logit_error(printed.value, error.se, printed.clips))
    return (
        Varied(
            logit(ours.value, clips) if ours.single else runs.mean,
            None if ours.runs is None else runs,
            logit_error(ours.value, ours.group_error, clips) if ours.groups else 0.0,
            ours.groups,
            ours.single,
        ),
        Printed(
            *(value, logit_delta(printed.margin), theirs, error),
            limits=(logit(0, printed.clips), logit(1, printed.clips)),
            logits=clips,
        ),
    )


def by_counts(values: Sequence[float], value: float, margin: float, what: str) -> Ruling:
    """Return the verdict on a score whose mean says nothing: in how many runs ours is the published one.

    Parameters
    ----------
    values
        Of our runs.
    value, margin
        As printed, and how far a run may lie from it and count as equal.
    what
        Why no mean is judged.
    """
    near = sum(abs(each - value) <= margin + 1e-9 for each in values)
    share = share_of_runs(near, len(values))
    kind = {HOLDS: REPRODUCED, FAILS: DIFFERS}.get(share.kind, UNDECIDED)
    # were half of all runs as near, so few would be no more likely than this
    p = float(special.bdtr(near, len(values), 0.5))
    counted = f"{_of(share)} lie within {margin:g} of the published score"
    judgement = Judgement(kind, math.nan, math.nan, margin, p, p)
    return Ruling(Verdict(kind, OURS if kind == DIFFERS else counted), f"{what}; {counted}", judgement)


def greater(ours: Varied, first: str, second: str) -> Ruling:
    """Return whether the difference of two sides is above 0."""
    if lacks := _unmeasured(ours):
        return lacks
    found = direction(ours.measured())
    why = (
        f"{first} less {second} is {ours.value:+z.4f}, one-sided 95 % bounds {found.low:+z.4f} and "
        f"{found.high:+z.4f}"
    )
    reason = "" if found.kind != UNDECIDED else f"{ours.value:+z.3f}, one-sided bounds on both sides of 0"
    return Ruling(Verdict(found.kind, reason), why)


def best(pairs: Mapping[str, Varied]) -> Ruling:
    """Return whether every difference is above 0: of one side from each rival, by what they are."""
    for each in pairs.values():
        if lacks := _unmeasured(each):
            return lacks
    found = every([each.measured() for each in pairs.values()])
    names = list(pairs)
    beaten = [names[place] for place in found.fails]
    still_open = [names[place] for place in found.open]
    if found.kind == FAILS:
        return Ruling(Verdict(FAILS), f"the other way round: {_some(beaten)} (Holm over {len(names)} pairs)")
    if found.kind == HOLDS:
        return Ruling(Verdict(HOLDS), f"all {len(names)} pairs, each at one-sided 5 %")
    reason = f"{len(still_open)} of {len(names)} pairs are open"
    return Ruling(Verdict(UNDECIDED, reason), f"not established: {_some(still_open)}")


def equal(ours: Varied, margin: float) -> Ruling:
    """Return whether the difference of two sides is 0 within a margin: by equivalence alone."""
    if lacks := _unmeasured(ours):
        return lacks
    found = absence(ours.measured(), margin)
    why = f"the difference lies in [{found.low:+z.4f}, {found.high:+z.4f}] (90 %), margin {margin:g}"
    reason = f"{ours.value:+z.3f}, margin {margin:g}" if found.kind == UNDECIDED else ""
    return Ruling(Verdict(found.kind, reason), why)


def in_every_run(count: int, of: int, what: str) -> Ruling:
    """Return whether something is so in most runs of a recipe, by its exact bounds."""
    share = share_of_runs(count, of)
    return Ruling(Verdict(share.kind, _of(share) if share.kind == UNDECIDED else ""), f"{_of(share)} {what}")


def _of(share: Share) -> str:
    return f"{share.seen} of {share.of} runs (share {share.low:.2f} to {share.high:.2f})"


def _lacking(lack: Lack, runs: Runs | None, fewest: int) -> Ruling:
    what = {
        Lack.SEEDS: f"{fewest} runs of ours (there {_are(runs.seeds if runs else 1)})",
        Lack.SPREAD: "any spread between our runs",
        Lack.GROUPS: "two groups of ours",
        Lack.PUBLISHED_ERROR: "a published interval or number of clips",
    }[lack]
    return Ruling(Verdict(UNTESTABLE, what), f"needs {what}")


def _unmeasured(ours: Varied) -> Ruling | None:
    """Return what is missing to say on which side of a value ours is."""
    if ours.runs is not None and ours.runs.seeds < FEWEST_SEEDS:
        return _lacking(Lack.SEEDS, ours.runs, FEWEST_SEEDS)
    if math.isnan(ours.group_error):
        return _lacking(Lack.GROUPS, ours.runs, FEWEST_SEEDS)
    return None


def _are(count: int) -> str:
    return "is 1" if count == 1 else f"are {count}"


def _measure(ruler: Ruler, printed: Printed, same_clips: bool) -> str:
    text = f"{ruler.seeds:g} runs of ours"
    if same_clips:
        return f"{text} and {printed.runs.seeds} published, on the same clips"
    return f"{text}, {ruler.groups:g} groups, other clips"


def _possible(ruler: Ruler, printed: Printed) -> str:
    """Return which verdicts a ruler can come to at any outcome."""
    reach = replication.reach(printed.value, ruler, printed.margin, printed.limits)
    kinds = [kind for kind, can in ((REPRODUCED, reach.reproduced), (DIFFERS, reach.differs)) if can]
    return " or ".join(kinds) or UNDECIDED


def _deciding(difference: float, ruler: Ruler, printed: Printed) -> str:
    """Return what would decide: so many seeds or groups of ours, or that none would."""
    seeds = replication.seeds_that_decide(difference, ruler, printed.margin)
    groups = replication.groups_that_decide(difference, ruler, printed.margin)
    counts = [f"{count} {what}" for count, what in ((seeds, "seeds"), (groups, "groups")) if count]
    if counts:
        return f"{' or '.join(counts)} of ours would decide"
    if printed.runs.seeds == 1:
        return "one run was published, so no number of our seeds decides"
    return "no number of our seeds decides"


def _some(names: Sequence[str], listed: int = 3) -> str:
    rest = len(names) - listed
    return ", ".join(names[:listed]) + (f" and {rest} more" if rest > 0 else "")


def columns(ruling: Ruling) -> dict[str, Any]:
    """Return the columns of a row of findings that a ruling fills."""
    judged = ruling.judgement
    return {
        "verdict": str(ruling.verdict),
        "why": ruling.why,
        "possible": ruling.possible or None,
    } | {name: math.nan if judged is None else getattr(judged, name) for name in TESTED}
