"""A campaign of tries against corpora: folders, archives, tables and recordings as the world has them.

    python tests/faults/campaign_corpora.py [--only WORDS]

Each try is a function of a folder of its own.  It is survived where every recording ends as ok, skipped or
failed with a true reason, or one clear message stops the manifest; and failed at a traceback, an absence, a
hang, a wrong label or a message that misleads.  A table at the end counts them.
"""

import contextlib
import io
import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import numpy as np
import soundfile
from imageio_ffmpeg import get_ffmpeg_exe
from scipy.io import savemat

sys.path.insert(0, str(Path(__file__).parents[1]))
from support.campaign import Campaign
from support.manifests import listed
from support.places import REAL, to
from support.recordings import float_wav, sound, tarred, zipped
from support.small_corpora import MELD, SMALLEST, laid

from sarangi.audio.flac import decode
from sarangi.audio.near_duplicates import near_duplicates
from sarangi.audio.resampling import resample
from sarangi.audit.corpus import corpus_audit
from sarangi.audit.rows import Audited
from sarangi.base import store
from sarangi.base.errors import SarangiError
from sarangi.features.published import published_features
from sarangi.runtime.inventory import Inventory
from sarangi.sources.repack import repack
from sarangi.sources.source import find
from sarangi.splits.protocols import protocol

Files = Mapping[str, bytes]
Wanted = Mapping[str, str]
"""By the path of an utterance its status, and after a colon and a blank what its reason must say."""
CAMPAIGN = Campaign()
attempt = CAMPAIGN.attempt

GOOD = {"Sad/SM1_F1_S01.wav": sound(0.2), "Angry/SF2_F1_A01.wav": sound(0.2, seed=1)}
"""Two clips of URDU."""
FINE = dict.fromkeys(GOOD, "ok")
TABLE = "path,emotion,speaker,session\n"
SOUNDS = (".wav", ".wave", ".flac", ".mp3", ".ogg", ".opus", ".m4a", ".aiff", ".mp4", ".avi", ".mat")


# what each try does


