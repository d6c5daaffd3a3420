"""Writing the manifest of a corpus, whatever says what its utterances are."""

import dataclasses
import hashlib
import logging
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, NoReturn

from sarangi.base import store
from sarangi.base.dimension_rows import Scale
from sarangi.base.errors import RecordingError, SarangiError, cause_of, shown
from sarangi.base.failures import Entry, counted, failures_in, too_many
from sarangi.base.manifest_rows import manifest_schema
from sarangi.base.progress import progress
from sarangi.base.segments import recording_of
from sarangi.corpora.beside import beside
from sarangi.corpora.ratings import ratings_of
from sarangi.corpora.recording import inspect
from sarangi.corpora.unchanged import sha256_of
from sarangi.corpora.unread import refuse_unlisted, unread
from sarangi.corpora.utterance import Utterance
from sarangi.corpora.words_alone import has_sound
from sarangi.sources.source import ARCHIVES, Source, uppermost

log = logging.getLogger("sarangi")

OF_UTTERANCES = tuple(field.name for field in dataclasses.fields(Utterance))
WORDS_SUFFICE = " For models that need no sound you may remove its sound, too: its tables suffice."
DIFFER = "copies that differ"
NOT_COLUMNS = ("path", "further", "where", "rated", "rated_at")
"""What is known of an utterance beside the columns of its own."""
ROUNDED = 0.01
"""Seconds by which the end of a segment may be past that of its file: tables round."""

Describe = Callable[[Source, str], dict]
"""Returns the facts of the manifest about a file; see :mod:`sarangi.corpora.manifest`."""


def shard_of(utterance_id: str, shards: int) -> int:
    """Return the shard of an utterance: a stable hash, so that no other utterance moves it."""
    return int.from_bytes(hashlib.sha256(utterance_id.encode()).digest()[:8]) % shards


NO_RATINGS: Mapping[str, Scale] = {}


def write_manifest(
    source: Path,
    corpus: str,
    module: Any,
    shards: int,
    output: store.Output,
    dimensions: Mapping[str, Scale] = NO_RATINGS,
) -> frozenset[str]:
    """Write the manifest of a corpus as what reads it says; see :func:`sarangi.corpora.manifest.manifest`.

    Parameters
    ----------
    source, corpus, shards, output
        As there, which raises the same.
    module
        A module of a layout, or what has the same ``utterances(source)`` and ``LAYOUT``.  Where it has
        ``EXPECTED``, that says what to do about a corpus without a usable utterance; where it has ``SOUND``,
        an utterance needs no recording, and with ``WORDS_ALONE`` none is looked for.
    dimensions
        The scale of each rating that is wanted, by its name.

    Returns
    -------
    frozenset of str
        The paths of all utterances.
    """
    with Source(source) as opened:
        refuse_unlisted(opened)
        described = list(module.utterances(opened))
        others = [*beside(module, opened, described), *unread(opened, described)]
        said = frozenset(utterance.file for utterance in others)  # all that is known of them
        files = _Files(opened, module, said)
        # where nothing can be heard at all, nothing is missing
        sounding = has_sound(opened) and not files.words_alone
        found = sorted([*described, *others], key=lambda u: (u.path, *uppermost(u.file)))
        if not any(u.status == store.OK for u in found):
            _refuse_without_utterances(opened, corpus, module, found)
        entries: list[Entry] = []
        further = {name for utterance in found for name in utterance.further or ()}
        with output.writer(manifest_schema(further, dimensions)) as writer:
            groups = [list(copies) for _, copies in groupby(found, key=lambda u: u.path)]
            for copies in progress(groups, len(groups), f"manifest {corpus}"):
                utterance_id = f"{corpus}/{copies[0].path}"
                row = {name: getattr(copies[0], name) for name in OF_UTTERANCES} | files.facts(copies)
                row |= dict.fromkeys(further) | (row["further"] or {})
                ratings, notes = ratings_of(copies[0], dimensions)
                row |= ratings
                if row["status"] == store.OK and notes:
                    row["reason"] = "; ".join([*([row["reason"]] if row["reason"] else []), *notes])
                for name in NOT_COLUMNS:
                    del row[name]
                # the recording, for want of better
                row["group"] = row["group"] or recording_of(utterance_id)
                # all segments of a recording, so that no two jobs decode it
                shard = shard_of(recording_of(utterance_id), shards)
                writer.add(row | {"utterance_id": utterance_id, "corpus": corpus, "shard": shard})
                silent = sounding and row["status"] == store.OK and row.get("no_sound")
                ends = (store.FAILED, row["no_sound"]) if silent else (row["status"], row["reason"])
                entries.append((ends[0], row["cause"], ends[1]))
            _refuse_unusable(source, module, entries)
    failed, usable, words = failures_in(entries)
    if too_many(failed, usable):
        log.error("%s: %s", source, words)
    return frozenset(utterance.path for utterance in found)


