"""The audit of a protocol: what of it would make a score mean something else than it says.

One row a check, before any training.  A *fatal* finding goes with the protocol's scores into every table;
the experiment may run all the same.
"""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sarangi.audit.rows import AUDIT, UNHEARD, Audited, Row, failed_row, listed, write_audit
from sarangi.base import store
from sarangi.base.auditing import (
    FATAL,
    FEW_GROUPS,
    GUESSED_GROUPS,
    MISSING_CLASS,
    NEAR_DUPLICATES_ACROSS,
    NOTE,
    OK,
    SHARED_GROUPS,
    SHARED_SPEAKERS,
    SHARED_TEXTS,
    TESTED_GROUPS,
    TESTED_WITH,
    WARNING,
)
from sarangi.base.class_counts import counts_text
from sarangi.base.errors import SarangiError
from sarangi.base.parts import TEST, TRAIN, UNUSED, VALIDATION
from sarangi.base.store import Output
from sarangi.base.voices import PSEUDO_SPEAKER, grouped
from sarangi.models.baselines import commonest, speakers_commonest
from sarangi.splits.guessed import Guess, with_voices
from sarangi.splits.protocols import folds, splittable, stands_on_both_sides
from sarangi.statistics.confusions import confusion, recalls, uar

MUCH = 0.2  # UAR above chance that a number which does not listen should not reach


def protocol_audit(
    corpus: Audited,
    name: str,
    settings: Mapping[str, Any],
    folder: Path | None,
    output: Output,
    guess: Guess | None = None,
) -> None:
    """Write the audit of a protocol on a corpus, and why it cannot be made if so.

    Parameters
    ----------
    corpus
        Its files.
    name, settings, folder
        As for :func:`sarangi.splits.protocols.split`; the name is the subject of every row.
    output
        Parquet file to write, of schema :data:`sarangi.audit.rows.AUDIT`, sorted by check.
    guess
        Estimated speakers, for a protocol that holds pseudo-speakers apart: what has none has failed, and
        they are the groups of what has no other.
    """
    voices = None if guess is None else guess.voices
    utterances = splittable(corpus.manifest, settings, voices)
    whole = corpus.utterances() if voices is None else with_voices(corpus.utterances(), voices)
    guessed = None if voices is None else whole.set_index("utterance_id")[PSEUDO_SPEAKER]
    usable = grouped(whole[whole["status"] == store.OK], guessed)
    place = pd.Index(utterances["utterance_id"]).get_indexer(usable["utterance_id"])
    try:
        if guess is not None:
            guess.refuse_one_voice(f"protocol {name} on {utterances['corpus'].iloc[0]}")
        parts = [fold["part"].array[place] for fold in folds(utterances, name, settings, folder)]
    except SarangiError as error:
        rows: list[Row] = [("folds", name, 0, FATAL, str(error))]
    else:
        rows = [("folds", name, len(parts), OK, ""), *_protocol(name, usable, parts, corpus.pairs())]
        if guessed is not None:
            rows.append(_guessed(name, usable[PSEUDO_SPEAKER], settings))
    rows.append(failed_row(whole, name))
    write_audit(pd.DataFrame(rows, columns=AUDIT.names), output)


def _guessed(name: str, voices: pd.Series, settings: Mapping[str, Any]) -> Row:
    """Return how many voices a protocol tells apart, by guess."""
    detail = f"voices of {settings['pseudo_speakers']}: a speaker may be several, several may be one"
    return GUESSED_GROUPS, name, voices.nunique(), WARNING, detail


def _protocol(
    name: str, usable: pd.DataFrame, folds: Sequence[pd.Categorical], pairs: pd.DataFrame | None
) -> Iterator[Row]:
    """Yield what is on both sides of a protocol, what its test parts miss, and who does not listen.

    Of each fold the part of every usable utterance is held, a byte each, and nothing else.
    """
    for check, column, bad in (
        (SHARED_GROUPS, "group", FATAL),
        (SHARED_SPEAKERS, "speaker", WARNING),
        (SHARED_TEXTS, "text", NOTE),
    ):
        yield from _shared(check, name, usable[column], folds, bad)
    if pairs is not None:
        yield _parted(name, usable["utterance_id"], folds, pairs)
    else:
        yield NEAR_DUPLICATES_ACROSS, name, np.nan, NOTE, UNHEARD
    # a protocol may keep to some emotions
    used = np.any([parts != UNUSED for parts in folds], axis=0)
    emotions = sorted(usable.loc[used, "emotion"].unique())
    yield from _missing(name, usable["emotion"], folds, emotions)
    groups = usable.loc[np.any([parts == TEST for parts in folds], axis=0), "group"].nunique()
    yield TESTED_GROUPS, name, groups, WARNING if groups < FEW_GROUPS else OK, "in all test parts together"
    yield from _not_listening(name, usable, folds, emotions)


def _shared(
    check: str, name: str, property_: pd.Series, folds: Sequence[pd.Categorical], bad: str
) -> Iterator[Row]:
    """Yield how much of a property is tested in a fold and seen there too, in the fold with most of it."""
    worst, fold, of = -1, 0, 0
    for number, parts in enumerate(folds):
        tested = parts == TEST
        shared = property_[stands_on_both_sides(parts, property_)].nunique()
        if tested.any() and shared > worst:
            worst, fold, of = shared, number, property_[tested].nunique()
    worst = max(worst, 0)
    detail = f"{worst} of {of} in the test part of fold {fold} are in training, too"
    yield check, name, worst, bad if worst else OK, detail
    if check in TESTED_WITH:
        yield TESTED_WITH[check], name, of, OK, f"in the test part of fold {fold}"