@contextlib.contextmanager
def within(folder: Path):
    """Work in a folder, in which a study's paths are relative."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def wrong_words(text: str | None, folder: Path) -> str | None:
    """Return what is wrong with a reason or a message."""
    if not isinstance(text, str):  # what is missing is None or NaN
        return None
    if not text.isprintable() or len(text) > 1500:
        return f"an odd text: {text!r}"
    return f"a path of this machine: {text}" if str(folder) in text else None


def ends(folder: Path, source: Path, corpus: str, wanted: Wanted, between: Callable | None = None):
    """Return what is wrong with the ends of the utterances, and the tables of the manifest and of the audio.

    ``between`` is done after the manifest and before the job that reads the recordings.
    """
    with within(folder):
        rows = listed(source.relative_to(folder), folder, corpus)
        status = rows[["status", "reason"]]
        audio = None
        if corpus != "urdu_sindhi":
            if between:
                between()
            outputs = [to(folder / f"{name}.parquet") for name in ("audio", "levels")]
            resample(source.relative_to(folder), folder / "manifest.parquet", 0, *outputs)
            audio = store.read(folder / "audio.parquet").set_index("utterance_id")
            if list(audio.index) != list(rows.index):
                return "the audio has other rows than the manifest", rows, audio
            status = audio[["status", "reason"]].assign(reason=audio["reason"].fillna(rows["reason"]))
    found = {
        name.partition("/")[2]: tuple(row) for name, row in zip(status.index, status.values, strict=True)
    }
    for name, (state, reason) in found.items():
        if wrong := wrong_words(reason, folder):
            return wrong, rows, audio
        want, _, words = wanted.get(name, "no row").partition(": ")
        if state != want or words.casefold() not in str(reason or "").casefold():
            return f"{name} is {state} ({reason}), expected {want} {words}", rows, audio
    absent = sorted(set(wanted) - set(found))
    return (f"absent: {', '.join(absent)}" if absent else None), rows, audio


def end(folder: Path, files: Files, wanted: Wanted, corpus: str = "urdu_latif", **options) -> str | None:
    """Return what is wrong with the ends of the files of a folder."""
    return ends(folder, laid(folder / corpus, files), corpus, wanted, **options)[0]


def packed_end(folder: Path, data: bytes, wanted: Wanted, corpus: str = "urdu_latif") -> str | None:
    """Return what is wrong with the ends of what an archive holds."""
    (folder / "corpus.zip").write_bytes(data)
    return ends(folder, folder / "corpus.zip", corpus, wanted)[0]


def stops(folder: Path, files: Files | Path, words: str, corpus: str = "urdu_latif") -> str | None:
    """Return what is wrong where a message with these words must stop the manifest."""
    source = files if isinstance(files, Path) else laid(folder / corpus, files)
    source.mkdir(exist_ok=True) if not source.exists() else None
    return said(folder, lambda: listed(source.relative_to(folder), folder, corpus), words)


def said(folder: Path, step: Callable, words: str) -> str | None:
    """Return what is wrong where a step must end in a message with these words."""
    with within(folder):
        try:
            step()
        except SarangiError as error:
            if words.casefold() not in str(error).casefold():
                return f"it does not say {words!r}: {error}"
            return wrong_words(str(error).replace("\n", " "), folder)
    return "no message"


def heard(
    folder: Path, data: bytes, wanted: str, samples: int | None = None, name: str = "2.wav"
) -> str | None:
    """Return what is wrong with the end of a recording, or the samples of it at 16 kHz, beside a good one."""
    table = f"{TABLE}a/1.wav,anger,s1,1\na/{name},sad,s2,1\n"
    files = {"iitkgp_sehsc.csv": table.encode(), "a/1.wav": sound(0.2), f"a/{name}": data}
    source = laid(folder / "iitkgp_sehsc", files)
    wrong, _, audio = ends(folder, source, "iitkgp_sehsc", {"a/1.wav": "ok", f"a/{name}": wanted})
    if wrong or samples is None:
        return wrong
    there = len(decode(audio.loc[f"iitkgp_sehsc/a/{name}", "audio"]["bytes"]))
    return None if abs(there - samples) <= 1 else f"{there} samples, expected {samples}"


def lines(folder: Path, text: str | bytes, wanted: Wanted, **files: bytes) -> str | None:
    """Return what is wrong with the ends of what a table of IITKGP-SEHSC lists: a/1.wav to a/3.wav exist."""
    text = text.encode() if isinstance(text, str) else text
    there = {f"a/{n}.wav": sound(0.2, seed=n) for n in (1, 2, 3)}
    skipped = {path: "skipped: does not list it" for path in there}
    return end(folder, there | {"iitkgp_sehsc.csv": text}, skipped | dict(wanted), "iitkgp_sehsc")


def refused(folder: Path, text: str | bytes, words: str) -> str | None:
    """Return what is wrong where a table of IITKGP-SEHSC must stop the manifest."""
    text = text.encode() if isinstance(text, str) else text
    there = {f"a/{n}.wav": sound(0.2, seed=n) for n in (1, 2, 3)}
    return stops(folder, there | {"iitkgp_sehsc.csv": text}, words, "iitkgp_sehsc")


def first_of(*tries: str | None) -> str | None:
    return next((wrong for wrong in tries if wrong), None)


def riff(*chunks: tuple[bytes, bytes], size: int | None = None) -> bytes:
    """Return a WAV file of chunks."""
    body = b"WAVE" + b"".join(k + struct.pack("<I", len(v)) + v + bytes(len(v) % 2) for k, v in chunks)
    return b"RIFF" + struct.pack("<I", len(body) if size is None else size) + body


def fmt(tag=1, channels=1, rate=16_000, bits=16, more=b"") -> tuple[bytes, bytes]:
    width = channels * bits // 8
    return b"fmt ", struct.pack("<HHIIHH", tag, channels, rate, rate * width, width, bits) + more


def pcm(samples=3200, seed=0) -> bytes:
    return (np.random.default_rng(seed).normal(0, 3000, samples)).astype("<i2").tobytes()


def written(samples, rate=16_000, **kind) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, samples, rate, **({"format": "WAV"} | kind))
    return file.getvalue()


def tone(samples=3200) -> np.ndarray:
    return 0.3 * np.sin(np.arange(samples) / 9)


def zip_of(files: Iterable[tuple[str | zipfile.ZipInfo, bytes]], **options) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", **options) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return out.getvalue()


# folders


@attempt
def a_recording_of_another_format_in_a_published_layout(folder):
    files = GOOD | {"Sad/SM3_F1_S01.flac": sound(0.2, kind="FLAC")}
    return end(folder, files, FINE | {"Sad/SM3_F1_S01.flac": "skipped: flac"})


@attempt
def an_actor_of_ravdess_as_mp3(folder):
    files = {f"Actor_0{n}/03-01-01-01-01-01-0{n}.wav": sound(0.2, seed=n) for n in (1, 2)}
    odd = "Actor_03/03-01-01-01-01-01-03.mp3"
    wanted = dict.fromkeys(files, "ok") | {odd: "skipped: mp3"}
    return end(folder, files | {odd: sound(0.2, kind="MP3")}, wanted, "ravdess")


@attempt
def downloads_that_a_browser_has_not_finished(folder):
    halves = [f"Sad/SM3_F1_S0{n}.wav{end_}" for n, end_ in enumerate((".part", ".crdownload", ".download"))]
    return end(folder, GOOD | dict.fromkeys(halves, b"RIFF"), FINE | dict.fromkeys(halves, "skipped"))


@attempt
def a_suffix_of_four_letters_and_one_with_a_blank(folder):
    odd = ["Sad/SM3_F1_S01.wave", "Sad/SM4_F1_S01.wav "]
    return end(folder, GOOD | {name: sound(0.2) for name in odd}, FINE | dict.fromkeys(odd, "skipped"))


@attempt
def copies_as_file_managers_name_them(folder):
    odd = [f"Sad/SM1_F1_S01{n}.wav" for n in (" (1)", " - Copy", " copy", "_conflicted")]
    files = GOOD | {name: GOOD["Sad/SM1_F1_S01.wav"] for name in odd}
    return end(folder, files, FINE | dict.fromkeys(odd, "failed: name does not follow"))


@attempt
def an_archive_that_was_left_beside_what_was_unpacked(folder):
    files = GOOD | {"Happy.zip": zip_of([("Happy/SM1_F1_H01.wav", sound(0.2))])}
    return end(folder, files, FINE | {"Happy.zip": "skipped: unpack"})


@attempt
def archives_of_kinds_that_are_not_read_in_a_folder(folder):
    odd = ["Happy.7z", "Neutral.rar", "x.tar.zst", "y.tgz"]
    return end(folder, GOOD | dict.fromkeys(odd, b"7z\xbc\xaf"), FINE | dict.fromkeys(odd, "skipped: unpack"))


@attempt
def a_seven_zip_in_the_place_of_a_corpus(folder):
    for name in ("ravdess.7z", "shemo.rar", "meld.tar.zst", "urdu_latif.zip.001"):
        (folder / name).write_bytes(b"7z\xbc\xaf")
        if wrong := said(folder, lambda: find(name.partition(".")[0], Path()), "unpack"):  # noqa: B023
            return f"{name}: {wrong}"
    return None


@attempt
def a_shortcut_of_windows(folder):
    odd = ["Sad/SM3_F1_S01.wav.lnk", "Sad/SM4_F1_S01.wav.url"]
    return end(folder, GOOD | dict.fromkeys(odd, b"L\0\0\0"), FINE | dict.fromkeys(odd, "skipped"))


@attempt
def a_folder_named_as_a_recording_with_recordings_in_it(folder):
    inner = "Sad/SM3_F1_S01.wav/Sad/SM4_F1_S01.wav"
    wanted = FINE | {"Sad/SM3_F1_S01.wav": "failed: a folder", "Sad/SM4_F1_S01.wav": "ok"}
    return end(folder, GOOD | {inner: sound(0.2)}, wanted)


@attempt
def hard_links_of_one_recording_under_two_names(folder):
    source = laid(folder / "urdu_latif", GOOD)
    os.link(source / "Sad/SM1_F1_S01.wav", source / "Sad/SM1_F1_S02.wav")
    return ends(folder, source, "urdu_latif", FINE | {"Sad/SM1_F1_S02.wav": "ok"})[0]


@attempt
def a_corpus_that_is_a_link_through_thirty_links(folder):
    laid(folder / "there", GOOD)
    for n in range(30):
        (folder / f"l{n}").symlink_to(f"l{n - 1}" if n else "there")
    return ends(folder, folder / "l29", "urdu_latif", FINE)[0]


@attempt
def a_link_to_a_device_and_to_the_kernel(folder):
    source = laid(folder / "urdu_latif", GOOD)
    (source / "Sad/SM3_F1_S01.wav").symlink_to("/dev/zero")
    (source / "Sad/SM4_F1_S01.wav").symlink_to("/proc/self/mem")
    (source / "Sad/SM5_F1_S01.wav").symlink_to("/proc/version")
    wanted = {f"Sad/SM{n}_F1_S01.wav": "failed" for n in (4, 5)}
    return ends(folder, source, "urdu_latif", FINE | wanted | {"Sad/SM3_F1_S01.wav": "failed: device"})[0]


@attempt
def links_in_a_ring(folder):
    source = laid(folder / "urdu_latif", GOOD)
    (source / "Sad/SM3_F1_S01.wav").symlink_to("SM4_F1_S01.wav")
    (source / "Sad/SM4_F1_S01.wav").symlink_to("SM3_F1_S01.wav")
    wanted = {f"Sad/SM{n}_F1_S01.wav": "failed: links" for n in (3, 4)}
    return ends(folder, source, "urdu_latif", FINE | wanted)[0]


@attempt
def a_socket_as_a_recording(folder):
    source = laid(folder / "urdu_latif", GOOD)
    with within(source / "Sad"), socket.socket(socket.AF_UNIX) as server:
        server.bind("SM3_F1_S01.wav")
        return ends(folder, source, "urdu_latif", FINE | {"Sad/SM3_F1_S01.wav": "failed: socket"})[0]


@attempt
def a_recording_of_three_gigabytes_of_nothing(folder):
    source = laid(folder / "urdu_latif", GOOD)
    with (source / "Sad/SM3_F1_S01.wav").open("wb") as file:
        file.truncate(3 * 2**30)
    return ends(folder, source, "urdu_latif", FINE | {"Sad/SM3_F1_S01.wav": "failed: at most"})[0]


@attempt
def three_hundred_folders_deep(folder):
    return end(folder, {"d/" * 300 + name: data for name, data in GOOD.items()}, FINE)


@attempt
def a_name_of_255_bytes(folder):
    odd = f"Sad/{'x' * 251}.wav"
    return end(folder, GOOD | {odd: sound(0.2)}, FINE | {odd: "failed: name does not follow"})


@attempt
def names_with_line_breaks_escapes_and_marks_of_direction(folder):
    odd = [f"Sad/{mark}.wav" for mark in ("a\nb", "a\tb", "\x1b[2Ja", "\u202eabc", "a\u2028b", "'\"`$(x)")]
    files = GOOD | {name: sound(0.2, seed=n) for n, name in enumerate(odd)}
    return end(folder, files, FINE | dict.fromkeys(odd, "failed: name does not follow"))


@attempt
def folders_above_a_layout_in_other_scripts(folder):
    above = ["جذبات", "भावना", "感情😀", "a%20b#c", "-rf"]
    wrong = [
        end(folder / str(n), {f"{a}/{p}": d for p, d in GOOD.items()}, FINE) for n, a in enumerate(above)
    ]
    return first_of(*wrong)


@attempt
def one_folder_composed_and_decomposed(folder):
    twice = {f"{above}/{name}": data for above in ("é", "e\u0301") for name, data in GOOD.items()}
    return end(folder, twice, dict.fromkeys(GOOD, "ok"))


@attempt
def two_corpora_that_are_one_folder(folder):
    laid(folder / "both", GOOD | {"Actor_01/03-01-01-01-01-01-01.wav": sound(0.2, seed=3)})
    for corpus in ("urdu_latif", "ravdess"):
        (folder / corpus).symlink_to("both")
    other = {"Actor_01/03-01-01-01-01-01-01.wav": "ok"} | dict.fromkeys(GOOD, "failed: name does not follow")
    odd = {"Actor_01/03-01-01-01-01-01-01.wav": "failed: name does not follow"}
    return first_of(
        ends(folder, folder / "ravdess", "ravdess", other)[0],
        ends(folder, folder / "urdu_latif", "urdu_latif", FINE | odd)[0],
    )


@attempt
def the_folder_of_another_corpus(folder):
    return stops(folder, SMALLEST["ravdess"], "no utterance of urdu_latif among 1 files")


@attempt
def a_folder_of_no_file_of_hidden_ones_and_of_text(folder):
    cases = ({}, {".a/Sad/SM1_F1_S01.wav": b"x", "__MACOSX/b": b""}, {"README.md": b"x", "LICENSE": b""})
    return first_of(
        *[stops(folder / str(n), case, "no utterance") for n, case in enumerate(made(folder, cases))]
    )


def made(folder: Path, cases):
    """Yield cases, for each of which there is a folder."""
    for n, case in enumerate(cases):
        (folder / str(n)).mkdir()
        yield case


@attempt
def three_thousand_recordings_of_no_byte(folder):
    files = {f"Sad/SM{n}_F1_S01.wav": b"" for n in range(3000)}
    return stops(folder, files, "3000 the file is empty")


@attempt
def what_systems_leave_behind(folder):
    odd = ("Thumbs.db", "desktop.ini", ".DS_Store", "Sad/._SM1_F1_S01.wav", "__MACOSX/Sad/._x.wav", "Icon\r")
    return end(folder, GOOD | dict.fromkeys(odd, b"x"), FINE)


@attempt
def pointers_of_every_kind_in_place_of_recordings(folder):
    annex = b"/annex/objects/MD5E-s32--abc.wav\r\n"
    lfs = b"version https://git-lfs.github.com/spec/v1\r\noid sha256:00\r\nsize 1\r\n"
    text = b"../Sad/SM1_F1_S01.wav"
    said_ = ("git annex get", "git lfs pull", "not a sound file")
    odd = {f"Sad/SM{n}_F1_S01.wav": data for n, data in enumerate((annex, lfs, text), 3)}
    wanted = {name: f"failed: {words}" for name, words in zip(odd, said_, strict=True)}
    return end(folder, GOOD | odd, FINE | wanted)


@attempt
def pointers_in_an_archive(folder):
    lfs = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n"
    data = zip_of([*GOOD.items(), ("Sad/SM3_F1_S01.wav", lfs)])
    return packed_end(folder, data, FINE | {"Sad/SM3_F1_S01.wav": "failed: git lfs pull"})


@attempt
def a_table_that_is_a_pointer(folder):
    return refused(folder, b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n", "git lfs pull")


@attempt
def a_folder_that_dvc_keeps_elsewhere(folder):
    wanted = FINE | {"Happy": "failed: dvc pull Happy.dvc"}
    return end(folder, GOOD | {"Happy.dvc": b"outs:\n- md5: 0.dir\n  path: Happy\n"}, wanted)


@attempt
def recordings_that_icloud_and_annex_keep_elsewhere(folder):
    source = laid(folder / "urdu_latif", GOOD | {"Sad/.SM3_F1_S01.wav.icloud": b"bplist00"})
    (source / "Sad/SM4_F1_S01.wav").symlink_to("../.git/annex/objects/aa/bb/MD5E-s1--x.wav/MD5E-s1--x.wav")
    odd = {"Sad/SM3_F1_S01.wav": "failed: iCloud", "Sad/SM4_F1_S01.wav": "failed: git annex get"}
    return ends(folder, source, "urdu_latif", FINE | odd)[0]


# archives


@attempt
def a_tar_whose_names_begin_with_a_dot(folder):
    files = {f"./{name}": data for name, data in SMALLEST["iitkgp_sehsc"].items()}
    return packed_end(folder, tarred(files.items(), "w"), {"a/1.wav": "ok"}, "iitkgp_sehsc")


@attempt
def a_zip_with_the_slashes_of_windows(folder):
    files = [(zipfile.ZipInfo(name.replace("/", "\\")), data) for name, data in GOOD.items()]
    return packed_end(folder, zip_of(files), FINE)


@attempt
def a_table_and_a_zip_with_the_slashes_of_windows(folder):
    files = SMALLEST["iitkgp_sehsc"]
    table = files["iitkgp_sehsc.csv"].replace(b"a/1", b"a\\1")
    data = zip_of([(zipfile.ZipInfo("a\\1.wav"), files["a/1.wav"]), ("iitkgp_sehsc.csv", table)])
    return packed_end(folder, data, {"a/1.wav": "ok"}, "iitkgp_sehsc")


@attempt
def a_zip_with_doubled_slashes_and_dots(folder):
    files = SMALLEST["iitkgp_sehsc"]
    data = zip_of([("./a//./1.wav", files["a/1.wav"]), (".//iitkgp_sehsc.csv", files["iitkgp_sehsc.csv"])])
    return packed_end(folder, data, {"a/1.wav": "ok"}, "iitkgp_sehsc")


@attempt
def a_zip_of_seventy_thousand_members(folder):
    files = [*GOOD.items(), *((f"n/{n}.txt", b"") for n in range(70_000))]
    return packed_end(folder, zip_of(files), FINE)


@attempt
def a_zip64_of_a_stream(folder):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in GOOD.items():
            with archive.open(name, "w", force_zip64=True) as member:
                member.write(data)
    return packed_end(folder, out.getvalue(), FINE)


@attempt
def a_zip_of_a_pipe_with_descriptors(folder):
    class Pipe(io.RawIOBase):
        data = b""

        def writable(self):
            return True

        def write(self, data):
            self.data += bytes(data)
            return len(data)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in GOOD.items():
            archive.writestr(name, data)
    return packed_end(folder, pipe.data, FINE)


@attempt
def a_member_with_a_wrong_checksum(folder):
    odd = sound(0.2, seed=5)
    data = zip_of([*GOOD.items(), ("Sad/SM3_F1_S01.wav", odd)])
    data = data.replace(odd, odd[:-2] + b"xx")
    return packed_end(folder, data, FINE | {"Sad/SM3_F1_S01.wav": "failed: CRC"})


@attempt
def a_member_that_is_encrypted(folder):
    odd = zipfile.ZipInfo("Sad/SM3_F1_S01.wav")
    data = bytearray(zip_of([*GOOD.items(), (odd, sound(0.2, seed=5))]))
    local = data.index(b"PK\3\4", odd.header_offset)
    central = data.rindex(b"PK\1\2")
    data[local + 6] |= 1
    data[central + 8] |= 1
    return packed_end(folder, bytes(data), FINE | {"Sad/SM3_F1_S01.wav": "failed: encrypted"})


@attempt
def members_of_every_compression(folder):
    out = io.BytesIO()
    kinds = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
    names = [f"Sad/SM{n}_F1_S01.wav" for n in range(1, 5)]
    with zipfile.ZipFile(out, "w") as archive:
        for n, (name, kind) in enumerate(zip(names, kinds, strict=True)):
            archive.writestr(name, sound(0.2, seed=n), kind)
    return packed_end(folder, out.getvalue(), dict.fromkeys(names, "ok"))


@attempt
def a_member_of_a_compression_to_come(folder):
    odd = zipfile.ZipInfo("Sad/SM3_F1_S01.wav")
    data = bytearray(zip_of([*GOOD.items(), (odd, sound(0.2, seed=5))]))
    for method in (99, 9):
        struct.pack_into("<H", data, odd.header_offset + 8, method)
        struct.pack_into("<H", data, data.rindex(b"PK\1\2") + 10, method)
        where = folder / str(method)
        where.mkdir()
        if wrong := packed_end(where, bytes(data), FINE | {"Sad/SM3_F1_S01.wav": "failed: compression"}):
            return wrong
    return None


@attempt
def a_zip_whose_index_and_members_disagree_on_a_name(folder):
    data = zip_of([*GOOD.items(), ("Sad/SM3_F1_S01.wav", sound(0.2, seed=5))])
    data = data.replace(b"SM3_F1", b"SM4_F1", 1)
    return packed_end(folder, data, FINE | {"Sad/SM3_F1_S01.wav": "failed: differ"})


@attempt
def a_zip_behind_a_program_and_before_a_comment(folder):
    data = b"MZ" + os.urandom(100_000) + zip_of(GOOD.items())
    out = io.BytesIO(data)
    with zipfile.ZipFile(out, "a") as archive:
        archive.comment = b"PK\5" * 100
    return packed_end(folder, out.getvalue(), FINE)


@attempt
def a_zip_without_its_end(folder):
    (folder / "c.zip").write_bytes(zip_of(GOOD.items())[:-40])
    return stops(folder, folder / "c.zip", "none of these")


@attempt
def archives_of_no_member(folder):
    (folder / "c.zip").write_bytes(zip_of([]))
    (folder / "c.tar").write_bytes(tarred([], "w"))
    (folder / "c.tgz").write_bytes(b"")
    words = (
        (folder / "c.zip", "among 0 files"),
        (folder / "c.tar", "among 0 files"),
        (folder / "c.tgz", "none of"),
    )
    return first_of(*[stops(folder, path, word) for path, word in words])


@attempt
def an_archive_in_an_archive(folder):
    data = zip_of([("inner.zip", zip_of(GOOD.items())), ("README", b"")])
    (folder / "c.zip").write_bytes(data)
    return stops(folder, folder / "c.zip", "unpack inner.zip")


@attempt
def an_archive_in_an_archive_beside_recordings(folder):
    data = zip_of([*GOOD.items(), ("Happy.tar.gz", tarred([("Happy/SM1_F1_H01.wav", sound(0.2))]))])
    return packed_end(folder, data, FINE | {"Happy.tar.gz": "skipped: unpack"})


@attempt
def names_that_lead_out_of_an_archive(folder):
    odd = ["../SM3_F1_S01.wav", "/abs/Sad/SM4_F1_S01.wav", "C:\\Sad\\SM5_F1_S01.wav", "\\\\host\\s\\SM6.wav"]
    files = [*GOOD.items(), *((zipfile.ZipInfo(name), sound(0.2)) for name in odd)]
    (folder / "corpus.zip").write_bytes(zip_of(files))
    _, rows, _ = ends(folder, folder / "corpus.zip", "urdu_latif", {})
    bad = rows[rows["status"] == "failed"]
    if len(bad) != len(odd) or not bad["reason"].str.contains("leads out of the archive").all():
        return f"{bad['reason'].to_dict()}"
    return None if (rows["status"] == "ok").sum() == len(GOOD) else "the others are not ok"


@attempt
def members_whose_names_differ_by_case_and_in_content(folder):
    data = zip_of([*GOOD.items(), ("sad/sm1_f1_s01.WAV", sound(0.2, seed=8))])
    return packed_end(folder, data, FINE | {"Sad/SM1_F1_S01.wav": "failed: not the same byte for byte"})


@attempt
def names_in_shift_jis_and_cp437_above_a_layout(folder):
    for n, raw in enumerate(("感情".encode("shift_jis"), "é".encode("cp437"), "é".encode("latin-1"))):
        data = zip_of((f"{'_' * 9 + '#' * len(raw)}/{name}", data) for name, data in GOOD.items())
        (folder / str(n)).mkdir()
        if wrong := packed_end(
            folder / str(n), data.replace(b"_" * 9 + b"#" * len(raw), b"_" * 9 + raw), FINE
        ):
            return wrong
    return None


@attempt
def decomposed_names_in_a_zip_and_composed_ones_in_its_table(folder):
    table = f"{TABLE}é/1.wav,anger,s1,1\n".encode()
    data = zip_of([("e\u0301/1.wav", sound(0.2)), ("iitkgp_sehsc.csv", table)])
    return packed_end(folder, data, {"e\u0301/1.wav": "ok"}, "iitkgp_sehsc")


@attempt
def a_name_of_sixty_thousand_letters_in_a_zip(folder):
    name = f"{'x' * 60_000}.wav"
    return packed_end(
        folder, zip_of([*GOOD.items(), (name, b"RIFF")]), FINE | {name: "failed: name does not"}
    )


@attempt
def names_of_sixty_thousand_zeros_and_underscores_in_a_zip(folder):
    odd = [f"Sad/SM{'0' * 60_000}x.wav", f"Sad/SM{'1' * 60_000}_F1_S.wav", f"Ses01F{'_F' * 30_000}.wav"]
    wanted = FINE | dict.fromkeys(odd, "failed: name does not follow")
    return packed_end(folder, zip_of([*GOOD.items(), *((name, b"RIFF") for name in odd)]), wanted)


@attempt
def cells_of_a_hundred_thousand_blanks_and_marks(folder):
    cell = "\u200b " * 40_000
    return lines(
        folder,
        f"{TABLE}a/1.wav,{cell}anger,{cell}s1{cell[:2]},1\na/2.wav,sad,s2,1\n",
        {"a/1.wav": "ok", "a/2.wav": "ok"},
    )


@attempt
def what_macos_adds_to_a_zip(folder):
    odd = [("__MACOSX/Sad/._SM1_F1_S01.wav", b"x"), ("__MACOSX/._Sad", b"x"), ("Sad/.DS_Store", b"")]
    return packed_end(folder, zip_of([("Sad/", b""), *GOOD.items(), *odd]), FINE)


@attempt
def a_tar_that_calls_itself_a_zip_and_the_reverse(folder):
    (folder / "a").mkdir()
    (folder / "a/c.tar.gz").write_bytes(zip_of(GOOD.items()))
    return first_of(
        packed_end(folder, tarred(GOOD.items(), "w:bz2"), FINE),
        ends(folder / "a", folder / "a/c.tar.gz", "urdu_latif", FINE)[0],
    )


@attempt
def a_compressed_tar_that_was_cut_in_the_middle(folder):
    data = tarred([*GOOD.items(), ("Sad/SM3_F1_S01.wav", os.urandom(50_000))])
    (folder / "c.tar.gz").write_bytes(data[: len(data) - 20_000])
    return stops(folder, folder / "c.tar.gz", "cannot be read")


@attempt
def a_plain_tar_that_was_cut_in_its_last_member(folder):
    data = tarred([*GOOD.items(), ("Sad/SM3_F1_S01.wav", sound(0.5))], "w")
    data = data[: data.rindex(b"RIFF") + 500]
    (folder / "corpus.zip").write_bytes(data)
    with contextlib.suppress(SarangiError):
        return ends(folder, folder / "corpus.zip", "urdu_latif", FINE | {"Sad/SM3_F1_S01.wav": "failed"})[0]
    return None


@attempt
def a_tar_with_long_pax_names_and_owners(folder):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, data in GOOD.items():
            entry = tarfile.TarInfo(f"{'भावना/' * 60}{name}")
            entry.size, entry.uid, entry.mtime, entry.uname = len(data), 2**40, -1.5, "ü" * 99
            archive.addfile(entry, io.BytesIO(data))
    return packed_end(folder, out.getvalue(), FINE)


@attempt
def a_tar_with_a_device_a_fifo_and_a_hard_link(folder):
    kinds = {"2": "link", "1": "link", "3": "device", "6": "pipe"}
    odd = [(f"Sad/SM{n}_F1_S0{n}.wav", kind) for n, kind in enumerate(kinds, 3)]
    wanted = {name: f"failed: {kinds[kind]}" for name, kind in odd}
    return packed_end(folder, tarred([*GOOD.items(), *odd], "w"), FINE | wanted)


@attempt
def a_tar_of_two_versions_of_a_recording(folder):
    data = tarred([*GOOD.items(), ("Sad/SM1_F1_S01.wav", sound(0.2, seed=7))], "w")
    return packed_end(folder, data, FINE | {"Sad/SM1_F1_S01.wav": "failed: 2 times"})


@attempt
def a_compressed_tar_with_dots_that_is_repacked(folder):
    files = {f"./{name}": data for name, data in SMALLEST["iitkgp_sehsc"].items()}
    (folder / "c.tgz").write_bytes(tarred(files.items()))
    repack({"c.tar.gz": folder / "c.tgz"}, folder / "c.zip")
    return ends(folder, folder / "c.zip", "iitkgp_sehsc", {"a/1.wav": "ok"})[0]


@attempt
def a_zip_with_the_slashes_of_windows_that_is_repacked(folder):
    inner = zip_of([(zipfile.ZipInfo(name.replace("/", "\\")), data) for name, data in GOOD.items()])
    (folder / "o.zip").write_bytes(zip_of([("inner.zip", inner)]))
    repack({"o.zip": folder / "o.zip"}, folder / "c.zip")
    return ends(folder, folder / "c.zip", "urdu_latif", FINE)[0]


# tables


@attempt
def a_table_in_utf_16(folder):
    return refused(folder, f"{TABLE}a/1.wav,anger,s1,1\n".encode("utf-16"), "utf-8")


@attempt
def a_table_in_windows_1252_and_in_windows_1256(folder):
    texts = ["José".encode("cp1252"), "غصہ".encode().decode("utf-8")[0].encode("cp1256")]
    wrong = []
    for n, text in enumerate(texts):
        (folder / str(n)).mkdir()
        wrong.append(refused(folder / str(n), f"{TABLE}a/1.wav,anger,".encode() + text + b",1\n", "line 2"))
    return first_of(*wrong)


@attempt
def a_table_of_tabs_bars_and_colons(folder):
    row = f"{TABLE}a/1.wav,anger,s1,1\n"
    marks = {"\t": "tabs", "|": "bars", ";": "semicolons", ":": "expected path, emotion"}
    wrong = []
    for n, (mark, words) in enumerate(marks.items()):
        (folder / str(n)).mkdir()
        wrong.append(refused(folder / str(n), row.replace(",", mark), words))
    return first_of(*wrong)


@attempt
def a_table_with_the_first_line_of_excel(folder):
    return refused(folder, f"sep=;\n{TABLE}a/1.wav,anger,s1,1\n".replace(",", ";"), "semicolons")


@attempt
def a_table_with_the_first_line_of_excel_and_commas(folder):
    wanted = {"a/1.wav": "ok"}
    return lines(folder, f"sep=,\n{TABLE}a/1.wav,anger,s1,1\n", wanted)


@attempt
def a_table_whose_lines_end_in_carriage_returns_alone(folder):
    return lines(
        folder,
        f"{TABLE}a/1.wav,anger,s1,1\na/2.wav,sad,s2,1\n".replace("\n", "\r"),
        {"a/1.wav": "ok", "a/2.wav": "ok"},
    )


@attempt
def a_workbook_and_a_page_named_csv(folder):
    (folder / "0").mkdir()
    (folder / "1").mkdir()
    return first_of(
        refused(folder / "0", zip_of([("xl/workbook.xml", b"x" * 99)]), "utf-8"),
        refused(folder / "1", "<!DOCTYPE html><table><tr><td>path</td>", "no column"),
    )


@attempt
def a_table_with_nothing_but_a_header(folder):
    return refused(folder, TABLE, "no utterance")


@attempt
def a_table_of_no_byte_and_of_a_mark_alone(folder):
    (folder / "0").mkdir()
    (folder / "1").mkdir()
    return first_of(
        refused(folder / "0", b"", "no column"), refused(folder / "1", b"\xef\xbb\xbf\n\n", "no column")
    )


@attempt
def nul_in_a_speaker(folder):
    return refused(folder, f"{TABLE}a/1.wav,anger,s1,1\na/2.wav,sad,s1\0,1\n", "seem to be one")


@attempt
def letters_without_a_shape_in_a_speaker(folder):
    for n, mark in enumerate("\u00ad\u200d\u200c\u2066\u202a\u2063\ufe0f\x01\u061c\u180e"):
        (folder / str(n)).mkdir()
        text = f"{TABLE}a/1.wav,anger,Ali,1\na/2.wav,sad,Al{mark}i,1\n"
        if wrong := refused(folder / str(n), text, "seem to be one"):
            return f"{mark!r}: {wrong}"
    return None


@attempt
def a_speaker_that_a_spreadsheet_made_a_number(folder):
    return refused(folder, f"{TABLE}a/1.wav,anger,1,1\na/2.wav,sad,1.0,1\n", "seem to be one")


@attempt
def a_speaker_with_the_apostrophe_of_a_spreadsheet(folder):
    return refused(folder, f"{TABLE}a/1.wav,anger,01,1\na/2.wav,sad,'01,1\n", "seem to be one")


@attempt
def a_speaker_in_the_digits_of_two_scripts(folder):
    return refused(folder, f"{TABLE}a/1.wav,anger,s1,1\na/2.wav,sad,s१,1\n", "seem to be one")


@attempt
def a_session_in_two_spellings(folder):
    return refused(folder, f"{TABLE}a/1.wav,anger,s1,S1\na/2.wav,sad,s2,s01\n", "seem to be one")


@attempt
def a_speaker_that_is_not_known_in_the_words_of_spreadsheets(folder):
    names = ("#N/A", "NaN", "None", "nan", "NULL", "?", "-", "unknown", "n/a")
    for n, name in enumerate(names):
        (folder / str(n)).mkdir()
        text = f"{TABLE}a/1.wav,anger,{name},1\na/2.wav,sad,s2,1\n"
        if wrong := lines(folder / str(n), text, {"a/1.wav": "failed: no speaker", "a/2.wav": "ok"}):
            return f"{name}: {wrong}"
    return None


@attempt
def a_cell_of_a_megabyte(folder):
    return refused(folder, f"{TABLE}a/1.wav,anger,{'s' * 2**20},1\n", "field larger")


@attempt
def emotions_in_capitals_with_blanks_that_do_not_break(folder):
    return lines(
        folder,
        f"{TABLE}a/1.wav,\u00a0ANGER\u00a0,s1,1\na/2.wav,\u3000Sad\u200b,s2,1\n",
        {"a/1.wav": "ok", "a/2.wav": "ok"},
    )


@attempt
def a_row_twice_and_a_row_that_says_something_else(folder):
    text = f"{TABLE}a/1.wav,anger,s1,1\na/1.wav,anger,s1,1\na/2.wav,anger,s1,1\n"
    text += "A/2.WAV,sad,s1,1\na/3.wav,sad,s2,1\n"
    wanted = {"a/1.wav": "ok", "a/2.wav": "failed: differ in", "a/3.wav": "ok"}
    return lines(folder, text, wanted)


@attempt
def one_recording_in_two_spellings_of_its_path_with_two_speakers(folder):
    text = f"{TABLE}a/1.wav,anger,s1,1\n./b/../a/1.wav,anger,s2,1\na/2.wav,sad,s3,1\n"
    return lines(folder, text, {"a/1.wav": "failed: speaker", "a/2.wav": "ok"})


@attempt
def paths_as_programs_write_them(folder):
    odd = (
        "file:///a/1.wav",
        "http://x.invalid/1.wav",
        "~/1.wav",
        "$HOME/1.wav",
        "a%2F1.wav",
        "a/*.wav",
        "a/",
        "a",
        ".",
        "..",
        "a/1.wav/",
        "=A1",
        "+a/1.wav",
        "'a/1.wav",
        "a/1",
        "1.wav",
        "\\\\host\\a\\1.wav",
        "C:1.wav",
    )
    text = TABLE + "".join(f"{path},anger,s1,1\n" for path in odd) + "a/3.wav,sad,s2,1\n"
    there = {f"a/{n}.wav": sound(0.2, seed=n) for n in (1, 2, 3)}
    source = laid(folder / "iitkgp_sehsc", there | {"iitkgp_sehsc.csv": text.encode()})
    _, rows, _ = ends(folder, source, "iitkgp_sehsc", {})
    taken = rows[(rows["status"] == "ok") & (rows["file"] != "a/3.wav")]
    odd_ends = [f for f in taken["file"] if f not in ("a/1.wav",)]
    return f"taken: {odd_ends}" if odd_ends else None


@attempt
def a_path_to_the_table_itself_and_to_a_text(folder):
    files = {"a/1.wav": sound(0.2), "notes.txt": b"words\n" * 99}
    files["iitkgp_sehsc.csv"] = (
        f"{TABLE}a/1.wav,sad,s1,1\niitkgp_sehsc.csv,sad,s1,1\nnotes.txt,sad,s1,1\n".encode()
    )
    wanted = {"a/1.wav": "ok", "iitkgp_sehsc.csv": "failed: not a sound", "notes.txt": "failed: not a sound"}
    return end(folder, files, wanted, "iitkgp_sehsc")


@attempt
def formulas_and_links_in_cells(folder):
    text = f'{TABLE}"=HYPERLINK(""a/1.wav"")",anger,s1,1\na/2.wav,=B1,s1,1\na/3.wav,sad,s2,1\n'
    wanted = {
        "iitkgp_sehsc.csv:2": "failed",
        "a/2.wav": "failed: unknown",
        "a/3.wav": "ok",
        '=HYPERLINK("a/1.wav")': "failed: no such file",
    }
    wanted.pop("iitkgp_sehsc.csv:2")
    return lines(folder, text, wanted)


@attempt
def a_table_in_capitals_and_a_second_one_alike(folder):
    text = f"{TABLE}a/1.wav,anger,s1,1\n".encode()
    files = {"a/1.wav": sound(0.2), "IITKGP_SEHSC.CSV": text, "old/iitkgp_sehsc.csv": text}
    return end(folder, files, {"a/1.wav": "ok"}, "iitkgp_sehsc")


@attempt
def a_table_that_is_a_link_to_nothing(folder):
    source = laid(folder / "iitkgp_sehsc", {"a/1.wav": sound(0.2)})
    (source / "iitkgp_sehsc.csv").symlink_to("gone.csv")
    return stops(folder, source, "a link to gone.csv", "iitkgp_sehsc")


@attempt
def a_table_in_the_format_of_a_workbook_beside_none(folder):
    files = {"a/1.wav": sound(0.2), "iitkgp_sehsc.xlsx": b"PK"}
    return stops(folder, files, "iitkgp_sehsc.xlsx", "iitkgp_sehsc")


@attempt
def recordings_of_other_formats_that_no_line_lists(folder):
    table = f"{TABLE}a/1.flac,anger,s1,1\n".encode()
    files = {
        "iitkgp_sehsc.csv": table,
        "a/1.flac": sound(0.2, kind="FLAC"),
        "a/2.flac": sound(0.2, kind="FLAC"),
    }
    return end(folder, files, {"a/1.flac": "ok", "a/2.flac": "skipped: does not list it"}, "iitkgp_sehsc")


# recordings


@attempt
def a_header_that_promises_half_of_the_sound(folder):
    data = riff(fmt(), (b"data", pcm()))
    data = data.replace(b"data" + struct.pack("<I", 6400), b"data" + struct.pack("<I", 3200))
    return heard(folder, data, "failed: more")


@attempt
def two_recordings_in_one_file(folder):
    return heard(folder, sound(0.2) + sound(0.3, seed=4), "failed: copy it again")


@attempt
def chunks_after_the_sound(folder):
    chunks = ((b"LIST", b"INFOISFT\4\0\0\0abc\0"), (b"id3 ", b"ID3" + bytes(50)), (b"bext", bytes(602)))
    return heard(folder, riff(fmt(), (b"data", pcm()), *chunks), "ok", 3200)


@attempt
def zeros_after_the_sound(folder):
    return heard(folder, riff(fmt(), (b"data", pcm())) + bytes(5000), "ok", 3200)


@attempt
def a_header_that_promises_more_than_is_there(folder):
    data = riff(fmt(), (b"data", pcm()))
    data = data.replace(b"data" + struct.pack("<I", 6400), b"data" + struct.pack("<I", 6402))
    return heard(folder, data, "failed: cut short")


@attempt
def a_header_of_a_stream_with_lengths_of_nothing(folder):
    for n, size in enumerate((0, 2**32 - 1, 2**31 - 1)):
        data = riff(fmt(), (b"data", pcm()), size=size)
        data = data.replace(b"data" + struct.pack("<I", 6400), b"data" + struct.pack("<I", size))
        (folder / str(n)).mkdir()
        # a length of 0 may be a length: what follows is then not its sound
        wanted = "ok" if size else "failed: more"
        if wrong := heard(folder / str(n), data, wanted, 3200 if size else None):
            return f"{size}: {wrong}"
    return None


@attempt
def headers_of_no_channels_no_rate_no_bits(folder):
    for n, header in enumerate((fmt(channels=0), fmt(rate=0), fmt(bits=0), fmt(tag=0), fmt(channels=2000))):
        (folder / str(n)).mkdir()
        if wrong := heard(folder / str(n), riff(header, (b"data", pcm())), "failed"):
            return f"{n}: {wrong}"
    return None


@attempt
def sound_before_its_format_and_none_at_all(folder):
    (folder / "0").mkdir()
    (folder / "1").mkdir()
    return first_of(
        heard(folder / "0", riff((b"data", pcm()), fmt()), "failed"),
        heard(folder / "1", riff(fmt()), "failed"),
    )


@attempt
def two_chunks_of_sound(folder):
    return heard(folder, riff(fmt(), (b"data", pcm()), (b"data", pcm(seed=3))), "failed: copy it again")


@attempt
def every_subtype_that_a_wav_may_have(folder):
    for kind in ("PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW", "ALAW", "GSM610"):
        (folder / kind).mkdir()
        if wrong := heard(folder / kind, written(tone(), 16_000, subtype=kind), "ok"):
            return f"{kind}: {wrong}"
    return None


@attempt
def adpcm_of_two_kinds(folder):
    for kind in ("IMA_ADPCM", "MS_ADPCM", "G721_32", "NMS_ADPCM_32"):
        (folder / kind).mkdir()
        if wrong := heard(folder / kind, written(tone(32_000), 16_000, subtype=kind), "ok"):
            return f"{kind}: {wrong}"
    return None


@attempt
def adpcm_that_was_cut(folder):
    data = written(tone(32_000), 16_000, subtype="IMA_ADPCM")
    return heard(folder, data[:-5000], "failed: cut short")


@attempt
def odd_rates(folder):
    for rate in (8000, 11_025, 22_254, 44_056, 47_999, 96_000, 192_000, 384_000):
        (folder / str(rate)).mkdir()
        if wrong := heard(folder / str(rate), written(tone(rate // 10), rate), "ok"):
            return f"{rate}: {wrong}"
    return None


@attempt
def a_rate_of_one_and_of_two_thousand_million(folder):
    for rate in (1, 7, 2_000_000_011):
        (folder / str(rate)).mkdir()
        if wrong := heard(folder / str(rate), riff(fmt(rate=rate), (b"data", pcm(320_000))), "failed"):
            return f"{rate}: {wrong}"
    return None


@attempt
def numbers_that_are_none(folder):
    for n, value in enumerate((np.nan, np.inf, -np.inf)):
        (folder / str(n)).mkdir()
        if wrong := heard(folder / str(n), float_wav([0.1] * 5000 + [value]), "failed: NaN or infinite"):
            return wrong
    return None


@attempt
def floats_as_large_as_they_can_be(folder):
    huge = np.full((3200, 2), 3e38, dtype="float32")
    return heard(folder, written(huge, subtype="FLOAT"), "ok: clipped", 3200)


@attempt
def doubles_that_no_float_can_hold(folder):
    return heard(folder, written(tone() * 1e300, subtype="DOUBLE"), "failed: NaN or infinite")


@attempt
def floats_in_the_range_of_integers(folder):
    return heard(folder, written((tone() * 32768).astype("float32"), subtype="FLOAT"), "ok: clipped", 3200)


@attempt
def silence_and_a_constant_and_full_scale(folder):
    square = np.where(np.arange(3200) % 100 < 50, 32767, -32768).astype("int16")
    for n, samples in enumerate((np.zeros(3200), np.full(3200, 0.5), square)):
        (folder / str(n)).mkdir()
        if wrong := heard(folder / str(n), written(samples), "ok", 3200):
            return f"{n}: {wrong}"
    return None


@attempt
def one_sample(folder):
    return heard(folder, written(np.array([0.5])), "ok", 1)


@attempt
def one_sample_at_a_high_rate(folder):
    return heard(folder, written(np.array([0.5]), 48_000), "ok", 1)


@attempt
def mono_in_stereo_and_a_dead_channel(folder):
    for n, pair in enumerate(((tone(), tone()), (tone(), np.zeros(3200)), (tone(), -tone()))):
        (folder / str(n)).mkdir()
        if wrong := heard(folder / str(n), written(np.stack(pair, 1)), "ok: 2 channels", 3200):
            return f"{n}: {wrong}"
    return None


@attempt
def sixty_four_channels(folder):
    return heard(folder, written(np.repeat(tone()[:, None], 64, 1)), "ok: 64 channels", 3200)


@attempt
def other_formats_named_wav(folder):
    kinds = ("AIFF", "AU", "FLAC", "OGG", "MP3", "CAF", "VOC", "NIST", "SVX")
    for kind in kinds:
        (folder / kind).mkdir()
        if wrong := heard(
            folder / kind, written(tone(), 16_000, format=kind), "failed: named .wav but holds"
        ):
            return f"{kind}: {wrong}"
    return None


@attempt
def the_wide_kinds_of_wav(folder):
    for kind in ("RF64", "W64", "WAVEX"):
        (folder / kind).mkdir()
        if wrong := heard(folder / kind, written(tone(), 16_000, format=kind), "ok", 3200):
            return f"{kind}: {wrong}"
    return None


@attempt
def a_wide_kind_of_wav_that_was_cut(folder):
    for kind in ("RF64", "W64"):
        (folder / kind).mkdir()
        data = written(tone(32_000), 16_000, format=kind)[:-20_000]
        if wrong := heard(folder / kind, data, "failed: cut short"):
            return f"{kind}: {wrong}"
    return None


@attempt
def an_aiff_that_was_cut(folder):
    data = written(tone(32_000), 16_000, format="AIFF")[:-20_000]
    return heard(folder, data, "failed: cut short", name="2.aiff")


@attempt
def texts_and_pages_named_wav(folder):
    texts = (b"not found", b"<html>404</html>", b"RIFF", b"RIFF\xff\xff\xff\xffWAVE", b"\0" * 50_000, pcm())
    for n, data in enumerate(texts):
        (folder / str(n)).mkdir()
        if wrong := heard(folder / str(n), data, "failed"):
            return f"{n}: {wrong}"
    return None


@attempt
def a_big_endian_wav(folder):
    data = riff(fmt(), (b"data", pcm()))
    swapped = b"RIFX" + struct.pack(">I", len(data) - 8) + b"WAVEfmt " + struct.pack(">I", 16)
    swapped += struct.pack(">HHIIHH", 1, 1, 16_000, 32_000, 2, 16) + b"data" + struct.pack(">I", 6400)
    swapped += np.frombuffer(pcm(), "<i2").astype(">i2").tobytes()
    return heard(folder, swapped, "ok", 3200)


def flac() -> bytes:
    noise = np.random.default_rng(0).normal(0, 0.1, 64_000)
    return written(noise, 16_000, format="FLAC")


@attempt
def a_flac_that_ends_in_the_middle(folder):
    data = flac()
    return heard(folder, data[: len(data) // 2], "failed: c", name="2.flac")


@attempt
def a_flac_with_a_flipped_byte(folder):
    data = bytearray(flac())
    data[len(data) // 2] ^= 0x55
    return heard(folder, bytes(data), "failed", name="2.flac")


@attempt
def a_flac_with_a_hole(folder):
    data = flac()
    middle = len(data) // 2
    return heard(folder, data[:middle] + data[middle + 20_000 :], "failed", name="2.flac")


@attempt
def a_flac_of_a_pipe_that_does_not_know_its_length(folder):
    data = bytearray(flac())
    data[21] &= 0xF0
    data[22:26] = bytes(4)
    return first_of(
        None if data[:4] == b"fLaC" else "no FLAC",
        heard(folder, bytes(data), "failed: how long it is", name="2.flac"),
    )


@attempt
def an_mp3_with_a_cover(folder):
    cover = b"APIC" + struct.pack(">I", 50_000) + b"\0\0" + os.urandom(50_000)
    size = len(cover)
    syncsafe = bytes(size >> shift & 127 for shift in (21, 14, 7, 0))
    data = b"ID3\3\0\0" + syncsafe + cover + written(tone(32_000), 16_000, format="MP3")
    return heard(folder, data + b"TAG" + bytes(125), "ok", name="2.mp3")


@attempt
def an_mp3_that_ends_in_the_middle(folder):
    noise = np.random.default_rng(0).normal(0, 0.1, 160_000)
    data = written(noise, 16_000, format="MP3")
    return heard(folder, data[: len(data) // 2], "failed: cut short", name="2.mp3")


@attempt
def an_ogg_that_ends_in_the_middle(folder):
    noise = np.random.default_rng(0).normal(0, 0.1, 160_000)
    data = written(noise, 16_000, format="OGG")
    return heard(folder, data[: len(data) // 2], "failed", name="2.ogg")


@attempt
def an_ogg_of_two_streams_in_a_chain(folder):
    noise = np.random.default_rng(0).normal(0, 0.1, 16_000)
    one, two = written(noise, 16_000, format="OGG"), written(noise[::-1], 16_000, format="OGG")
    wrong = heard(folder, one + two, "ok", 32_000, name="2.ogg")
    if wrong is None:
        return None
    (folder / "again").mkdir()
    return heard(folder / "again", one + two, "failed", name="2.ogg") and wrong


@attempt
def an_ogg_with_a_flipped_byte(folder):
    noise = np.random.default_rng(0).normal(0, 0.1, 160_000)
    data = bytearray(written(noise, 16_000, format="OGG"))
    data[len(data) // 2] ^= 0x55
    return heard(folder, bytes(data), "failed", name="2.ogg")


@attempt
def a_flac_whose_header_promises_half(folder):
    data = bytearray(flac())
    data[22:26] = (32_000).to_bytes(4, "big")
    return heard(folder, bytes(data), "failed: checksum", name="2.flac")


@attempt
def a_flac_whose_header_promises_double(folder):
    data = bytearray(flac())
    data[22:26] = (128_000).to_bytes(4, "big")
    return heard(folder, bytes(data), "failed: cannot be decoded", name="2.flac")


@attempt
def a_flac_without_a_checksum_and_of_other_bits(folder):
    data = bytearray(flac())
    data[26:42] = bytes(16)
    wrong = []
    others = [sound(4, kind="FLAC", subtype=kind) for kind in ("PCM_S8", "PCM_24")]
    for n, content in enumerate((bytes(data), *others)):
        (folder / str(n)).mkdir()
        wrong.append(heard(folder / str(n), content, "ok", 64_000, name="2.flac"))
    return first_of(*wrong)


@attempt
def several_sounds_in_one_file_of_other_formats(folder):
    for kind in ("FLAC", "MP3", "AU", "AIFF"):
        (folder / kind).mkdir()
        data = sound(1, kind=kind) + sound(1, kind=kind, seed=5)
        if wrong := heard(folder / kind, data, "failed", name=f"2.{kind.lower()}"):
            return f"{kind}: {wrong}"
    return None


@attempt
def headers_of_au_and_aiff_that_promise_a_part(folder):
    au, aiff = sound(1, kind="AU"), sound(1, kind="AIFF")
    place = aiff.index(b"SSND") + 4
    half = aiff[:place] + (16_000).to_bytes(4, "big") + aiff[place + 4 :]
    (folder / "0").mkdir()
    (folder / "1").mkdir()
    return first_of(
        heard(
            folder / "0", au[:8] + (16_000).to_bytes(4, "big") + au[12:], "failed: more follow", name="2.au"
        ),
        heard(folder / "1", half, "failed: more follow", name="2.aiff"),
    )


@attempt
def an_mp3_with_large_tags_behind_and_one_without_its_length(folder):
    data = sound(2, kind="MP3")
    place = data.index(b"Info") if b"Info" in data[:300] else data.index(b"Xing")
    none = data[:place] + b"\0\0\0\0" + data[place + 4 :]
    (folder / "0").mkdir()
    (folder / "1").mkdir()
    return first_of(
        heard(folder / "0", data + b"APETAGEX" + os.urandom(50_000), "ok", name="2.mp3"),
        heard(folder / "1", none, "ok", name="2.mp3"),
    )


def film(folder: Path, name: str, *options: str, seconds: float = 4) -> bytes:
    """Return a film of a blank picture and a tone."""
    (folder / "s.wav").write_bytes(sound(seconds))
    picture = ["-f", "lavfi", "-i", f"color=size=32x32:duration={seconds}", "-i", str(folder / "s.wav")]
    command = [get_ffmpeg_exe(), "-loglevel", "error", *picture, *options, str(folder / name)]
    subprocess.run(command, check=True, capture_output=True)
    return (folder / name).read_bytes()


FILMS = {"a.mp4": ("-movflags", "+faststart"), "b.mkv": (), "c.avi": (), "d.mov": ("-movflags", "+faststart")}


@attempt
def films_that_are_whole(folder):
    for name, options in FILMS.items():
        (folder / name[0]).mkdir()
        if wrong := heard(folder / name[0], film(folder, name, *options), "ok", name=name):
            return f"{name}: {wrong}"
    return None


@attempt
def films_that_end_in_the_middle(folder):
    for name, options in FILMS.items():
        (folder / name[0]).mkdir()
        data = film(folder, name, *options)
        words = "failed: a part of its sound" if name == "b.mkv" else "failed: cut short"
        if wrong := heard(folder / name[0], data[: len(data) // 2], words, name=name):
            return f"{name}: {wrong}"
    return None


@attempt
def a_film_whose_index_stands_behind_and_that_was_cut(folder):
    data = film(folder, "a.mp4")
    return heard(folder, data[:-3000], "failed", name="2.mp4")


@attempt
def a_film_without_sound_and_one_with_two_sounds(folder):
    blank = ("-map", "0:v")
    (folder / "0").mkdir()
    (folder / "1").mkdir()
    two = film(folder, "b.mp4", "-map", "0:v", "-map", "1:a", "-map", "1:a")
    return first_of(
        heard(folder / "0", film(folder, "a.mp4", *blank), "failed: without sound", name="2.mp4"),
        heard(folder / "1", two, "ok", name="2.mp4"),
    )


@attempt
def a_film_with_a_hole_in_its_sound(folder):
    data = film(folder, "a.avi", "-c:a", "pcm_s16le")
    middle = len(data) // 2
    return heard(folder, data[:middle] + data[middle + 40_000 :], "failed", name="2.avi")


@attempt
def real_recordings_of_every_corpus_at_hand(folder):
    if not (REAL / "ravdess").is_dir():
        return None
    source = folder / "ravdess"
    chosen = sorted((REAL / "ravdess").rglob("*.wav"))[:3]
    for path in chosen:
        place = source / path.parent.name / path.name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, place)
    return ends(folder, source, "ravdess", {f"{p.parent.name}/{p.name}": "ok" for p in chosen})[0]


# published layouts


def iemocap(
    session=1, name="Ses01F_impro01_F000", label="ang", dialogue="Ses01F_impro01", text: bytes | None = None
):
    line = f"[6.29 - 8.23]\t{name}\t{label}\t[2.5, 2.5, 2.5]\n".encode() if text is None else text
    return {
        f"Session{session}/sentences/wav/{dialogue}/{name}.wav": sound(0.2, seed=session),
        f"Session{session}/dialog/EmoEvaluation/{dialogue}.txt": line,
    }


@attempt
def an_utterance_of_iemocap_in_the_session_of_others(folder):
    files = iemocap() | iemocap(2, "Ses01M_impro02_M000", dialogue="Ses01M_impro02")
    odd = "Session2/sentences/wav/Ses01M_impro02/Ses01M_impro02_M000.wav"
    wanted = {"Session1/sentences/wav/Ses01F_impro01/Ses01F_impro01_F000.wav": "ok", odd: "failed: session"}
    return end(folder, files, wanted, "iemocap")


@attempt
def a_session_of_iemocap_in_nine(folder):
    files = iemocap() | iemocap(9, "Ses09M_impro02_M000", dialogue="Ses09M_impro02")
    good, odd = (name for name in files if name.endswith(".wav"))
    source = laid(folder / "iemocap", files)
    wrong, rows, _ = ends(folder, source, "iemocap", {good: "ok", odd: "failed"})
    if wrong and set(rows["status"]) == {"ok"} and rows["speaker"].nunique() == 2:
        return None  # another session is another session
    return wrong


@attempt
def labels_of_iemocap_in_utf_16(folder):
    text = next(v for k, v in iemocap().items() if k.endswith(".txt")).decode().encode("utf-16")
    good = iemocap(2, "Ses02F_impro01_F000", dialogue="Ses02F_impro01")
    files = iemocap(text=text) | good
    a, b = sorted(name for name in files if name.endswith(".wav"))
    return end(folder, files, {a: "failed: has no label", b: "ok"}, "iemocap")


@attempt
def labels_of_iemocap_from_windows_and_in_capitals(folder):
    text = b"\xef\xbb\xbf[6.29 - 8.23]\tses01f_IMPRO01_f000\tANG\t[2.5, 2.5, 2.5]\r\n"
    files = iemocap(text=text) | iemocap(2, "Ses02F_impro01_F000", dialogue="Ses02F_impro01")
    source = laid(folder / "iemocap", files)
    _, rows, _ = ends(folder, source, "iemocap", {})
    return (
        None
        if len(rows) == 2 and rows["reason"].notna().sum() + (rows["status"] == "ok").sum() == 2
        else f"{rows}"
    )


@attempt
def labels_of_iemocap_that_are_not_there(folder):
    files = iemocap() | iemocap(2, "Ses02F_impro01_F000", dialogue="Ses02F_impro01")
    del files["Session2/dialog/EmoEvaluation/Ses02F_impro01.txt"]
    a, b = sorted(name for name in files if name.endswith(".wav"))
    return end(folder, files, {a: "ok", b: "failed: there is no file"}, "iemocap")


@attempt
def sentences_of_iemocap_without_their_folders(folder):
    files = iemocap() | {
        "Session2/sentences/wav/Ses02F_impro01_F000.wav": sound(0.2),
        "wav/Ses03F_impro01_F000.wav": sound(0.2),
        "Session1/dialog/wav/Ses01F_impro01.wav": sound(0.3),
    }
    good = "Session1/sentences/wav/Ses01F_impro01/Ses01F_impro01_F000.wav"
    wanted = {
        good: "ok",
        "Session2/sentences/wav/Ses02F_impro01_F000.wav": "failed: does not follow",
        "wav/Ses03F_impro01_F000.wav": "failed: does not follow",
    }
    return end(folder, files, wanted, "iemocap")


def meld(*rows: str) -> bytes:
    head = MELD.partition("\n")[0]
    return (head + "\n" + "".join(f"{n},{row}\n" for n, row in enumerate(rows, 1))).encode()


@attempt
def a_clip_of_meld_that_was_put_into_another_part(folder):
    files = {
        "train_sent_emo.csv": meld("Hm,Ross,joy,positive,0,0"),
        "dev_splits_complete/dia0_utt0.wav": sound(0.2),
        "dev_sent_emo.csv": meld("Oh,Joey,anger,negative,1,1"),
        "dev_splits_complete/dia1_utt1.wav": sound(0.2, seed=2),
    }
    wanted = {
        "train_splits/dia0_utt0.mp4": "failed: no such recording",
        "dev_splits_complete/dia0_utt0.mp4": "skipped",
        "dev_splits_complete/dia1_utt1.mp4": "ok",
    }
    return end(folder, files, wanted, "meld")


@attempt
def numbers_of_meld_that_a_spreadsheet_rewrote(folder):
    table = meld("Hm,Ross,joy,positive,0.0,0", "Oh,Joey,anger,negative,1e0,1", "Ah,Joey,anger,negative,2,2")
    files = {
        "train_sent_emo.csv": table,
        "train_splits/dia2_utt2.wav": sound(0.2),
        "train_splits/dia0_utt0.wav": sound(0.2, seed=1),
        "train_splits/dia1_utt1.wav": sound(0.2, seed=2),
    }
    source = laid(folder / "meld", files)
    _, rows, _ = ends(folder, source, "meld", {})
    heard = rows["no_sound"].isna()
    ok = list(rows.index[(rows["status"] == "ok") & heard])
    failed = rows[(rows["status"] == "failed") | ~heard]
    return (
        None
        if ok == ["meld/train_splits/dia2_utt2.mp4"] and len(failed) == 2
        else f"{rows['reason'].to_dict()}"
    )


@attempt
def clips_of_meld_that_are_texts_playlists_and_silent_films(folder):
    table = meld("Hm,Ross,joy,positive,0,0", "Oh,Joey,anger,negative,1,1", "Ah,Joey,anger,negative,2,2")
    files = {
        "train_sent_emo.csv": table,
        "train_splits/dia0_utt0.mp4": b"<html>",
        "train_splits/dia1_utt1.mp4": b"#EXTM3U\n/etc/passwd\n",
        "train_splits/dia2_utt2.wav": sound(0.2),
    }
    wanted = {
        "train_splits/dia0_utt0.mp4": "failed: not a video",
        "train_splits/dia1_utt1.mp4": "failed: not a video",
        "train_splits/dia2_utt2.mp4": "ok",
    }
    return end(folder, files, wanted, "meld")


@attempt
def a_clip_of_meld_in_a_format_that_nobody_reads(folder):
    table = meld("Hm,Ross,joy,positive,0,0", "Oh,Joey,anger,negative,1,1")
    files = {
        "train_sent_emo.csv": table,
        "train_splits/dia0_utt0.mp3": sound(0.2, kind="MP3"),
        "train_splits/dia1_utt1.wav": sound(0.2),
    }
    wanted = {
        "train_splits/dia0_utt0.mp4": "failed: no such recording",
        "train_splits/dia0_utt0.mp3": "skipped: mp3",
        "train_splits/dia1_utt1.mp4": "ok",
    }
    return end(folder, files, wanted, "meld")


@attempt
def a_table_of_meld_with_cells_that_are_missing(folder):
    table = MELD.partition("\n")[0] + "\n1,Hm,Ross,joy,positive,0,0\n2,Oh\n,,,,,,\n3,Ah,,,,1,1\n"
    files = {
        "train_sent_emo.csv": table.encode(),
        "train_splits/dia0_utt0.wav": sound(0.2),
        "train_splits/dia1_utt1.wav": sound(0.2, seed=1),
    }
    wanted = {
        "train_splits/dia0_utt0.mp4": "ok",
        "train_splits/dia1_utt1.mp4": "failed: emotion ''",
        "train_sent_emo.csv:3": "failed: no numbers",
    }
    return end(folder, files, wanted, "meld")


SHEMO = {"F03S02.wav": sound(0.2), "M01A01.wav": sound(0.2, seed=1)}


def shemo_texts(folder: Path, text: bytes) -> tuple[str | None, dict]:
    source = laid(folder / "shemo", SHEMO | {"shemo.json": text})
    wrong, rows, _ = ends(folder, source, "shemo", dict.fromkeys(SHEMO, "ok"))
    return wrong, {name.partition("/")[2]: text for name, text in rows["text"].items()}


@attempt
def transcripts_of_shemo_by_names_in_lower_case_and_with_suffixes(folder):
    texts = {"f03s02": {"transcript": "a"}, "M01A01.wav": {"transcript": "b"}}
    wrong, found = shemo_texts(folder, json.dumps(texts).encode())
    return wrong or (None if found == {"F03S02.wav": "a", "M01A01.wav": "b"} else f"the texts are {found}")


@attempt
def a_transcript_of_shemo_twice(folder):
    text = b'{"F03S02": {"transcript": "a"}, "F03S02": {"transcript": "b"}, "M01A01": {"transcript": "c"}}'
    try:
        _, found = shemo_texts(folder, text)
    except SarangiError:
        return None
    return "one of two texts was taken" if found["F03S02.wav"] in ("a", "b") else None


@attempt
def transcripts_of_shemo_that_are_no_text(folder):
    for n, value in enumerate((None, 3, [], {"a": 1}, True)):
        (folder / str(n)).mkdir()
        text = json.dumps({"F03S02": {"transcript": value}}).encode()
        if wrong := stops(folder / str(n), SHEMO | {"shemo.json": text}, "transcript", "shemo"):
            return f"{value!r}: {wrong}"
    return None


@attempt
def transcripts_of_shemo_that_are_empty(folder):
    text = json.dumps({"F03S02": {"transcript": " \u200c "}, "M01A01": {"transcript": "b"}}).encode()
    wrong, found = shemo_texts(folder, text)
    return wrong or (None if not (found["F03S02.wav"] or "").strip(" \u200c") else f"{found}")


RASA = {
    "train/angry/audio/PAN_F_angry_00001.wav": sound(0.2),
    "test/sad/audio/PAN_M_sad_00002.wav": sound(0.2, seed=1),
}


@attempt
def metadata_of_rasa_from_windows_with_a_header(folder):
    text = b"\xef\xbb\xbffilename|transcript|x\r\nPAN_F_angry_00001.wav|first|y\r\n\r\n|||\r\n"
    text += b"PAN_M_sad_00002|second\r\n"
    source = laid(folder / "punjabi_rasa", RASA | {"train/angry/metadata.txt": text})
    wrong, rows, _ = ends(folder, source, "punjabi_rasa", dict.fromkeys(RASA, "ok"))
    found = sorted(rows["text"].dropna())
    return wrong or (None if found == ["first", "second"] else f"the texts are {found}")


@attempt
def one_clip_of_rasa_in_training_and_in_test(folder):
    again = "test/angry/audio/PAN_F_angry_00001.wav"
    files = RASA | {again: RASA["train/angry/audio/PAN_F_angry_00001.wav"]}
    source = laid(folder / "punjabi_rasa", files)
    wrong, rows, _ = ends(folder, source, "punjabi_rasa", dict.fromkeys(files, "ok"))
    return wrong or (None if rows["sha256"].duplicated().any() else "the copy is not seen")


@attempt
def metadata_of_rasa_in_utf_16(folder):
    text = "PAN_F_angry_00001|first\n".encode("utf-16")
    return stops(folder, RASA | {"train/angry/metadata.txt": text}, "utf-8", "punjabi_rasa")


@attempt
def a_folder_of_rasa_with_a_blank_behind(folder):
    odd = "train/happy /audio/PAN_F_happy_00003.wav"
    return end(
        folder,
        RASA | {odd: sound(0.2, seed=4)},
        dict.fromkeys(RASA, "ok") | {odd: "failed: emotion happy"},
        "punjabi_rasa",
    )


@attempt
def a_speaker_of_urdu_with_a_zero_before(folder):
    files = {
        "Sad/SF1_F1_S01.wav": sound(0.2),
        "Angry/SF01_F2_A01.wav": sound(0.2, seed=1),
        "Happy/SF04_F1_H01.wav": sound(0.2, seed=2),
    }
    source = laid(folder / "urdu_latif", files)
    _, rows, _ = ends(folder, source, "urdu_latif", {})
    usable = rows[rows["status"] == "ok"]
    return None if usable["group"].nunique() == 1 else f"the groups are {usable['group'].to_dict()}"


@attempt
def names_of_urdu_in_the_digits_of_urdu(folder):
    files = GOOD | {"Sad/SM١_F1_S01.wav": sound(0.2, seed=5), "Sad/\u017fM1_F1_S01.wav": sound(0.2, seed=6)}
    wanted = {name: "failed: name does not follow" for name in files if name not in GOOD}
    return end(folder, files, FINE | wanted)


@attempt
def names_of_ravdess_in_other_digits(folder):
    odd = "Actor_٠١/03-01-01-01-01-01-٠١.wav"
    files = SMALLEST["ravdess"] | {odd: sound(0.2, seed=2)}
    good = next(iter(SMALLEST["ravdess"]))
    return end(folder, files, {good: "ok", odd: "failed: name does not follow"}, "ravdess")


@attempt
def actors_of_ravdess_that_do_not_exist(folder):
    odd = [f"Actor_{n}/03-01-01-01-01-01-{n}.wav" for n in ("00", "25", "99")]
    good = next(iter(SMALLEST["ravdess"]))
    files = SMALLEST["ravdess"] | {name: sound(0.2, seed=n) for n, name in enumerate(odd)}
    return end(folder, files, {good: "ok"} | dict.fromkeys(odd, "failed: actor"), "ravdess")


@attempt
def songs_and_films_of_ravdess_beside_the_speech(folder):
    good = next(iter(SMALLEST["ravdess"]))
    song, film = "Actor_01/03-02-01-01-01-01-01.wav", "Actor_01/01-01-01-01-01-01-01.mp4"
    files = SMALLEST["ravdess"] | {song: sound(0.2, seed=2), film: b"mp4"}
    return end(folder, files, {good: "ok", song: "skipped: not audio-only", film: "skipped: mp4"}, "ravdess")


@attempt
def a_copy_of_ravdess_that_differs_in_one_byte(folder):
    good, data = next(iter(SMALLEST["ravdess"].items()))
    other = data[:-1] + bytes([data[-1] ^ 1])
    files = SMALLEST["ravdess"] | {
        f"audio_speech/{good}": other,
        "Actor_02/03-01-02-01-01-01-02.wav": sound(0.2),
    }
    wanted = {good: "failed: not the same byte for byte", "Actor_02/03-01-02-01-01-01-02.wav": "ok"}
    return end(folder, files, wanted, "ravdess")


@attempt
def three_copies_in_folders_of_other_cases(folder):
    good, data = next(iter(SMALLEST["ravdess"].items()))
    files = {good: data, f"COPY/{good.upper()}": data, f"copy/{good.lower()}": data}
    return end(folder, files, {good: "ok: byte for byte"}, "ravdess")


def matlab(values, **more) -> bytes:
    file = io.BytesIO()
    savemat(file, {"Feats": np.asarray(values, dtype="float64")[None]} | more)
    return file.getvalue()


MAT = "Feats - Urdu/eGeMAPS funcs/Matfiles/"


@attempt
def vectors_of_urdu_sindhi_of_another_length_and_without_numbers(folder):
    files = {f"{MAT}Anger_000{n}.mat": matlab(np.arange(88.0) + n) for n in (1, 2)}
    files |= {
        f"{MAT}Sadness_0003.mat": matlab(np.arange(87.0)),
        f"{MAT}Sadness_0004.mat": matlab([np.nan] * 88),
    }
    source = laid(folder / "urdu_sindhi", files)
    listed(source, folder, "urdu_sindhi")
    where = source, "urdu_sindhi", folder / "manifest.parquet"
    published_features(*where, 0, "eGeMAPSv02", to(folder / "f.parquet"))
    rows = store.read(folder / "f.parquet").set_index("utterance_id")
    found = {name.rpartition("/")[2]: status for name, status in rows["status"].items()}
    wanted = {"Anger_0001": "ok", "Anger_0002": "ok", "Sadness_0003": "failed", "Sadness_0004": "failed"}
    return None if found == wanted else f"{rows[['status', 'reason']].values.tolist()}"


@attempt
def files_of_urdu_sindhi_in_the_newer_format_and_recordings_beside(folder):
    hdf = b"MATLAB 7.3 MAT-file".ljust(124, b" ") + b"\0\2IM" + bytes(400) + b"\x89HDF\r\n\x1a\n"
    files = {
        f"{MAT}Anger_0001.mat": matlab(np.arange(88.0)),
        f"{MAT}Anger_0002.mat": hdf,
        "raw/Anger_0003.wav": sound(0.2),
    }
    wanted = {"Urdu/Anger_0001": "ok", "Urdu/Anger_0002": "ok", "raw/Anger_0003.wav": "skipped"}
    return end(folder, files, wanted, "urdu_sindhi")


# changes between the manifest and the job


def changed(folder: Path, change: Callable[[Path], object], wanted: str) -> str | None:
    """Return what is wrong where one recording changes after the manifest and the other does not."""
    source = laid(folder / "urdu_latif", GOOD)
    place = source / "Sad/SM1_F1_S01.wav"
    ends_ = FINE | {"Sad/SM1_F1_S01.wav": wanted}
    return ends(folder, source, "urdu_latif", ends_, between=lambda: change(place))[0]


@attempt
def a_recording_that_is_gone_when_the_job_comes(folder):
    return changed(folder, Path.unlink, "failed: there is no file")


@attempt
def a_recording_that_became_a_folder_a_pipe_or_a_link_to_nothing(folder):
    def pipe(path):
        path.unlink()
        os.mkfifo(path)

    def tree(path):
        path.unlink()
        path.mkdir()

    def link(path):
        path.unlink()
        path.symlink_to("gone.wav")

    for change, words in ((pipe, "named pipe"), (tree, "a folder"), (link, "a link to")):
        (folder / change.__name__).mkdir()
        if wrong := changed(folder / change.__name__, change, f"failed: {words}"):
            return wrong
    return None


@attempt
def a_recording_that_was_dropped_to_a_pointer(folder):
    def pointer(path):
        path.write_bytes(b"/annex/objects/MD5E-s1--x.wav\n")

    return changed(folder, pointer, "failed: git annex get")


@attempt
def a_recording_with_another_byte_and_the_same_times(folder):
    def edit(path):
        info = path.stat()
        data = bytearray(path.read_bytes())
        data[-1] ^= 1
        path.write_bytes(data)
        os.utime(path, ns=(info.st_atime_ns, info.st_mtime_ns))

    return changed(folder, edit, "failed: changed since the manifest")


@attempt
def a_recording_that_is_only_called_otherwise(folder):
    return changed(folder, lambda path: path.rename(path.with_suffix(".WAV")), "failed: there is no file")


@attempt
def an_archive_that_is_gone_or_another_when_the_job_comes(folder):
    words = {"gone": "cannot be read", "folder": "no such file", "other": "changed since"}
    for kind, word in words.items():
        (folder / kind).mkdir()
        path = zipped(folder / kind / "c.zip", GOOD.items())

        def change(kind=kind, path=path):
            path.unlink()
            if kind == "folder":
                path.mkdir()
            if kind == "other":
                zipped(path, [(name, sound(0.2, seed=9)) for name in GOOD])

        failing = dict.fromkeys(GOOD, "failed: there is no file" if kind == "folder" else f"failed: {word}")
        try:
            wrong = ends(folder / kind, path, "urdu_latif", failing, between=change)[0]
        except SarangiError as error:
            wrong = None if word in str(error) else f"{error}"
        if wrong:
            return f"{kind}: {wrong}"
    return None


@attempt
def a_table_that_changes_when_the_job_comes(folder):
    source = laid(folder / "iitkgp_sehsc", SMALLEST["iitkgp_sehsc"])

    def change():
        (source / "iitkgp_sehsc.csv").write_text("nothing")

    return ends(folder, source, "iitkgp_sehsc", {"a/1.wav": "ok"}, between=change)[0]


# what a plan knows a corpus by


def digest_of(folder: Path, name: str = "c") -> str:
    (folder / ".snakemake").mkdir(exist_ok=True)
    return Inventory(folder).of([name])[name]


def seen(folder: Path, change: Callable[[Path], object], expected: bool = True) -> str | None:
    """Return what is wrong where a change must be seen, or must not, by all digests to come."""
    source = laid(folder / "c", {"a.wav": b"a" * 999, "b.wav": b"b" * 999, "d/e.wav": b"e" * 999})
    old = 1_000_000_000 * 10**9
    for path in (*source.rglob("*.wav"),):
        os.utime(path, ns=(old, old))
    before = digest_of(folder), digest_of(folder)
    change(source)
    after = digest_of(folder), digest_of(folder)
    if len(set(before)) + len(set(after)) > 2:
        return "two digests of one state"
    return None if (before[0] != after[0]) is expected else f"seen: {not expected}"


@attempt
def two_files_that_change_their_names(folder):
    def swap(source):
        (source / "a.wav").rename(source / "x")
        (source / "b.wav").rename(source / "a.wav")
        (source / "x").rename(source / "b.wav")

    return seen(folder, swap)


@attempt
def a_link_that_leads_to_another_file_of_the_same_size_and_times(folder):
    laid(folder / "o", {"1": b"1" * 999, "2": b"2" * 999})
    (folder / "c").mkdir()
    (folder / "c/l.wav").symlink_to("../o/1")

    def turn(source):
        (source / "l.wav").unlink()
        (source / "l.wav").symlink_to("../o/2")
        os.utime(folder / "o/2", ns=(10**18, 10**18))

    os.utime(folder / "o/1", ns=(10**18, 10**18))
    return seen(folder, turn)


@attempt
def a_linked_folder_that_leads_to_another_one(folder):
    laid(folder / "o", {"1/x.wav": b"1" * 999, "2/x.wav": b"2" * 999})
    (folder / "c").mkdir()
    (folder / "c/l").symlink_to("../o/1")

    def turn(source):
        (source / "l").unlink()
        (source / "l").symlink_to("../o/2")

    return seen(folder, turn)


@attempt
def a_name_in_another_case_and_in_another_form(folder):
    (folder / "1").mkdir()
    (folder / "2").mkdir()
    return first_of(
        seen(folder / "1", lambda source: (source / "a.wav").rename(source / "A.wav")),
        seen(folder / "2", lambda source: (source / "a.wav").rename(source / "a\n.wav")),
    )


@attempt
def a_touch_a_mode_and_a_hidden_file(folder):
    def touch(source):
        os.utime(source / "a.wav")
        (source / "b.wav").chmod(0o600)
        (source / ".hidden.wav").write_bytes(b"x")
        (source / "empty").mkdir()

    return seen(folder, touch, expected=False)


@attempt
def times_before_1970_and_after_2200(folder):
    def turn(source):
        for path, when in ((source / "a.wav", -(10**18)), (source / "b.wav", 8 * 10**18)):
            path.write_bytes(b"x" * 999)
            os.utime(path, ns=(when, when))

    return seen(folder, turn)


@attempt
def names_that_are_no_utf_8_in_a_folder_that_is_hashed(folder):
    def add(source):
        (source / os.fsdecode(b"\xe9\xff.wav")).write_bytes(b"x")

    return seen(folder, add)


@attempt
def a_note_of_icloud_in_place_of_a_recording(folder):
    def drop(source):
        (source / "a.wav").rename(source / ".a.wav.icloud")

    return seen(folder, drop)


@attempt
def a_file_that_becomes_a_folder_of_its_name(folder):
    def become(source):
        (source / "a.wav").unlink()
        (source / "a.wav").mkdir()

    return seen(folder, become)


@attempt
def bytes_that_move_from_one_file_to_the_next(folder):
    def move(source):
        (source / "a.wav").write_bytes(b"a" * 998)
        (source / "b.wav").write_bytes(b"a" + b"b" * 999)

    return seen(folder, move)


@attempt
def a_copy_in_place_with_all_times_preserved(folder):
    def copy(source):
        other = source.parent / "other.wav"
        other.write_bytes(b"z" * 999)
        os.utime(other, ns=(10**18, 10**18))
        shutil.copy2(other, source / "a.wav")

    return seen(folder, copy)


@attempt
def an_archive_of_another_content_and_the_same_size_and_times(folder):
    (folder / "c").mkdir()
    path = folder / "c.zip"
    (folder / ".snakemake").mkdir()
    path.write_bytes(b"1" * 999)
    os.utime(path, ns=(10**18, 10**18))
    first = digest_of(folder, "c.zip")
    path.write_bytes(b"2" * 999)
    os.utime(path, ns=(10**18, 10**18))
    return None if digest_of(folder, "c.zip") != first else "not seen"


# small corpora


def whole(folder: Path, files: Files, corpus: str = "urdu_latif") -> str:
    """Return what a protocol says of a corpus after every step before it."""
    source = laid(folder / corpus, files)
    wrong = ends(folder, source, corpus, {})[0]
    if wrong and "expected no row" not in wrong:
        raise AssertionError(wrong)
    near_duplicates([folder / "audio.parquet"], to(folder / "n.parquet"))
    audited = Audited(folder / "manifest.parquet", [folder / "levels.parquet"], folder / "n.parquet")
    corpus_audit(audited, {}, to(folder / "audit.parquet"))
    settings = {"kind": "leave_one_group_out", "leaks": False}
    protocol(folder / "manifest.parquet", "loso", settings, to(folder / "p.parquet"))
    table = store.read(folder / "p.parquet")
    return "; ".join(sorted(set(table["reason"].dropna())))


@attempt
def a_corpus_of_one_utterance(folder):
    found = whole(folder, {"Sad/SM1_F1_S01.wav": sound(0.2)})
    return None if "1 usable utterances of sad" in found else found


@attempt
def a_corpus_of_one_emotion(folder):
    found = whole(folder, {f"Sad/SM{n}_F1_S01.wav": sound(0.2, seed=n) for n in range(1, 6)})
    return None if "expected two emotions" in found else found


@attempt
def a_corpus_of_one_speaker(folder):
    found = whole(
        folder, {f"{e}/SM1_F{n}_{e[0]}01.wav": sound(0.2, seed=n) for n, e in enumerate(("Sad", "Angry"))}
    )
    return None if "group" in found or "train" in found else f"it says {found!r}"


@attempt
def a_corpus_of_silence_and_copies(folder):
    quiet = written(np.zeros(16_000))
    found = whole(folder, {f"{e}/SM{n}_F1_{e[0]}01.wav": quiet for n in (1, 2) for e in ("Sad", "Angry")})
    audit = store.read(folder / "audit.parquet").set_index("check")
    return None if audit.loc["silent", "value"] == 4 else f"{found} {audit}"


@attempt
def a_corpus_of_which_one_utterance_is_left(folder):
    files = {f"Sad/SM{n}_F1_S01.wav": b"" for n in range(1, 20)} | {"Angry/SM1_F1_A01.wav": sound(0.2)}
    found = whole(folder, files)
    return None if "19 the file is empty" in found else found


def across(folder: Path, data: bytes, count: int = 1) -> str | None:
    """Return what is wrong where the audit does not call it fatal that copies stand under two labels."""
    files = {f"{e}/SM{n}_F1_{e[0]}01.wav": data for n in range(1, count + 1) for e in ("Sad", "Angry")}
    files |= {f"Happy/SM{n}_F1_H01.wav": sound(0.6, seed=n, frequency=100 * n) for n in (7, 8)}
    whole(folder, files)
    audit = store.read(folder / "audit.parquet")
    fatal = audit[(audit["check"] == "near_duplicate") & (audit["verdict"] == "fatal")]
    return None if len(fatal) else f"{audit[['check', 'verdict']].values.tolist()}"


@attempt
def a_short_recording_under_two_emotions(folder):
    return across(folder, sound(0.1))


@attempt
def a_silent_recording_under_two_emotions(folder):
    return across(folder, written(np.zeros(16_000)))


@attempt
def a_recording_of_one_sample_under_two_emotions(folder):
    return across(folder, written(np.array([0.5])))


@attempt
def a_recording_that_stands_there_eighty_times(folder):
    return across(folder, sound(1.0), 40)


@attempt
def vectors_of_urdu_sindhi_under_two_emotions(folder):
    files = {f"{MAT}{name}.mat": matlab(np.arange(88.0)) for name in ("Anger_0001", "Sadness_0002")}
    listed(laid(folder / "c", files), folder, "urdu_sindhi")
    corpus_audit(Audited(folder / "manifest.parquet"), {}, to(folder / "audit.parquet"))
    audit = store.read(folder / "audit.parquet")
    fatal = audit[(audit["check"] == "near_duplicate") & (audit["verdict"] == "fatal")]
    return None if len(fatal) == 1 else f"{audit[['check', 'verdict']].values.tolist()}"


if __name__ == "__main__":
    sys.exit(CAMPAIGN.main(__doc__))