def _refuse_without_utterances(
    source: Source, corpus: str, module: Any, found: Sequence[Utterance]
) -> NoReturn:
    """Refuse a source of which no name is that of a usable utterance."""
    # of a table, what is wrong with its rows, and not that they leave recordings out
    rows = [u for u in found if u.where is not None] or found
    example = f"; the first is {rows[0].file}: {rows[0].reason}" if rows else ""
    packed = source.paths(*ARCHIVES)
    unpack = f"There are archives in it: unpack {', '.join(packed[:3])} there. " if packed else ""
    every = Counter(u.cause or "" for u in found)
    counts = f" ({counted(every)})" if len(every) > 1 else ""
    published = (
        f"Expected the layout of the publisher, {module.LAYOUT}. "
        "Put the corpus there, or remove the folder to have it shown as unavailable."
    )
    raise SarangiError(
        f"{source.path}: no utterance of {corpus} among {len(source.paths())} files{counts}{example}. "
        f"{unpack}{getattr(module, 'EXPECTED', published)}"
    )


def _refuse_unusable(source: Path, module: Any, entries: Sequence[Entry]) -> None:
    """Refuse a corpus of which nothing was left when it was read, and say how often each reason came."""
    if any(status == store.OK for status, *_ in entries):
        return
    skipped = Counter(cause or reason or "" for status, cause, reason in entries if status == store.SKIPPED)
    besides = f"; skipped: {counted(skipped)}" if skipped else ""
    first = next(reason for status, _, reason in entries if status == store.FAILED)
    raise SarangiError(
        f"{source}: no utterance can be used. {failures_in(entries)[2]}{besides}. The first: {first}. "
        "Fix that, or remove the folder to have the corpus shown as unavailable."
        + (WORDS_SUFFICE if hasattr(module, "SOUND") else "")
    )


class _Files:
    """What is found in the files of utterances.

    Parameters
    ----------
    source
        The corpus.
    module
        Of its layout.
    said
        Files of which everything has been said already; they are not read.
    """

    def __init__(self, source: Source, module: Any, said: Collection[str]):
        self._source, self._said = source, said
        self._describe: Describe = getattr(module, "describe", _recording)
        self._once = _remembering(self._describe)  # reads a file of many segments once
        self.words_alone: bool = getattr(module, "WORDS_ALONE", False)
        self._needs_sound = not (self.words_alone or hasattr(module, "SOUND"))

    def facts(self, copies: Sequence[Utterance]) -> dict:
        """Return the facts of the manifest about an utterance, and why it fails or has no sound if so."""
        utterance = copies[0]
        files = list(dict.fromkeys(copy.file for copy in copies))
        facts: dict = {"copies": len(files) - 1 + sum(self._source.times(file) - 1 for file in files)}
        reasons = [utterance.reason] if utterance.reason else []
        if told := _told_apart(copies, files):
            why = "; ".join([*reasons, _duplicate(told)])
            cause = utterance.cause or DIFFER
            return facts | {"status": store.FAILED, "reason": why, "cause": cause}
        source = self._source
        if utterance.status != store.OK and (not source.has(utterance.file) or utterance.file in self._said):
            return facts  # that has been said already
        try:
            self._refuse_missing(utterance)
            self._refuse_other_bytes(files)
            facts |= _of_segment(self._once(source, utterance.file), utterance)
        except SarangiError as error:
            cause = utterance.cause or cause_of(error)
            if utterance.status == store.OK and not self._needs_sound:
                return facts | {"no_sound": str(error), "cause": cause}
            why = "; ".join([*reasons, str(error)])
            return facts | {"status": store.FAILED, "reason": why, "cause": cause}
        note = [_note(files, facts["copies"])] if facts["copies"] else []
        again = [copy.where for copy in copies[1:] if copy.where and copy.file == utterance.file]
        note += [f"repeated in the same words, in {', '.join(again)}"] if again else []
        facts["reason"] = "; ".join([*reasons, *note]) or None
        return facts

    def _refuse_missing(self, utterance: Utterance) -> None:
        """Refuse a recording that a table names and nobody has put there, and any where none is meant."""
        if self.words_alone:
            raise RecordingError("the corpus holds words alone")
        if utterance.where and not self._needs_sound and not self._source.has(utterance.file):
            raise RecordingError(
                f"{utterance.where} lists it, and there is no such recording", cause="no such recording"
            )

    def _refuse_other_bytes(self, files: Sequence[str]) -> None:
        """Refuse several files that claim to be one utterance and are not the same."""
        if len(files) == 1:
            return
        contents: dict[str, str] = {}
        for file in files:
            try:
                contents[file] = _digest(self._source, file, self._describe)
            except SarangiError as error:
                contents[file] = shown(str(error))  # as good a content as another: not that of the others
        if len(set(contents.values())) > 1:
            names = ", ".join(files)
            differ = f"{len(files)} files claim it ({names}), and are not the same byte for byte"
            raise RecordingError(_duplicate(differ), cause=DIFFER)