def _parted(name: str, ids: pd.Series, folds: Sequence[pd.Categorical], pairs: pd.DataFrame) -> Row:
    """Return how many near-duplicates a protocol puts on both sides of a fold."""
    index = pd.Index(ids)
    one, other = (index.get_indexer(pairs[side]) for side in ("first", "second"))
    there = (one >= 0) & (other >= 0)
    one, other = one[there], other[there]
    worst, where = 0, ""
    for number, parts in enumerate(folds):
        tested, seen = parts == TEST, parts.isin([TRAIN, VALIDATION])
        count = int(((tested[one] & seen[other]) | (seen[one] & tested[other])).sum())
        if count > worst:
            worst, where = count, f"in fold {number}"
    return NEAR_DUPLICATES_ACROSS, name, worst, FATAL if worst else OK, where


def _missing(
    name: str, labels: pd.Series, folds: Sequence[pd.Categorical], emotions: Sequence[str]
) -> Iterator[Row]:
    """Yield the emotions that are never tested, and the ceiling and chance of a UAR that counts them as 0."""
    each = {number: labels[parts == TEST].value_counts() for number, parts in enumerate(folds)}
    each = {number: tested for number, tested in each.items() if len(tested)}
    counts = {emotion: sum(int(tested.get(emotion, 0)) for tested in each.values()) for emotion in emotions}
    lacking = [number for number, tested in each.items() if len(tested) < len(emotions)]
    detail = f"of {len(each)} folds, {listed(map(str, lacking))}; a mean over folds then leaves them out"
    # leaving one speaker out does so by its nature, and is scored over all folds together
    yield (
        "folds_missing_class",
        name,
        len(lacking),
        NOTE if len(lacking) else OK,
        detail if len(lacking) else "",
    )
    held = [emotion for emotion in emotions if counts[emotion]]
    absent = [emotion for emotion in emotions if emotion not in held]
    yield MISSING_CLASS, name, len(absent), FATAL if absent else OK, counts_text(counts)
    ceiling = len(held) / len(emotions)
    words = "if an emotion without test utterances counts as recall 0" if absent else ""
    yield "uar_ceiling", name, ceiling, FATAL if absent else OK, words
    yield "uar_chance", name, ceiling / len(emotions), FATAL if absent else OK, words or "guessing uniformly"


def _not_listening(
    name: str, usable: pd.DataFrame, folds: Sequence[pd.Categorical], emotions: Sequence[str]
) -> Iterator[Row]:
    """Yield the UAR of predictors that do not listen."""
    chance = 1 / len(emotions)

    def by_number(column: str) -> Callable[[pd.DataFrame, pd.DataFrame], Sequence[str]]:
        return lambda train, test: nearest_emotion(train[column], train["emotion"], test[column])

    # of all training parts together, as the baseline has it: a fold's own lacks what it tests
    trained = (usable.loc[parts == TRAIN, "emotion"] for parts in folds)
    usual = commonest(itertools.chain.from_iterable(trained))
    predictors = {"constant_uar": lambda train, test: [usual] * len(test)}
    if usable["speaker"].notna().any():
        predictors["speaker_only_uar"] = lambda train, test: speakers_commonest(train, test, usual)
    usable = usable.copy()
    unheard = usable["duration_s"].isna().all()
    for check, column in (("duration_uar", "duration_s"), ("loudness_uar", "level_db")):
        if column not in usable or unheard:
            yield check, name, np.nan, NOTE, UNHEARD
        else:
            # digital silence has no level; it is as quiet as the quietest
            usable[column] = usable[column].fillna(usable[column].min())
            predictors[check] = by_number(column)
    for check, predict in predictors.items():
        answers = np.zeros((len(emotions), len(emotions)), dtype=np.int64)
        for parts in folds:
            train, test = usable[parts == TRAIN], usable[parts == TEST]
            if len(test):
                answers += confusion(test["emotion"], predict(train, test), emotions)
        value = float(uar(answers))
        detail = "recall " + ", ".join(
            f"{emotion} {recall:.2f}"
            for emotion, recall in zip(emotions, recalls(answers), strict=True)
            if recall == recall
        )
        yield check, name, value, WARNING if value > chance + MUCH else OK, detail


def nearest_emotion(train: pd.Series, emotion: pd.Series, test: pd.Series) -> np.ndarray:
    """Predict an emotion from one number: the one most likely by normal densities, each as likely before.

    Parameters
    ----------
    train, emotion
        The number and the emotion of each training utterance.
    test
        The number of each test utterance.
    """
    moments = train.groupby(emotion).agg(["mean", "std"])
    # an emotion of one utterance has no spread of its own, one of equal lengths has none at all
    spread = moments["std"].fillna(0).clip(lower=max(1e-3, 1e-2 * float(train.std() or 0))).to_numpy()
    distance = (test.to_numpy()[:, None] - moments["mean"].to_numpy()) / spread
    return moments.index.to_numpy()[(-0.5 * distance**2 - np.log(spread)).argmax(axis=1)]
