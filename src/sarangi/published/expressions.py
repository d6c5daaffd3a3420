"""What a claim is computed from: numbers by name, looked up in the print or in our scores."""

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Any

import numpy as np

from sarangi.published.estimates import ESTIMATE, UNITS, Estimate, printed, scaled

Record = Mapping[str, Any]
"""A claim, as :func:`sarangi.published.records.records` returns it."""
Records = Mapping[str, Record]
"""Claims by name."""
Lookup = Callable[[str], Estimate | None]
"""From the name of a number to its estimate; None where there is none."""


def as_printed(claims: Records) -> Lookup:
    """Return the lookup of numbers as the study printed them."""
    return lambda name: printed(claims[name]["value"])


def parts(record: Record, claims: Records) -> list[str]:
    """Return the names of the numbers that a derived claim or a statement is computed from."""
    found: list[str] = []
    if record["kind"] == "derived":
        evaluate(record["compute"], claims, found.append)
    elif "holds" in record:
        holds(record["holds"], claims, found.append)
    return list(dict.fromkeys(found))


def evaluate(expression: Any, claims: Records, lookup: Lookup) -> Estimate | None:
    """Return the value of an expression, or None where ``lookup`` lacks one of its numbers.

    Parameters
    ----------
    expression
        Name of a number; or a mapping of one operation to what it takes: ``difference`` and ``ratio``
        (two expressions), ``maximum``, ``minimum`` and ``mean`` (a list of numbers, see :func:`selected`).
    claims
        Records by name.
    lookup
        From the name of a number to its estimate, whose values may be arrays of one shape: the operations
        are elementwise then.
    """
    if isinstance(expression, str):
        return lookup(expression)
    ((operation, operands),) = expression.items()
    if operation in ("difference", "ratio"):
        values = [evaluate(operand, claims, lookup) for operand in operands]
    else:
        values = [value for _, value in selected(operands, claims, lookup)]
    if not values or any(value is None for value in values):
        return None
    if operation == "difference":
        first, second = values
        return _difference(first, second)
    if operation == "ratio":
        above, below = values
        return Estimate(above.value / below.value, above.low / below.high, above.high / below.low)
    if operation == "mean":
        return Estimate(*(sum(getattr(v, key) for v in values) / len(values) for key in ESTIMATE))
    best = {"maximum": _larger, "minimum": _smaller}[operation]
    return Estimate(*(reduce(best, (getattr(v, key) for v in values)) for key in ESTIMATE))


def _larger(one: Any, other: Any) -> Any:
    return (
        np.maximum(one, other)
        if isinstance(one, np.ndarray) or isinstance(other, np.ndarray)
        else max(one, other)
    )


def _smaller(one: Any, other: Any) -> Any:
    return -_larger(-one, -other)


def selected(
    selection: Mapping[str, Any], claims: Records, lookup: Lookup
) -> list[tuple[dict[str, str], Estimate | None]]:
    """Return the rows that a selection takes, each with its estimate.

    A selection is ``{rows: <grid>, metric: <metric>, where: {<column>: <cell>}}``;
    ``{best: <selection>, by: [<column>]}``, the highest row of each combination of cells; or
    ``{differences: [<selection>, <selection>], by: [<column>]}``: each row of the first minus the row of
    the second that has the same cells in the columns of ``by``, for each row of the longer one.
    """
    if "best" in selection:
        return _best_of_each(selected(selection["best"], claims, lookup), selection["by"])
    if "differences" in selection:
        first, second = (selected(s, claims, lookup) for s in selection["differences"])
        by = selection["by"]
        above, under = ({tuple(row[c] for c in by): value for row, value in side} for side in (first, second))
        differences = []
        for row, value in second if len(second) > len(first) else first:
            cells = tuple(row[column] for column in by)
            a, b = (above[cells], value) if len(second) > len(first) else (value, under[cells])
            differences.append((row, a and b and _difference(a, b)))
        return differences
    return [(claims[name]["row"], lookup(name)) for name in in_rows(selection, claims)]


def in_rows(selection: Mapping[str, Any], claims: Records) -> list[str]:
    """Return the names of the numbers that a selection of rows takes."""
    wanted = {"grid": selection["rows"]} | selection.get("where", {})
    return [
        name
        for name, record in claims.items()
        if "row" in record and record["metric"] == selection["metric"]
        if wanted.items() <= record["row"].items()
    ]


