"""The readers of annotators' votes and of ratings: tables, columns of counts, IEMOCAP's own lines."""

import csv
import io
import json
import math
import zipfile
from abc import abstractmethod
from pathlib import Path

from fuzzing import HarmError
from mutations import Chance
from reader import Reader, reader
from readers import Iemocap
from support.published_forms import CLIPS
from support.recordings import sound
from table_readers import SETTINGS

from sarangi.base import store
from sarangi.base.dimension_rows import Scale
from sarangi.corpora.manifest import VotesOfLayout, manifest
from sarangi.corpora.table_corpus import VotesOfTable, table_manifest
from sarangi.corpora.table_formats import FORMATS
from sarangi.corpora.table_settings import RatedColumn, TableSettings
from sarangi.corpora.vote_settings import COUNTS, LAYOUT, SHARES, SOFT, TargetSettings, VoteSettings

WORDS = (
    b"inf",
    b"-inf",
    b"nan",
    b"1e400",
    b"0,5",
    b"-1",
    b"Other-Dazed",
    b"W1;W2",
    b"C-F1:",
    b"A-E1:",
    b"()",
)
SCALE = Scale(1.0, 5.0, (0.0, 1.0))
TARGET = TargetSettings(SOFT)


def as_csv(rows: list[dict]) -> bytes:
    """Return rows as a table of text."""
    text = io.StringIO(newline="")
    table = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    return text.getvalue().encode()


def checked(manifest_file: Path, votes: Path) -> None:
    """Refuse votes and ratings that are read and cannot be."""
    for row in store.rows(votes):
        usable = row["weight"] is not None and 0 < row["weight"] < math.inf
        usable &= (row["dimension"] is None) == (row["rating"] is None)
        usable &= row["rating"] is None or math.isfinite(row["rating"])
        if row["status"] == store.OK and not (usable and row["cause"] is None):
            raise HarmError(f"a vote that is ok and cannot be: {row}")
        if row["status"] == store.FAILED and not row["cause"]:
            raise HarmError(f"a vote that fails of nothing: {row}")
    low, high = SCALE.ends
    for row in store.rows(manifest_file):
        rating = row.get("dimension_valence")
        if rating is not None and not low <= rating <= high:
            raise HarmError(f"a rating out of scale: {row}")


class Votes(Reader):
    """Votes for the recordings of a table, up to the manifest whose emotions they make."""

    settings: VoteSettings
    file_name = "votes.csv"
    said = ("votes", "labels.csv", "recordings")
    words = WORDS
    rated = "v"

    @abstractmethod
    def tables(self) -> list[bytes]: ...

    def valid(self) -> list[bytes]:
        place = self.folder / "recordings"
        place.mkdir(exist_ok=True)
        for number, clip in enumerate(CLIPS):
            (place / clip["file"]).write_bytes(sound(0.02, seed=number))
        self.labels = as_csv([clip | {"v": 1 + number % 5} for number, clip in enumerate(CLIPS)])
        return self.tables()

    def make(self, chance: Chance) -> bytes:
        data = chance.choice(self.seeds)
        return chance.retold(data, self.words) if chance.maybe(0.7) else super().make(chance)

    def read(self, data: bytes) -> None:
        self.file("labels.csv", self.labels)
        self.written(Path(self.file(self.file_name, data).name))

    def written(self, table: Path | None) -> None:
        rated = {"valence": RatedColumn(self.rated, SCALE)}
        settings = TableSettings(FORMATS["csv"], {}, **SETTINGS, dimensions=rated)
        rows, votes = self.folder / "manifest.out", self.folder / "votes.out"
        used = VotesOfTable(self.settings, table, store.Output(votes, {}))
        table_manifest(Path("recordings"), Path("labels.csv"), "c", settings, 2, store.Output(rows, {}), used)
        checked(rows, votes)


@reader
class RowsOfVotes(Votes):
    """A table with a row an annotator, some of them ratings, some segments."""

    name = "votes-rows"
    settings = VoteSettings("rows", {}, {}, ("other",), ("self",), {"valence": "val"}, TARGET)

    def tables(self) -> list[bytes]:
        rows = [
            {"file": clip["file"], "annotator": f"A{n}", "label": label, "val": n + 1, "start": "", "end": ""}
            for clip in CLIPS
            for n, label in enumerate((clip["emotion"], "other", clip["emotion"]))
        ]
        return [
            as_csv(rows),
            as_csv([*rows, rows[0] | {"annotator": "self"}, rows[0] | {"start": "0", "end": "0.01"}]),
        ]


