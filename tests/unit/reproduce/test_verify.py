"""Verification on a made-up plan of four jobs; tests/workflow/test_verify.py has real ones."""

import errno
import json
import os
import shutil
import zipfile
from pathlib import Path

import pytest
from support.recordings import sound, zipped
from support.verify import (
    ARCHIVE,
    FEATURES,
    MD,
    NUMBERS,
    TEX,
    A,
    B,
    flip,
    made,  # noqa: F401  (fixtures)
    scores,
)

from sarangi.base import store
from sarangi.base.errors import SarangiError
from sarangi.base.score_rows import SCORES
from sarangi.corpora.manifest import manifest
from sarangi.reproduce.verify import examine, typed
from sarangi.runtime import provenance
from sarangi.runtime.contents import opened
from sarangi.runtime.inventory import digest_of_input

STRAY = "results/scores/c.parquet"


def edit(name, change):
    record = json.loads(provenance.place(name).read_text())
    change(record)
    provenance.place(name).write_text(provenance.as_text(record))


def exchange(first, second):
    for one, other in ((first, second), (provenance.place(first), provenance.place(second))):
        Path(one).rename("aside")
        Path(other).rename(one)
        Path("aside").rename(other)


def test_what_is_as_made_is_counted_and_nothing_else_said(made):
    report = examine(made.jobs)
    assert report.faults == []
    assert report.counts["files are as made"] == 6


@pytest.mark.parametrize(
    ("tamper", "bad", "words"),
    [
        (lambda: flip(A), {A}, "not the bytes that rule scores made"),
        (lambda: Path(A).write_bytes(Path(A).read_bytes()[:-20]), {A}, "not the bytes"),
        (lambda: Path(TEX).write_text("0.900 & 0.600"), {TEX}, "not the bytes that rule table made"),
        (lambda: exchange(A, B), {A, B}, "its provenance is that of results/scores/"),
        (lambda: exchange(TEX, MD), {TEX, MD}, "its provenance is that of paper/tables/"),
        (lambda: provenance.place(A).unlink(), {A}, "it has no provenance"),
        (lambda: provenance.place(A).write_text("{}"), {A}, "cannot be read"),
        (lambda: edit(A, lambda r: r.update(sha256="0" * 64)), {A}, "not the bytes"),
        (lambda: edit(TEX, lambda r: r.update(code="d" * 16)), {TEX}, "made by a different code"),
        (lambda: edit(A, lambda r: r.update(code="d" * 16)), {A}, "the provenance inside is not the one"),
        (lambda: edit(MD, lambda r: r.update(parameters="x")), {MD}, "made with different parameters"),
        (lambda: edit(MD, lambda r: r["inputs"].update({A: "0" * 64})), {MD}, f"made from a different {A}"),
        (lambda: edit(MD, lambda r: r["inputs"].pop(A)), {MD}, f"different files from this clone's: {A}"),
        (lambda: edit(MD, lambda r: r["outputs"].pop()), {MD}, "makes different files"),
        (lambda: provenance.place(A).write_text(provenance.place(A).read_text() + " "), {A}, "was edited"),
        (lambda: shutil.copyfile(A, STRAY), {STRAY}, "it has no provenance, and no rule"),
        (lambda: Path(FEATURES).unlink(), {FEATURES}, "missing, and its provenance is there"),
        (lambda: (Path(A).unlink(), provenance.place(A).unlink()), {A}, "missing, with its provenance"),
    ],
)  # fmt: skip
def test_every_tampering_is_found_in_its_file_alone_and_the_named_job_mends_it(made, tamper, bad, words):
    before = {name: Path(name).read_bytes() for name in made.contents}
    tamper()
    found = made.faults()
    assert set(found) == bad
    assert all(words in fault.found for fault in found.values())
    for fault in found.values():
        if fault.command.startswith("rm "):
            for name in fault.command.split(" ")[2:]:
                Path(name).unlink(missing_ok=True)
        else:
            named = fault.command.split(" -- ")[1]
            made.do(next(job for job in made.jobs if named in job[2]))
    assert made.faults() == {}
    assert {name: Path(name).read_bytes() for name in made.contents} == before


def test_what_was_made_from_another_file_is_bad_not_the_file(made):
    """As after a job whose dependents did not run again."""
    made.contents[A] = lambda path, inside: store.write(path, scores("a", 0.7), SCORES, inside)
    made.do(made.jobs[1])
    found = made.faults()
    assert set(found) == {TEX, MD, NUMBERS}
    assert all(fault.found == f"made from a different {A} from the one here" for fault in found.values())


def test_a_file_that_is_gone_is_no_fault_where_a_bundle_left_it_out(made):
    model = "results/runs/e/0/42/model.safetensors"
    made.job("finetune", [FEATURES], {model: lambda path, _: path.write_bytes(b"\x02" + bytes(7) + b"{}")})
    Path(model).unlink()
    assert set(made.faults()) == {model}
    Path("results/restored.json").write_text("{}")
    assert made.faults() == {}
    # and what was restored of a corpus that is not here has no job
    kept = [job for job in made.jobs if job[0]["rule"] not in ("features", "finetune")]
    assert examine(kept).faults == []
    flip(FEATURES)
    (fault,) = examine(kept).faults
    assert "sarangi restore BUNDLE.zip" in fault.command


