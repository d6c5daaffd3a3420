"""The audit: what of a corpus and its protocols would make a score mean something else than it says.

One row a check, before any training.  A *fatal* finding about a protocol goes with its scores into
every table; the experiment may run all the same.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from sarangi.base import store
from sarangi.base.auditing import FATAL, FEW_GROUPS, NOTE, OK, WARNING
from sarangi.base.class_counts import counts_text
from sarangi.base.errors import SarangiError
from sarangi.base.parts import TRAIN
from sarangi.models.baselines import commonest, speakers_commonest
from sarangi.splits.protocols import TEST, UNUSED, VALIDATION, folds, splittable, stands_on_both_sides
from sarangi.statistics.confusions import confusion, recalls, uar

AUDIT = pa.schema(
    [
        pa.field("check", pa.string(), nullable=False),
        pa.field("subject", pa.string(), nullable=False),
        pa.field("value", pa.float64()),
        pa.field("verdict", pa.string(), nullable=False),
        pa.field("detail", pa.string(), nullable=False),
    ]
)

SHORT_S, LONG_S = 0.5, 30.0
SILENT = 0.9  # share of silent frames
CLIPPED = 10  # samples at full scale
LISTED = 20  # names in a detail
MUCH = 0.2  # UAR above chance that a number which does not listen should not reach

COLUMNS = [
    "utterance_id", "speaker", "group", "emotion", "text", "duration_s", "sample_rate", "channels", "sha256",
    "status", "reason",
]  # fmt: skip
"""Of the manifest, what is looked at."""

Row = tuple[str, str, float, str, str]


def corpus_audit(
    manifest: Path,
    levels: Sequence[Path],
    near_duplicates: Path | None,
    promises: dict[str, float],
    output: Path,
    provenance: dict,
) -> None:
    """Write the audit of a corpus, whatever protocol is used on it.

    Parameters
    ----------
    manifest
        Of the corpus.
    levels
        How loud each of its recordings is; none for a corpus without recordings.
    near_duplicates
        Pairs of recordings that share sound; None for a corpus without recordings.
    promises
        What its publisher says: ``utterances``, ``speakers`` and numbers of emotions by name.
    output
        Parquet file to write, of schema :data:`AUDIT`, sorted by check and subject.
    provenance
        Passed to the store.
    """
    whole = _with_levels(manifest, levels)
    usable = whole[whole["status"] == store.OK]
    rows = [
        *_counts(whole, usable, promises),
        *_speakers(usable, promises.get("speakers")),
        *_recordings(usable, bool(levels)),
        *(_pairs(usable, store.read(near_duplicates)) if near_duplicates else ()),
    ]
    _write(pd.DataFrame(rows, columns=AUDIT.names), output, provenance)


def protocol_audit(
    manifest: Path,
    levels: Sequence[Path],
    near_duplicates: Path | None,
    name: str,
    settings: dict,
    folder: Path | None,
    output: Path,
    provenance: dict,
) -> None:
    """Write the audit of a protocol on a corpus, and why it cannot be made if so.

    Parameters
    ----------
    manifest, levels, near_duplicates
        As for :func:`corpus_audit`.
    name, settings, folder
        As for :func:`sarangi.splits.protocols.split`; the name is the subject of every row.
    output
        Parquet file to write, of schema :data:`AUDIT`, sorted by check.
    provenance
        Passed to the store.
    """
    usable = _with_levels(manifest, levels)
    usable = usable[usable["status"] == store.OK]
    utterances = splittable(manifest, settings)
    place = pd.Index(utterances["utterance_id"]).get_indexer(usable["utterance_id"])
    pairs = store.read(near_duplicates) if near_duplicates else None
    try:
        parts = [fold["part"].array[place] for fold in folds(utterances, name, settings, folder)]
    except SarangiError as error:
        rows: list[Row] = [("folds", name, 0, FATAL, str(error))]
    else:
        rows = [("folds", name, len(parts), OK, ""), *_protocol(name, usable, parts, pairs)]
    _write(pd.DataFrame(rows, columns=AUDIT.names), output, provenance)


def whole_audit(audits: Sequence[Path], output: Path, readable: Path, provenance: dict) -> None:
    """Write the audits of a corpus and of its protocols in one table.

    Parameters
    ----------
    audits
        Tables of schema :data:`AUDIT`.
    output
        Parquet file to write, of the same schema, sorted by check and subject.
    readable
        The same as CSV, to be read without a library.
    provenance
        Passed to the store.
    """
    frame = pd.concat([store.read(path) for path in audits], ignore_index=True)
    _write(frame, output, provenance)
    store.read(output).to_csv(readable, index=False, lineterminator="\n")


def _with_levels(manifest: Path, levels: Sequence[Path]) -> pd.DataFrame:
    whole = store.read(manifest, COLUMNS)
    if not levels:
        return whole
    # what could not be decoded has failed there, and not yet in the manifest
    loud = pd.concat([store.read(path) for path in levels])
    return whole.drop(columns=["status", "reason"]).merge(loud, on="utterance_id")


def _write(frame: pd.DataFrame, output: Path, provenance: dict) -> None:
    store.write(output, frame.sort_values(["check", "subject"], ignore_index=True), AUDIT, provenance)


def _counts(whole: pd.DataFrame, usable: pd.DataFrame, promises: dict[str, float]) -> Iterator[Row]:
    """Yield how many there are of what the publisher promises, and what cannot be used."""
    yield "utterances", "", len(whole), *_promised(len(whole), promises.get("utterances"))
    counts = usable["emotion"].value_counts()
    emotions = set(counts.index) | set(promises) - {"utterances", "speakers"}
    for emotion in sorted(emotions):
        count = int(counts.get(emotion, 0))
        yield "emotion", emotion, count, *_promised(count, promises.get(emotion))
    for status in (store.SKIPPED, store.FAILED):
        those = whole[whole["status"] == status]
        reasons = those["reason"].value_counts().head(3)
        detail = "; ".join(f"{count} times: {reason}" for reason, count in reasons.items())
        yield status, "", len(those), WARNING if len(those) else OK, detail


def _promised(found: int, promised: float | None) -> tuple[str, str]:
    """Return the verdict on a number against what the publisher says, and the words for it."""
    if promised is None:
        return NOTE, ""
    return OK if found == promised else WARNING, f"its publisher says {promised:g}"


def _speakers(usable: pd.DataFrame, promised: float | None) -> Iterator[Row]:
    """Yield how speakers, groups and emotions hang together."""
    groups = usable["group"].nunique()
    yield "groups", "", groups, WARNING if groups < FEW_GROUPS else OK, "the unit that is resampled"
    for emotion, count in usable.groupby("emotion")["group"].nunique().items():
        few = count < FEW_GROUPS
        words = "as many grouped folds at most" if few else ""
        yield "groups_of_emotion", emotion, count, WARNING if few else OK, words
    known = usable[usable["speaker"].notna()]
    if known.empty:
        yield "speakers", "", np.nan, WARNING, "the corpus does not say who speaks"
        return
    emotions = known.groupby("speaker")["emotion"].nunique()
    single = emotions.index[emotions == 1]
    yield "speakers", "", len(emotions), *_promised(len(emotions), promised)
    yield (
        "speakers_with_one_emotion",
        "",
        len(single),
        WARNING if len(single) else OK,
        "who speaks tells the emotion: " + _listed(single) if len(single) else "",
    )
    several = known.groupby("group")["speaker"].nunique()
    for group in several.index[several > 1]:
        names = sorted(known.loc[known["group"] == group, "speaker"].unique())
        yield (
            "speakers_in_one_group",
            group,
            len(names),
            NOTE,
            f"{_listed(names)} share recordings or a dialogue",
        )


def _recordings(usable: pd.DataFrame, with_sound: bool) -> Iterator[Row]:
    """Yield surprises in the recordings: form, loudness, names."""
    names = usable["utterance_id"].str.rsplit("/", n=1).str[-1]
    again = names[names.duplicated(keep=False)]
    detail = (
        f"{again.nunique()} names stand in several folders: {_listed(sorted(again.unique()))}"
        if len(again)
        else ""
    )
    yield "name_collision", "", len(again), WARNING if len(again) else OK, detail
    if not with_sound:
        return
    rates = usable["sample_rate"].value_counts().sort_index()
    detail = ", ".join(f"{count} at {rate:.0f} Hz" for rate, count in rates.items())
    yield "sample_rates", "", len(rates), OK if len(rates) == 1 else WARNING, detail
    checks = {
        "stereo": (usable["channels"] > 1, "more than one channel"),
        "clipped": (usable["full_scale"] > CLIPPED, f"more than {CLIPPED} samples at full scale"),
        "silent": (usable["silent"] > SILENT, f"more than {SILENT:.0%} of the frames below -60 dB"),
        "short": (usable["duration_s"] < SHORT_S, f"shorter than {SHORT_S} s"),
        "long": (usable["duration_s"] > LONG_S, f"longer than {LONG_S} s, what Whisper hears at once"),
    }
    for check, (where, words) in checks.items():
        those = usable.loc[where, "utterance_id"]
        detail = f"{words}: {_listed(those)}" if len(those) else ""
        yield check, "", len(those), WARNING if len(those) else OK, detail


def _pairs(usable: pd.DataFrame, pairs: pd.DataFrame) -> Iterator[Row]:
    """Yield each pair of recordings that share sound; fatal where a split by groups can part them."""
    known = usable.set_index("utterance_id")
    pairs = pairs[pairs["first"].isin(known.index) & pairs["second"].isin(known.index)]
    sides = [known.loc[pairs[side]].reset_index() for side in ("first", "second")]
    same = {key: int((sides[0][key] == sides[1][key]).sum()) for key in ("sha256", "speaker")}
    detail = f"{same['sha256']} byte for byte, {len(pairs) - same['speaker']} across speakers"
    found = len(pairs) > 0
    yield "near_duplicates", "", len(pairs), WARNING if found else OK, detail if found else ""
    for pair in pairs.itertuples():
        one, other = known.loc[pair.first], known.loc[pair.second]
        verdict, words = WARNING, f"{pair.overlap_s:.2f} s shared"
        if one["sha256"] == other["sha256"]:
            words += ", byte for byte"
        if one["group"] != other["group"]:
            verdict, words = FATAL, f"{words}, across groups {one['group']} and {other['group']}"
        elif one["speaker"] != other["speaker"]:
            words += f", across speakers {one['speaker']} and {other['speaker']}, who are one group"
        if one["emotion"] != other["emotion"]:
            verdict, words = FATAL, f"{words}, labelled {one['emotion']} and {other['emotion']}"
        yield "near_duplicate", f"{pair.first} {pair.second}", pair.similarity, verdict, words


def _protocol(
    name: str, usable: pd.DataFrame, folds: Sequence[pd.Categorical], pairs: pd.DataFrame | None
) -> Iterator[Row]:
    """Yield what stands on both sides of a protocol, what its test parts miss, and who does not listen.

    Of each fold the part of every usable utterance is held, a byte each, and nothing else.
    """
    for check, column, bad in (
        ("shared_groups", "group", FATAL),
        ("shared_speakers", "speaker", WARNING),
        ("shared_texts", "text", NOTE),
    ):
        yield _shared(check, name, usable[column], folds, bad)
    if pairs is not None:
        yield _parted(name, usable["utterance_id"], folds, pairs)
    # a protocol may keep to some emotions
    used = np.any([parts != UNUSED for parts in folds], axis=0)
    emotions = sorted(usable.loc[used, "emotion"].unique())
    yield from _missing(name, usable["emotion"], folds, emotions)
    groups = usable.loc[np.any([parts == TEST for parts in folds], axis=0), "group"].nunique()
    yield "tested_groups", name, groups, WARNING if groups < FEW_GROUPS else OK, "in all test parts together"
    yield from _not_listening(name, usable, folds, emotions)


def _shared(check: str, name: str, property_: pd.Series, folds: Sequence[pd.Categorical], bad: str) -> Row:
    """Return how much of a property is tested in a fold and seen there too, in the fold with most of it."""
    worst, fold, of = -1, 0, 0
    for number, parts in enumerate(folds):
        tested = parts == TEST
        shared = property_[stands_on_both_sides(parts, property_)].nunique()
        if tested.any() and shared > worst:
            worst, fold, of = shared, number, property_[tested].nunique()
    worst = max(worst, 0)
    detail = f"{worst} of {of} in the test part of fold {fold} stand in training too"
    return check, name, worst, bad if worst else OK, detail


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
    return "near_duplicates_across", name, worst, FATAL if worst else OK, where


def _missing(
    name: str, labels: pd.Series, folds: Sequence[pd.Categorical], emotions: Sequence[str]
) -> Iterator[Row]:
    """Yield the emotions that are never tested, and the ceiling and chance of a UAR that counts them as 0."""
    each = {number: labels[parts == TEST].value_counts() for number, parts in enumerate(folds)}
    each = {number: tested for number, tested in each.items() if len(tested)}
    counts = {emotion: sum(int(tested.get(emotion, 0)) for tested in each.values()) for emotion in emotions}
    lacking = [number for number, tested in each.items() if len(tested) < len(emotions)]
    detail = f"of {len(each)} folds, {_listed(map(str, lacking))}; a mean over folds then leaves them out"
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
    yield "missing_class", name, len(absent), FATAL if absent else OK, counts_text(counts)
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
    for check, column in (("duration_uar", "duration_s"), ("loudness_uar", "level_db")):
        if column in usable:
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


def _listed(names: Sequence[str]) -> str:
    names = list(names)
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    return ", ".join(names[:LISTED]) + more
