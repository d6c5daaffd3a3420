"""Protocols: which utterances train, validate and test, fold by fold."""

import logging
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from sarangi.base import store
from sarangi.base.errors import SarangiError
from sarangi.base.failures import failures_in
from sarangi.base.parts import PARTS, TEST, TRAIN, UNUSED, VALIDATION, unmade_text
from sarangi.base.store import Output
from sarangi.base.voices import PSEUDO_SPEAKER
from sarangi.splits.guessed import NO_VOICES, Guess, called, too_few, with_voices
from sarangi.splits.kinds import KINDS, Settings, codes, counts, in_part

log = logging.getLogger("sarangi")

COLUMNS = ["corpus", "language", "group", "emotion", "part", "status", "reason", "cause"]
"""Of the manifest, what a split needs beside the names of utterances and what it keeps whole."""

OF_FOLDS = ["utterance_id", "status", "reason", PSEUDO_SPEAKER]

PROTOCOL = pa.schema(
    [
        pa.field("utterance_id", pa.string(), nullable=False),
        pa.field("fold", pa.int32(), nullable=False),
        pa.field("part", pa.string(), nullable=False),
        # a test utterance whose group stands in the training part of the fold too
        pa.field("leaks", pa.bool_(), nullable=False),
        *store.STATUS,
    ]
)
GUESSED = pa.schema([*PROTOCOL, pa.field(PSEUDO_SPEAKER, pa.string())])
"""Of a protocol that holds pseudo-speakers apart: who seems to speak each utterance, too."""


def protocol(
    manifest: Path,
    name: str,
    settings: Settings,
    output: Output,
    folder: Path | None = None,
    guess: Guess | None = None,
) -> None:
    """Write the folds of a protocol on a corpus, one row an utterance and fold.

    One that cannot be made is written, too: one fold, in which every utterance has failed for the same
    reason and is in no part.  So only what needs the protocol ends with it, not all that shares a job.

    Parameters
    ----------
    manifest
        Manifest of the corpus.
    name, settings, folder
        As for :func:`split`.
    output
        Parquet file to write, of schema :data:`PROTOCOL`, or :data:`GUESSED`.
    guess
        Estimated speakers, for a protocol that holds pseudo-speakers apart; where that is one voice, no such
        protocol can be made.
    """
    utterances = splittable(manifest, settings, None if guess is None else guess.voices)
    schema = GUESSED if PSEUDO_SPEAKER in utterances else PROTOCOL
    try:
        if guess is not None:
            guess.refuse_one_voice(f"protocol {name} on {utterances['corpus'].iloc[0]}")
        with output.writer(schema) as writer:
            for table in folds(utterances, name, settings, folder):
                writer.add_frame(table)
    except SarangiError as error:
        log.error("%s", error)
        table = utterances.assign(
            fold=0, part=UNUSED, leaks=False, status=store.FAILED, reason=unmade_text(error)
        )
        output.write(table[schema.names], schema)


def splittable(manifest: Path, settings: Settings, voices: Path | None = None) -> pd.DataFrame:
    """Return of a manifest what :func:`folds` needs, in a few bytes an utterance beside its name.

    Parameters
    ----------
    manifest
        Of the corpus.
    settings
        Of the protocol.
    voices
        The corpus's pseudo-speakers, for a protocol that holds them apart: an utterance that has none has
        failed, with the reason.
    """
    columns = list(dict.fromkeys([*COLUMNS, settings.get("by", "group")]))
    utterances = store.read(manifest, ["utterance_id", *columns], categories=columns)
    return utterances if voices is None else with_voices(utterances, voices)


def split(
    utterances: pd.DataFrame, name: str, settings: Settings, folder: Path | None = None
) -> pd.DataFrame:
    """Return all :func:`folds` of a protocol on a corpus as one table."""
    return pd.concat(folds(utterances, name, settings, folder), ignore_index=True)


def folds(
    utterances: pd.DataFrame, name: str, settings: Settings, folder: Path | None = None
) -> Iterator[pd.DataFrame]:
    """Yield the folds of a protocol on a corpus one by one, of the columns of :data:`PROTOCOL`.

    Parameters
    ----------
    utterances
        Manifest of the corpus; what is not ok there is in no part, and keeps its reason.
    name
        Name of the protocol in the configuration, for messages.
    settings
        Its entry: ``kind``, what that kind needs, and ``leaks``; ``matched``, a seed, for parts permuted
        by :func:`within_emotions`.
    folder
        Of the folds that somebody published, for the kinds that read one.

    Raises
    ------
    SarangiError
        If the corpus cannot be split so, or a group is tested that the model or its selection has
        seen and the entry does not say ``leaks: true``; says what of the corpus failed, too.
    """
    try:
        yield from _folds(utterances, name, settings, folder)
    except SarangiError as error:
        # which may be why there are too few
        entries = utterances[["status", "cause", "reason"]].astype(object).itertuples(index=False, name=None)
        lost = failures_in(entries)[2]
        raise SarangiError(f"{error}. Of the corpus {lost}" if lost else str(error)) from error


