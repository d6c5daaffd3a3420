"""Votes of annotators: which corpora have them, and how they are read and used."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sarangi.base import layout
from sarangi.base.emotions import name_of
from sarangi.corpora.registry import load
from sarangi.corpora.vote_settings import COUNTS, LAYOUT, PLURALITY, SHARES, TargetSettings, VoteSettings
from sarangi.study.entries import CORPORA
from sarangi.study.problems import Problem
from sarangi.study.study import Study

TABLE = "table"
OF_COLUMNS = (COUNTS, SHARES)
OF_ROWS = ("format", "columns", "self_reports", "dimensions")
"""Keys of votes that go with a table of their own."""


def votes_of(study: Study, corpus: str) -> list[str]:
    """Return the file of the votes of a corpus; nothing for one without votes."""
    return [layout.votes(corpus)] if "votes" in study.config["corpora"][corpus] else []


def table_of_votes(corpus: Mapping[str, Any]) -> list[str]:
    """Return the table of the votes of a corpus's entry; nothing where they are elsewhere."""
    return [corpus["votes"][TABLE]] if TABLE in corpus.get("votes", ()) else []


def voted(study: Study, corpora: Iterable[str]) -> list[str]:
    """Return those of some corpora that have votes."""
    return [corpus for corpus in corpora if votes_of(study, corpus)]


def unvoted(study: Study, corpora: Iterable[str]) -> list[str]:
    """Return those of some corpora that have none."""
    return [corpus for corpus in corpora if not votes_of(study, corpus)]


def voted_experiments(study: Study, names: Iterable[str]) -> list[str]:
    """Return those of some experiments whose own corpus has votes."""
    return [name for name in names if votes_of(study, study.experiments[name].corpus)]


def unvoted_experiments(study: Study, names: Iterable[str]) -> list[str]:
    """Return those of some experiments whose own corpus has none."""
    return [name for name in names if not votes_of(study, study.experiments[name].corpus)]


def settings_of_votes(corpus: Mapping[str, Any]) -> VoteSettings:
    """Return how the votes of the entry of a corpus that has some are read and used."""
    votes, stated = corpus["votes"], corpus.get("target")
    target = None
    if stated is not None:
        target = TargetSettings(stated["rule"], stated["ties"])
    kind = next((key for key in OF_COLUMNS if key in votes), None)
    if kind is None:
        kind = votes.get("format", "rows") if TABLE in votes else LAYOUT
    return VoteSettings(
        kind=kind,
        columns=dict(votes[kind] if kind in OF_COLUMNS else votes["columns"]),
        emotions=dict(votes["emotions"]),
        others=list(votes["others"]),
        self_reports=list(votes["self_reports"]),
        dimensions=dict(votes["dimensions"]),
        target=target,
    )


def problems_of_votes(name: str, corpus: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong with the keys ``votes`` and ``target`` of a corpus's entry."""
    place = ("corpora", name, "votes")
    target = corpus.get("target")
    if target is not None and target["rule"] != PLURALITY and target["ties"] != "skip":
        why = f"{target['rule']} has no ties to decide; `ties` needs rule: {PLURALITY}"
        yield ("corpora", name, "target", "ties"), why
    if "votes" not in corpus:
        if target is not None:
            yield (
                ("corpora", name, "target"),
                "a target from votes needs `votes`, which this corpus does not have",
            )
        return
    votes = corpus["votes"]
    places = [key for key in (TABLE, *OF_COLUMNS) if key in votes]
    if len(places) > 1:
        yield (*place, places[1]), f"votes are in one place; remove {' or '.join(places)}"
    if "table" not in corpus:
        if places:
            yield (
                (*place, places[0]),
                f"{places[0]!r} needs a `table` of labels, which this corpus does not have",
            )
        elif name in CORPORA and not hasattr(load(name), "votes"):
            yield (
                place,
                f"nothing is known of votes in the files of {name}; describe it by a `table` to have some",
            )
        for key in ("emotions", "others"):
            if votes[key]:
                yield (*place, key), f"the labels of {name} are known; {key!r} needs a `table`"
    elif not places:
        yield place, f"state where the votes are: {TABLE}, {COUNTS} or {SHARES}"
    for key in OF_ROWS:
        if votes.get(key) and TABLE not in votes:
            yield (*place, key), f"{key!r} needs a table of votes (votes.{TABLE})"
    for label, emotion in votes["emotions"].items():
        if name_of(emotion) is None:
            why = f"{emotion!r} is not the name of an emotion; expected letters or digits"
            yield (*place, "emotions", label), why
        if label in votes["others"]:
            yield (*place, "emotions", label), f"{label!r} is in `others`, too; remove it from one of them"
