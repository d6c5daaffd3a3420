"""Values of ours with what they vary by: from one group to another, and from one training to the next."""

import math
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

import numpy as np

from sarangi.published.estimates import Estimate
from sarangi.published.expressions import Lookup, Records, evaluate
from sarangi.published.records import RECOMPUTED
from sarangi.scoring.left_out import LeftOut
from sarangi.statistics.directions import Measured
from sarangi.statistics.replication import Runs
from sarangi.statistics.student import satterthwaite


class Varied(NamedTuple):
    """A value of ours, in no unit.

    Parameters
    ----------
    value
        A score, or what is computed from several.
    runs
        Its runs; None where training has no chance, a variance of NaN with one run.
    group_error
        Standard error over groups; 0 where they do not matter, NaN where there is one.
    groups
        As many as its degrees of freedom are worth, plus one; 0 where they do not matter.
    single
        Whether the value is that of one run alone, of those that ``runs`` tell the noise of.
    """

    value: float
    runs: Runs | None
    group_error: float
    groups: float
    single: bool = False

    def measured(self) -> Measured:
        """Return it with one standard error, over groups and runs together."""
        terms = [(self.group_error**2, self.groups - 1)] if self.groups else []
        if self.runs is not None:
            terms.append((self.runs.variance / self.runs.seeds, self.runs.df))
        variance, df = satterthwaite(*terms) if terms else (0.0, math.inf)
        return Measured(self.value, math.sqrt(variance), float(df))


def varied(
    expression: Any,
    claims: Records,
    point: Lookup,
    systems: Mapping[str, LeftOut],
    over: Collection[str] | None = None,
) -> Varied:
    """Return what an expression over our scores varies by.

    A group is left out of all scores that are tested on it at once, so that scores on the same groups are
    paired (the jackknife: Efron and Stein 1981, Annals of Statistics 9(3), 586-596); sets of other groups are
    independent.  So are the runs of two experiments.

    Parameters
    ----------
    expression
        As for :func:`sarangi.published.expressions.evaluate`.
    claims
        Records by name.
    point
        Our values by the name of a number.
    systems
        By the name of a number; one without, such as a chance level, is a constant.
    over
        Names of the numbers whose groups matter; all, where it is left out.
    """
    names: list[str] = []
    evaluate(expression, claims, names.append)
    tested = {
        name: systems[name]
        for name in dict.fromkeys(names)
        if name in systems and claims[name]["metric"] in systems[name].without
    }

    def changed(arrays: Mapping[str, Any]) -> Any:
        def lookup(name: str) -> Estimate | None:
            return Estimate(*[arrays[name]] * 3) if name in arrays else point(name)

        return evaluate(expression, claims, lookup).value

    of_groups = []
    for units in sorted({system.units for name, system in tested.items() if over is None or name in over}):
        here = {
            name: system.without[claims[name]["metric"]]
            for name, system in tested.items()
            if system.units == units and (over is None or name in over)
        }
        groups = next(system.groups for system in tested.values() if system.units == units)
        values = changed(here)
        values = values[np.isfinite(values)]
        variance = (groups - 1) * float(np.var(values)) if groups > 1 and len(values) else math.nan
        of_groups.append((variance, max(1.0, groups - 1.0)))
    variance, df = satterthwaite(*of_groups) if of_groups else (0.0, -1.0)
    value = float(changed({}))
    runs = _runs(value, tested, claims, changed)
    return Varied(value, runs, math.sqrt(variance), float(df) + 1)


def _runs(value: float, tested: Mapping[str, LeftOut], claims: Records, changed: Any) -> Runs | None:
    """Return the runs of an expression: as many as the fewest of an experiment, each of one run of all."""
    trained = sorted({claims[name]["ours"] for name in tested if claims[name]["ruler"] != RECOMPUTED})
    if not trained:
        return None
    spreads = []
    for ours in trained:
        of_it = {name: system for name, system in tested.items() if claims[name]["ours"] == ours}
        values = changed({name: system.seeds[claims[name]["metric"]] for name, system in of_it.items()})
        spreads.append((float(np.var(values, ddof=1)) if len(values) > 1 else math.nan, len(values)))
    count = min(number for _, number in spreads)
    if count < 2:
        return Runs(value, math.nan, count, 0.0)
    terms = [(count / number * variance, number - 1.0) for variance, number in spreads]
    variance, df = satterthwaite(*terms)
    return Runs(value, float(variance), count, float(df))
