"""The readers of tables of labels and of predictions, in every form in which people have and publish them."""

import csv
import io
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import yaml
from fuzzing import HarmError
from mutations import Chance, odd_parquet, rezipped
from reader import Corpus, Folder, Reader, both, reader
from support.published_forms import CLIPS, FORMS
from support.recordings import sound

from sarangi.base import store

SETTINGS = {"emotions": {}, "skip": (), "language": "en", "slices": ()}


def described(table: Path, audio: Path, name: str, columns: dict | None = None) -> Path:
    """Write the manifest of recordings that a table describes, as the workflow does; return its place."""
    from sarangi.corpora.table_corpus import table_manifest
    from sarangi.corpora.table_formats import FORMATS
    from sarangi.corpora.table_settings import TableSettings

    output = table.parent / "manifest.out"
    settings = TableSettings(FORMATS[name], columns or {}, **SETTINGS)
    table_manifest(audio, table, "c", settings, 2, store.Output(output, {}))
    return output


def drafted(table: Path, audio: Path) -> None:
    """Look at recordings and their table as ``sarangi new`` does, up to the text of the configuration."""
    from sarangi.drafts.draft import draft
    from sarangi.drafts.protocols import plan
    from sarangi.drafts.writing import config_text

    found = draft(Path("study"), table, audio, {}, None)
    text = config_text(found, plan(found), Path("study"), None)
    if not isinstance(yaml.safe_load(text), dict):
        raise HarmError(f"the configuration is none: {text}")


def as_text(separator: str) -> bytes:
    """Return the clips as a table of text."""
    text = io.StringIO(newline="")
    table = csv.DictWriter(text, CLIPS[0], delimiter=separator, lineterminator="\n")
    table.writeheader()
    table.writerows(CLIPS)
    return text.getvalue().encode()


SEGMENTS = (
    b"file,emotion,speaker,start,end\nc0.wav,angry,S0,0,0.01\nc0.wav,sad,S0,0.01,0.02\nc1.wav,sad,S1,0.005,\n"
)


@reader
class Labels(Corpus):
    """A table of labels of the user's own, as text of any separator, UTF-16 or JSON Lines."""

    name = "labels"
    corpus = "labels.csv"
    said = ("labels.csv", "recordings")

    def files(self) -> dict[str, bytes]:
        place = self.folder / "recordings"
        place.mkdir()
        for number, clip in enumerate(CLIPS):
            (place / clip["file"]).write_bytes(sound(0.02, seed=number))
        return {self.damaged_file: as_text(",")}

    def valid(self) -> list[bytes]:
        first = super().valid()
        lines = b"".join(json.dumps(clip).encode() + b"\n" for clip in CLIPS)
        texts = [as_text(separator) for separator in ";\t|"]
        return [*first, *texts, first[0].decode().encode("utf-16"), lines, SEGMENTS]

    def make(self, chance: Chance) -> bytes:
        if chance.maybe():
            return super().make(chance)
        data = chance.choice(self.seeds)
        return chance.retold(data, self.words) if chance.maybe() else chance.damaged(data, self.seeds)

    def manifest(self, data: bytes) -> list[dict]:
        table = self.file("labels.csv", data)
        return list(store.rows(described(Path(table.name), Path("recordings"), "csv")))

    def read(self, data: bytes) -> None:
        both(lambda: super(Labels, self).read(data), lambda: drafted(Path("labels.csv"), Path("recordings")))


@reader
class LabelsParquet(Labels):
    """A table of labels of the user's own in Parquet, its columns of several kinds."""

    name = "labels-parquet"
    line_by_line = False

    def valid(self) -> list[bytes]:
        super().valid()
        table = pa.Table.from_pylist([clip | {"start": 0.0, "end": 0.01} for clip in CLIPS])
        names = table.column("speaker").dictionary_encode()
        found = []
        for made in (table, table.set_column(2, "speaker", names), table.append_column("n", [range(8)])):
            file = io.BytesIO()
            pq.write_table(made, file)
            found.append(file.getvalue())
        return found

    def make(self, chance: Chance) -> bytes:
        return odd_parquet(chance, self.seeds)


