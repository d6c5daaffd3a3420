"""What is asked of a reader of foreign files that is given damaged ones; readers register themselves here."""

import io
import json
import shutil
import zipfile
from abc import ABC, abstractmethod
from pathlib import Path

from fuzzing import HarmError
from mutations import WORDS, Chance, odd_safetensors, rezipped

from sarangi.base import store
from sarangi.base.errors import SarangiError


class Reader(ABC):
    """A reader: ``seeds`` are valid inputs, ``said`` what a refusal must name one of."""

    name = ""
    said: tuple[str, ...] = ("",)
    lists = False
    """Whether a refusal may list several problems, a line each."""
    slow = 1
    """The inputs are divided by this."""
    words: tuple[bytes, ...] = WORDS
    places: tuple[int, ...] = ()
    """Offsets of numbers in the header."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.seeds = self.valid()

    @abstractmethod
    def valid(self) -> list[bytes]: ...

    def make(self, chance: Chance) -> bytes:
        return chance.damaged(chance.choice(self.seeds), self.seeds, self.words, self.places)

    @abstractmethod
    def read(self, data: bytes) -> None: ...

    def emptied(self, name: str) -> Path:
        """Return a folder that holds nothing."""
        place = self.folder / name
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        return place

    def file(self, name: str, data: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(data)
        return path


READERS: dict[str, type[Reader]] = {}


def reader(made: type[Reader]) -> type[Reader]:
    READERS[made.name] = made
    return made


def both(*steps) -> None:
    """Take every step; then raise what the first one refused."""
    refused = []
    for step in steps:
        try:
            step()
        except SarangiError as error:
            refused.append(error)
    if refused:
        raise refused[0]


class Folder(Reader):
    """A folder of files, as a stored zip; one of them is damaged."""

    @abstractmethod
    def files(self) -> dict[str, bytes]: ...

    def valid(self) -> list[bytes]:
        self.whole = self.files()
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            for name, data in self.whole.items():
                archive.writestr(name, data)
        return [file.getvalue()]

    def make(self, chance: Chance) -> bytes:
        name = chance.choice(list(self.whole))
        data = self.whole[name]
        if name.endswith(".json"):
            data = chance.json(json.loads(data))
        elif name.endswith(".safetensors"):
            data = odd_safetensors(chance, data)
        return rezipped(self.seeds[0], name, data)

    def unpacked(self, data: bytes, name: str = "model") -> Path:
        place = self.emptied(name)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            archive.extractall(place)
        return Path(name)


class Corpus(Reader):
    """A corpus in a zip, of which one file is damaged; the utterances beside it must stay what they are."""

    corpus = ""
    damaged_file = ""
    line_by_line = True
    said = ("corpus.zip",)

    @abstractmethod
    def files(self) -> dict[str, bytes]: ...

    def valid(self) -> list[bytes]:
        self.whole = self.files()
        data = self.whole[self.damaged_file]
        self.rows = {row["utterance_id"]: row for row in self.manifest(data)}
        if not any(row["status"] == "ok" for row in self.rows.values()):
            raise AssertionError(f"no utterance of the undamaged {self.corpus} is ok: {self.rows}")
        return [data]

    def make(self, chance: Chance) -> bytes:
        data = self.seeds[0]
        if chance.maybe(0.4):
            lines = data.split(b"\n")
            place = chance.randrange(len(lines))
            lines[place] = chance.reworded(lines[place], self.words)
            return b"\n".join(lines)
        return chance.retold(data, self.words) if chance.maybe() else super().make(chance)

    def manifest(self, data: bytes) -> list[dict]:
        from sarangi.corpora.manifest import manifest

        path = self.folder / "corpus.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in self.whole.items():
                archive.writestr(name, data if name == self.damaged_file else content)
        manifest(path, self.corpus, 2, store.Output(self.folder / "manifest.parquet", {}))
        return list(store.rows(self.folder / "manifest.parquet"))

    def read(self, data: bytes) -> None:
        rows = {row["utterance_id"]: row for row in self.manifest(data)}
        for row in rows.values():
            # one that is ok may have a note as its reason, and no cause
            # or of why there is no sound
            known = row["cause"] is None or row["no_sound"] is not None
            if (row["status"] == "ok") != (row["emotion"] is not None and known):
                raise HarmError(f"status {row['status']} of {row}")
        if self.line_by_line:
            self.spared(data, rows)

    def spared(self, data: bytes, rows: dict[str, dict]) -> None:
        """Refuse that one damaged line changes an utterance that it is not about."""
        old, new = self.seeds[0].split(b"\n"), data.split(b"\n")
        changed = [n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b]
        if len(old) != len(new) or len(changed) != 1 or changed == [0]:
            return
        line = changed[0]
        if any(
            odd in new[line].replace(old[line], b"")
            for odd in (b'"', b"\r", b"\0", b"\x85", b"\x1a", b"\x1c", b"\xe2")
        ):
            return  # it may have become more lines than one, or less
        for utterance, row in self.rows.items():
            about = self.is_about(old[line], utterance) or self.is_about(new[line], utterance)
            now = rows.get(utterance)
            if not about and row != now and "duplicate id" not in str(now and now["reason"]):
                raise HarmError(f"line {line} {new[line]!r} changed {row} to {now}")

    def is_about(self, line: bytes, utterance: str) -> bool:
        return utterance.rsplit("/", 1)[-1].rpartition(".")[0].encode() in line
