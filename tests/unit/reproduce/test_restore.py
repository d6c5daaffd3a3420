"""Which results of a bundle are adopted; tests/workflow restores whole ones."""

import base64
import hashlib
import json
import os
import re
import zipfile
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from support.configuration import SCHEMA

from sarangi.base import layout
from sarangi.base.errors import SarangiError
from sarangi.reproduce import plan as plans
from sarangi.reproduce.bundle import carried
from sarangi.reproduce.restore import adopt, restore
from sarangi.runtime import provenance
from sarangi.study.checking import check


class Plan:
    """Jobs, each made from the one before it."""

    def __init__(self, codes):
        names = list(codes)
        self.done = []
        self.jobs = [
            SimpleNamespace(
                described={"rule": name, "wildcards": {}, "parameters": "p", "code": codes[name]},
                inputs=[f"results/{before}.csv"] if before else [],
                outputs=[f"results/{name}.csv"],
            )
            for before, name in zip([None, *names], names, strict=False)
        ]

    def mark_done(self, job, inputs):
        self.done += job.outputs


def publish(job):
    for output in job.outputs:
        Path(output).parent.mkdir(parents=True, exist_ok=True)
        Path(output).write_text(output)
        inputs = {path: provenance.digest(path) for path in job.inputs}
        provenance.write(
            Path(output), Path(output), {**job.described, "inputs": inputs, "outputs": job.outputs}
        )


def adopted(monkeypatch, codes):
    planned = Plan(codes)
    monkeypatch.setattr(plans, "plan", contextmanager(lambda targets, directory: iter([planned])))
    return planned, adopt([], [output for job in planned.jobs for output in job.outputs], Path())


def test_what_is_made_from_what_was_left_out_names_what_began_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for job in Plan({"a": "1", "b": "1", "c": "1", "d": "1"}).jobs:
        publish(job)
    planned, refused = adopted(monkeypatch, {"a": "1", "b": "2", "c": "1", "d": "1"})
    other = "rule b has different code in this clone"
    assert refused == {
        "results/b.csv": other,
        "results/c.csv": f"it was made from results/b.csv, which was left out: {other}",
        "results/d.csv": f"it was made from results/c.csv, which was left out: {other}",
    }
    assert planned.done == ["results/a.csv"]
    assert [path.name for path in sorted(Path("results").glob("*.csv"))] == ["a.csv"]
    assert not provenance.place("results/b.csv").exists()


def test_what_agrees_with_the_plan_is_adopted_whole(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    codes = {"a": "1", "b": "1"}
    for job in Plan(codes).jobs:
        publish(job)
    planned, refused = adopted(monkeypatch, codes)
    assert refused == {}
    assert planned.done == ["results/a.csv", "results/b.csv"]
    provenance.place("results/a.csv").unlink()
    assert adopted(monkeypatch, codes)[1] == {
        "results/a.csv": "it has no provenance",
        "results/b.csv": "it was made from results/a.csv, which was left out: it has no provenance",
    }


def test_what_restore_did_not_write_is_refused(study, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "results").mkdir()
    (tmp_path / "results/restored.json").write_text("[1]")
    with pytest.raises(SarangiError, match=r"results/restored\.json: expected what make restore writes"):
        _ = check(study, SCHEMA, []).corpora


def bundled(path, **members):
    about = {"version": 1, "targets": [], "identities": {}}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bundle.json", json.dumps(about))
        for name, data in members.items():
            archive.writestr(name, data)
    return path


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"bundle.json/x": "x"}, "does not belong"),
        ({"results/a": "x", "results/a/b.txt": "x"}, "is a file and a folder"),
        ({"results": "x"}, "does not belong"),
        ({"results/restored.json": "x"}, "appears twice"),
        ({f"results/{'y' * 300}": "x"}, "a part of more than 255 bytes"),
        ({"results/provenance/a.csv.json": "[" * 100_000}, "nested too deep"),
        ({"results/provenance/a.csv.json": "[]"}, "keys are missing"),
        ({"results/provenance/a.csv.json": "0" * (2**26 + 1)}, "at most"),
        ({"results/a.csv": "x"}, "no item named"),
    ],
)
def test_a_bundle_that_cannot_be_put_back_whole_writes_nothing(members, said, tmp_path):
    path = bundled(tmp_path / "bundle.zip", **members)
    (tmp_path / "clone").mkdir()
    with pytest.raises(SarangiError, match=r"bundle\.zip: expected a bundle") as caught:
        restore(path, tmp_path / "clone")
    assert said in str(caught.value)
    assert list((tmp_path / "clone").rglob("*")) == []


