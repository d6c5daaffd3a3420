"""The inventory: files and folders known by content, remembered, and never by what only looks the same."""

import mmap
import os
import shutil
import socket
import threading
from pathlib import Path

import pytest

from sarangi.runtime import inventory
from sarangi.runtime.inventory import FOLDER, Inventory, digest_of_input, entries_below, hashed

OLD = 1_000_000_000  # seconds since 1970


@pytest.fixture
def corpus(tmp_path, monkeypatch):
    """A folder of recordings, beside an archive, in a folder where something was planned."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".snakemake").mkdir()
    (tmp_path / "corpus/a").mkdir(parents=True)
    for name in ("a/x.wav", "a/y.wav", "z.wav"):
        (tmp_path / "corpus" / name).write_bytes(name.encode())
    (tmp_path / "corpus.zip").write_bytes(b"an archive")
    return tmp_path / "corpus"


@pytest.fixture
def reads(monkeypatch):
    """The files that are hashed, by their names."""
    names = []

    def counted(path, tell=lambda size: None):
        names.append(Path(path).name)
        return hashed(path, tell)

    monkeypatch.setattr(inventory, "hashed", counted)
    return names


@pytest.fixture
def settled(monkeypatch):
    """A clock that is far ahead of what was just written."""
    now = inventory.time.time_ns
    monkeypatch.setattr(inventory.time, "time_ns", lambda: now() + 3_600_000_000_000)


def of(*paths):
    """What another plan finds."""
    return list(Inventory().of(paths or ["corpus", "corpus.zip"]).values())


def in_place(path, data):
    """Overwrite a file at its size and give it back the times that it had."""
    before = path.stat()
    with path.open("r+b") as file:
        file.write(data)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_mtime_ns == before.st_mtime_ns
    assert path.stat().st_size == before.st_size


def older(path, data):
    """Put another file of that size in the place of one, as ``cp -p`` and ``rsync -a`` do: older."""
    other = path.with_name("other")
    other.write_bytes(data)
    os.utime(other, (OLD, OLD))
    shutil.copy2(other, path)
    other.unlink()


def test_a_digest_is_of_names_and_bytes_and_of_no_time(corpus):
    before = of()
    assert before[1] == digest_of_input("corpus.zip")
    os.utime(corpus / "z.wav", (OLD, OLD))
    os.utime("corpus.zip", (OLD, OLD))
    assert of() == before
    (corpus / ".DS_Store").write_bytes(b"hidden")
    assert of() == before
    (corpus / "z.wav").rename(corpus / "w.wav")
    assert of()[0] != before[0]
    (corpus / "w.wav").rename(corpus / "z.wav")
    shutil.move(corpus, "moved")
    assert of("moved") == before[:1]


@pytest.mark.parametrize("change", [in_place, older, lambda path, data: path.write_bytes(data)])
@pytest.mark.parametrize("young", [True, False])
def test_another_content_of_the_same_size_is_seen(change, young, corpus, monkeypatch, request):
    if not young:
        request.getfixturevalue("settled")
    before = of()
    assert of() == before
    change(corpus / "z.wav", b"Z.wav")
    change(corpus.with_name("corpus.zip"), b"An archive")
    now = of()
    assert now[0] != before[0]
    assert now[1] != before[1]


def test_what_is_known_is_not_read_again(corpus, reads, settled):
    before = of()
    assert sorted(reads) == ["corpus.zip", "x.wav", "y.wav", "z.wav"]
    reads.clear()
    assert of() == before
    assert reads == []
    (corpus / "a/y.wav").write_bytes(b"longer than before")
    assert of() != before
    assert reads == ["y.wav"]


def test_what_was_written_in_the_tick_of_its_hash_is_read_again(corpus, reads, monkeypatch):
    times = corpus.with_name("corpus.zip").stat()
    of()
    reads.clear()
    # the same tick: the times of a second write are those of the first
    was = inventory._entry
    monkeypatch.setattr(inventory, "_entry", lambda path, info: was(path, times if path else info))
    corpus.with_name("corpus.zip").write_bytes(b"An archive")
    assert of("corpus.zip") == [digest_of_input("corpus.zip")]


def swapped(corpus):
    for one, other in (("a/x.wav", "aside"), ("a/y.wav", "a/x.wav"), ("aside", "a/y.wav")):
        (corpus / one).rename(corpus / other)


def linked_elsewhere(corpus):
    corpus.rename("before")
    shutil.copytree("before", "after")  # with their times
    (Path("after") / "z.wav").write_bytes(b"Z.wav")
    shutil.copystat(Path("before/z.wav"), Path("after/z.wav"))
    corpus.symlink_to("after")


def through_memory(corpus):
    with (corpus / "z.wav").open("r+b") as file, mmap.mmap(file.fileno(), 0) as memory:
        memory[:1] = b"Z"


def odd_names(corpus):
    for name in (b"\xff.wav", b"a\nb.wav", "\u2028.wav".encode()):
        Path(os.fsdecode(os.fsencode(corpus) + b"/" + name)).write_bytes(b"1")


@pytest.mark.parametrize("change", [swapped, linked_elsewhere, through_memory, odd_names])
def test_further_changes_that_names_sizes_and_times_may_hide_are_seen(change, corpus, settled):
    before = of("corpus")
    change(corpus)
    assert of("corpus") == of("corpus") != before


def test_a_time_ahead_of_the_clock_is_no_reason_to_read_again(corpus, reads, settled):
    os.utime(corpus / "z.wav", (2**33, 2**33))
    before = of()
    reads.clear()
    assert of() == before
    assert reads == []


def test_what_is_written_while_it_is_read_is_not_remembered(corpus, settled):
    file = corpus / "z.wav"
    found = hashed(file, lambda size: file.write_bytes(b"more than before"))
    assert found.stamp is None


def test_what_is_no_file_enters_as_what_it_is_and_is_not_opened(corpus):
    before = of("corpus")
    os.mkfifo(corpus / "x.wav")
    (corpus / "dangling.wav").symlink_to("annex/object")
    (corpus / "loop.wav").symlink_to("loop.wav")
    (corpus / "a/up").symlink_to("..")
    (corpus / "linked").symlink_to("a")
    (corpus / "all").symlink_to("/")
    with socket.socket(socket.AF_UNIX) as opened:
        opened.bind(str(corpus / "socket.wav"))
    (corpus / "device.wav").symlink_to("/dev/zero")
    (corpus / "memory.wav").symlink_to("/proc/version")
    (corpus / "system").symlink_to("/proc/self")
    kinds = {entry.path: entry.kind for entry in entries_below(corpus)}
    assert kinds == {
        "x.wav": "a FIFO",
        "dangling.wav": "a dangling link",
        "loop.wav": "unreadable: Too many levels of symbolic links",
        "socket.wav": "a socket",
        "device.wav": "a device",
        "memory.wav": "what the system keeps in its memory",
        "system": "what the system keeps in its memory",
        "z.wav": None,
        "a/x.wav": None,
        "a/y.wav": None,
        "a/up": "the folder . again",
        "linked": "the folder a again",
        "all": "the folder around it again",
    }
    both = of("corpus")
    assert both != before
    assert of("corpus") == both
    (corpus / "dangling.wav").unlink()
    (corpus / "dangling.wav").write_bytes(b"it came")
    assert of("corpus") != both
    assert of("corpus/x.wav", "nowhere.zip") == ["a FIFO", "unreadable: No such file or directory"]


def test_what_cannot_be_read_is_said_and_noticed_once_it_can(corpus, monkeypatch):
    before = of("corpus")
    refused = {"y.wav"}

    def refuse(path, *arguments, was=os.open):
        if Path(path).name in refused:
            raise PermissionError(13, "Permission denied")
        return was(path, *arguments)

    def listing(path, was=os.scandir):
        if Path(path).name in refused:
            raise PermissionError(13, "Permission denied")
        return was(path)

    shutil.rmtree(FOLDER)
    monkeypatch.setattr(inventory.os, "open", refuse)
    monkeypatch.setattr(inventory.os, "scandir", listing)
    without_file = of("corpus")
    refused.add("a")
    without_folder = of("corpus")
    assert next(e.kind for e in entries_below(corpus) if e.path == "a") == "unreadable: Permission denied"
    refused.clear()
    assert len({before[0], without_file[0], without_folder[0]}) == 3
    assert of("corpus") == before


def test_two_plans_at_once_agree_and_leave_a_memory_that_is_whole(corpus, settled, caplog):
    for number in range(300):
        (corpus / f"{number}.wav").write_bytes(b"%d" % number)
    found = []
    plans = [threading.Thread(target=lambda: found.append(of())) for _ in range(4)]
    for plan in plans:
        plan.start()
    for plan in plans:
        plan.join()
    assert found == [of()] * 4
    assert caplog.text == ""


def test_what_a_killed_plan_was_writing_goes_after_a_day(corpus):
    of()
    for name, age in ((".a.tmp", 90_000), (".b.tmp", 60)):
        (FOLDER / name).write_text("half")
        os.utime(FOLDER / name, (inventory.time.time() - age,) * 2)
    (corpus / "z.wav").write_bytes(b"other")
    of()
    assert [path.name for path in FOLDER.glob(".*")] == [".b.tmp"]


@pytest.mark.parametrize("damage", [b"", b"{}", b"\xff\xfe", b'0\n["a", "b"]\n'])
def test_a_damaged_memory_is_made_anew(damage, corpus, settled, caplog):
    before = of()
    for file in FOLDER.iterdir():
        file.write_bytes(damage)
    assert of() == before
    assert ("hashed again" in caplog.text or "passed over" in caplog.text) == bool(damage)
    caplog.clear()
    assert of() == before
    assert caplog.text == ""


def test_a_memory_that_cannot_be_written_is_said_and_changes_nothing(corpus, settled, caplog):
    before = of()
    shutil.rmtree(FOLDER)
    FOLDER.write_text("a file in its place")  # as root a mode would not refuse
    assert of() == before
    assert "hashed again by the next plan" in caplog.text
    shutil.rmtree(".snakemake")
    caplog.clear()
    assert of() == before
    assert caplog.text == ""


def test_the_memory_forgets_what_is_gone(corpus, settled):
    of()
    shutil.rmtree(corpus / "a")
    of()
    assert not any("y.wav" in file.read_text() for file in FOLDER.iterdir())


def test_an_interrupted_hashing_keeps_what_it_has(corpus, settled, monkeypatch, reads):
    def interrupted(path, tell=lambda size: None, was=inventory.hashed):
        if path.name == "y.wav":
            raise KeyboardInterrupt
        return was(path, tell)

    monkeypatch.setattr(inventory, "hashed", interrupted)
    with pytest.raises(KeyboardInterrupt):
        of("corpus")
    monkeypatch.undo()
    os.chdir(corpus.parent)
    assert "z.wav" in "".join(file.read_text() for file in FOLDER.iterdir())


def test_jobs_elsewhere_take_what_the_plan_found_and_look_at_nothing_else(corpus, reads):
    plan = Inventory()
    plan.publish()
    before = plan.of(["corpus"])
    reads.clear()
    (corpus / "z.wav").write_bytes(b"Z.wav")
    assert Inventory(planned=True).of(["corpus"]) == before
    assert reads == []
    assert Inventory(planned=True).of(["corpus.zip"]) == {"corpus.zip": digest_of_input("corpus.zip")}
    (FOLDER / inventory.PLANNED).write_text("[")
    assert Inventory(planned=True).of(["corpus"]) != before