class Form(Folder):
    """A corpus in a form that others publish; one of the files that describe it is damaged."""

    form = ""
    stated = ""
    """The format, as a configuration states it."""
    said = ("made",)

    def files(self) -> dict[str, bytes]:
        place = self.folder / "written"
        entry = FORMS[self.form](place)
        self.table, self.audio = entry["table"].relative_to(place), entry["audio"].relative_to(place)
        self.columns = entry.get("columns")
        files = {str(path.relative_to(place)): path for path in sorted(place.rglob("*")) if path.is_file()}
        self.tables = [name for name in files if not name.endswith(".wav")]
        # shorter than its writer has them, since each is read for each input
        return {
            name: path.read_bytes() if name in self.tables else sound(0.02, seed=number)
            for number, (name, path) in enumerate(files.items())
        }

    def make(self, chance: Chance) -> bytes:
        name = chance.choice(self.tables)
        return rezipped(self.seeds[0], name, self.damaged(chance, name, self.whole[name]))

    def damaged(self, chance: Chance, name: str, data: bytes) -> bytes:
        if name.endswith(".parquet"):
            return odd_parquet(chance, [data])
        if name.endswith(".yaml"):
            return chance.yaml(yaml.safe_load(data), data)
        if name.endswith(".jsonl") and chance.maybe():
            lines = data.split(b"\n")
            place = chance.randrange(len(lines) - 1)
            lines[place] = chance.json(json.loads(lines[place]))
            return b"\n".join(lines)
        return chance.retold(data) if chance.maybe(0.7) else chance.damaged(data, (data,))

    def read(self, data: bytes) -> None:
        place = self.unpacked(data, "made")
        table, audio = place / self.table, place / self.audio
        both(lambda: self.described(table, audio), lambda: drafted(table, audio))

    def described(self, table: Path, audio: Path) -> None:
        for row in store.rows(described(table, audio, self.stated, self.columns)):
            if (row["status"] == "ok") != (row["emotion"] is not None and row["cause"] is None):
                raise HarmError(f"status {row['status']} of {row}")


@reader
class Audformat(Form):
    """An audformat database with tables in CSV."""

    name = "audformat"
    form = "audformat_csv"
    stated = "audformat"


@reader
class AudformatParquet(Audformat):
    """An audformat database with tables in Parquet."""

    name = "audformat-parquet"
    form = "audformat_parquet"


@reader
class Datasets(Form):
    """A folder of datasets: Parquet with the recordings inside and the features in its metadata."""

    name = "datasets"
    form = "datasets_parquet"
    stated = "datasets"

    def damaged(self, chance: Chance, name: str, data: bytes) -> bytes:
        if chance.maybe(0.6):
            return super().damaged(chance, name, data)
        table = pq.read_table(io.BytesIO(data))
        features = json.loads(table.schema.metadata[b"huggingface"])
        file = io.BytesIO()
        pq.write_table(table.replace_schema_metadata({"huggingface": chance.json(features)}), file)
        return file.getvalue()


@reader
class AudioFolder(Form):
    """A folder of recordings with a metadata.csv, as datasets reads it."""

    name = "audiofolder"
    form = "audiofolder_csv"
    stated = "datasets"


@reader
class AudioFolderLines(AudioFolder):
    """A folder of recordings with a metadata.jsonl."""

    name = "audiofolder-jsonl"
    form = "audiofolder_jsonl"


@reader
class EmoboxLists(Form):
    """EmoBox's lists of folds as a table of labels."""

    name = "emobox-table"
    form = "emobox"
    stated = "emobox"


@reader
class Kaldi(Form):
    """A data folder of Kaldi."""

    name = "kaldi"
    form = "kaldi"
    stated = "kaldi"
    said = ("made", "data:")

    def files(self) -> dict[str, bytes]:
        files = super().files()
        self.tables.append("data/segments")
        names = [line.split()[0].decode() for line in files["data/wav.scp"].splitlines()]
        return files | {"data/segments": "".join(f"{name} {name} 0.00 0.015\n" for name in names).encode()}


