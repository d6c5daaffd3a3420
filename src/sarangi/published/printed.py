"""What the published study printed of each experiment, for tables that put ours beside it."""

from collections.abc import Callable
from typing import Any

from sarangi.published.expressions import Record, Records
from sarangi.statistics.metrics import F1, OF_CONFUSIONS

METRICS = tuple(metric.name for metric in OF_CONFUSIONS)
"""The metrics that tables show, beside the F1 of each emotion."""
PRINTED = ("value", "metric", "slice", "ours_slice", "low", "high", "n", "per_seed")
"""What is kept of a number."""


def printed_experiments(claims: Records, wanted: Callable[[Record], bool]) -> dict[str, dict[str, Any]]:
    """Return what was printed of experiments that ours replay, by the study's name, without rows of a grid.

    Parameters
    ----------
    claims
        Records by name, of :func:`sarangi.published.records.records`.
    wanted
        Whether the record of a number belongs to an experiment that is asked for.

    Returns
    -------
    dict
        ``experiment``, ``title``, ``model`` (the title without what it was tried on), ``protocol``,
        ``seeds``, ``ours`` (the name of ours that replays it) and ``numbers`` (of :data:`METRICS`, and the
        F1 of emotions): what the file says of each, by its key there.

    Examples
    --------
    >>> number = {"kind": "number", "experiment": "x", "metric": "wf1", "value": "0.6", "ours": "y"}
    >>> number |= {"key": "wf1", "title": "XLS-R on Urdu, random split", "facts": {"seeds": 1}}
    >>> printed_experiments({"x.wf1": number}, lambda record: True)["x"]["model"]
    'XLS-R'
    """
    found: dict[str, dict[str, Any]] = {}
    for record in claims.values():
        if record["kind"] != "number" or "ours" not in record or "row" in record or not wanted(record):
            continue
        if record["metric"] not in METRICS and not record["metric"].startswith(f"{F1}_"):
            continue
        title = record["title"]
        known = {key: record[key] for key in ("experiment", "ours")}
        known |= {key: record["facts"].get(key) for key in ("protocol", "seeds")}
        known["leaks"] = record["facts"].get("leaks", False)
        known |= {"title": title, "model": title.partition(" on ")[0].rstrip(","), "numbers": {}}
        entry = found.setdefault(record["experiment"], known)
        entry["numbers"][record["key"]] = {key: record[key] for key in PRINTED if key in record}
    return found
