"""Reports with a row a class, as scikit-learn's classification_report prints them."""

from sarangi.base.errors import SarangiError
from sarangi.consistency.cells import Grid, Line
from sarangi.consistency.evidence import Scores
from sarangi.consistency.names import ACCURACY, UAR, UF1, WF1, words
from sarangi.consistency.numbers import Number, number
from sarangi.statistics.metrics import F1, PRECISION, RECALL

COLUMNS = {
    "precision": PRECISION, "prec": PRECISION, "recall": RECALL, "rec": RECALL, "f1": F1, "f1 score": F1,
    "support": "support", "n": "support", "clips": "support",
}  # fmt: skip
MACRO, WEIGHTED = ("macro avg", "macro average", "macro"), ("weighted avg", "weighted average", "weighted")
AVERAGES = {
    **{(name, RECALL): UAR for name in MACRO}, **{(name, F1): UF1 for name in MACRO},
    **{(name, RECALL): ACCURACY for name in WEIGHTED}, **{(name, F1): WF1 for name in WEIGHTED},
}  # fmt: skip
"""What the rows of averages hold: the recall weighted by test clips is the accuracy."""
WHOLE = ("accuracy", "acc")
OTHERS = {
    *MACRO,
    *WEIGHTED,
    *WHOLE,
    "micro avg",
    "micro average",
    "samples avg",
    "total",
    "sum",
    "all",
    "mean",
}


def is_report(grid: Grid) -> bool:
    """Whether a table has a row a class: plain recall or F1 next to precision or support."""
    scores = {COLUMNS.get(words(name)) for name in grid.header[1:]}
    return bool(scores & {RECALL, F1}) and bool(scores & {PRECISION, "support"})


def of_report(grid: Grid) -> Scores:
    """Return the scores of a report as those of one system.

    Raises
    ------
    SarangiError
        If a class is there twice, or its number of clips is none.
    """
    places = {
        at: COLUMNS[words(name)] for at, name in enumerate(grid.header) if words(name) in COLUMNS and at
    }
    numbers: dict[str, Number] = {}
    supports: dict[str, int] = {}
    seen: dict[str, int] = {}
    for line in grid.lines:
        name = line.cells[0]
        if seen.setdefault(name, line.number) != line.number:
            raise SarangiError(
                f"{grid.where(line)}: {name} is there a second time (first in line {seen[name]}); expected "
                "each class once"
            )
        for at, score in places.items():
            printed = number(line.cells[at], grid.where(line, at))
            if printed is None:
                continue
            if words(name) in OTHERS:
                metric = ACCURACY if words(name) in WHOLE and score != "support" else ""
                if metric := metric or AVERAGES.get((words(name), score), ""):
                    numbers.setdefault(metric, printed)
            elif score == "support":
                supports[name] = _clips(grid, line, at, printed)
            else:
                numbers[f"{score}_{name}"] = printed
    return Scores(where=grid.path, numbers=numbers, supports=supports)


def _clips(grid: Grid, line: Line, at: int, printed: Number) -> int:
    if printed.percent or printed.value.denominator != 1 or printed.value < 0:
        raise SarangiError(f"{grid.where(line, at)}: {printed.text}, expected a whole number of test clips")
    return int(printed.value)
