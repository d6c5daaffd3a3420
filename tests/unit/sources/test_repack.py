"""Archives as publishers ship them: every recording comes through once, and nothing else does."""

import gc
import gzip
import hashlib
import os
import tarfile
import tracemalloc
import zipfile
from pathlib import PurePosixPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.places import to
from support.recordings import sound, tarred, zipped

from sarangi.base import store
from sarangi.base.errors import SarangiError
from sarangi.corpora.manifest import manifest
from sarangi.corpora.registry import load
from sarangi.sources import repack as repacking
from sarangi.sources.repack import needs_repacking, repack, safe_name
from sarangi.sources.source import Source


def opened(path):
    with zipfile.ZipFile(path) as archive:
        return [(info.filename, archive.read(info)) for info in archive.infolist()]


def repacked(data, tmp_path, name="corpus.tar.gz"):
    (tmp_path / name).write_bytes(data)
    repack({name: tmp_path / name}, tmp_path / "out.zip")
    return opened(tmp_path / "out.zip")


def table():
    return b"Utterance,Speaker,Emotion,Dialogue_ID,Utterance_ID\nHello,Joey,joy,0,0\n"


def test_the_nested_archives_of_meld_come_out_as_its_reader_expects(tmp_path):
    members = [("./MELD.Raw/README.txt", b"read me"), ("./MELD.Raw/._README.txt", b"fork")]
    for part, mode in (("train", "w:gz"), ("dev", "w"), ("test", "w:xz")):
        name = f"{part}_sent_emo.csv"
        folder = {"train": "train_splits", "dev": "dev_splits_complete"}.get(
            part, "output_repeated_splits_test"
        )
        clip = (f"{folder}/dia0_utt0.mp4", part.encode())
        inside = [clip, (name, table())] if part == "train" else [clip]
        if part != "train":
            members.append((f"MELD.Raw/{name}", table()))
        members.append((f"MELD.Raw/{part}.tar{'.gz' if mode == 'w:gz' else ''}", tarred(inside, mode)))
    found = repacked(tarred(members), tmp_path)
    assert [name for name, _ in found] == [
        "MELD.Raw/README.txt", "MELD.Raw/train_splits/dia0_utt0.mp4", "MELD.Raw/train_sent_emo.csv",
        "MELD.Raw/dev_sent_emo.csv", "MELD.Raw/dev_splits_complete/dia0_utt0.mp4",
        "MELD.Raw/test_sent_emo.csv", "MELD.Raw/output_repeated_splits_test/dia0_utt0.mp4",
    ]  # fmt: skip
    with Source(tmp_path / "out.zip") as source:
        utterances = list(load("meld").utterances(source))
        assert [source.read(u.file) for u in utterances] == [b"train", b"dev", b"test"]
    assert {u.emotion for u in utterances} == {"happy"}


def test_archives_are_taken_apart_in_zips_too_and_one_level_deep(tmp_path):
    deepest = zipped(tmp_path / "deepest", [("c.wav", b"c")]).read_bytes()
    inner = zipped(tmp_path / "inner", [("b.wav", b"b"), ("deepest.zip", deepest)]).read_bytes()
    outer = zipped(tmp_path / "outer", [("x/inner.zip", inner), ("y/t.tgz", tarred([("a.wav", b"a")]))])
    expected = [("x/b.wav", b"b"), ("x/deepest.zip", deepest), ("y/a.wav", b"a")]
    assert repacked(outer.read_bytes(), tmp_path, "corpus.zip") == expected
    assert repacked(tarred([("x/inner.zip", inner), ("y/a.wav", b"a")]), tmp_path) == expected
    assert needs_repacking(outer)
    assert not needs_repacking(zipped(tmp_path / "plain", [("a.wav", b""), ("__MACOSX/._b.zip", b"")]))
    (tmp_path / "text").write_text("no archive")
    with pytest.raises(SarangiError, match="it is neither"):
        needs_repacking(tmp_path / "text")


def test_the_same_archive_gives_the_same_bytes_whatever_its_dates(tmp_path):
    (tmp_path / "a.tgz").write_bytes(gzip.compress(tarred([("a.wav", b"a")], "w"), mtime=1))
    (tmp_path / "b.tgz").write_bytes(gzip.compress(tarred([("a.wav", b"a")], "w"), mtime=2))
    for name in "ab":
        repack({f"{name}.tgz": tmp_path / f"{name}.tgz"}, tmp_path / f"{name}.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_links_and_devices_come_in_as_what_cannot_be_read_and_are_logged(tmp_path, caplog):
    kinds = [k.decode() for k in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE)]
    members = [("a.wav", b"a"), *((f"link{n}.wav", kind) for n, kind in enumerate(kinds)), ("z.wav", b"z")]
    links = [(f"link{n}.wav", b"") for n in range(len(kinds))]
    assert repacked(tarred(members), tmp_path) == [("a.wav", b"a"), *links, ("z.wav", b"z")]
    assert all(f"{name} in corpus.tar.gz is a link or a device" in caplog.text for name, _ in links)
    with Source(tmp_path / "out.zip") as source:
        assert sorted(source.problems) == [name for name, _ in links]
    link = zipfile.ZipInfo("link.wav")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "c.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
        archive.writestr("a.wav", b"a")
    assert repacked((tmp_path / "c.zip").read_bytes(), tmp_path, "corpus.zip") == [
        ("link.wav", b""), ("a.wav", b"a"),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["../a.wav", "x/../../a.wav", "/etc/passwd", "C:\\a.wav", "..\\a.wav"])