@reader
class Predictions(Reader):
    """Predictions of a model from outside, as text or Parquet, up to where they would be scored."""

    name = "predictions"
    said = ("predictions", "column status")
    lists = True

    def valid(self) -> list[bytes]:
        from support.places import to
        from support.small_manifests import EMOTIONS, LOSO, made_manifest

        from sarangi.scoring.outside import Split
        from sarangi.splits.protocols import protocol

        manifest = made_manifest(self.folder / "manifest.parquet", speakers=3, clips=3, failed=1)
        protocol(manifest, "split", LOSO, to(self.folder / "protocol.parquet"))
        self.split = Split("made", "split", False, manifest, self.folder / "protocol.parquet", Path("none"))
        tested = store.read(self.split.protocol_file)
        tested = tested[tested["part"] == "test"][["utterance_id", "fold"]].assign(predicted="sad", seed=1)
        stated = tested.assign(**dict.fromkeys((f"p_{emotion}" for emotion in EMOTIONS), 1 / 3))
        file = io.BytesIO()
        stated.to_parquet(file, index=False)
        texts = [stated.to_csv(index=False, sep=separator).encode() for separator in ",;\t"]
        self.parquet = file.getvalue()
        return [tested.to_csv(index=False).encode(), *texts, self.parquet]

    def make(self, chance: Chance) -> bytes:
        if chance.maybe(0.2):
            return odd_parquet(chance, [self.parquet])
        return chance.retold(chance.choice(self.seeds)) if chance.maybe() else super().make(chance)

    def read(self, data: bytes) -> None:
        from sarangi.scoring.outside import checked, read

        self.file("predictions.csv", data)
        found = checked(read(Path("predictions.csv")), self.split)
        stated = found.table.filter(like="p_")
        if not ((stated >= 0) & (stated <= 1) | stated.isna()).all().all():
            raise HarmError(f"probabilities beyond 0 to 1: {stated}")


@reader
class Printed(Reader):
    """A printed table of scores or confusions, as ``sarangi check`` reads, checks and shows it."""

    name = "check"
    said = ("printed.csv",)

    def valid(self) -> list[bytes]:
        scores = b"system,UAR,WF1,accuracy,n,low,high,seeds\na,0.600,0.58,61.0%,240,0.54,0.66,1\n"
        return [
            scores + b"b,0.103,0.08,0.12,88,0.075,0.131,3\n",
            b"system;within;across;gap\na;0,5699;0,2734;-30,99\nb;0,55;0,25;-30,00\n",
            b"true,predicted,n\nsad,sad,10\nsad,angry,3\nangry,sad,4\nangry,angry,9\n",
            b",sad,angry\nsad,28,2\nangry,0,8\n",
            b"class,precision,recall,f1-score,support\nsad,0.8,0.7,0.75,10\nangry,0.6,0.9,0.72,10\n",
        ]

    def make(self, chance: Chance) -> bytes:
        return chance.retold(chance.choice(self.seeds)) if chance.maybe(0.7) else super().make(chance)

    def read(self, data: bytes) -> None:
        from sarangi.consistency.checking import check, counted
        from sarangi.consistency.replicating import replication
        from sarangi.consistency.showing import as_frame, page, text
        from sarangi.consistency.tables import read

        self.file("printed.csv", data)
        table = read(Path("printed.csv"), {})
        found = [*check([table]), *replication(table.rows, table.rows, False, 0.03, None)]
        summary = counted([table], found)
        as_frame(found).to_csv()
        list(text(found, summary))
        page(found, summary, ["printed.csv"]).encode()


@reader
class Mp3(Reader):
    """MP3 that does not say how long it is, whose frames are counted (mp3.with_length)."""

    name = "mp3"
    said = ("",)
    places = tuple(range(16))

    def valid(self) -> list[bytes]:
        from sarangi.corpora import mp3

        found = []
        for rate, channels in ((44_100, 2), (16_000, 1), (8_000, 1)):
            whole = sound(0.3, rate, channels, kind="MP3")
            # libsndfile writes the length into a first frame without sound
            bare = whole[mp3._frame(whole, 0).size :] if mp3.LENGTH.search(whole[:300]) else whole
            tag = b"ID3\4\0\0\0\0\1\0" + bytes(128)
            found += [bare, tag + bare, bare + b"TAG" + bytes(125)]
        return found

    def read(self, data: bytes) -> None:
        from sarangi.audio.resampling import to_mono_16k
        from sarangi.corpora.mp3 import with_length
        from sarangi.corpora.recording import inspect

        def counted() -> None:
            once = with_length(data)
            if with_length(once) != once:
                raise HarmError("what says how long it is does not say it")

        both(counted, lambda: inspect(data, "a.mp3"), lambda: to_mono_16k(data))
