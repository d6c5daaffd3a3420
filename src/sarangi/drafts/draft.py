"""A study drafted from recordings and a table of labels: what was understood, and its configuration."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sarangi.base.emotions import name_of, ordered
from sarangi.base.errors import SarangiError
from sarangi.corpora import table_formats
from sarangi.corpora.beside import SUFFIXES
from sarangi.corpora.label_rows import LabelRow
from sarangi.corpora.named_files import NamedFiles
from sarangi.drafts.columns import Choice, Column, guess, look
from sarangi.drafts.words import COLUMNS, NO_EMOTION, emotion_of, plain
from sarangi.sources.source import Source

FREELY_NAMED = ("csv", "jsonl", "parquet")
"""Formats whose columns anybody names as they like; the others say themselves what each column is."""


@dataclass(frozen=True)
class Draft:
    """What was understood of a folder of recordings and its table.

    Attributes
    ----------
    corpus
        Its name in the configuration.
    table, audio
        As the user gave them.
    table_format
        A key of :data:`sarangi.corpora.table_formats.FORMATS`.
    choices
        Which column is what, by canonical name; empty for a format that says so itself.
    recordings, rows, named
        How many files there are, rows of the table, and files that rows name.
    labels
        How many rows have each label.
    speakers_of
        By label the speakers who have it, each with how many rows; empty without speakers.
    stated
        The columns that the user decided on.
    """

    corpus: str
    table: Path
    audio: Path
    table_format: str
    choices: Mapping[str, Choice]
    recordings: int
    rows: int
    named: int
    labels: Counter[str]
    speakers_of: Mapping[str, Counter[str]]
    anonymous: int = 0
    problems: Counter[str] = field(default_factory=Counter)
    examples: tuple[str, str] = ("", "")

    @property
    def renamed(self) -> dict[str, str]:
        """Labels that mean a canonical emotion only by a mapping, such as those of other languages."""
        means = {label: emotion_of(label) for label in sorted(self.labels)}
        return {label: emotion for label, emotion in means.items() if emotion and name_of(label) != emotion}

    @property
    def left_out(self) -> list[str]:
        """Labels that say only that a recording has none of the emotions."""
        return sorted(label for label in self.labels if plain(label) in NO_EMOTION or name_of(label) is None)

    @property
    def unknown(self) -> list[str]:
        """Labels that stay as emotions of their own."""
        return sorted(
            label for label in self.labels if emotion_of(label) is None and label not in self.left_out
        )

    def emotion(self, label: str) -> str | None:
        """Return the emotion that a label becomes; None for one that is left out."""
        if label in self.left_out:
            return None
        return emotion_of(label) or name_of(label)

    @property
    def counts(self) -> dict[str, int]:
        """How many rows have each emotion, in the order of tables."""
        counts: Counter[str] = Counter()
        for label, count in self.labels.items():
            emotion = self.emotion(label)
            if emotion is not None:
                counts[emotion] += count
        return {emotion: counts[emotion] for emotion in ordered(counts)}

    @property
    def speakers(self) -> Counter[str]:
        """How many rows with an emotion each speaker has."""
        counts: Counter[str] = Counter()
        for label, speakers in self.speakers_of.items():
            if self.emotion(label) is not None:
                counts += speakers
        return counts

    def speakers_with(self, emotion: str) -> list[str]:
        """Return the speakers who have an emotion, sorted."""
        having = {
            speaker
            for label, speakers in self.speakers_of.items()
            if self.emotion(label) == emotion
            for speaker in speakers
        }
        return sorted(having)


def draft(
    study: Path,
    table: Path,
    audio: Path,
    stated: Mapping[str, str | None],
    table_format: str | None = None,
) -> Draft:
    """Look at a folder of recordings and a table, and return what was understood.

    Parameters
    ----------
    study
        Folder that the study is to have; the corpus is named like it.
    table, audio
        The table, or the folder of a format that is one; and the folder or archive of the recordings.
    stated
        By canonical column what the table calls it, as far as the user has decided; None for there is none.
    table_format
        A key of :data:`sarangi.corpora.table_formats.FORMATS`; guessed from the table by default.

    Raises
    ------
    SarangiError
        If there is no such table or folder, nothing in it is sound, or no column can be the file or the
        emotion: says what was found and which option decides.
    """
    for path, option in ((table, "--table"), (audio, "--audio")):
        if not path.exists():
            raise SarangiError(f"{option} {path}: no such file or folder")
    files = _recordings(audio)
    kind = table_format or table_formats.guess(table)
    reader = table_formats.load(table_formats.FORMATS[kind])
    if kind not in FREELY_NAMED:
        choices: dict[str, Choice] = {}
        rows: Iterator[LabelRow] = reader.read(table, audio, dict(stated))
        names = {role: role for role in COLUMNS}
    else:
        columns = _looked_at(reader.read(table, audio, None), files)
        choices = _decided(columns, guess(columns, stated), table, audio, files)
        names = {role: choice.column for role, choice in choices.items() if choice.column is not None}
        rows = reader.read(table, audio, None)
    return _counted(_name_of(study), table, audio, kind, choices, rows, names, files)


def _recordings(audio: Path) -> NamedFiles:
    with Source(audio) as source:
        files = NamedFiles(source.paths(*SUFFIXES))
    if not files.paths:
        raise SarangiError(
            f"--audio {audio}: no recordings in it; expected files such as *{', *'.join(SUFFIXES[:5])}"
        )
    return files


def _looked_at(rows: Iterator[LabelRow], files: NamedFiles) -> list[Column]:
    first = next(rows, None)
    if first is None:
        return []
    names = list(first.cells)

    def cells() -> Iterator[Mapping[str, str | None]]:
        yield first.cells
        for row in rows:
            # JSON Lines may name further columns later
            names.extend(name for name in row.cells if name not in names)
            yield row.cells

    return look(names, cells(), files)


def _decided(
    columns: Sequence[Column], choices: dict[str, Choice], table: Path, audio: Path, files: NamedFiles
) -> dict[str, Choice]:
    """Return choices that name the file and the emotion, or say which option would."""
    shown = "; ".join(f"{column.name} (such as {column.example or 'nothing'})" for column in columns)
    if choices["file"].column is None:
        raise SarangiError(
            f"{table}: no column names the recordings below {audio}, which are like {files.paths[0]}. Found "
            f"{shown}. Pass --column file=NAME, or another --audio"
        )
    if choices["emotion"].column is None:
        others = choices["emotion"].others
        fits = f"; {', '.join(others)} would do" if others else ""
        raise SarangiError(
            f"{table}: no column contains names of emotions, or is named so{fits}. Found {shown}. "
            "Say --column "
            "emotion=NAME"
        )
    return choices


def _counted(
    corpus: str,
    table: Path,
    audio: Path,
    kind: str,
    choices: Mapping[str, Choice],
    rows: Iterator[LabelRow],
    names: Mapping[str, str],
    files: NamedFiles,
) -> Draft:
    labels: Counter[str] = Counter()
    speakers_of: dict[str, Counter[str]] = {}
    named: set[str] = set()
    problems: Counter[str] = Counter()
    number = anonymous = 0
    absent = ""
    for row in rows:
        number += 1

        def cell(role: str, row: LabelRow = row) -> str:
            return row.cells.get(names.get(role, "")) or ""

        label, speaker = cell("emotion"), cell("speaker")
        if row.problem:
            problems[row.problem] += 1
            continue
        file = files.of(cell("file"))
        if file is None:
            problems["no such recording"] += 1
            absent = absent or f"{row.where}: {cell('file') or 'empty'}"
        else:
            named.add(file)
        labels[label] += 1
        if speaker:
            speakers_of.setdefault(label, Counter())[speaker] += 1
        else:
            anonymous += 1
    return Draft(
        corpus=corpus,
        table=table,
        audio=audio,
        table_format=kind,
        choices=choices,
        recordings=len(files.paths),
        rows=number,
        named=len(named),
        labels=labels,
        speakers_of=speakers_of,
        anonymous=anonymous,
        problems=problems,
        examples=(absent, files.paths[0]),
    )


def _name_of(study: Path) -> str:
    """Return the name that a corpus has by the folder of its study.

    Examples
    --------
    >>> _name_of(Path("My corpus-2")), _name_of(Path("2024"))
    ('my_corpus_2', 'corpus_2024')
    """
    plain_name = unicodedata.normalize("NFKD", study.resolve().name)
    name = "_".join(re.findall(r"[a-z0-9]+", plain_name.encode("ascii", "ignore").decode().lower()))
    return name if name[:1].isalpha() else f"corpus_{name}".rstrip("_")
