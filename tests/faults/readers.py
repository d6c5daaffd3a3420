"""The readers that are given damaged files: valid small files of each, how they are damaged, how it reads.

A reader's ``read`` returns, or raises a SarangiError, or it is at fault; it raises :class:`fuzzing.HarmError`
where what it read cannot be right: a neighbour of the damaged utterance is not as it was, a name leads out.
"""

import base64
import io
import json
import re
import zipfile
from abc import abstractmethod
from pathlib import Path

import numpy as np
import yaml
from fuzzing import HarmError
from mutations import Chance, odd_parquet, odd_safetensors, odd_tar, odd_zip, rezipped
from reader import READERS as READERS
from reader import Corpus, Folder, Reader, both, reader
from support.places import ROOT
from support.recordings import sound, tarred
from support.studies import small, stand_in

from sarangi.base import store
from sarangi.base.errors import SarangiError

SCHEMAS = ROOT / "workflow/schemas"

# -- recordings ---------------------------------------------------------------------------------

KINDS = (
    ("WAV", None, 1), ("WAV", "PCM_24", 2), ("WAV", "FLOAT", 1), ("WAVEX", None, 2), ("WAV", "ULAW", 1),
    ("WAV", "MS_ADPCM", 1), ("FLAC", None, 1), ("FLAC", None, 2), ("OGG", "VORBIS", 1), ("OGG", "OPUS", 1),
    ("MP3", None, 1), ("AIFF", None, 1), ("AU", None, 1), ("W64", None, 1), ("RF64", None, 1), ("CAF",
    "ALAC_16", 1),
)  # fmt: skip


@reader
class Audio(Reader):
    """Sound of any format: header (recording.inspect) and samples (audio.to_mono_16k)."""

    name = "audio"
    places = (*range(4, 48, 2), 54, 56, 60, 64)

    def valid(self) -> list[bytes]:
        found = [sound(0.05, 48_000 if s == "OPUS" else 16_000, c, kind=k, subtype=s) for k, s, c in KINDS]
        return [*found, sound(0.05, 44_100, 2), sound(0.05, 8_000, kind="FLAC")]

    def make(self, chance: Chance) -> bytes:
        data = super().make(chance)
        if chance.maybe(0.1) and data[:4] == b"RIFF" and len(data) > 28:
            # a sample rate nobody uses, with the sound whole
            data = data[:24] + (chance.number() % 2**32).to_bytes(4, "little") + data[28:]
        return data

    def read(self, data: bytes) -> None:
        from sarangi.audio.flac import encode
        from sarangi.audio.resampling import level_of, to_mono_16k
        from sarangi.corpora.recording import inspect

        def heard() -> None:
            found = to_mono_16k(data)
            if found.signal.dtype != np.int16 or found.signal.ndim != 1:
                raise HarmError(f"{found.signal.dtype} of shape {found.signal.shape}")
            encode(found.signal)
            level_of(found.signal)

        both(lambda: inspect(data, "a.sound"), heard)


@reader
class Video(Reader):
    """Film: what ffmpeg says of it (video.describe) and its sound (video.sound_of)."""

    name = "video"
    slow = 40

    def valid(self) -> list[bytes]:
        from sarangi.synthetic.film import filmed

        return [filmed(sound(0.3)), filmed(sound(0.2, 48_000, 2))]

    def read(self, data: bytes) -> None:
        from sarangi.audio.decoding import sound_in
        from sarangi.audio.resampling import to_mono_16k
        from sarangi.corpora.recording import inspect

        both(lambda: inspect(data, "a.mp4"), lambda: to_mono_16k(sound_in(data, "a.mp4")))


TINY = sound(0.02)


@reader
class Recordings(Corpus):
    """One broken recording among others, through the manifest and the shard of audio."""

    name = "corpus"
    corpus = "urdu_latif"
    damaged_file = "Angry/SM2_F2_A02.wav"
    line_by_line = False

    def files(self) -> dict[str, bytes]:
        return {f"Angry/SM{n}_F2_A0{n}.wav": sound(0.03, seed=n) for n in (1, 2, 3)}

    def valid(self) -> list[bytes]:
        seeds = super().valid()
        import torch  # noqa: F401  (that it is loaded before memory is bounded)

        self.shard = self.resampled()
        return [*seeds, sound(0.03, kind="FLAC"), sound(0.03, kind="OGG")]

    def make(self, chance: Chance) -> bytes:
        return Reader.make(self, chance)

    def resampled(self) -> list[dict]:
        from sarangi.audio.resampling import resample

        audio, levels = self.folder / "audio.parquet", self.folder / "levels.parquet"
        rows = []
        for shard in (0, 1):
            paths = (self.folder / "corpus.zip", self.folder / "manifest.parquet")
            resample(*paths, shard, store.Output(audio, {}), store.Output(levels, {}))
            rows += zip(store.rows(audio), store.rows(levels), strict=True)
        return sorted(rows, key=lambda row: row[0]["utterance_id"])

    def read(self, data: bytes) -> None:
        rows = {row["utterance_id"]: row for row in self.manifest(data)}
        if len(rows) != 3 or any(rows[name] != row for name, row in self.rows.items() if "SM2" not in name):
            raise HarmError(f"the neighbours in the manifest are now {rows}")
        shard = self.resampled()
        if len(shard) != 3 or (shard[0], shard[2]) != (self.shard[0], self.shard[2]):
            raise HarmError("the neighbours in the shard of audio are other ones")