@pytest.mark.parametrize("kind", ["tar", "zip", "nested"])
def test_a_name_that_leads_out_of_the_archive_is_refused(name, kind, tmp_path):
    data = tarred([(name, b"a")])
    if kind == "zip":
        data = zipped(tmp_path / "z", [(name, b"a")]).read_bytes()
    if kind == "nested":
        data = tarred([("b.wav", b"b"), ("deep/inner.tar.gz", data)])
    with pytest.raises(SarangiError, match="leads out of the archive"):
        repacked(data, tmp_path)


@given(st.text(st.characters() | st.sampled_from("./\\:\0"), max_size=12))
@settings(max_examples=500, deadline=None)
def test_a_name_that_is_written_is_always_a_safe_relative_path(name):
    try:
        found = safe_name(name, "archive")
    except SarangiError:
        return
    path = PurePosixPath(found)
    assert found and not path.is_absolute() and ".." not in path.parts
    assert "\\" not in found and "\0" not in found
    assert os.path.normpath(f"/corpus/{found}").startswith("/corpus/")
    assert safe_name(found, "archive") == found


names = st.text("ab./", min_size=1, max_size=6)


@given(st.lists(st.tuples(names, st.binary(max_size=30)), max_size=6), st.sampled_from(["w:gz", "w", "zip"]))
@settings(max_examples=100, deadline=None)
def test_every_visible_member_comes_through_once_whatever_the_archive(tmp_path_factory, members, mode):
    folder = tmp_path_factory.mktemp("archive")
    members = [(name, data) for name, data in members if not name.endswith("/")]
    if mode == "zip":
        members = list(dict(members).items())
        data = zipped(folder / "z", members).read_bytes()
    else:
        data = tarred(members, mode)
    try:
        found = repacked(data, folder, "corpus.zip")
    except SarangiError as error:
        leads_out = [name[0] == "/" or ".." in PurePosixPath(name).parts for name, _ in members]
        assert (
            "no file" in str(error) or any(leads_out) or PurePosixPath() in map(PurePosixPath, dict(members))
        )
        return
    wanted = [(PurePosixPath(name), content) for name, content in members]
    visible = [(str(p), c) for p, c in wanted if not any(part.startswith(".") for part in p.parts)]
    assert sorted(found) == sorted(visible)


def test_names_that_are_not_utf_8_are_kept_apart_from_failing(tmp_path):
    found = repacked(tarred([("caf\udce9.wav", b"a")]), tmp_path)
    assert found == [("caf?.wav", b"a")]


def test_a_bomb_is_refused_and_a_member_too_large_for_a_recording(tmp_path, monkeypatch):
    monkeypatch.setattr(repacking, "LARGEST_TOTAL", 2**20)
    zeros = bytes(3 * 2**19)
    for bomb in (
        tarred([("a.wav", zeros)]),
        tarred([("a.tar.gz", tarred([("a.wav", zeros)]))]),
        gzip.compress(tarred([("a.wav", b"")], "w") + zeros),
    ):
        with pytest.raises(SarangiError, match="100 times its own"):
            repacked(bomb, tmp_path)
    with zipfile.ZipFile(tmp_path / "b.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.wav", zeros)
    with pytest.raises(SarangiError, match="100 times its own"):
        repacked((tmp_path / "b.zip").read_bytes(), tmp_path, "corpus.zip")
    # as large, but not of nothing
    assert len(repacked(tarred([("a.wav", os.urandom(len(zeros)))]), tmp_path)) == 1
    monkeypatch.setattr(repacking, "LARGEST_FILE", 1000)
    with pytest.raises(SarangiError, match=r"a\.wav has 1001 bytes, expected at most 1000"):
        repacked(tarred([("a.wav", bytes(1001))]), tmp_path)


@pytest.mark.parametrize("mode", ["w:gz", "w", "nested zip"])
def test_memory_does_not_grow_with_the_members(mode, tmp_path):
    data = os.urandom(2**20) * 50
    if mode == "nested zip":
        inner = zipped(tmp_path / "inner", [("a.wav", data)]).read_bytes()
        archive = tarred([("inner.zip", inner)], "w")
    else:
        archive = tarred([("a.wav", data)], mode)
    (tmp_path / "c.tar").write_bytes(archive)
    del archive
    tracemalloc.start()
    repack({"c.tar": tmp_path / "c.tar"}, tmp_path / "out.zip")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5e6
    ((name, found),) = opened(tmp_path / "out.zip")
    assert (name, hashlib.sha256(found).digest()) == ("a.wav", hashlib.sha256(data).digest())
    assert sorted(p.name for p in tmp_path.iterdir() if p.name != "inner") == ["c.tar", "out.zip"]


