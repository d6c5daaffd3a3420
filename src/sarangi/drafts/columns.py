"""What each column of a table is, guessed from its name and from what is in it."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from sarangi.base.errors import SarangiError
from sarangi.base.hints import nearest
from sarangi.corpora.named_files import NamedFiles
from sarangi.drafts.words import COLUMNS, emotion_of, fits_name, plain

MOST_EMOTIONS = 20
MOST_VALUES = 5000  # distinct values that are counted of a column
TRIED = 2000  # values of a column that are looked for among the files
MOSTLY = 0.5  # share of the values
ID_LIKE = re.compile(r"[^\W\d_]+[\W_]*\d+[\w-]*|\d+[\W_]*[^\W\d_]+\d*")
NUMBER = re.compile(r"[-+]?\d+([.,]\d+)?|[-+]?[.,]\d+")
GENDERS = frozenset({
    "m", "f", "w", "d", "male", "female", "man", "woman", "men", "women", "boy", "girl", "other",
    "unknown", "männlich", "weiblich", "homme", "femme", "hombre", "mujer", "maschio", "femmina",
    "masculino", "femenino", "feminino", "erkek", "kadın", "мужской", "женский", "мужчина",
    "женщина", "masculin", "féminin", "男", "女", "مرد", "عورت", "زن", "ذكر", "أنثى", "पुरुष",
    "महिला", "स्त्री",
})  # fmt: skip
PARTS = frozenset({
    "train", "training", "trn", "test", "testing", "tst", "eval", "evaluation", "dev", "devel",
    "development", "valid", "validation", "val",
})  # fmt: skip
BY_NAME = ("group", "session", "gender", "age", "language", "text", "part", "start", "end")
"""Columns that only their name gives away; what is in them must fit."""


class Choice(NamedTuple):
    """A column and why it was chosen; none is where ``column`` is None.

    Attributes
    ----------
    others
        Columns that fit as well.
    refused
        A column of just the canonical name, which is not what that says.
    """

    column: str | None
    why: str
    others: tuple[str, ...] = ()
    refused: str | None = None


class Column:
    """What a column holds: its values with their counts, as far as these are few.

    Parameters
    ----------
    name
        As the table writes it.
    """

    def __init__(self, name: str):
        self.name = name
        self.values: Counter[str] = Counter()
        self.filled = 0
        self.files = self.tried = 0
        self.example = ""

    def take(self, value: str, files: NamedFiles) -> None:
        """Count a value of a row; an empty one says nothing."""
        if not value:
            return
        self.filled += 1
        self.example = self.example or value
        if len(self.values) <= MOST_VALUES or value in self.values:
            self.values[value] += 1
        if self.tried < TRIED:
            self.tried += 1
            self.files += files.of(value) is not None

    @property
    def distinct(self) -> int:
        """How many different values there are, :data:`MOST_VALUES` and one at most."""
        return len(self.values)

    @property
    def share_of_files(self) -> float:
        """Share of its first values that name a file."""
        return self.files / self.tried if self.tried else 0.0

    def share(self, fits: Callable[[str], object]) -> float:
        """Return the share of its rows whose value fits."""
        return sum(count for value, count in self.values.items() if fits(value)) / max(1, self.filled)


def look(names: Sequence[str], rows: Iterable[Mapping[str, str | None]], files: NamedFiles) -> list[Column]:
    """Return what the columns of a table hold, sorted by name.

    Parameters
    ----------
    names
        Of the columns.
    rows
        Cells by the names of the columns.
    files
        Below the folder of recordings.
    """
    columns = [Column(name) for name in sorted(names)]
    for cells in rows:
        for column in columns:
            column.take(cells.get(column.name) or "", files)
    return columns


def guess(columns: Sequence[Column], stated: Mapping[str, str | None]) -> dict[str, Choice]:
    """Return which column is what, by the canonical names of :data:`COLUMNS`, in any order of columns.

    Parameters
    ----------
    columns
        Of :func:`look`.
    stated
        What the user has decided: by canonical name a column, or None for there is none.

    Returns
    -------
    dict
        Choices; ``file``, ``emotion`` and ``speaker`` are always among them.

    Raises
    ------
    SarangiError
        If a stated column is not in the table.
    """
    by_name = {plain(column.name): column for column in columns}
    chosen: dict[str, Choice] = {}
    for role, name in stated.items():
        if name is not None and plain(name) not in by_name:
            names = [column.name for column in columns]
            raise SarangiError(
                f"--column {role}={name}: no such column; {nearest(name, names)} "
                f"The table has {', '.join(names) or 'none'}"
            )
        column = by_name[plain(name)].name if name is not None else None
        chosen[role] = Choice(column, "as you stated")
    for role, choose in (("file", _file), ("emotion", _emotion), ("speaker", _speaker)):
        if role not in chosen:
            chosen[role] = choose([column for column in columns if not _is_taken(column, chosen)])
    for role in BY_NAME:
        if role not in chosen:
            choice = _by_name(role, [column for column in columns if not _is_taken(column, chosen)])
            if choice is not None:
                chosen[role] = choice
    for role in COLUMNS:
        namesake = by_name.get(role)
        if namesake is not None and (role not in chosen or chosen[role].column is None):
            why = f"{namesake.name} holds something else, such as {namesake.example or 'nothing'}"
            chosen[role] = chosen.get(role, Choice(None, why))._replace(refused=namesake.name)
    return {role: chosen[role] for role in COLUMNS if role in chosen}


def _is_taken(column: Column, chosen: Mapping[str, Choice]) -> bool:
    return column.name in {choice.column for choice in chosen.values()}


def _best(ranked: Sequence[tuple[Column, tuple[float, ...]]], why: Callable[[Column], str]) -> Choice:
    """Return the column of the highest rank; of several the first by name, and the others with it."""
    ordered = sorted(ranked, key=lambda entry: ([-part for part in entry[1]], entry[0].name))
    best, rank = ordered[0]
    equal = tuple(column.name for column, other in ordered[1:] if other == rank)
    return Choice(best.name, why(best), equal)


def _file(columns: Sequence[Column]) -> Choice:
    ranked = [
        # a column with a few files among its values is no worse named than one with none
        (column, (round(column.share_of_files, 2), fits_name(column.name, "file"), column.distinct))
        for column in columns
        if column.files
    ]
    if not ranked:
        return Choice(None, "no column names files that exist")

    def why(column: Column) -> str:
        return f"{column.files} of the first {column.tried} values are files"

    return _best(ranked, why)


def _emotion(columns: Sequence[Column]) -> Choice:
    ranked = []
    for column in columns:
        known = column.share(emotion_of)
        named = fits_name(column.name, "emotion")
        repeats = 2 <= column.distinct <= MOST_EMOTIONS and column.filled >= 2 * column.distinct
        whole = named >= 1000
        if known >= MOSTLY or (whole and column.distinct <= MOST_VALUES / 50) or (named and repeats):
            ranked.append((column, (known >= MOSTLY, named, round(known, 2), repeats)))

    def why(column: Column) -> str:
        known = column.share(emotion_of)
        if known >= MOSTLY:
            return f"{known:.0%} of its rows name emotions"
        return f"by its name; {column.distinct} values"

    if ranked:
        return _best(ranked, why)
    repeating = [
        column.name
        for column in columns
        if 2 <= column.distinct <= MOST_EMOTIONS and column.filled >= 2 * column.distinct
    ]
    return Choice(None, "no column contains names of emotions, or is named so", tuple(repeating))


def _speaker(columns: Sequence[Column]) -> Choice:
    named = [
        (column, (fits_name(column.name, "speaker"),))
        for column in columns
        if fits_name(column.name, "speaker") and column.distinct and column.share(emotion_of) < MOSTLY
    ]
    if named:
        return _best(named, lambda column: f"by its name; {_many(column)} values")
    # letters with numbers that repeat, as in spk03: what else looks so is rare, and the choice is told
    like = [
        column
        for column in columns
        if 2 <= column.distinct <= min(MOST_VALUES, column.filled / 2)
        and column.share(ID_LIKE.fullmatch) == 1
        and not any(fits_name(column.name, role) for role in COLUMNS)
    ]
    if len(like) == 1:
        return Choice(like[0].name, f"{_many(like[0])} values like {like[0].example}, which repeat")
    others = [
        column.name
        for column in columns
        if 2 <= column.distinct <= min(MOST_VALUES, column.filled / 2)
        and not any(fits_name(column.name, role) for role in COLUMNS)
    ]
    return Choice(None, "no column is named like it, or looks like it", tuple(others))


def _by_name(role: str, columns: Sequence[Column]) -> Choice | None:
    named = [
        (column, (fits_name(column.name, role),))
        for column in columns
        if fits_name(column.name, role) >= 1000 and column.filled and _fits(role, column)
    ]
    return _best(named, lambda column: f"by its name; {_many(column)} values") if named else None


def _fits(role: str, column: Column) -> bool:
    """Whether what is in a column may be what its name says."""
    if role == "gender":
        return column.share(lambda value: plain(value) in GENDERS) >= MOSTLY
    if role == "part":
        return column.share(lambda value: plain(value) in PARTS) == 1
    if role in ("start", "end"):
        return column.share(NUMBER.fullmatch) == 1
    if role == "language":
        return column.share(lambda value: len(value) <= 35) == 1
    return True


def _many(column: Column) -> str:
    return f"more than {MOST_VALUES}" if column.distinct > MOST_VALUES else str(column.distinct)