@reader
class Meld(Corpus):
    """MELD's table of the training part."""

    name = "meld"
    corpus = "meld"
    damaged_file = "train_sent_emo.csv"

    def files(self) -> dict[str, bytes]:
        from sarangi.corpora import manifest_writer as corpora

        # the header of a film is read by ffmpeg, which is fuzzed by itself
        corpora.inspect = lambda data, name: corpora_inspect(data, name.replace(".mp4", ".wav"))
        head = b"Sr No.,Utterance,Speaker,Emotion,Sentiment,Dialogue_ID,Utterance_ID\n"
        rows = [
            b"1,It\xc2\x92s late.,Ann,neutral,neutral,0,0\n", b'2,"Well, go",Bob,anger,negative,0,1\n',
            b"3,What?,Ann,joy,positive,1,0\n",
        ]  # fmt: skip
        clips = {f"train_splits/dia{d}_utt{u}.mp4": TINY for d, u in ((0, 0), (0, 1), (1, 0), (7, 7))}
        return {"train_sent_emo.csv": head + b"".join(rows)} | clips

    def is_about(self, line: bytes, utterance: str) -> bool:
        from re import fullmatch

        found = fullmatch(r".*dia(.*)_utt(.*)\.mp4", utterance)
        return f",{found[1]},{found[2]}".encode() in line or not found[1].isdigit()


def corpora_inspect(data: bytes, name: str):
    from sarangi.corpora.recording import inspect

    return inspect(data, name)


@reader
class Shemo(Corpus):
    """ShEMO's transcripts, JSON of either form."""

    name = "shemo"
    corpus = "shemo"
    damaged_file = "shemo.json"
    line_by_line = False

    def files(self) -> dict[str, bytes]:
        names = ("F03S02", "M01A01", "M02N01")
        self.tree = {name: {"transcript": "سلام \ufeff", "speaker": name[:3]} for name in names}
        return {"shemo.json": json.dumps(self.tree).encode()} | {f"{name}.wav": TINY for name in names}

    def make(self, chance: Chance) -> bytes:
        listed = [{"id": name} | entry for name, entry in self.tree.items()]
        return chance.json(chance.choice((self.tree, listed)))


@reader
class Iitkgp(Corpus):
    """The table of IITKGP-SEHSC that the user writes."""

    name = "iitkgp"
    corpus = "iitkgp_sehsc"
    damaged_file = "iitkgp_sehsc.csv"

    def files(self) -> dict[str, bytes]:
        rows = b"path,emotion,speaker,session\n1/a.wav,anger,1,1\n1/b.wav,sad,1,2\n2/c.wav,happy,2,1\n"
        return {"iitkgp_sehsc.csv": rows} | {f: TINY for f in ("1/a.wav", "1/b.wav", "2/c.wav", "3/d.wav")}


@reader
class Iemocap(Corpus):
    """IEMOCAP's labels of a dialogue."""

    name = "iemocap"
    corpus = "iemocap"
    damaged_file = "Session1/dialog/EmoEvaluation/Ses01F_impro01.txt"

    def files(self) -> dict[str, bytes]:
        names = [f"Ses01F_impro01_{talker}00{n}" for talker in "FM" for n in (0, 1)]
        labels = ["ang", "neu", "fru", "exc"]
        text = "% [START_TIME - END_TIME] TURN_NAME EMOTION [V, A, D]\n\n"
        for n, (name, label) in enumerate(zip(names, labels, strict=True)):
            text += f"[{n}.0000 - {n}.9000]\t{name}\t{label}\t[2.5, 2.5, 2.5]\nC-E2:\tAnger;\t()\n\n"
        words = "".join(f"{name} [000.0-001.0]: Yes.\n" for name in names)
        wavs = {f"Session1/sentences/wav/Ses01F_impro01/{name}.wav": TINY for name in names}
        return wavs | {
            self.damaged_file: text.encode(),
            "Session1/dialog/transcriptions/Ses01F_impro01.txt": words.encode(),
        }


@reader
class Words(Iemocap):
    """IEMOCAP's transcription of a dialogue."""

    name = "iemocap-words"
    damaged_file = "Session1/dialog/transcriptions/Ses01F_impro01.txt"

    def files(self) -> dict[str, bytes]:
        labels = "Session1/dialog/EmoEvaluation/Ses01F_impro01.txt"
        self.damaged_file, kept = labels, self.damaged_file
        found = super().files()
        self.damaged_file = kept
        return found


@reader
class Rasa(Corpus):
    """RASA's transcripts."""

    name = "rasa"
    corpus = "punjabi_rasa"
    damaged_file = "train/angry/metadata.txt"

    def files(self) -> dict[str, bytes]:
        names = [f"PAN_female_angry_0000{n}" for n in (1, 2, 3)]
        lines = "".join(f"{name}.wav|ਸਤ ਸ੍ਰੀ ਅਕਾਲ {name}|x\n" for name in names)
        return {"train/angry/metadata.txt": lines.encode()} | {
            f"train/angry/audio/{name}.wav": TINY for name in names
        }