def test_many_members_do_not_pile_up_headers(tmp_path, monkeypatch):
    (tmp_path / "c.tar").write_bytes(tarred([(f"{n}.wav", b"") for n in range(300)], "w"))
    kept = []

    def add(packed, member, path):
        if member.name == "299.wav":
            gc.collect()
            kept.extend(thing for thing in gc.get_objects() if isinstance(thing, tarfile.TarInfo))

    monkeypatch.setattr(repacking, "_add", add)
    repack({"c.tar": tmp_path / "c.tar"}, tmp_path / "out.zip")
    assert 0 < len(kept) < 10


@pytest.mark.parametrize("damage", ["cut", "flipped", "header", "no archive", "cut inside"])
def test_a_damaged_archive_is_told_and_where(damage, tmp_path):
    members = [("a.wav", os.urandom(20_000)), ("b.wav", os.urandom(20_000))]
    whole = tarred(members)
    plain = tarred(members, "w")
    data = {
        "cut": whole[:-30],
        "flipped": whole[:9000] + bytes([whole[9000] ^ 1]) + whole[9001:],
        "header": plain[:20_992] + b"garbage" + plain[20_999:],
        "no archive": b"<html>",
        "cut inside": tarred([("inner.tar.gz", whole[:-5000])]),
    }[damage]
    with pytest.raises(SarangiError, match=r"corpus\.tar\.gz: .*cannot be read \(.+\)\. Get the archive"):
        repacked(data, tmp_path)


def test_a_name_that_comes_twice_stays_twice_and_the_manifest_reports_it(tmp_path):
    members = [
        ("Sad/SM1_F1_S01.wav", sound()),
        ("Sad/SM1_F1_S01.wav", sound()),
        ("Sad/SM1_F2_S02.wav", sound()),
    ]
    with pytest.warns(UserWarning, match="Duplicate name"):
        found = repacked(tarred(members), tmp_path)
    assert len(found) == 3
    manifest(tmp_path / "out.zip", "urdu_latif", 1, to(tmp_path / "manifest.parquet"))
    rows = store.read(tmp_path / "manifest.parquet").set_index("utterance_id")
    assert "holds it 2 times" in rows.loc["urdu_latif/Sad/SM1_F1_S01.wav", "reason"]
    assert rows.loc["urdu_latif/Sad/SM1_F2_S02.wav", "status"] == "ok"


def test_a_source_of_unopened_archives_says_to_unpack_them(tmp_path):
    inner = tarred([("Sad/SM1_F1_S01.wav", sound())])
    path = zipped(tmp_path / "urdu.zip", [("inner.tar.gz", inner)])
    with pytest.raises(SarangiError, match=r"unpack .*inner\.tar\.gz"):
        manifest(path, "urdu_latif", 1, to(tmp_path / "manifest.parquet"))


def test_a_tar_whose_header_names_a_place_far_behind_its_end_does_not_go_there(tmp_path):
    entry = tarfile.TarInfo("a.wav")
    entry.type, entry.size = b"7", 2**62  # a kind of file with no member of its own behind it
    with pytest.raises(SarangiError, match=r"corpus\.tar\.gz"):
        repacked(gzip.compress(entry.tobuf(tarfile.GNU_FORMAT) + bytes(1024)), tmp_path)


@pytest.mark.parametrize("pax", ["GNU.sparse.map", "GNU.sparse.size", "size"])
@pytest.mark.parametrize("value", ["x", "-1", "1,2,3", "9" * 40])
def test_numbers_in_a_tar_that_are_none_are_told(pax, value, tmp_path):
    entry = tarfile.TarInfo("a.wav")
    entry.size, entry.pax_headers = 10, {pax: value}
    data = entry.tobuf(tarfile.PAX_FORMAT) + bytes(512) + bytes(1024)
    try:
        found = repacked(gzip.compress(data), tmp_path)
    except SarangiError as error:
        assert "corpus.tar.gz" in str(error)
    else:
        assert [name for name, _ in found] == ["a.wav"]


def test_a_member_of_a_zip_without_a_name_is_refused(tmp_path):
    data = bytearray(zipped(tmp_path / "c.zip", [("a.wav", b"x")]).read_bytes())
    place = data.index(b"PK\x01\x02")
    data[place + 28 : place + 34] = b"\0\0\0\0\5\0"  # the name's five bytes are its comment instead
    (tmp_path / "c.zip").write_bytes(data)
    with pytest.raises(SarangiError, match=r"c\.zip"):
        repack({"c.zip": tmp_path / "c.zip"}, tmp_path / "out.zip")
    with Source(tmp_path / "c.zip") as source:
        assert "without a name" in source.problems["(no name)"].problem


def test_nothing_lies_where_an_archive_could_not_be_repacked(tmp_path):
    zipped(tmp_path / "a.zip", [("b.wav", b"x" * 1000), ("in.zip", b"PK no zip")])
    with pytest.raises(SarangiError, match=r"in\.zip"):
        repack({"a.zip": tmp_path / "a.zip"}, tmp_path / "out.zip")
    assert not (tmp_path / "out.zip").exists()
