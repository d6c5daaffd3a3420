"""Corpora that a table of labels describes: where their files are, and how the table is read."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sarangi.base.emotions import EMOTIONS, is_name, name_of
from sarangi.base.errors import SarangiError
from sarangi.base.hints import nearest
from sarangi.base.table_columns import FURTHER, SLICED
from sarangi.corpora.label_rows import further_name
from sarangi.corpora.table_formats import FORMATS, formats_of, guess
from sarangi.corpora.table_settings import TableSettings
from sarangi.sources.kinds import Request, kind_of
from sarangi.sources.listing import problem_of
from sarangi.study.dimensions import rated_columns
from sarangi.study.entries import FEATURES, WORDS
from sarangi.study.problems import Problem

OF_TABLES = ("columns", "emotions", "skip")
"""Keys of a corpus that say how its table is read, beside those that the schema refuses without one."""


def has_table(corpus: Mapping[str, Any]) -> bool:
    """Whether the entry of a corpus says that a table of labels describes it."""
    return "table" in corpus


def table_of(corpus: Mapping[str, Any]) -> Path:
    """Return the table of an entry: a file, or the folder of one that is in several files."""
    table = Path(corpus["table"])
    return table.parent if formats_of(corpus) == [FORMATS["audformat"]] and table.is_file() else table


def audio_of(corpus: Mapping[str, Any]) -> Path | None:
    """Return the folder or archive of recordings of an entry with a table; None where a source is fetched."""
    if "audio" in corpus:
        return Path(corpus["audio"])
    if not isinstance(kind_of(corpus["source"]), Request):
        return None
    table = Path(corpus["table"])
    return table if table.is_dir() else table.parent


def missing_of(corpus: Mapping[str, Any]) -> str | None:
    """Return what of an entry's table and recordings is not there, with what to do; None where both are."""
    audio = audio_of(corpus)
    votes = corpus.get("votes", {}).get("table")
    own = None if votes is None else Path(votes)
    for key, path in (("table", Path(corpus["table"])), ("audio", audio), ("votes.table", own)):
        if path is None:
            continue
        if not path.exists():
            problem = problem_of(path) if path.is_symlink() else None
            there = f"is {problem}" if problem else "is not there"
            return f"{path} {there}: put it there, or correct `{key}`, a path from the folder of the study"
    try:
        if "format" not in corpus:
            guess(Path(corpus["table"]))
    except SarangiError as error:
        return str(error)
    return None


def settings_of(corpus: Mapping[str, Any]) -> TableSettings:
    """Return how the table of an entry is read."""
    return TableSettings(
        format=formats_of(corpus)[0],
        columns=dict(sorted(corpus["columns"].items())),
        emotions=dict(sorted(corpus["emotions"].items())),
        skip=sorted(corpus["skip"]),
        language=corpus.get("language"),
        slices=slices_of(corpus),
        words_alone=corpus.get("holds") == WORDS,
        dimensions=rated_columns(corpus),
    )


def slices_of(corpus: Mapping[str, Any]) -> list[str]:
    """Return the columns of the manifest that scores on a corpus are reported in parts by."""
    return [name if name in SLICED else further_name(name) for name in corpus["slices"]]


def problems_of(name: str, corpus: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong with the keys of a table, in the entry of a corpus with one or without."""
    place = ("corpora", name)
    if not has_table(corpus):
        for key in OF_TABLES:
            if corpus[key]:
                yield (*place, key), f"the key {key!r} needs `table`, which this corpus does not have"
        for at, column in enumerate(corpus["slices"]):
            if column not in SLICED:
                yield (*place, "slices", at), f"no column {column!r} in a manifest; {nearest(column, SLICED)}"
        if corpus.get("holds") == WORDS:
            yield (
                (*place, "holds"),
                "a layout without recordings is read for its words by itself; remove it",
            )
        return
    if corpus.get("holds") == FEATURES:
        yield (*place, "holds"), "a corpus with a table holds recordings, or words"
    if corpus.get("holds") == WORDS and "audio" in corpus:
        yield (*place, "audio"), "a corpus that holds words has no recordings; remove `audio` or `holds`"
    for label, emotion in corpus["emotions"].items():
        if not isinstance(label, str):
            yield (
                (*place, "emotions", label),
                f"the label {label!r} is {type(label).__name__} in YAML; write it in quotes",
            )
        elif name_of(emotion) is None or not is_name(name_of(emotion) or ""):
            yield (
                (*place, "emotions", label),
                f"{emotion!r} is not the name of an emotion; expected letters or digits",
            )
        elif label in corpus["skip"]:
            yield (*place, "emotions", label), f"{label!r} is one to skip, too; remove it from one of them"
    for at, column in enumerate(corpus["slices"]):
        if further_name(column) == FURTHER:
            yield (*place, "slices", at), f"{column!r} has no letter or digit, so that no column has its name"


def titles_of_tables(corpora: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Return the title of each corpus with a table, by its name."""
    return {name: entry.get("title", name) for name, entry in corpora.items() if has_table(entry)}


def vocabulary_of(config: Mapping[str, Any]) -> list[str]:
    """Return the emotions that a configuration names or that are canonical."""
    renamed = [
        name_of(emotion) or emotion
        for corpus in config["corpora"].values()
        for emotion in (*corpus["emotions"].values(), *corpus.get("votes", {}).get("emotions", {}).values())
    ]
    return list(dict.fromkeys([*EMOTIONS, *config["emotions"], *renamed]))
