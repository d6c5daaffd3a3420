"""``sarangi score`` on a study whose protocol is made, and on one whose protocol is not."""

import shutil

import pandas as pd
import pytest
from support.places import ROOT, to
from support.small_manifests import LOSO, made_manifest

import sarangi.__main__ as command_line
from sarangi.audit.protocol import protocol_audit
from sarangi.audit.rows import Audited
from sarangi.base import layout, store
from sarangi.models.baselines import baseline
from sarangi.splits.protocols import protocol


@pytest.fixture
def study(tmp_path, monkeypatch):
    """The demo's configuration, with a small corpus in place of RAVDESS and one baseline on it."""
    folder = tmp_path / "my"
    folder.mkdir()
    shutil.copy(ROOT / "demo/config.yaml", folder)
    (folder / "weights").symlink_to(ROOT / "demo/weights")
    names = {"manifest": layout.manifest("ravdess"), "protocol": layout.protocol("ravdess", "loso")}
    names |= {"audit": layout.protocol_audit("ravdess", "loso")}
    names |= {"constant": layout.predictions("ravdess_loso_constant")}
    files = {name: folder / path for name, path in names.items()}
    for file in files.values():
        file.parent.mkdir(parents=True, exist_ok=True)
    made_manifest(files["manifest"], speakers=9)
    protocol(files["manifest"], "loso", LOSO, to(files["protocol"]))
    protocol_audit(Audited(files["manifest"]), "loso", LOSO, None, to(files["audit"]))
    entry = {"constant": {"protocol": "loso", "kind": "constant"}}
    baseline(files["manifest"], {"loso": files["protocol"]}, entry, 1, {"constant": to(files["constant"])})
    monkeypatch.chdir(tmp_path)
    return folder


def scored(study, *options):
    tested = store.read(study / layout.protocol("ravdess", "loso"))
    tested = tested[tested["part"] == "test"].assign(predicted="happy")
    tested[["utterance_id", "fold", "predicted"]].to_csv("mine.csv", index=False)
    return command_line.main(["score", "mine.csv", "my", "--protocol", *options])


def test_the_table_is_printed_and_written(study, capsys):
    assert scored(study, "loso", "--corpus", "ravdess", "--out", "mine.parquet") == 0
    printed = capsys.readouterr().out
    assert printed.startswith("mine on ravdess, leave one speaker out\n")
    assert "UAR minus constant" in printed
    assert "wrote mine.parquet" in printed
    table = pd.read_parquet("mine.parquet")
    recall = table[(table["metric"] == "recall_happy") & (table["slice"] == "pooled")]
    assert recall["value"].tolist() == [1.0]
    assert scored(study, "loso", "--corpus", "ravdess", "--out", "mine.html") == 0
    assert "UAR minus constant" in (study.parent / "mine.html").read_text()


def test_what_is_not_there_is_named_with_what_to_do(study, capsys):
    for options, text in (
        (("loso",), "several corpora have loso: name one of ravdess, shemo, "),
        (("lso",), "'lso' is not in protocols of config.yaml; did you mean loso?"),
        (("loso", "--corpus", "shemo"), "shemo/manifest.parquet is not made yet; make it by snakemake"),
        (("loso", "--corpus", "ravdess", "--name", "constant"), "constant is a model of the study"),
        (("loso", "--corpus", "ravdess", "--out", "x.doc"), "x.doc: expected a file .csv, .parquet or .html"),
    ):  # fmt: skip
        assert scored(study, *options) == 1
        assert text in capsys.readouterr().err