@reader
class Podcast(Votes):
    """MSP-Podcast's single annotations in CSV, in both forms."""

    name = "votes-msp-csv"
    settings = VoteSettings("msp_podcast", {}, {}, (), (), {"valence": "valence"}, TARGET)

    def tables(self) -> list[bytes]:
        workers = [(clip, f"WORKER0{n}") for clip in CLIPS for n in range(3)]
        columns = [
            {
                "FileName": clip["file"],
                "Workers": worker,
                "EmoClass_Major": clip["emotion"],
                "EmoClass_Second": "Other-Tired",
                "EmoAct": 3.0,
                "EmoVal": 4.0,
                "EmoDom": 5.0,
            }
            for clip, worker in workers
        ]
        cells = [
            {
                "FileName": clip["file"],
                "EmoDetail": f"{worker}; {clip['emotion']}; Angry,Sad; A:5.0; V:2.0; D:6.0;",
            }
            for clip, worker in workers
        ]
        return [as_csv(columns), as_csv(cells)]


@reader
class PodcastObjects(Podcast):
    """MSP-Podcast's single annotations in JSON."""

    name = "votes-msp-json"
    file_name = "votes.json"

    def tables(self) -> list[bytes]:
        self.whole = {
            clip["file"]: {
                f"WORKER0{n}": {
                    "EmoClass_Major": clip["emotion"],
                    "EmoAct": 3,
                    "EmoVal": "4.0",
                    "EmoDom": None,
                }
                for n in range(3)
            }
            for clip in CLIPS
        }
        return [json.dumps(self.whole).encode()]

    def make(self, chance: Chance) -> bytes:
        return chance.json(self.whole) if chance.maybe(0.7) else super().make(chance)


@reader
class CountsOfVotes(Votes):
    """Counts in columns of the table of labels itself."""

    name = "votes-counts"
    file_name = "labels.csv"
    settings = VoteSettings(COUNTS, {"angry": "n_angry", "sad": "n_sad"}, {}, (), (), {}, TARGET)
    cells = ("3", "2")

    def tables(self) -> list[bytes]:
        first, second = self.cells
        return [as_csv([clip | {"v": 2, "n_angry": first, "n_sad": second} for clip in CLIPS])]

    def read(self, data: bytes) -> None:
        self.file("labels.csv", data)
        self.written(None)


@reader
class SharesOfVotes(CountsOfVotes):
    """Shares in columns of the table of labels itself."""

    name = "votes-shares"
    settings = VoteSettings(SHARES, {"angry": "n_angry", "sad": "n_sad"}, {}, (), (), {}, TARGET)
    cells = ("0.75", "0.25")


@reader
class IemocapVotes(Iemocap):
    """IEMOCAP's lines of annotators, and its ratings, beside its labels."""

    name = "iemocap-votes"
    words = WORDS
    line_by_line = False

    def files(self) -> dict[str, bytes]:
        found = super().files()
        lines = b"C-E2:\tAnger;\t()\nC-E4:\tNeutral state; Anger;\t()\n"
        lines += b"C-F1:\tAnger;\t()\nA-E3:\tval 3; act 2; dom  1;\t()\n"
        found[self.damaged_file] = found[self.damaged_file].replace(b"C-E2:\tAnger;\t()\n", lines)
        return found

    def manifest(self, data: bytes) -> list[dict]:
        path = self.folder / "corpus.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in self.whole.items():
                archive.writestr(name, data if name == self.damaged_file else content)
        rows, votes = self.folder / "manifest.parquet", self.folder / "votes.parquet"
        settings = VoteSettings(LAYOUT, {}, {}, (), (), {}, None)
        used = VotesOfLayout(settings, store.Output(votes, {}))
        manifest(path, self.corpus, 2, store.Output(rows, {}), {"valence": SCALE}, used)
        checked(rows, votes)
        return list(store.rows(rows))
