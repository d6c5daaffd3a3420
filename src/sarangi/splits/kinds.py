"""The kinds of protocols: each says, fold by fold, which usable utterances train, validate and test."""

import logging
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from sarangi.base.errors import SarangiError
from sarangi.base.parts import TEST, TRAIN, UNUSED, VALIDATION
from sarangi.splits.emobox_folds import folds_in
from sarangi.splits.guessed import called, too_few

log = logging.getLogger("sarangi")

Settings = Mapping[str, Any]
"""The entry of a protocol in the configuration."""


def stratified_kfold(usable: pd.DataFrame, settings: Settings, where: str) -> Iterator[np.ndarray]:
    """Yield the parts of each fold, the emotions kept in proportion."""
    # imported where it is used: most jobs need only the names of this module, and it takes 2 s
    from sklearn.model_selection import StratifiedKFold

    smallest = counts(usable["emotion"])
    if smallest.min() < settings["folds"]:
        raise SarangiError(
            f"{where}: {smallest.idxmin()} has {smallest.min()} utterances, fewer than the "
            f"{settings['folds']} folds; choose fewer folds"
        )
    splitter = StratifiedKFold(settings["folds"], shuffle=True, random_state=settings["seed"])
    for _, test in splitter.split(usable, codes(usable["emotion"])):
        yield _tested(usable, test)


def stratified_group_kfold(usable: pd.DataFrame, settings: Settings, where: str) -> Iterator[np.ndarray]:
    """Yield the parts of each fold: groups (or what ``by`` names) whole, emotions in proportion.

    Raises
    ------
    SarangiError
        If an emotion has fewer groups than there are folds: it would be missing from a test part.
    """
    from sklearn.model_selection import StratifiedGroupKFold

    groups = usable.groupby("emotion")["unit"].nunique()
    if groups.min() < settings["folds"]:
        raise SarangiError(
            f"{where}: {groups.idxmin()} has {groups.min()} {called(settings)}s, fewer than the "
            f"{settings['folds']} folds; choose fewer folds{too_few(settings)}"
        )
    splitter = StratifiedGroupKFold(settings["folds"], shuffle=True, random_state=settings["seed"])
    for _, test in splitter.split(usable, codes(usable["emotion"]), codes(usable["unit"])):
        yield _tested(usable, test)


def leave_one_group_out(usable: pd.DataFrame, settings: Settings, where: str) -> Iterator[np.ndarray]:
    """Yield the parts of each fold: one group (or what ``by`` names) is tested, in sorted order.

    Raises
    ------
    SarangiError
        If there are fewer than two, or not as many as ``folds`` says.
    """
    units = sorted(usable["unit"].unique())
    by = called(settings)
    if len(units) < 2:
        raise SarangiError(
            f"{where}: {len(units)} {by}; leaving one out needs two or more{too_few(settings)}"
        )
    if settings.get("folds", len(units)) != len(units):
        raise SarangiError(
            f"{where}: the corpus has {len(units)} {by}s, the entry says {settings['folds']} folds"
        )
    for unit in units:
        yield _tested(usable, np.flatnonzero(usable["unit"] == unit))


def random(usable: pd.DataFrame, settings: Settings, where: str) -> Iterator[np.ndarray]:
    """Yield the parts of one fold drawn at random: shares ``test`` and ``validation``.

    With ``stratified`` each emotion keeps its proportion; without, as the published study did it on
    RAVDESS, it may not.
    """
    from sklearn.model_selection import train_test_split

    def cut(rest: np.ndarray, share: float) -> np.ndarray:
        kept = usable["emotion"].iloc[rest] if settings["stratified"] else None
        return train_test_split(rest, test_size=share, random_state=settings["seed"], stratify=kept)[1]

    parts = in_part(len(usable), TRAIN)
    try:
        parts[cut(np.arange(len(usable)), round(settings["test"] * len(usable)))] = TEST
        if "validation" in settings:
            parts[cut(np.flatnonzero(parts == TRAIN), round(settings["validation"] * len(usable)))] = (
                VALIDATION
            )
    except ValueError as error:  # an emotion too rare to be stratified
        raise SarangiError(f"{where}: {error}") from error
    yield parts