@reader
class Sindhi(Corpus):
    """One broken feature file of Urdu-Sindhi among others, through manifest and published features."""

    name = "mat-corpus"
    corpus = "urdu_sindhi"
    damaged_file = "Feats - Urdu/eGeMAPS funcs/Matfiles/Anger_0002.mat"
    line_by_line = False

    def files(self) -> dict[str, bytes]:
        from sarangi.synthetic.urdu_sindhi import _matlab

        return {
            f"Feats - Urdu/eGeMAPS funcs/Matfiles/Anger_000{n}.mat": _matlab(np.arange(88) + n)
            for n in (1, 2, 3)
        }

    def valid(self) -> list[bytes]:
        seeds = super().valid()
        self.features = self.published()
        return seeds

    def make(self, chance: Chance) -> bytes:
        return odd_matlab(chance, self.seeds)

    def published(self) -> dict[str, dict]:
        from sarangi.features.published import published_features

        output = self.folder / "features.parquet"
        rows = {}
        for shard in (0, 1):
            published_features(
                self.folder / "corpus.zip",
                self.corpus,
                self.folder / "manifest.parquet",
                shard,
                "eGeMAPSv02",
                store.Output(output, {}),
            )
            rows |= {row["utterance_id"]: row for row in store.rows(output)}
        return rows

    def read(self, data: bytes) -> None:
        rows = {row["utterance_id"]: row for row in self.manifest(data)}
        features = self.published()
        for name in self.rows:
            if "0002" not in name and (rows[name], features[name]) != (self.rows[name], self.features[name]):
                raise HarmError(f"the neighbour {name} is now {rows[name]}")


def odd_matlab(chance: Chance, seeds: list[bytes]) -> bytes:
    """Return a damaged MATLAB file; of a compressed one sometimes what is compressed."""
    import zlib

    data = chance.choice(seeds)
    if data[128:132] == b"\x0f\0\0\0" and chance.maybe(0.6):
        inside = zlib.decompress(data[136:])
        places = range(0, min(len(inside), 80), 4)
        packed = zlib.compress(chance.damaged(inside, (inside,), places=places))
        return data[:132] + len(packed).to_bytes(4, "little") + packed
    return chance.damaged(data, seeds, places=(0, 4, 8, 12, 124, 126, *range(128, 200, 4)))


@reader
class Matlab(Reader):
    """Vectors in MATLAB files of every version that is read."""

    name = "mat"

    def valid(self) -> list[bytes]:
        import scipy.sparse
        from scipy.io import savemat

        found = []
        more = {
            "name": "x",
            "cell": np.array(["a", 1], dtype=object),
            "s": {"a": 1},
            "e": scipy.sparse.eye(3).tocsc(),
        }
        for options in ({}, {"do_compression": True}, {"format": "4"}):
            file = io.BytesIO()
            savemat(file, {"Feats": np.arange(88.0)[None]}, **options)
            found.append(file.getvalue())
            file = io.BytesIO()
            savemat(
                file, {"x": np.arange(5, dtype=np.float32)} | ({} if "format" in options else more), **options
            )
            found.append(file.getvalue())
        bomb = io.BytesIO()
        savemat(bomb, {"Feats": np.zeros((1, 100_000))}, do_compression=True)
        return [*found, bomb.getvalue()]

    def make(self, chance: Chance) -> bytes:
        return odd_matlab(chance, self.seeds)

    def read(self, data: bytes) -> None:
        from sarangi.corpora.layouts.urdu_sindhi import vector

        if vector(data).ndim != 1:
            raise HarmError("no vector")


@reader
class Emobox(Reader):
    """A list of a fold as EmoBox publishes it."""

    name = "emobox"
    said = ("emobox", "fold_1")

    def valid(self) -> list[bytes]:
        import pandas as pd

        names = [f"c/a{n}.wav" for n in range(6)]
        self.utterances = pd.DataFrame({"utterance_id": names, "corpus": "c", "status": "ok", "reason": None,
        "cause": None, "language": "en",
                                        "emotion": ["sad", "angry"] * 3, "group": list("aabbcc"),
                                        "part": None})  # fmt: skip
        lines = [json.dumps({"key": n, "wav": f"x/a{n}.wav", "label": "s"}) for n in range(6)]
        self.lists = False
        self.test = "\n".join(lines[4:]).encode()
        return ["\n".join(lines[:4]).encode()]

    def make(self, chance: Chance) -> bytes:
        if chance.maybe(0.4):
            lines = self.seeds[0].split(b"\n")
            lines[1] = chance.json(json.loads(lines[1]))
            return b"\n".join(lines)
        return chance.retold(self.seeds[0]) if chance.maybe() else super().make(chance)

    def read(self, data: bytes) -> None:
        from sarangi.splits.protocols import split

        folder = self.emptied("emobox") / "fold_1"
        folder.mkdir()
        (folder / "c_train_fold_1.jsonl").write_bytes(data)
        (folder / "c_test_fold_1.jsonl").write_bytes(self.test)
        split(self.utterances, "emobox", {"kind": "emobox", "leaks": True}, folder.parent)


