"""``sarangi plan`` before and after something is predicted."""

import shutil

import pytest
from support.places import ROOT, to
from support.small_manifests import LOSO, SVM, made_features, made_manifest

import sarangi.__main__ as command_line
from sarangi.base import layout
from sarangi.base.score_id import ScoreId
from sarangi.models.classical import classical
from sarangi.models.vectors import CorpusFiles
from sarangi.scoring.planning import spread_of_difference, spread_of_uar
from sarangi.splits.protocols import protocol


@pytest.fixture
def study(tmp_path, monkeypatch):
    """The demo's configuration, with nothing made."""
    shutil.copy(ROOT / "demo/config.yaml", tmp_path)
    (tmp_path / "weights").symlink_to(ROOT / "demo/weights")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_typical_values_are_named_as_such(study, capsys):
    assert command_line.main(["plan", "--difference", "0.05", "--clips", "40"]) == 0
    printed = capsys.readouterr().out
    assert "These are TYPICAL values" in printed
    assert "RAVDESS, actors 1 to 7 and 20" in printed
    assert printed.count("      40         40 ") == 2
    for odd in (["--difference", "5"], ["--difference", "0.1", "--clips", "0"]):
        with pytest.raises(SystemExit):
            command_line.main(["plan", *odd])
    assert command_line.main(["plan", "--difference", "0.05", "--model", "egemaps_svmm"]) == 1
    assert "did you mean egemaps_svm?" in capsys.readouterr().err
    assert command_line.main(["plan", "--difference", "0.05", "--model", "egemaps_svm"]) == 1
    assert "no predictions of egemaps_svm with speakers held out" in capsys.readouterr().err


def test_a_studys_own_variances_are_taken_once_there_are_predictions(study, capsys):
    """Of two models under a protocol that holds speakers out; one whose speakers leak is none to plan by."""
    manifest, table = (
        study / path for path in (layout.manifest("ravdess"), layout.protocol("ravdess", "loso"))
    )
    for file in (manifest, table):
        file.parent.mkdir(parents=True, exist_ok=True)
    made_manifest(manifest, speakers=9, clips=12)
    protocol(manifest, "loso", LOSO, to(table))
    features = made_features(study / "features.parquet", manifest)
    names = {
        "ravdess_grouped3_four_egemaps_svm": SVM,
        "ravdess_grouped3_four_egemaps_logistic": SVM | {"C": 0.01},
    }
    files = {name: study / layout.predictions(name) for name in names}
    for file in files.values():
        file.parent.mkdir(parents=True, exist_ok=True)
    classical(
        CorpusFiles(manifest, [features]), {"p": table},
        {name: {"protocol": "p", "settings": settings} for name, settings in names.items()},
        {ScoreId(name, None): to(file) for name, file in files.items()},
    )  # fmt: skip
    first, second = ([file] for file in files.values())
    uar, apart = spread_of_uar(first, manifest, "x"), spread_of_difference(first, second, manifest, "x")
    assert (uar.groups, uar.clips) == (9, 108)
    command = ["plan", "--difference", "0.05", "--model", "egemaps_svm", "--rival", "egemaps_logistic"]
    assert command_line.main(command) == 0
    printed = capsys.readouterr().out
    assert "TYPICAL" not in printed
    assert f"UAR of eGeMAPS + SVM: {uar.value:.3f}" in printed
    assert f"minus eGeMAPS + logistic regression: {apart.value:+.3f}" in printed
    assert "Speakers that detect 0.05: " in printed
