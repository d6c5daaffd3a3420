"""The audit of a corpus: what would make any score on it mean something else than it says.

One row a check, before any training.
"""

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from sarangi.audit.agreement import agreement_rows
from sarangi.audit.parts import parts_of_speakers
from sarangi.audit.ratings import ratings_of_corpus
from sarangi.audit.rows import AUDIT, UNHEARD, Audited, Row, failed_row, listed, write_audit
from sarangi.base import store
from sarangi.base.auditing import FATAL, FEW_GROUPS, GROUPS, GROUPS_OF_EMOTION, NOTE, OK, SOUND, WARNING
from sarangi.base.failures import counted
from sarangi.base.store import Output

SHORT_S, LONG_S = 0.5, 30.0
SILENT = 0.9  # share of silent frames
CLIPPED = 10  # samples at full scale


def corpus_audit(corpus: Audited, promises: Mapping[str, float], output: Output) -> None:
    """Write the audit of a corpus, whatever protocol is used on it.

    Parameters
    ----------
    corpus
        Its files.
    promises
        What its publisher says: ``utterances``, ``speakers`` and numbers of emotions by name.
    output
        Parquet file to write, of schema :data:`sarangi.audit.rows.AUDIT`, sorted by check and subject.
    """
    whole = corpus.utterances()
    usable = whole[whole["status"] == store.OK]
    pairs = corpus.pairs()
    rows = [
        *_counts(whole, usable, promises),
        *_speakers(usable, promises.get("speakers")),
        *parts_of_speakers(usable),
        *ratings_of_corpus(usable),
        *_recordings(usable, bool(corpus.levels)),
        *(agreement_rows(whole, corpus.votes) if corpus.votes is not None else []),
        *(_pairs(usable, pairs) if pairs is not None else _copies(usable)),
    ]
    write_audit(pd.DataFrame(rows, columns=AUDIT.names), output)


def _counts(whole: pd.DataFrame, usable: pd.DataFrame, promises: Mapping[str, float]) -> Iterator[Row]:
    """Yield how many there are of what the publisher promises, and what cannot be used."""
    yield "utterances", "", len(whole), *_promised(len(whole), promises.get("utterances"))
    counts = usable["emotion"].value_counts()
    emotions = set(counts.index) | set(promises) - {"utterances", "speakers"}
    for emotion in sorted(emotions):
        count = int(counts.get(emotion, 0))
        verdict, words = _promised(count, promises.get(emotion))
        if count == 1 and emotion not in promises:
            verdict, words = WARNING, "one utterance: nothing is left to train on where it is tested"
        yield "emotion", emotion, count, verdict, words
    skipped = whole[whole["status"] == store.SKIPPED]
    causes = Counter(skipped["cause"].fillna(skipped["reason"]))
    yield store.SKIPPED, "", len(skipped), WARNING if len(skipped) else OK, counted(causes)
    yield failed_row(whole, "")
    copied = usable.loc[usable["copies"].fillna(0) > 0, "utterance_id"]
    detail = f"are there more than once, byte for byte: {listed(copied)}" if len(copied) else ""
    yield "copied", "", len(copied), NOTE if len(copied) else OK, detail


def _promised(found: int, promised: float | None) -> tuple[str, str]:
    """Return the verdict on a number against what the publisher says, and the words for it."""
    if promised is None:
        return NOTE, ""
    return OK if found == promised else WARNING, f"its publisher says {promised:g}"


def _speakers(usable: pd.DataFrame, promised: float | None) -> Iterator[Row]:
    """Yield how speakers, groups and emotions hang together."""
    groups = usable["group"].nunique()
    yield GROUPS, "", groups, WARNING if groups < FEW_GROUPS else OK, "the unit that is resampled"
    for emotion, count in usable.groupby("emotion")["group"].nunique().items():
        few = count < FEW_GROUPS
        words = "at most this many speaker-disjoint folds" if few else ""
        if count == 1:
            words = "no split by groups can train on it and test on it"
        yield GROUPS_OF_EMOTION, emotion, count, WARNING if few else OK, words
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
        "the speaker gives the emotion away: " + listed(single) if len(single) else "",
    )
    several = known.groupby("group")["speaker"].nunique()
    for group in several.index[several > 1]:
        names = sorted(known.loc[known["group"] == group, "speaker"].unique())
        yield (
            "speakers_in_one_group",
            group,
            len(names),
            NOTE,
            f"{listed(names)} share recordings or a dialogue",
        )