def _folds(
    utterances: pd.DataFrame, name: str, settings: Settings, folder: Path | None
) -> Iterator[pd.DataFrame]:
    where = f"protocol {name} on {utterances['corpus'].iloc[0]}"
    places, usable = _usable(utterances, settings, where)
    moved = within_emotions(usable["emotion"], settings["matched"]) if "matched" in settings else None
    tested = False
    for fold, parts in enumerate(KINDS[settings["kind"]](usable, {**settings, "folder": folder}, where)):
        if "validation" in settings and VALIDATION not in parts:
            rest = np.flatnonzero(parts == TRAIN)
            cut = validation(usable.iloc[rest], settings, f"{where}, fold {fold}", fold)
            parts[rest[cut]] = VALIDATION
        for part, most in settings.get("at_most", {}).items():
            place = np.flatnonzero(parts == part)
            dropped = beyond(usable["emotion"].iloc[place], most, settings, f"{where}, fold {fold}", fold)
            parts[place[dropped]] = UNUSED
        if moved is not None:
            parts = parts[moved]
        if TEST in parts and TRAIN not in parts:
            raise SarangiError(f"{where}, fold {fold}: nothing would train")
        if TEST not in parts:
            log.warning("%s, fold %d: nothing is tested", where, fold)
        tested |= TEST in parts
        whole = in_part(len(utterances), UNUSED)
        whole[places] = parts
        # what is guessed is held apart; what is known is looked at all the same, and marks the scores
        held = PSEUDO_SPEAKER if PSEUDO_SPEAKER in utterances else "group"
        apart, leaks = (stands_on_both_sides(whole, utterances[column]) for column in (held, "group"))
        shared = sorted(utterances[held][apart].unique())
        if shared and not settings["leaks"]:
            raise SarangiError(
                f"{where}, fold {fold}: groups {', '.join(shared[:5])} are in both training and test, "
                "so the scores would be too high. Choose a protocol that holds out whole groups, or state "
                "`leaks: true` in its entry to have its scores marked."
            )
        kept = utterances[[name for name in OF_FOLDS if name in utterances]]
        yield kept.assign(fold=fold, part=pd.Categorical(whole, PARTS), leaks=leaks | apart)
    if not tested:
        raise SarangiError(f"{where}: nothing would be tested")


def _unit(settings: Settings) -> str:
    """Return the column of utterances whose values a protocol keeps whole, leaves or holds out."""
    return PSEUDO_SPEAKER if "pseudo_speakers" in settings else settings.get("by", "group")


def _usable(utterances: pd.DataFrame, settings: Settings, where: str) -> tuple[np.ndarray, pd.DataFrame]:
    """Return the places and rows of the utterances that a protocol uses, each with its ``unit``."""
    wanted = utterances["status"] == store.OK
    if "language" in settings:
        wanted &= utterances["language"] == settings["language"]
        if not wanted.any():
            spoken = ", ".join(sorted(utterances["language"].dropna().unique()))
            raise SarangiError(f"{where}: no utterance of language {settings['language']}; there is {spoken}")
    if "emotions" in settings:
        there = sorted(utterances["emotion"][wanted].unique())
        absent = sorted(set(settings["emotions"]) - set(there))
        if absent:
            raise SarangiError(
                f"{where}: no utterance of emotion {', '.join(absent)}; there is {', '.join(there)}"
            )
        wanted &= utterances["emotion"].isin(settings["emotions"])
    by = _unit(settings)
    if by not in utterances:
        raise SarangiError(f"{where}: {NO_VOICES.format(settings['pseudo_speakers'])}")
    usable = utterances[wanted].reset_index(drop=True)
    usable["unit"] = usable[by]
    if by == PSEUDO_SPEAKER:
        usable["group"] = usable[by]  # the validation part keeps them whole, too
    emotions = sorted(usable["emotion"].unique())
    if len(emotions) < 2:
        raise SarangiError(
            f"{where}: {len(usable)} usable utterances of {' and '.join(emotions) or 'no emotion'}; expected "
            "two emotions or more, since there is nothing to tell apart in one"
        )
    nameless = usable.loc[usable[by].isna(), "utterance_id"]
    if len(nameless):
        raise SarangiError(
            f"{where}: {len(nameless)} of {len(usable)} utterances have no {by}, the first is "
            f"{nameless.iloc[0]}; choose a protocol that does not need it"
        )
    return np.flatnonzero(wanted), usable


