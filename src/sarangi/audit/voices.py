"""The audit of voices: who is in training and test alike, by the sound of them, whoever is named.

What it says has the errors of its thresholds, which are from another corpus; they are in every row.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from sarangi.audit.rows import AUDIT, Row, listed, write_audit
from sarangi.base import store
from sarangi.base.auditing import NOTE, OK, WARNING
from sarangi.base.parts import TEST, TRAIN, VALIDATION
from sarangi.base.single_voices import GENDER, NEAREST_CLIP, ONE_NAME, SPEAKER, TWO_NAMES
from sarangi.base.store import Output
from sarangi.base.voice_checks import (
    GENDERS_ALIKE,
    KNOWN_VOICES,
    NEAR_VOICES,
    ONE_VOICE,
    SEVERAL_VOICES,
    SHARED_VOICES,
    SPEAKERS_ALIKE,
    TWO_SPEAKERS_ALIKE,
    VOICES,
)
from sarangi.base.voices import PSEUDO_SPEAKER
from sarangi.speakers.embedded import with_embeddings
from sarangi.speakers.voice_thresholds import Threshold, thresholds_in
from sarangi.speakers.voices import distances

MANY = 0.1  # share of test clips whose voice is in training, too, from which on a warning is due

NOT_HEARD = (
    "the protocol holds out voices that were estimated from the same embeddings, so a speaker whom "
    "these take for "
    "several is not heard here"
)
STATED = "its threshold is stated, so that nothing says how often it errs; name a calibration corpus"


@dataclass
class Fold:
    """A fold of a protocol: which clips with an embedding it tests, and which train or validate."""

    tested: np.ndarray
    seen: np.ndarray


@dataclass
class Counted:
    """What is counted of a protocol: test clips, those near a training clip, and those of a known speaker."""

    folds: list[Fold]
    guessed: bool = False
    """Whether the protocol holds apart the clusters of such embeddings."""
    clips: int = 0
    near: int = 0
    known: int = 0
    shared: int = 0


def voice_audit(
    manifest: Path,
    shards: Sequence[Path],
    voices: Path | None,
    thresholds: Path | None,
    protocols: Mapping[str, Path],
    output: Output,
) -> None:
    """Write who is in training and test alike by the sound of them, and whose names mislead.

    Parameters
    ----------
    manifest, shards
        Of the corpus, and its speaker embeddings.
    voices, thresholds
        Of schemas :data:`~sarangi.base.single_voices.SINGLE_VOICES` and
        :data:`~sarangi.speakers.voice_thresholds.VOICE_THRESHOLDS`; None where the entry of pseudo-speakers
        names no corpus with known speakers, which is a row.
    protocols
        Folds of schema :data:`sarangi.splits.protocols.PROTOCOL`, by name.
    output
        Parquet file to write, of schema :data:`sarangi.audit.rows.AUDIT`, sorted by check and subject.
    """
    rows: list[Row] = [(VOICES, "", np.nan, NOTE, STATED)]
    if voices is not None and thresholds is not None:
        chosen, corpus = thresholds_in(thresholds), store.read(thresholds, ["corpus"])["corpus"].iloc[0]
        table = store.read(voices).fillna({"reason": ""})
        groups = store.read(manifest, ["speaker", "group"]).dropna().groupby("speaker")["group"].agg(set)
        rows = [
            *_of_protocols(manifest, shards, protocols, chosen[NEAREST_CLIP], corpus),
            *_alike(table, groups.to_dict(), chosen[TWO_NAMES], corpus),
            *_several(table, chosen[ONE_NAME], corpus),
            *_genders(table, chosen, corpus),
        ]
    write_audit(pd.DataFrame(rows, columns=AUDIT.names), output)


def _errors(threshold: Threshold, corpus: str) -> str:
    if threshold.threshold is None:
        return f"cannot be told by {corpus}: {threshold.reason}"
    return (
        f"two voices from {threshold.threshold:.3f} on, chosen on {corpus}: there "
        f"{threshold.taken_for_two:.2f} of {threshold.of_one} distances of one voice and "
        f"{threshold.taken_for_one:.2f} of {threshold.of_two} of two voices are on the wrong side"
    )


# -- protocols --------------------------------------------------------------------------------


def _of_protocols(
    manifest: Path, shards: Sequence[Path], protocols: Mapping[str, Path], threshold: Threshold, corpus: str
) -> Iterator[Row]:
    table, embeddings = with_embeddings(manifest, shards)
    ids, speakers = pd.Index(table["utterance_id"]), table["speaker"].to_numpy(object)
    counted = {
        name: Counted(list(_folds(path, ids)), PSEUDO_SPEAKER in store.columns(path))
        for name, path in protocols.items()
    }
    nearer = -np.inf if threshold.threshold is None else threshold.threshold
    for places, apart in distances(embeddings):
        for count in counted.values():
            for fold in count.folds:
                rows = np.flatnonzero(fold.tested[places])
                if len(rows) and fold.seen.any():
                    count.near += int((apart[rows][:, fold.seen].min(1) < nearer).sum())
                count.clips += len(rows)
    for name, count in counted.items():
        for fold in count.folds:
            who = pd.Series(speakers[fold.tested]).dropna()
            count.known += len(who)
            count.shared += int(who.isin(pd.unique(speakers[fold.seen])).sum())
        yield from _of_protocol(name, count, threshold, corpus)


def _folds(path: Path, ids: pd.Index) -> Iterator[Fold]:
    rows = store.read(path, ["utterance_id", "fold", "part"], ["part"])
    rows = rows.assign(place=ids.get_indexer(rows["utterance_id"])).query("place >= 0")
    for _, fold in rows.groupby("fold"):
        tested, seen = np.zeros(len(ids), bool), np.zeros(len(ids), bool)
        tested[fold["place"][fold["part"] == TEST]] = True
        seen[fold["place"][fold["part"].isin([TRAIN, VALIDATION])]] = True
        yield Fold(tested, seen)


def _of_protocol(name: str, count: Counted, threshold: Threshold, corpus: str) -> Iterator[Row]:
    words = _errors(threshold, corpus)
    if threshold.threshold is None or not count.clips:
        yield SHARED_VOICES, name, np.nan, NOTE, words if count.clips else "nothing with a voice is tested"
    else:
        share = count.near / count.clips
        yield NEAR_VOICES, name, share, NOTE, f"{count.near} of {count.clips} test clips; {words}"
        found, verdict, words = _corrected(share, threshold)
        if count.guessed and verdict == OK:
            verdict, words = NOTE, f"{words}; {NOT_HEARD}"
        yield SHARED_VOICES, name, found, verdict, words
    if count.known:
        yield (
            KNOWN_VOICES,
            name,
            count.shared / count.known,
            NOTE,
            f"{count.shared} of {count.known} test clips of a named speaker",
        )


def _corrected(share: float, threshold: Threshold) -> tuple[float, str, str]:
    """Return a share, corrected by the errors of its threshold (Rogan and Gladen 1978), and the verdict."""
    missed, accepted = threshold.taken_for_two or 0.0, threshold.taken_for_one or 0.0
    if missed + accepted >= 1:
        return np.nan, NOTE, "the threshold tells nothing, even on the corpus that it is from"
    found = float(np.clip((share - accepted) / (1 - missed - accepted), 0, 1))
    words = (
        f"{share:.3f} of test clips are near a training clip; of voices that do not train {accepted:.3f} "
        f"would be, of those that do {1 - missed:.3f}"
    )
    return found, WARNING if found >= MANY else OK, words


# -- names ------------------------------------------------------------------------------------


def _alike(
    table: pd.DataFrame, groups: Mapping[str, set[str]], threshold: Threshold, corpus: str
) -> Iterator[Row]:
    """Yield how many pairs of speakers seem to be one voice, and each of them."""
    pairs, told, errors = _asked(table, TWO_NAMES, threshold, corpus)
    if pairs.empty:
        return
    alike = told[told["one_voice"].astype(bool)].sort_values("distance")
    verdict = _beyond(len(alike), len(told), threshold.taken_for_one)
    yield SPEAKERS_ALIKE, "", len(alike), verdict, f"of {_of(pairs, told, 'pairs')}; {errors}"
    for pair in alike.itertuples():
        together = groups[pair.first] == groups[pair.second] and len(groups[pair.first]) == 1
        words = "one group, so that they are kept on one side" if together else errors
        subject = f"{pair.first} {pair.second}"
        yield TWO_SPEAKERS_ALIKE, subject, pair.distance, NOTE if together else WARNING, words


def _several(table: pd.DataFrame, threshold: Threshold, corpus: str) -> Iterator[Row]:
    """Yield how many speakers seem to be several voices, the widest first."""
    names, told, errors = _asked(table, ONE_NAME, threshold, corpus)
    if names.empty:
        return
    several = told[~told["one_voice"].astype(bool)].sort_values("distance", ascending=False)
    words = listed(f"{row.first} {row.distance:.3f}" for row in several.itertuples())
    verdict = _beyond(len(several), len(told), threshold.taken_for_two)
    words = f"{words}, of" if words else "of"
    yield SEVERAL_VOICES, "", len(several), verdict, f"{words} {_of(names, told, 'speakers')}; {errors}"


def _asked(
    table: pd.DataFrame, question: str, threshold: Threshold, corpus: str
) -> tuple[pd.DataFrame, pd.DataFrame, str]:
    """Return what was asked of speakers, what of it could be answered, and the errors of the answers."""
    asked = table[(table["question"] == question) & (table["unit"] == SPEAKER)]
    return asked, asked[asked["one_voice"].notna()], _errors(threshold, corpus)


def _of(asked: pd.DataFrame, told: pd.DataFrame, what: str) -> str:
    few = len(asked) - len(told)
    return f"{len(told)} {what}" + (f", and {few} not compared since too few clips are there" if few else "")


def _beyond(found: int, told: int, error: float | None) -> str:
    """Return the verdict on how many are found: a warning where the errors of the threshold give fewer."""
    if not found:
        return OK
    return WARNING if found > told * (error or 0.0) else NOTE


def _genders(table: pd.DataFrame, chosen: Mapping[str, Threshold], corpus: str) -> Iterator[Row]:
    """Yield whether each gender of a corpus that names no speakers may be one voice, and two of them are."""
    parts = table[table["unit"] != SPEAKER]
    if (parts["speakers"] > 0).any():
        return
    for row in parts.itertuples():
        if row.question == TWO_NAMES:
            errors = row.reason or _errors(chosen[TWO_NAMES], corpus)
            verdict = NOTE if row.one_voice is None else WARNING if row.one_voice else OK
            yield GENDERS_ALIKE, f"{row.first} {row.second}", row.distance, verdict, errors
        else:
            errors = row.reason or _errors(chosen[ONE_NAME], corpus)
            finding = {None: "", True: "one voice is not rejected; ", False: "one voice is rejected; "}
            subject = row.first if row.unit == GENDER else ""
            yield ONE_VOICE, subject, row.distance, NOTE, f"{finding[row.one_voice]}{errors}"