# -- what people write --------------------------------------------------------------------------


class Yaml(Reader):
    """A YAML file."""

    file_name = ""
    lists = True

    @abstractmethod
    def tree(self): ...

    def valid(self) -> list[bytes]:
        self.whole = self.tree()
        self.said = (self.file_name,)
        return [yaml.safe_dump(self.whole, sort_keys=False, allow_unicode=True).encode()]

    def make(self, chance: Chance) -> bytes:
        return chance.yaml(self.whole, self.seeds[0])


@reader
class Configuration(Yaml):
    """The configuration, as the Snakefile reads and checks it."""

    name = "config"
    file_name = "config.yaml"

    def tree(self):
        study = small(yaml.safe_load((ROOT / "demo/config.yaml").read_text()))
        study["corpora"] = {"urdu_latif": stand_in(speakers=8, clips=10, seed=3)}
        used = {name for entry in study["experiments"] for name in entry["models"]}
        study["models"] = {name: entry for name, entry in study["models"].items() if name in used}
        study["sensitivity"] |= {"protocols": ["random5"], "models": ["egemaps_svm"]}
        kept = {name for entry in study["experiments"] for name in entry["protocols"]}
        study["protocols"] = {name: entry for name, entry in study["protocols"].items() if name in kept}
        return study

    def read(self, data: bytes) -> None:
        from snakemake.common.configfile import load_configfile
        from snakemake_interface_common.exceptions import WorkflowError

        from sarangi.study.availability import unavailable
        from sarangi.study.checking import check, refuse_odd_yaml
        from sarangi.study.comparisons import language_cells

        path = self.file("config.yaml", data)
        refuse_odd_yaml(path.name)
        try:
            config = load_configfile(path.name)
        except WorkflowError as error:
            raise SarangiError(f"config.yaml: {error}") from error
        study = check(config, SCHEMAS / "config.schema.yaml", [Path(path.name)])
        for kind in ("corpora", "encoders", "asr"):
            unavailable(study, kind)
        for experiment in study.scored.values():
            study.waits_for(experiment)
        language_cells(study)


@reader
class Claims(Yaml):
    """The claims of the published study."""

    name = "claims"
    file_name = "claims.yaml"
    schema = "claims.schema.yaml"

    def tree(self):
        whole = yaml.load((ROOT / "claims.yaml").read_text(), yaml.BaseLoader)  # noqa: S506
        kept = [name for name in whole["experiments"] if name.startswith("urdu")][:2]
        from sarangi.study.claims_file import _AsPrinted

        whole = yaml.load((ROOT / "claims.yaml").read_text(), _AsPrinted)  # noqa: S506
        whole["experiments"] = {name: whole["experiments"][name] for name in kept}
        grid = next(iter(whole["grids"]))
        whole["grids"] = {grid: whole["grids"][grid] | {"rows": whole["grids"][grid]["rows"][:4]}}
        numbers = list(whole["experiments"][kept[0]]["numbers"])
        first = f"{kept[0]}.{numbers[0]}"
        metric = whole["grids"][grid]["metrics"][0]
        rows = {"rows": grid, "metric": metric}
        finding = whole["experiments"][kept[0]]["finding"]
        source = {"file": "results.md", "place": "a table"}
        whole["derived"] = {
            "gap": {
                "finding": finding, "statement": "a gap", "source": source, "value": "0.1",
                "compute": {"difference": [first, {"maximum": rows}]}, "same": ["protocol"],
            },
        }  # fmt: skip
        whole["statements"] = {
            "more": {
                "finding": finding,
                "statement": "more",
                "source": source,
                "holds": {"greater": [first, {"mean": rows}]},
            },
        }  # fmt: skip
        return whole

    def valid(self) -> list[bytes]:
        seeds = super().valid()
        # numbers as they are printed, without quotes
        return [re.sub(rb"'(-?\d+\.\d+)'", rb"\1", seeds[0])]

    def read(self, data: bytes) -> None:
        from sarangi.published import faults, records
        from sarangi.study.claims_file import read_claims

        self.file("claims.yaml", data)
        found = read_claims(Path("claims.yaml"), SCHEMAS / self.schema)
        records.our_experiments(found)
        records.replays(found)
        for name in found:
            faults.faults(name, found)
        for finding in {record["finding"] for record in found.values()}:
            records.of_finding(found, finding)


@reader
class Errata(Yaml):
    """The errata of the published study."""

    name = "errata"
    file_name = "errata.yaml"

    def tree(self):
        from sarangi.study.claims_file import read_claims

        self.published = read_claims(ROOT / "claims.yaml", SCHEMAS / "claims.schema.yaml")
        document = yaml.safe_load((ROOT / "errata.yaml").read_text())
        return {part: points[:2] for part, points in document.items()}

    def read(self, data: bytes) -> None:
        from sarangi.study.claims_file import read_errata

        self.file("errata.yaml", data)
        read_errata(Path("errata.yaml"), SCHEMAS / "errata.schema.yaml", self.published)