def linked(name):
    """Move a folder or file elsewhere and put a link in its place."""
    elsewhere = Path("elsewhere") / Path(name).name
    elsewhere.parent.mkdir(exist_ok=True)
    shutil.move(name, elsewhere)
    Path(name).symlink_to(elsewhere.resolve())


@pytest.mark.parametrize("place", ["results/scores", "results", "paper", A, "results/features/f"])
def test_results_behind_links_are_looked_at_like_others(made, place):
    linked(place)
    report = examine(made.jobs)
    assert report.faults == []
    assert report.counts["files are as made"] == 6
    for name in (A, FEATURES, TEX):
        flip(name)
    found = made.faults()
    assert {A, FEATURES, TEX} == {name for name, fault in found.items() if "not the bytes" in fault.found}


def test_provenance_behind_a_link_is_read(made):
    linked("results/provenance/results/scores")
    assert made.faults() == {}
    Path(A).unlink()
    assert made.faults()[A].found == "missing, and its provenance is there"


@pytest.mark.parametrize(
    ("odd", "words"),
    [
        (lambda path: path.symlink_to(".."), "a link to a folder that contains it"),
        (lambda path: path.symlink_to(path.name), "a link to nothing"),
        (lambda path: path.symlink_to("nowhere"), "a link to nothing"),
        (lambda path: os.mkfifo(path), "neither a file nor a folder"),
    ],
)
@pytest.mark.parametrize("name", ["results/scores/odd", A])
def test_what_cannot_be_looked_at_is_named_and_hangs_nothing(made, odd, words, name):
    Path("results.lock").write_text(f"tolerance: 0.0\nfiles:\n  {A}: {'a' * 64}\nvalues:\n")
    Path(name).unlink(missing_ok=True)
    odd(Path(name))
    found = made.faults()
    assert words in found[name].found
    assert set(found) - {A, B} <= {name}
    kept = [job for job in made.jobs if name not in job[2]]
    faults = {fault.file: fault for fault in examine(kept).faults}
    assert faults[name].command.startswith("rm ")


def test_links_that_lead_to_each_other_are_followed_once(made):
    for name in ("one", "two"):
        Path(f"elsewhere/{name}").mkdir(parents=True)
        for link in ("a", "b"):
            other = "two" if name == "one" else "one"
            Path(f"elsewhere/{name}/{link}").symlink_to(Path(f"elsewhere/{other}").resolve())
    Path("results/x").symlink_to(Path("elsewhere/one").resolve())
    found = made.faults()
    assert found
    assert all(name.startswith("results/x/") and "link" in fault.found for name, fault in found.items())


def test_a_result_or_an_input_that_cannot_be_read_is_named(made, monkeypatch):
    whole = provenance.digest

    def digest(path):
        if str(path) in (A, ARCHIVE):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return whole(path)

    monkeypatch.setattr(provenance, "digest", digest)
    found = made.faults()
    assert found[A].found == f"cannot be compared: {A}: Permission denied"
    assert found[FEATURES].found == f"cannot be compared: {ARCHIVE}: Permission denied"


def test_another_configurations_leftovers_are_counted_and_not_bad(made):
    kept = [job for job in made.jobs if job[0]["rule"] != "numbers"]
    made.contents[A] = lambda path, inside: store.write(path, scores("a", 0.7), SCORES, inside)
    for job in kept[1:]:
        made.do(job)
    report = examine(kept)
    assert report.faults == []
    assert report.counts["files left from another configuration"] == 1


def test_files_that_are_not_what_their_suffix_says_cannot_be_opened(tmp_path):
    for name, data in (
        ("a.parquet", b"PAR1 and no more"), ("a.zip", b"PK no zip"), ("a.json", b"{"), ("a.csv", b" \n"),
        ("a.pdf", b"%PDF-1.5 cut"), ("a.png", b"GIF"), ("a.tex", b"\xff\xfe"),
        ("a.safetensors", b"\xff" * 20), ("a.tar.gz", b"\x1f\x8b cut"),
        ("b.safetensors", b"\x02" + bytes(7) + b"{}" + b"more"),
    ):  # fmt: skip
        (tmp_path / name).write_bytes(data)
        with pytest.raises((ValueError, OSError, EOFError, SarangiError, zipfile.BadZipFile)):
            opened(tmp_path / name)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (r"reaches a UAR of 0.537 on", ["0.537"]),
        (r"reaches 53.7\,\% of", ["53.7"]),
        (r"reaches 54\,\% of", ["54"]),
        (r"by 12 percentage points", ["12"]),
        (r"$p=.031$", [".031"]),
        (r"reaches \val{a_loso_svm.uar} [\val{a.uar.low}], \byoutcome{a.b1.5}{above}{0.5}{}{}", ["0.5"]),
        (r"\ifval{a.uar}{about 12\,\%}{} \doi{10.5281/zenodo.1}", ["12"]),
        (r"% in a comment 0.537", []),
        (r"50\% % not a score: 50", []),
        (r"50\% and 0.537 % not a score: 50", ["0.537"]),
        (r"\includegraphics[width=0.48\textwidth]{figures/a1.5}", []),
        (r"\vspace{0.5em} Table~\ref{tab:a0.5} \citep{smith2.0}", []),
        (r"10\,000 draws, 16\,kHz, 88 features, version 2.1.0", []),
    ],
)
def test_a_score_typed_into_the_text_is_found_and_other_numbers_are_not(line, found, tmp_path):
    (tmp_path / "sections").mkdir()
    (tmp_path / "main.tex").write_text("")
    (tmp_path / "sections/results.tex").write_text(f"Text.\n{line}\n")
    faults = list(typed(tmp_path))
    assert [fault.found.split(" ")[0] for fault in faults] == found
    assert all(fault.file.endswith("sections/results.tex:2") for fault in faults)


