"""The corpora: one module each, no more than its layout and labels, and what all of them share.

A corpus module has ``TITLE``, ``LANGUAGE`` (BCP 47), ``EMOTIONS`` (the corpus's labels to the
canonical emotions), ``PROMISES`` (what its publisher counts: ``utterances``, ``speakers`` and emotions by
name), ``LAYOUT`` and ``utterances(source)``.  One that is published as features, without recordings, has
``LANGUAGES``, ``describe(source, file)`` and ``features(source, file, feature_set)`` besides.
"""

import dataclasses
import hashlib
from collections.abc import Callable
from itertools import groupby
from pathlib import Path

from sarangi.base import store
from sarangi.base.errors import SarangiError
from sarangi.base.manifest_rows import MANIFEST
from sarangi.base.progress import progress
from sarangi.corpora.recording import inspect
from sarangi.corpora.registry import load
from sarangi.corpora.unchanged import sha256_of
from sarangi.corpora.utterance import Utterance
from sarangi.sources.source import ARCHIVES, Source


def shard_of(utterance_id: str, shards: int) -> int:
    """Return the shard of an utterance: a stable hash, so that no other utterance moves it."""
    return int.from_bytes(hashlib.sha256(utterance_id.encode()).digest()[:8]) % shards


def manifest(source: Path, corpus: str, shards: int, output: store.Output) -> None:
    """Write the manifest of a corpus: one row an utterance, sorted by ``utterance_id``.

    Every recording is read once, for its hash and its header; one that cannot be used keeps its
    row, with status failed or skipped and the reason.

    Parameters
    ----------
    source
        Folder or archive of the corpus.
    corpus
        Name of the corpus, which is the name of its module.
    shards
        Number of shards to spread the utterances over.
    output
        Parquet file to write, of schema :data:`MANIFEST`.

    Raises
    ------
    SarangiError
        If the source holds nothing that belongs to the corpus.
    """
    module = load(corpus)
    describe = getattr(module, "describe", _recording)
    with Source(source) as opened:
        found = sorted(module.utterances(opened), key=lambda u: (u.path, u.file))
        if not any(u.status == store.OK for u in found):
            example = f"; the first is {found[0].file}: {found[0].reason}" if found else ""
            packed = opened.paths(*ARCHIVES)
            unpack = f"Archives lie in it: unpack {', '.join(packed[:3])} there. " if packed else ""
            raise SarangiError(
                f"{source}: no utterance of {corpus} among {len(opened.paths())} files{example}. {unpack}"
                f"Expected the layout of the publisher, {module.LAYOUT}. "
                "Put the corpus there, or take the folder away to have it shown as unavailable."
            )
        with output.writer(MANIFEST) as writer:
            groups = [list(copies) for _, copies in groupby(found, key=lambda u: u.path)]
            for copies in progress(groups, len(groups), f"manifest {corpus}"):
                utterance_id = f"{corpus}/{copies[0].path}"
                row = dataclasses.asdict(copies[0]) | _facts(opened, copies, describe)
                del row["path"]
                row["group"] = row["group"] or utterance_id  # the clip, for want of better
                shard = shard_of(utterance_id, shards)
                writer.add(row | {"utterance_id": utterance_id, "corpus": corpus, "shard": shard})


def _facts(source: Source, copies: list[Utterance], describe: Callable[[Source, str], dict]) -> dict:
    """Return what ``describe`` finds in an utterance's file, and why the utterance fails if it does."""
    utterance = copies[0]
    reasons = [utterance.reason] if utterance.reason else []
    if len(copies) > 1:
        files = ", ".join(copy.file for copy in copies)
        duplicate = f"duplicate id: {len(copies)} files claim it ({files}); keep the published one"
        return {"status": store.FAILED, "reason": "; ".join([*reasons, duplicate])}
    facts: dict = {}
    if utterance.reason and not source.has(utterance.file):
        return facts  # the corpus has said so already
    try:
        facts |= describe(source, utterance.file)
    except SarangiError as error:
        facts |= {"status": store.FAILED, "reason": "; ".join([*reasons, str(error)])}
    return facts


def _recording(source: Source, file: str) -> dict:
    """Return hash and header of a recording."""
    data = source.read(file)
    return {"sha256": sha256_of(data)} | dataclasses.asdict(inspect(data, file))