@reader
class Checksums(Yaml):
    """The checksums of downloads."""

    name = "checksums"
    file_name = "checksums.yaml"

    def tree(self):
        return {f"https://example.org/{n}": {"checksum": f"sha256:{n:064}", "size": n} for n in (1, 2)}

    def valid(self) -> list[bytes]:
        super().valid()
        self.said = ("checksums.yaml",)
        lines = [f"{json.dumps(name)}: {json.dumps(entry)}\n" for name, entry in self.whole.items()]
        return ["".join(lines).encode()]

    def read(self, data: bytes) -> None:
        from sarangi.sources.checksums import enforce, record

        self.file("checksums.yaml", data)
        enforce("https://example.org/1", f"sha256:{1:064}", 1)
        record("https://example.org/3", "md5:3", 3)


@reader
class Lock(Yaml):
    """The lock of published results."""

    name = "results.lock"
    file_name = "results.lock"

    def tree(self):
        import pandas as pd
        import pyarrow as pa

        from sarangi.runtime import provenance

        folder = self.folder / "results/findings"
        folder.mkdir(parents=True, exist_ok=True)
        frame = pd.DataFrame({"claim": ["a.b"], "verdict": ["reproduced"], "ours": [0.5]})
        schema = pa.schema([("claim", pa.string()), ("verdict", pa.string()), ("ours", pa.float64())])
        store.write(folder / "finding_1.parquet", frame, schema, {})
        self.file("numbers.tex", b"x")
        name = "results/findings/finding_1.parquet"
        return {
            "tolerance": 0.02,
            "files": {name: provenance.digest(self.folder / name)[::-1], "paper/paper.pdf": "0" * 64},
            "values": {"finding_1: a.b": ["reproduced", 0.49], "x.uar": [0.5, None, 0.6]},
        }

    def read(self, data: bytes) -> None:
        from sarangi.reproduce.results_lock import compare

        self.file("results.lock", data)
        compare(Path())


@reader
class Costs(Yaml):
    """The costs of a run."""

    name = "costs"
    file_name = "costs.yaml"

    def tree(self):
        return yaml.safe_load((ROOT / "demo/costs.yaml").read_text())

    def read(self, data: bytes) -> None:
        from sarangi.reproduce.costs import read

        self.file("costs.yaml", data)
        read("costs.yaml")


# -- what the workflow writes -------------------------------------------------------------------


@reader
class PublishedTable(Reader):
    """The JSON of a generated table, from which explain walks."""

    name = "table"
    said = ("paper/tables/t.json", "t:1")

    def valid(self) -> list[bytes]:
        behind = {"file": "config.yaml", "column": "draws", "where": {"entry": "bootstrap"}}
        self.tree = {
            "caption": "c", "columns": ["Model", "UAR"], "notes": ["n"],
            "rows": [{"cells": {"Model": "m", "UAR": "0.5"}, "from": {"": [behind], "UAR": [behind]}}],
        }  # fmt: skip
        return [json.dumps(self.tree).encode()]

    def make(self, chance: Chance) -> bytes:
        return chance.json(self.tree)

    def read(self, data: bytes) -> None:
        from sarangi.reproduce.explain import explain
        from sarangi.reproduce.steps import as_page, as_text

        (self.folder / "paper/tables").mkdir(parents=True, exist_ok=True)
        self.file("config.yaml", b"bootstrap: {draws: 5}\n")
        self.file("paper/tables/t.json", data)
        as_text(explain("t:1:UAR", Path()))
        as_page(explain("t:1", Path()), {})


@reader
class Provenance(Reader):
    """The provenance beside a result."""

    name = "provenance"
    said = ("results/",)

    def valid(self) -> list[bytes]:
        (self.folder / "results/provenance/results").mkdir(parents=True)
        self.tree = {
            "rule": "r", "wildcards": {"corpus": "c"}, "inputs": {"results/b.parquet": "0" * 64},
            "parameters": "0" * 64,
            "outputs": ["results/a.parquet"], "code": "0" * 16, "sha256": "0" * 64,
            "result": "results/a.parquet",
        }  # fmt: skip
        return [json.dumps(self.tree).encode()]

    def make(self, chance: Chance) -> bytes:
        return chance.json(self.tree)

    def read(self, data: bytes) -> None:
        from sarangi.runtime import records

        self.file("results/provenance/results/a.parquet.json", data)
        records.closure(["results/a.parquet"])


@reader
class Restored(Reader):
    """What a restored bundle left for the configuration."""

    name = "restored"
    said = ("results/restored.json",)

    def valid(self) -> list[bytes]:
        (self.folder / "results").mkdir()
        self.config = Configuration(self.folder).whole
        self.tree = {"corpora/urdu_latif": "0" * 16, "asr/tiny_whisper": "1" * 16}
        return [json.dumps(self.tree).encode()]

    def make(self, chance: Chance) -> bytes:
        return chance.json(self.tree)

    def read(self, data: bytes) -> None:
        from sarangi.study.study import Study

        self.file("results/restored.json", data)
        study = Study(self.config)
        _ = study.corpora, study.scored, study.transcribed()