def _duplicate(differ: str) -> str:
    return f"duplicate id: {differ}; keep the published one"


def _told_apart(copies: Sequence[Utterance], files: Sequence[str]) -> str | None:
    """Return in what several files, or several lines about one, are said to be different; None if nothing."""
    told = [
        field.name
        for field in dataclasses.fields(Utterance)
        if field.name not in ("file", "reason", "cause", "where", "rated_at")
        and any(getattr(copy, field.name) != getattr(copies[0], field.name) for copy in copies[1:])
    ]
    if not told:
        return None
    where = ", ".join(copy.where for copy in copies if copy.where)
    rows = f" ({where})" if where else ""
    return f"{len(copies)} entries claim it ({', '.join(files)}), and differ in {', '.join(told)}{rows}"


def _digest(source: Source, file: str, describe: Describe) -> str:
    """Return the hash of what lies under the name of an utterance's file."""
    if describe is _recording:
        return sha256_of(source.read(file))
    digest: str = describe(source, file)["sha256"]
    return digest


def _note(files: Sequence[str], copies: int) -> str:
    if len(files) > 1:
        return f"the same byte for byte as {', '.join(files[1:])}, which is not read"
    return f"its archive holds it {copies + 1} times, the same byte for byte"


def _of_segment(facts: Mapping[str, Any], utterance: Utterance) -> dict:
    """Return the facts of a file as they are of an utterance, which may be a segment of it.

    Raises
    ------
    RecordingError
        If the segment is not in the file.
    """
    if utterance.start is None:
        return dict(facts)
    seconds = facts["duration_s"]
    end = seconds if utterance.end is None else utterance.end
    if utterance.start >= seconds or end > seconds + ROUNDED:
        raise RecordingError(
            f"its segment, {utterance.start:g} to {end:g} s, is not in the file, which has {seconds:.3f} s",
            "correct start and end in the table",
            "a segment that is not in its file",
        )
    end = min(end, seconds)
    return {**facts, "end": end, "duration_s": end - utterance.start}


def _remembering(describe: Describe) -> Describe:
    """Return a function of facts that reads a file once where it is asked for again and again in a row."""
    last: list[Any] = [None, None]

    def remembered(source: Source, file: str) -> dict:
        if last[0] != file:
            try:
                last[:] = file, describe(source, file)
            except SarangiError as error:
                last[:] = file, error
        if isinstance(last[1], SarangiError):
            raise last[1]
        return dict(last[1])

    return remembered


def _recording(source: Source, file: str) -> dict:
    """Return hash and header of a recording."""
    data = source.read(file)
    return {"sha256": sha256_of(data)} | dataclasses.asdict(inspect(data, file))