def publisher(usable: pd.DataFrame, settings: Settings, where: str) -> Iterator[np.ndarray]:
    """Yield the parts of one fold as the publisher states them.

    Raises
    ------
    SarangiError
        If the publisher states none for an utterance.
    """
    known = (TRAIN, VALIDATION, TEST)
    odd = usable.loc[~usable["part"].isin(known), ["utterance_id", "part"]]
    if len(odd):
        part = "no part" if pd.isna(odd["part"].iloc[0]) else f"the part {odd['part'].iloc[0]}"
        raise SarangiError(
            f"{where}: its publisher gives {odd['utterance_id'].iloc[0]} {part}; "
            f"expected one of {', '.join(known)}. A corpus without parts needs another kind of protocol."
        )
    yield usable["part"].to_numpy(dtype=object, copy=True)


def held_out(usable: pd.DataFrame, settings: Settings, where: str) -> Iterator[np.ndarray]:
    """Yield the parts of each fold by names: ``test`` lists, for each fold, the units that are tested.

    ``validate`` lists those that validate; the rest trains.

    Raises
    ------
    SarangiError
        If a name is not in the corpus.
    """
    chosen = settings.get("validate", [[] for _ in settings["test"]])
    for tested, validating in zip(settings["test"], chosen, strict=True):
        absent = sorted({*tested, *validating} - set(usable["unit"]))
        if absent:
            raise SarangiError(
                f"{where}: no {settings.get('by', 'group')} {', '.join(absent)} in the corpus; it has "
                f"{', '.join(sorted(usable['unit'].unique())[:40])}"
            )
        parts = _tested(usable, np.flatnonzero(usable["unit"].isin(tested)))
        parts[usable["unit"].isin(validating)] = VALIDATION
        yield parts


def emobox(usable: pd.DataFrame, settings: Settings, where: str) -> Iterator[np.ndarray]:
    """Yield the parts of each fold of a folder as EmoBox publishes it; see :func:`folds_in`.

    Recordings of the folder that are not in the corpus are left out, and counted in the log.

    Raises
    ------
    SarangiError
        As :func:`folds_in`, or if no recording is in the corpus.
    """
    stems = usable["utterance_id"].str.rsplit("/", n=1).str[-1].str.rsplit(".", n=1).str[0]
    place = dict(zip(stems, range(len(stems)), strict=True))
    if len(place) < len(stems):
        twice = stems[stems.duplicated()].iloc[0]
        raise SarangiError(
            f"{where}: two utterances are named {twice}, so a list of names cannot tell them apart"
        )
    count, used = 0, False
    for fold in folds_in(settings["folder"], where):
        count += 1
        parts, absent = in_part(len(usable), UNUSED), 0
        for stem, part in fold.parts.items():
            if stem in place:
                parts[place[stem]] = part
            else:
                absent += 1
        if absent:
            log.warning("%s, %s: %d recordings of the folds are not in the corpus", where, fold.name, absent)
        used |= bool((parts != UNUSED).any())
        yield parts
    if not used:
        raise SarangiError(
            f"{where}: {settings['folder']} has {count} folds (fold_<n>/*_test_fold_<n>.jsonl), and "
            "none of them names a recording of the corpus"
        )


def counts(values: pd.Series) -> pd.Series:
    """Return how often each value comes, without categories that never do."""
    times = values.value_counts()
    return times[times > 0]


def codes(values: pd.Series) -> np.ndarray:
    """Return the place of each value among the sorted ones: scikit-learn splits numbers in less memory."""
    return pd.factorize(values, sort=True)[0]


def in_part(count: int, part: str) -> np.ndarray:
    """Return a part so many times, object array of shape (count,)."""
    parts = np.empty(count, dtype=object)
    parts.fill(part)  # numpy.full would make a new text for each
    return parts


def _tested(usable: pd.DataFrame, test: np.ndarray) -> np.ndarray:
    parts = in_part(len(usable), TRAIN)
    parts[test] = TEST
    return parts


KINDS = {
    "stratified_kfold": stratified_kfold,
    "stratified_group_kfold": stratified_group_kfold,
    "leave_one_group_out": leave_one_group_out,
    "random": random,
    "publisher": publisher,
    "held_out": held_out,
    "emobox": emobox,
}