@reader
class Bundle(Reader):
    """A bundle of results that is put back."""

    name = "bundle"
    said = ("bundle.zip",)

    def valid(self) -> list[bytes]:
        import hashlib

        from sarangi.reproduce import restore

        restore.adopt = lambda targets, results, directory: {}  # Snakemake's plan, not a reader
        self.content = b"a,b\n1,2\n"
        name = "paper/tables/t.csv"
        self.record = {
            "rule": "r", "wildcards": {}, "inputs": {}, "outputs": [name], "parameters": "0", "code": "0",
            "sha256": hashlib.sha256(self.content).hexdigest(), "result": name,
        }  # fmt: skip
        self.about = {"version": 1, "targets": [name], "identities": {"corpora/c": "0"}}
        self.known = {
            "rule": "r", "input": ["a"], "log": [], "code": "x", "starttime": 1.5, "incomplete": False,
            "input_checksums": {"a": "0"}, "external_jobid": None,
        }  # fmt: skip
        self.known_as = f".snakemake/metadata/{base64.b64encode(name.encode(), b'-_').decode()}"
        self.members = {
            "bundle.json": json.dumps(self.about).encode(),
            f"results/provenance/{name}.json": json.dumps(self.record).encode(),
            name: self.content,
            self.known_as: json.dumps(self.known).encode(),
        }
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for member, data in self.members.items():
                archive.writestr(member, data)
        return [file.getvalue()]

    def make(self, chance: Chance) -> bytes:
        kind = chance.randrange(5)
        members = dict(self.members)
        if kind == 0:
            return super().make(chance)
        if kind == 1:
            members["bundle.json"] = chance.json(self.about)
        if kind == 4:
            members[self.known_as] = chance.json(self.known)
        if kind == 2:
            members["results/provenance/paper/tables/t.csv.json"] = chance.json(self.record)
        if chance.maybe(0.3):
            members[chance.choice(("results", "results/a", "results/a/b.csv", "paper/tables/",
            "results/../../x", "results//x.csv",
                                   "results/" + "y" * 300, "results/provenance", "results/restored.json/x",
                                   ".snakemake/metadata/../../x",
                                   "results/é\udc80"[:9] + ".csv"))] = b"x"  # fmt: skip
        return odd_zip(chance, list(members.items())) if kind == 3 else _zipped(members)

    def read(self, data: bytes) -> None:
        from sarangi.reproduce.restore import restore

        self.file("bundle.zip", data)
        beside = sorted(path.name for path in self.folder.iterdir())
        place = self.emptied("clone")
        try:
            restore(Path("bundle.zip"), place)
        except SarangiError:
            if left := [str(path) for path in place.rglob("*") if path.is_file()]:
                raise HarmError(f"it was refused, and yet there is {left[:5]}") from None
            raise
        finally:
            now = sorted(path.name for path in self.folder.iterdir() if path.name != "clone")
            if now != [name for name in beside if name != "clone"]:
                raise HarmError(f"beside the folder there are now {now}")