RECORD = {
    "rule": "a",
    "wildcards": {},
    "inputs": {},
    "outputs": ["results/a.csv"],
    "parameters": "p",
    "code": "c",
}
OF_SNAKEMAKE = {"rule": "a", "input": [], "params": [], "incomplete": False, "record_format_version": 6}


def key(path):
    return f".snakemake/metadata/{base64.urlsafe_b64encode(path.encode()).decode()}"


def whole(path, data=b"of the bundle", known=OF_SNAKEMAKE, name="results/a.csv", **more):
    """A bundle of one result, its provenance and what Snakemake knows of it."""
    record = RECORD | {"outputs": [name], "sha256": hashlib.sha256(data).hexdigest()}
    members = {str(provenance.place(name)): json.dumps(record), name: data, key(name): json.dumps(known)}
    return bundled(path, **{n: d for n, d in (members | more).items() if d is not None})


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ([], "is list, no record"),
        ("x", "is str, no record"),
        (OF_SNAKEMAKE | {"input": "x"}, "input is str"),
        (OF_SNAKEMAKE | {"input": [1]}, "a name in input is not text"),
        (OF_SNAKEMAKE | {"endtime": True}, "endtime is bool"),
        (OF_SNAKEMAKE | {"input_checksums": {"a": []}}, "a checksum is not text"),
        (OF_SNAKEMAKE | {"run": "rm"}, "has the key 'run'"),
        (OF_SNAKEMAKE | {"rule": "b"}, "is not of the finished rule a"),
        (OF_SNAKEMAKE | {"incomplete": True}, "is not of the finished rule a"),
    ],
)
def test_what_is_no_record_of_snakemakes_is_refused(known, said, tmp_path):
    (tmp_path / "clone").mkdir()
    with pytest.raises(SarangiError, match=re.escape(said)):
        restore(whole(tmp_path / "b.zip", known=known), tmp_path / "clone")
    for name, why in (
        (".snakemake/metadata/!", "not the name of a record"),
        (key("results/other.csv"), "of which the bundle has no provenance"),
        (key("/etc/passwd"), "of which the bundle has no provenance"),
    ):
        with pytest.raises(SarangiError, match=why):
            restore(whole(tmp_path / "b.zip", **{name: json.dumps(OF_SNAKEMAKE)}), tmp_path / "clone")
    assert list((tmp_path / "clone").rglob("*")) == []


@pytest.mark.parametrize(
    "name", ["results/a.csv", "results/corpora/x/audio/0.parquet", "resources/weights/w.pt"]
)
def test_a_bundle_replaces_nothing_that_is_known_of_files_that_are_here(name, tmp_path):
    data = b"of the bundle" if name == "results/a.csv" else b"of this folder"
    bundle = whole(tmp_path / "b.zip", name=name, **({} if name == "results/a.csv" else {name: None}))
    clone = tmp_path / "clone"
    here = {name: data, str(provenance.place(name)): b'{"rule": "mine"}', key(name): b'{"rule": "mine"}'}
    for path, text in here.items():
        (clone / path).parent.mkdir(parents=True, exist_ok=True)
        (clone / path).write_bytes(text)
    refused = restore(bundle, clone)
    assert refused == {name: "it is here and was made differently; its own provenance stays"}
    assert {path: (clone / path).read_bytes() for path in here} == here
    # a file that nothing is known of gets no provenance that is not its own
    provenance_here = clone / provenance.place(name)
    provenance_here.unlink()
    found = restore(bundle, clone)
    if data == b"of the bundle":
        assert found == {} and json.loads(provenance_here.read_text())["rule"] == "a"
    else:
        assert "it stays without provenance" in found[name] and not provenance_here.exists()
    # the same again, and into an empty folder, is whole
    assert restore(bundle, clone) == found
    assert restore(bundle, tmp_path / "fresh") == {}
    assert json.loads((tmp_path / "fresh" / key(name)).read_text()) == OF_SNAKEMAKE


@pytest.mark.parametrize("place", ["/dev/zero", "/proc", "pipe"])
def test_what_has_no_end_is_no_bundle(place, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(SarangiError, match=f"{place}: expected a bundle.*it is not a file"):
        restore(tmp_path / place, tmp_path)


def test_a_bundle_carries_every_page_that_its_rules_make():
    """What a rule makes beside a bundled file must be there, too, or the rule runs again after a restore."""
    made = [layout.report_page(), layout.run_summary(), layout.audit_page(), layout.audit_summary()]
    assert all(carried(path) for path in made)
    assert not carried("resources/made/ravdess.zip")
