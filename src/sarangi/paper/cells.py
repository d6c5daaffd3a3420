"""Classical models within and across languages, with their scores and ranks.

A *cell* is one configuration (feature set and model) trained on a language and tested on a language, as a
mapping: ``name`` (of the score), ``pair`` (title of two languages or corpora), ``train`` and ``test``
(languages, the same within one), ``protocol`` and ``disjoint`` (its title, and whether it is
speaker-disjoint), ``features``, ``model`` and ``base`` (titles; a model such as ``SVM, CORAL``, which is only
across languages, is its base ``SVM`` *adapted* to the language tested, any other one is its own base),
``scores`` (file of schema :data:`sarangi.base.score_rows.SCORES`, or None where it cannot be made),
``published`` (UAR as the published study printed it, or None).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from sarangi.base.errors import SarangiError
from sarangi.paper.reported import uar_of

Cell = Mapping[str, Any]

CELL = ["name", "pair", "train", "test", "protocol", "disjoint", "features", "model", "published"]

SCORE = ["value", "low", "high", "chance", "n", "groups", "classes", "mark", "file", "slice", "metric"]

CONDITION = ["pair", "train", "test", "protocol"]


def scored(cells: Sequence[Cell], synthetic: Sequence[str] = ()) -> pd.DataFrame:
    """Return the cells with their scores, in their order.

    Parameters
    ----------
    cells
        Configurations within and across languages.
    synthetic
        Names of the corpora spoken by the demo's generator; a pair with a score from one says so.

    Returns
    -------
    pandas.DataFrame
        The cells' own columns; ``value``, ``low``, ``high`` and ``chance`` of UAR (from 0 to 1),
        ``n``, ``groups``, ``classes`` and ``mark``, missing where there is no score; ``base``, the model
        without adaptation, and ``adapted``.

    Raises
    ------
    SarangiError
        If a cell appears twice, or a score file does not report one UAR.
    """
    lines, made = [], set()
    for cell in cells:
        line = dict.fromkeys(SCORE) | {name: cell[name] for name in CELL}
        if cell["scores"] is not None:
            score = uar_of(cell["scores"])
            line |= {name: score[name] for name in SCORE}
            if {score["corpus"], score["test"]} & set(synthetic):
                made.add(cell["pair"])
        lines.append(line)
    table = pd.DataFrame(lines, columns=[*CELL, *SCORE])
    numbers = ["value", "low", "high", "chance"]
    table[numbers] = table[numbers].astype(float)
    twice = table.duplicated([*CONDITION, "features", "model"])
    if twice.any():
        one = table[twice].iloc[0]
        raise SarangiError(
            f"{one['features']}, {one['model']} appears twice in {one['pair']}: {one['train']} to "
            f"{one['test']}, {one['protocol']}"
        )
    bases = [cell["base"] for cell in cells]
    # without cells too, columns must keep a type that they can be joined by
    table["base"] = pd.Series(bases, table.index, dtype=table["model"].dtype)
    table["adapted"] = table["base"] != table["model"]
    table["pair"] = [f"{pair} (synthetic)" if pair in made else pair for pair in table["pair"]]
    return table


def ranks(table: pd.DataFrame) -> pd.Series:
    """Return the rank of each row's feature set by its best model under the same condition, 1 the best.

    Parameters
    ----------
    table
        Of :func:`scored`.  Feature sets compete within a pair, direction and protocol; those of adapted
        models among themselves.

    Returns
    -------
    pandas.Series
        One value a row; missing where the feature set has no score.
    """
    condition = [table[name] for name in (*CONDITION, "adapted")]
    best = table["value"].groupby([*condition, table["features"]]).transform("max")
    # models of one feature set are one competitor, so ranks are dense unless two sets tie
    return best.groupby(condition).rank(method="dense", ascending=False)