def _zipped(members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, data in members.items():
            archive.writestr(member, data)
    return file.getvalue()


@reader
class Parquet(Reader):
    """Parquet, by columns, rows, single rows, counts and provenance."""

    name = "parquet"
    said = ("table.parquet",)

    def valid(self) -> list[bytes]:
        import pandas as pd
        import pyarrow as pa

        from sarangi.audio.flac import encode
        from sarangi.audio.shard_rows import AUDIO

        flac = encode(np.arange(200, dtype=np.int16))
        audio = [
            {
                "utterance_id": f"c/{n}",
                "audio": {"bytes": flac, "path": "x.flac"},
                "status": "ok",
                "reason": None,
            }
            for n in range(5)
        ]
        path = self.folder / "table.parquet"
        with store.Writer(path, AUDIO, {"rule": "r"}, 2) as writer:
            for row in audio:
                writer.add(row)
        first = path.read_bytes()
        schema = pa.schema(
            [("utterance_id", pa.string()), ("status", pa.string()), ("fold", pa.int32()), ("leaks",
            pa.bool_()),
             ("value", pa.float64()), ("f", pa.float32()), ("pooled", pa.list_(pa.float16(), 6))]
        )  # fmt: skip
        frame = pd.DataFrame({"utterance_id": [f"c/{n}" for n in range(8)], "status": "ok", "fold": 1,
        "leaks": True,
                              "value": 0.5, "f": np.arange(8, dtype=np.float32),
                              "pooled": [np.arange(6, dtype=np.float16)] * 8})  # fmt: skip
        store.write(path, frame, schema, {"rule": "r"}, 3)
        other = path.read_bytes()
        store.write(path, frame[["value"]], pa.schema([("value", pa.float64())]), {})
        self.seeds = [first, other]
        self.foreign = path.read_bytes()
        return self.seeds

    def make(self, chance: Chance) -> bytes:
        return odd_parquet(chance, (*self.seeds, self.foreign))

    def read(self, data: bytes) -> None:
        path = self.file("table.parquet", data)
        both(
            lambda: store.count(path),
            lambda: store.provenance(path),
            lambda: store.read(path).map(str),
            lambda: store.read(path, ["utterance_id", "status"])["status"].tolist(),
            lambda: list(store.rows(path)),
            lambda: list(store.rows(path, ["utterance_id"])),
            lambda: store.Rows(path).row(0),
        )


# -- archives -----------------------------------------------------------------------------------


@reader
class Archive(Reader):
    """A corpus's archive: looked into and read (source.Source), and repacked (repack.repack)."""

    name = "archive"
    said = ("a.zip", "a.tar.gz")

    def valid(self) -> list[bytes]:
        self.members = [("x/a.wav", TINY), ("x/b.wav", TINY[:500]), ("x/c.txt", b"words\n")]
        return [
            _zipped(dict(self.members)),
            tarred(self.members, "w"),
            *(tarred(self.members, f"w:{k}") for k in ("gz", "bz2", "xz")),
        ]

    def make(self, chance: Chance) -> bytes:
        kind = chance.randrange(8)
        if kind == 0:
            return super().make(chance)
        members = list(self.members)
        if chance.maybe(0.3):
            inner = chance.choice((odd_zip, odd_tar))(chance, self.members)
            members.append((f"in.{chance.choice(('zip', 'tar', 'tar.gz', 'tgz'))}", inner))
        return (odd_zip if kind < 4 else odd_tar)(chance, members)

    def read(self, data: bytes) -> None:
        name = "a.zip" if data.startswith(b"PK") else "a.tar.gz"
        path = self.file(name, data)
        both(lambda: self.looked_into(path), lambda: self.repacked(path))

    def looked_into(self, path: Path) -> None:
        from sarangi.sources.source import Source

        refused = None
        with Source(path.name) as source:
            for file in source.paths():
                try:
                    source.read(file)
                except SarangiError as error:
                    refused = error
        if refused is not None:
            raise refused

    def repacked(self, path: Path) -> None:
        from sarangi.sources.repack import needs_repacking, repack
        from sarangi.sources.source import Source

        place = self.emptied("made")
        try:
            needs_repacking(Path(path.name))
            repack({path.name: Path(path.name)}, place / "made.zip")
        finally:
            if left := [p.name for p in place.iterdir() if p.name != "made.zip"]:
                raise HarmError(f"temporary files are left: {left}")
        with Source(place / "made.zip") as source:
            for file in source.paths():
                # a link, or one of several members of that name, is refused with reason
                if file not in source.problems and source.times(file) == 1:
                    source.read(file)
                if file.startswith("/") or ".." in file.split("/") or "\\" in file:
                    raise HarmError(f"the name {file!r} leads out")


# -- checkpoints --------------------------------------------------------------------------------


SHAPE = {"hidden_size": 8, "layers": 1, "heads": 2, "channels": 4, "seed": 1}


def tiny_encoder(folder: Path) -> dict[str, bytes]:
    from sarangi.sources.small_weights import random_encoder

    place = folder / "encoder"
    place.mkdir(exist_ok=True)
    names = ("config.json", "preprocessor_config.json", "model.safetensors")
    random_encoder(SHAPE, {name: place / name for name in names})
    return {name: (place / name).read_bytes() for name in names}


@reader
class Encoder(Folder):
    """An encoder of speech: config.json, preprocessor_config.json, model.safetensors."""

    name = "encoder"
    said = ("model",)

    def files(self) -> dict[str, bytes]:
        return tiny_encoder(self.folder)

    def read(self, data: bytes) -> None:
        from sarangi.models.encoders import load_encoder, normalises

        folder = self.unpacked(data)
        both(lambda: load_encoder(folder), lambda: normalises(folder))


@reader
class Tokenizer(Folder):
    """The tokeniser of a text encoder: tokenizer.json and tokenizer_config.json."""

    name = "tokenizer"
    said = ("tokenizer",)

    def files(self) -> dict[str, bytes]:
        folder = ROOT / "demo/weights/tiny_roberta"
        self.encoder = json.loads((folder / "config.json").read_text())
        tokenizer = json.loads((folder / "tokenizer.json").read_text())
        return {
            "tokenizer.json": json.dumps(tokenizer).encode(),
            "tokenizer_config.json": (folder / "tokenizer_config.json").read_bytes(),
        }

    def read(self, data: bytes) -> None:
        from sarangi.models.tokenizers import load_tokenizer, tokenizer_files

        files = tokenizer_files(self.unpacked(data))
        load_tokenizer(files, self.encoder, 16, "x (model/tokenizer)")("a b c")


@reader
class Run(Folder):
    """A run of fine-tuning: its config.json and model.safetensors."""

    name = "run"
    said = ("model",)

    def files(self) -> dict[str, bytes]:
        from safetensors.torch import save

        from sarangi.models.encoders import build_encoder
        from sarangi.models.fusion import classifier

        config = json.loads(tiny_encoder(self.folder)["config.json"])
        described = {
            "emotions": ["angry", "sad"], "dropout": 0.1,
            "audio": {"encoder": config, "name": "x", "frozen_layers": 0, "max_audio_s": 1,
            "normalise": True},
        }  # fmt: skip
        network = classifier(described, {"audio": build_encoder(config)})
        weights = {name: tensor.clone().contiguous() for name, tensor in network.state_dict().items()}
        return {"config.json": json.dumps(described).encode(), "model.safetensors": save(weights)}

    def read(self, data: bytes) -> None:
        from sarangi.models.fusion import EmotionClassifier

        EmotionClassifier.from_pretrained(self.unpacked(data))


@reader
class PooledRun(Run):
    """A run on pooled states, which runs no encoder."""

    name = "pooled-run"

    def files(self) -> dict[str, bytes]:
        from safetensors.torch import save

        from sarangi.models.fusion import classifier

        described = {
            "emotions": ["angry", "sad"], "dropout": 0.1,
            "audio": {"encoder": {"num_hidden_layers": 2, "hidden_size": 8}, "states": "pooled",
            "frozen_layers": "all", "max_audio_s": 1, "normalise": True},
        }  # fmt: skip
        network = classifier(described, {})
        return {
            "config.json": json.dumps(described).encode(),
            "model.safetensors": save(dict(network.state_dict())),
        }


@reader
class Prefix(Reader):
    """What a frozen prefix gave, as safetensors."""

    name = "prefix"
    said = ("prefix.safetensors",)

    def valid(self) -> list[bytes]:
        import torch
        from safetensors.torch import save

        return [save({f"c/{n}.wav": torch.ones(3, 4).half() for n in range(3)}, {"sarangi": "{}"})]

    def make(self, chance: Chance) -> bytes:
        return odd_safetensors(chance, self.seeds[0])

    def read(self, data: bytes) -> None:
        from sarangi.models.run_inputs import Prefixes

        self.file("prefix.safetensors", data)
        states = Prefixes([Path("prefix.safetensors")])
        if "c/1.wav" in states:
            states["c/1.wav"].float().sum()


def drawn_whisper(dims):
    """Return a Whisper with every weight set: its own class leaves some positions as memory had them."""
    import torch
    import whisper

    model = whisper.model.Whisper(dims)
    torch.nn.init.normal_(model.decoder.positional_embedding, std=0.01)
    return model


@reader
class PackedWhisper(Reader):
    """A packed Whisper, as safetensors."""

    name = "packed-whisper"
    said = ("packed.safetensors",)

    def valid(self) -> list[bytes]:
        from sarangi.sources.small_weights import _whisper_dims, pack_whisper

        dims = _whisper_dims(4, 1, 2)
        dims.n_vocab, dims.n_text_ctx = 4, 8
        path = self.folder / "packed.safetensors"
        pack_whisper(drawn_whisper(dims), [1, 2, 3], path)
        return [path.read_bytes()]

    def make(self, chance: Chance) -> bytes:
        return odd_safetensors(chance, self.seeds[0])

    def read(self, data: bytes) -> None:
        from sarangi.sources.small_weights import unpacked_whisper

        self.file("packed.safetensors", data)
        unpacked_whisper(Path("packed.safetensors"), self.folder / "whisper.pt")


class Torch(Reader):
    """A zip of torch: its bytes, the pickle in it, or its records are damaged."""

    def make(self, chance: Chance) -> bytes:
        data = self.seeds[0]
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            pickled = next(name for name in names if name.endswith("data.pkl"))
            inside = archive.read(pickled)
        kind = chance.randrange(4)
        if kind == 0:
            return super().make(chance)
        if kind == 1:
            name = chance.choice(names)
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                return rezipped(data, name, chance.damaged(archive.read(name)))
        words = (b"cos\nsystem\n", b"(S'x'\ntR.", b"R", b"}", b"]", b"0", b"N", b"K\xff", b"M\xff\xff",
        b"\x8a\x08" + b"\xff" * 7 + b"\x7f",
                 b"J\xff\xff\xff\x7f", b"c__builtin__\neval\n", b"X\xff\xff\xff\x7f", b"Q", b"q\xff",
                 b"h\xff", b"u", b"b", b"\x85", b"(", b"t", b".")  # fmt: skip
        return rezipped(data, pickled, chance.damaged(inside, (inside,), words))


@reader
class Whisper(Torch):
    """A checkpoint of Whisper as OpenAI publishes it."""

    name = "whisper"
    said = ("whisper.pt",)

    def valid(self) -> list[bytes]:
        from sarangi.sources.small_weights import _whisper_checkpoint, _whisper_dims

        dims = _whisper_dims(4, 1, 2)
        path = self.folder / "whisper.pt"
        _whisper_checkpoint(dict(dims.__dict__), drawn_whisper(dims).state_dict(), path)
        return [path.read_bytes()]

    def read(self, data: bytes) -> None:
        from sarangi.transcripts.whisper_checkpoint import load

        self.file("whisper.pt", data)
        load(Path("whisper.pt"))


@reader
class TorchWeights(Torch):
    """Weights of an encoder as a pickle of torch, which become safetensors."""

    name = "torch"
    said = ("pytorch_model.bin",)

    def valid(self) -> list[bytes]:
        import torch

        file = io.BytesIO()
        torch.save({"a.weight": torch.ones(2, 3), "a.bias": torch.zeros(2)}, file)
        return [file.getvalue()]

    def read(self, data: bytes) -> None:
        from sarangi.sources.checkpoints import as_safetensors

        self.file("pytorch_model.bin", data)
        as_safetensors(Path("pytorch_model.bin"), self.folder / "out.safetensors")


import foreign_readers  # noqa: E402, F401  (its readers register themselves)
import table_readers  # noqa: E402, F401  (as do these)
import vote_readers  # noqa: E402, F401