def within_emotions(emotions: pd.Series, seed: int) -> np.ndarray:
    """Return a permutation of utterances in which each takes the place of one of its own emotion.

    Folds whose parts are permuted so have the size and the class counts of every part, and each utterance is
    in every part as often as another one was; but groups that were held out are in training and test.  So
    both differ in nothing but that, as in a permutation test within strata (Good 2005, Permutation,
    Parametric, and Bootstrap Tests of Hypotheses, section 3.3).

    Parameters
    ----------
    emotions : series of shape (utterances,)
        In the order of the manifest.
    seed
        Of the permutation.

    Returns
    -------
    integer array of shape (utterances,)
    """
    generator = np.random.default_rng(seed)
    emotion_codes = codes(emotions)
    source = np.arange(len(emotion_codes))
    for emotion in range(emotion_codes.max() + 1):
        place = np.flatnonzero(emotion_codes == emotion)
        source[place] = generator.permutation(place)
    return source


def stands_on_both_sides(parts: np.ndarray | pd.Series, property_: pd.Series) -> np.ndarray:
    """Return for each row of a fold whether it is tested and its property was seen, bool of shape (rows,).

    Parameters
    ----------
    parts : array of shape (rows,)
        Of the fold.
    property_ : series of shape (rows,)
        Such as the group or the text of each row; what is missing is like nothing.
    """
    parts = np.asarray(parts)
    seen = property_[np.isin(parts, [TRAIN, VALIDATION])].dropna().unique()
    return (parts == TEST) & property_.isin(seen).to_numpy()


def validation(rest: pd.DataFrame, settings: Settings, where: str, fold: int = 0) -> np.ndarray:
    """Return the positions, among what is not tested, of about a share ``validation`` to validate on.

    Groups stay whole unless the protocol leaks or says ``validation_by: utterance``; the emotions are
    kept in proportion.  ``seed`` may be a list with one for each fold.
    """
    from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

    # matched folds have the parts of those that they are matched to
    leaks = settings["leaks"] and "matched" not in settings
    singly = leaks or settings.get("validation_by") == "utterance"
    clips = counts(rest["emotion"])
    rarest = (clips if singly else rest.groupby("emotion")["group"].nunique()).min()
    # the share cannot be smaller than one utterance of an emotion, or one group
    units = rarest if singly else min(rest["group"].nunique(), clips.max())
    parts = min(max(2, round(1 / settings["validation"])), units)
    if parts < 2 or rarest < 2:
        unit = (
            "utterances" if singly else f"{called(settings)}s" if "pseudo_speakers" in settings else "groups"
        )
        raise SarangiError(
            f"{where}: too few {unit} of an emotion to cut a validation part; choose fewer folds"
            f"{too_few(settings)}"
        )
    seed = _seed(settings, fold)
    if singly:
        splitter = StratifiedKFold(parts, shuffle=True, random_state=seed)
        return next(splitter.split(rest, codes(rest["emotion"])))[1]
    splitter = StratifiedGroupKFold(parts, shuffle=True, random_state=seed)
    return next(splitter.split(rest, codes(rest["emotion"]), codes(rest["group"])))[1]


def beyond(emotions: pd.Series, most: int, settings: Settings, where: str, fold: int = 0) -> np.ndarray:
    """Return the positions of what is too much in a part, drawn with the emotions in proportion.

    Parameters
    ----------
    emotions
        Of the part.
    most
        Utterances to keep; of a part that has no more, nothing is returned.
    settings, where, fold
        As for :func:`validation`.
    """
    from sklearn.model_selection import train_test_split

    if len(emotions) <= most:
        return np.array([], dtype=int)
    try:
        return train_test_split(
            np.arange(len(emotions)), train_size=most, random_state=_seed(settings, fold), stratify=emotions
        )[1]
    except ValueError as error:  # fewer than emotions
        raise SarangiError(f"{where}: at_most {most} of {len(emotions)} utterances: {error}") from error


def _seed(settings: Settings, fold: int) -> int:
    return settings["seed"][fold] if isinstance(settings["seed"], list) else settings["seed"]