def _recordings(usable: pd.DataFrame, with_sound: bool) -> Iterator[Row]:
    """Yield surprises in the recordings: form, loudness, names."""
    names = usable["utterance_id"].str.rsplit("/", n=1).str[-1]
    again = names[names.duplicated(keep=False)]
    detail = (
        f"{again.nunique()} names are in several folders: {listed(sorted(again.unique()))}"
        if len(again)
        else ""
    )
    yield "name_collision", "", len(again), WARNING if len(again) else OK, detail
    if not with_sound:
        unknown = "sample rates, channels, clipping, silence, length and shared sound"
        yield SOUND, "", np.nan, NOTE, f"{UNHEARD}, so nothing is known of {unknown}"
        return
    rates = usable["sample_rate"].value_counts().sort_index()
    detail = ", ".join(f"{count} at {rate:.0f} Hz" for rate, count in rates.items())
    yield "sample_rates", "", len(rates), OK if len(rates) == 1 else WARNING, detail
    checks = {
        "stereo": (usable["channels"] > 1, "more than one channel"),
        "clipped": (usable["full_scale"] > CLIPPED, f"more than {CLIPPED} samples at full scale"),
        "silent": (usable["silent"] > SILENT, f"more than {SILENT:.0%} of the frames below -60 dB"),
        "short": (usable["duration_s"] < SHORT_S, f"shorter than {SHORT_S} s"),
        "long": (usable["duration_s"] > LONG_S, f"longer than {LONG_S} s, the window of Whisper"),
    }
    for check, (where, words) in checks.items():
        those = usable.loc[where, "utterance_id"]
        detail = f"{words}: {listed(those)}" if len(those) else ""
        yield check, "", len(those), WARNING if len(those) else OK, detail


def _pairs(usable: pd.DataFrame, pairs: pd.DataFrame) -> Iterator[Row]:
    """Yield each pair of recordings that share sound; fatal where a split by groups can part them."""
    known = usable.set_index("utterance_id")
    pairs = pairs[pairs["first"].isin(known.index) & pairs["second"].isin(known.index)]
    sides = [known.loc[pairs[side]].reset_index() for side in ("first", "second")]
    copies = sum(map(_copied, *(side.to_dict("records") for side in sides)))
    across = len(pairs) - int((sides[0]["speaker"] == sides[1]["speaker"]).sum())
    detail = f"{copies} byte for byte, {across} across speakers"
    found = len(pairs) > 0
    yield "near_duplicates", "", len(pairs), WARNING if found else OK, detail if found else ""
    for pair in pairs.itertuples():
        one, other = known.loc[pair.first], known.loc[pair.second]
        words = f"{pair.overlap_s:.2f} s shared"
        if _copied(one, other):
            words += ", byte for byte"
        elif one["sha256"] == other["sha256"]:
            words += ", as segments of one recording"
        verdict, words = _of_pair(one, other, words)
        yield "near_duplicate", f"{pair.first} {pair.second}", pair.similarity, verdict, words


def _copied(one: Mapping[Any, Any], other: Mapping[Any, Any]) -> bool:
    """Return whether two utterances are the same bytes: recordings, or one segment of two copies."""
    spans = [
        tuple(None if pd.isna(side[name]) else side[name] for name in ("start", "end"))
        for side in (one, other)
    ]
    return one["sha256"] == other["sha256"] and spans[0] == spans[1]


def _copies(usable: pd.DataFrame) -> Iterator[Row]:
    """Yield each utterance without a recording that is the same as another, with the one before it."""
    for _, same in usable.sort_values("utterance_id").groupby("sha256"):
        for one, other in itertools.pairwise(same.to_dict("records")):
            verdict, words = _of_pair(one, other, "the same byte for byte")
            yield "near_duplicate", f"{one['utterance_id']} {other['utterance_id']}", 1.0, verdict, words


def _of_pair(one: Mapping[Any, Any], other: Mapping[Any, Any], words: str) -> tuple[str, str]:
    """Return how bad it is that two utterances share something, and the words for it."""
    verdict = WARNING
    if one["group"] != other["group"]:
        verdict, words = FATAL, f"{words}, across groups {one['group']} and {other['group']}"
    elif one["speaker"] != other["speaker"]:
        words += f", across speakers {one['speaker']} and {other['speaker']}, who are one group"
    if one["emotion"] != other["emotion"]:
        verdict, words = FATAL, f"{words}, labelled {one['emotion']} and {other['emotion']}"
    return verdict, words
