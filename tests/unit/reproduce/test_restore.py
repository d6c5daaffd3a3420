"""Which results of a bundle are adopted; tests/workflow restores whole ones."""

import json
import zipfile
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from support.configuration import SCHEMA

from sarangi.base.errors import SarangiError
from sarangi.reproduce import plan as plans
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
    other = "rule b has other code in this clone"
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
        ({"results/restored.json": "x"}, "stands twice"),
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