# -- recordings -------------------------------------------------------------------------------

RECORDINGS, MANIFEST_FILE = "resources/corpora/urdu_latif", "results/corpora/urdu_latif/manifest.parquet"


@pytest.fixture(params=["folder", "zip"])
def recorded(request, made):
    """A corpus, as a folder or packed, its manifest, and how a recording in it is replaced."""
    now = {f"Sad/SM1_F{n}_S0{n}.wav": sound(0.1, frequency=100 * n) for n in (1, 2, 3)}
    name = RECORDINGS + (".zip" if request.param == "zip" else "")

    def put(file, data):
        now[file] = data
        if request.param == "zip":
            zipped(Path(name), [(file, data) for file, data in now.items() if data is not None])
        elif data is None:
            (Path(name) / file).unlink()
        else:
            (Path(name) / file).parent.mkdir(parents=True, exist_ok=True)
            (Path(name) / file).write_bytes(data)

    for file, data in list(now.items()):
        put(file, data)
    described = {"rule": "manifest", "wildcards": {"corpus": "urdu_latif"}, "code": "c" * 16}
    described["parameters"] = digest_of_input(name)
    inside = {**described, "inputs": {name: digest_of_input(name)}, "outputs": [MANIFEST_FILE]}
    Path(MANIFEST_FILE).parent.mkdir(parents=True)
    manifest(Path(name), "urdu_latif", 1, store.Output(Path(MANIFEST_FILE), inside))
    provenance.write(Path(MANIFEST_FILE), Path(MANIFEST_FILE), inside)
    # what this clone's plan has is what lies here
    made.jobs.append((described, [name], [MANIFEST_FILE]))
    return put


def test_recordings_that_are_not_those_of_the_manifest_are_named_with_the_remedy(made, recorded):
    assert made.faults() == {}
    recorded("Sad/SM1_F1_S01.wav", sound(0.1, frequency=150))
    recorded("Sad/SM1_F2_S02.wav", None)
    made.jobs[-1][0]["parameters"] = "of another content"  # as the plan now has it
    (fault,) = made.faults().values()
    assert fault.file == MANIFEST_FILE
    assert fault.found.startswith("2 recordings are not as listed, in resources/corpora/urdu_latif")
    assert "Sad/SM1_F1_S01.wav (other bytes), Sad/SM1_F2_S02.wav (gone); put back" in fault.found
    assert fault.command.endswith(f"--forcerun {MANIFEST_FILE} -- {MANIFEST_FILE}")


def test_an_archive_that_a_rule_made_is_named_alone_where_it_is_bad(made):
    archive = "resources/made/urdu_latif.zip"
    speech = [("Sad/SM1_F1_S01.wav", sound(0.1)), ("Sad/SM1_F2_S02.wav", sound(0.2))]
    made.job("synthetic_corpus", [], {archive: lambda path, _: zipped(path, speech)})
    made.job(
        "manifest",
        [archive],
        {
            MANIFEST_FILE: lambda path, inside: manifest(
                Path(archive), "urdu_latif", 1, store.Output(path, inside)
            )
        },
    )
    made.jobs[-1][0]["wildcards"] = {"corpus": "urdu_latif"}
    made.do(made.jobs[-1])
    assert made.faults() == {}
    zipped(Path(archive), speech[:1])
    assert set(made.faults()) == {archive}


def test_what_is_remembered_of_a_recording_does_not_hide_it_from_verify(made, recorded, monkeypatch):
    known = {Path(made.jobs[-1][1][0]): digest_of_input(made.jobs[-1][1][0])}
    monkeypatch.setattr(
        "sarangi.reproduce.verify.digest_of_input", lambda path: known.get(path) or digest_of_input(path)
    )
    recorded("Sad/SM1_F3_S03.wav", sound(0.1, frequency=350))
    found = made.faults()[MANIFEST_FILE].found
    assert found.startswith("a recording is not as listed") and "Sad/SM1_F3_S03.wav (other bytes)" in found
