"""What scores do not show: limits that follow from their corpora, protocols and models."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from sarangi.base import store
from sarangi.base.auditing import SHARED_SPEAKERS, SHARED_TEXTS, TESTED_WITH
from sarangi.base.limit_sources import LimitSources
from sarangi.base.marks import DESCRIPTIVE, GROUPS_SHARED, marks_in

FEW_TEXTS = 30
"""Fewer different texts than this are no test of speech recognition; read corpora have hundreds."""


class FewGroups(NamedTuple):
    """A corpus whose scores have descriptive intervals, over how many groups: the fewest and the most."""

    corpus: str
    fewest: int
    most: int


class OneEmotion(NamedTuple):
    """A corpus in which most groups of several utterances have one emotion alone: so many of them."""

    corpus: str
    alone: int
    groups: int


class Shared(NamedTuple):
    """What is tested on a corpus and is in training or validation, too, in the fold with most of it.

    Attributes
    ----------
    what
        :data:`~sarangi.base.auditing.SHARED_TEXTS` or :data:`~sarangi.base.auditing.SHARED_SPEAKERS`.
    shared, tested
        How many of how many, under the protocol with the largest share.
    sharing, protocols
        How many of how many protocols have any.
    """

    what: str
    corpus: str
    shared: int
    tested: int
    sharing: int
    protocols: int


class WordsTellNothing(NamedTuple):
    """A corpus on which a model reads words, and each of whose texts is said in every emotion."""

    corpus: str
    texts: int


class Seedless(NamedTuple):
    """A classifier, by its title, that draws nothing at random."""

    classifier: str


class FewTexts(NamedTuple):
    """A corpus with fewer than :data:`FEW_TEXTS` different texts."""

    corpus: str
    texts: int


Limit = FewGroups | OneEmotion | Shared | WordsTellNothing | Seedless | FewTexts


def limits_of_scores(shown: pd.DataFrame, sources: LimitSources) -> list[Limit]:
    """Return what the scores of a table do not show.

    Parameters
    ----------
    shown
        Rows of scores: ``corpus``, ``protocol``, ``model``, ``test`` (corpus that is tested on), ``groups``
        and ``mark``.  Those of no groups are of nothing that was predicted, and have no limit.
    sources
        Of these corpora, protocols and models, or of more.
    """
    shown = shown[shown["groups"] > 0]
    return [
        *_few_groups(shown),
        *_of_corpora(shown, sources),
        *_shared(shown, sources.audits),
        *map(Seedless, _seedless(shown, sources.seedless)),
    ]


def limits_of_transcripts(manifests: Mapping[str, Path]) -> list[FewTexts]:
    """Return which corpora, by their manifests, have too few texts to measure speech recognition on."""
    counts = {corpus: _usable(path)["text"].nunique() for corpus, path in sorted(manifests.items())}
    return [FewTexts(corpus, count) for corpus, count in counts.items() if 0 < count < FEW_TEXTS]


def _few_groups(shown: pd.DataFrame) -> Iterator[FewGroups]:
    few = shown[shown["mark"].map(lambda mark: _bears(mark, DESCRIPTIVE)).astype(bool)]
    for corpus, groups in few.groupby("test")["groups"]:
        yield FewGroups(corpus, int(groups.min()), int(groups.max()))


def _of_corpora(shown: pd.DataFrame, sources: LimitSources) -> Iterator[Limit]:
    reading = shown[shown["model"].isin(sources.reading)]
    for corpus in sorted({*shown["corpus"], *shown["test"]} & set(sources.manifests)):
        usable = _usable(sources.manifests[corpus])
        # one clip has one emotion whoever speaks
        groups = usable.groupby("group")["emotion"].agg(["size", "nunique"]).query("size > 1")
        alone = int((groups["nunique"] == 1).sum())
        if 2 * alone > len(groups):
            yield OneEmotion(corpus, alone, len(groups))
        emotions = usable.groupby("text")["emotion"].nunique()
        everywhere = len(emotions) > 0 and bool((emotions == usable["emotion"].nunique()).all())
        if everywhere and corpus in {*reading["corpus"], *reading["test"]}:
            yield WordsTellNothing(corpus, len(emotions))


def _shared(shown: pd.DataFrame, audits: Mapping[str, Mapping[str, str]]) -> Iterator[Shared]:
    own = shown[shown["corpus"] == shown["test"]]
    for corpus, rows in own.groupby("corpus"):
        marked = {
            p for p, mark in zip(rows["protocol"], rows["mark"], strict=True) if _bears(mark, GROUPS_SHARED)
        }
        protocols = sorted(set(rows["protocol"]) & set(audits.get(corpus, {})))
        values = {name: _values(audits[corpus][name]) for name in protocols}
        for what in (SHARED_SPEAKERS, SHARED_TEXTS):
            counts = [
                (int(found[what]), int(found[TESTED_WITH[what]]))
                for name, found in values.items()
                # a protocol that cannot be made has neither; speakers of shared groups have a mark
                if what in found and not (what == SHARED_SPEAKERS and name in marked)
            ]
            sharing = [(shared, tested) for shared, tested in counts if shared]
            if sharing:
                shared, tested = max(sharing, key=lambda count: (count[0] / count[1], count[0]))
                yield Shared(what, corpus, shared, tested, len(sharing), len(protocols))


def _bears(held: str, mark: str) -> bool:
    return mark in marks_in(held)


def _seedless(shown: pd.DataFrame, titles: Mapping[str, str]) -> list[str]:
    """Return the titles of the classifiers shown that draw nothing at random, each once."""
    models = set(shown["model"])
    return list(dict.fromkeys(title for model, title in titles.items() if model in models))


def _usable(manifest: str | Path) -> pd.DataFrame:
    table = store.read(manifest, ["group", "emotion", "text", "status"])
    return table[table["status"] == store.OK]


def _values(audit: str) -> Mapping[str, float]:
    """Return the value of each check of a protocol's audit."""
    return store.read(audit, ["check", "value"]).set_index("check")["value"].to_dict()