def _best_of_each(
    rows: Sequence[tuple[dict[str, str], Estimate | None]], by: Sequence[str]
) -> list[tuple[dict[str, str], Estimate | None]]:
    """Return of each combination of cells the row with the highest value, or None where one is lacking."""
    together: dict[tuple[str, ...], list[tuple[dict[str, str], Estimate | None]]] = {}
    for row, value in rows:
        together.setdefault(tuple(row[column] for column in by), []).append((row, value))
    found: list[tuple[dict[str, str], Estimate | None]] = []
    for same in together.values():
        values = [(row, value) for row, value in same if value is not None]
        if len(values) < len(same):
            found.append((same[0][0], None))
        else:
            found.append(max(values, key=lambda entry: entry[1].value))
    return found


def _difference(a: Estimate, b: Estimate) -> Estimate:
    return Estimate(a.value - b.value, a.low - b.high, a.high - b.low)


def holds(statement: Mapping[str, Any], claims: Records, lookup: Lookup) -> tuple[bool, str] | None:
    """Return whether a statement holds by values alone, and the numbers that say so.

    None where numbers are lacking, or values alone do not tell.

    Parameters
    ----------
    statement
        A mapping of one relation to what it takes.  ``greater``: two expressions.  ``every``: a selection
        (``of``), whose values lie ``within`` so much of ``near``, in a ``unit``.  ``below_chance``: a
        selection (``of``) of scores that all lie below that of guessing.  ``highest`` and
        ``lowest``: the cells (``are``) of a column (``group``) that rank first or last in a selection
        (``of``), a cell by its best row.  ``zero``: numbers that are 0 in every run.  ``equal``: two
        expressions that do not differ by more than a margin, and ``one_class``: in every run one class is
        predicted nearly always, of which values alone do not tell.
    claims, lookup
        As in :func:`evaluate`.
    """
    ((relation, said),) = statement.items()
    if relation in ("equal", "one_class"):
        for expression in said if relation == "equal" else [said["of"]]:
            evaluate(expression, claims, lookup)
        return None
    if relation == "zero":
        values = [lookup(name) for name in said]
        if any(value is None for value in values):
            return None
        return all(value.low <= 0 for value in values), ", ".join(_show(value.value) for value in values)
    if relation == "greater":
        first, second = (evaluate(expression, claims, lookup) for expression in said)
        if first is None or second is None:
            return None
        return first.value > second.value, f"{_show(first.value)} against {_show(second.value)}"
    rows = selected(said["of"], claims, lookup)
    if not rows or any(value is None for _, value in rows):
        return None
    if relation == "below_chance":
        return _below_chance(rows, said["of"], claims)
    if relation == "every":
        scale = UNITS[said["unit"]]
        values = sorted(float(value.value) * scale for _, value in rows)
        near, within = float(said["near"]), float(said["within"])
        inside = sum(abs(value - near) <= within for value in values)
        return inside == len(values), (
            f"{inside} of {len(values)} lie within {within:g} of {near:g} {said['unit']}: they run from "
            f"{values[0]:.2f} to {values[-1]:.2f}, mean {sum(values) / len(values):.2f}"
        )
    best = ranked(rows, said["group"])
    count = len(said["are"])
    ends = list(best)[:count] if relation == "highest" else list(best)[-count:]
    return set(ends) == set(said["are"]), ", ".join(f"{cell} {float(v):.4f}" for cell, v in best.items())


def _below_chance(
    rows: Sequence[tuple[Mapping[str, str], Estimate]], selection: Mapping[str, Any], claims: Records
) -> tuple[bool, str]:
    """Return whether all rows of a grid lie below the chance of its classes, and how many times as high."""
    classes = next(
        record["facts"]["classes"]
        for record in claims.values()
        if record.get("row", {}).get("grid") == selection["rows"]
    )
    times = sorted(float(value.value) * classes for _, value in rows)
    below = sum(each < 1 for each in times)
    return below == len(times), (
        f"{below} of {len(times)} lie below the chance of {1 / classes:.4f}: they are {times[0]:.2f} to "
        f"{times[-1]:.2f} times as high"
    )


def ranked(rows: Sequence[tuple[Mapping[str, str], Estimate]], group: str) -> dict[str, Any]:
    """Return the cells of a column by their best row, the best cell first."""
    best: dict[str, Any] = {}
    for row, value in rows:
        best[row[group]] = max(best.get(row[group], value.value), value.value)
    return dict(sorted(best.items(), key=lambda item: -item[1]))


def _show(value: Any) -> str:
    return f"{float(value):.4f}".rstrip("0").rstrip(".")


def recomputed(record: Record, claims: Records) -> Estimate | None:
    """Return a derived number from its published parts, in its unit."""
    estimate = evaluate(record["compute"], claims, as_printed(claims))
    return estimate and scaled(estimate, record["unit"])
