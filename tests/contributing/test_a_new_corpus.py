"""The ninth corpus of CONTRIBUTING.md, added as it says: one module and one entry."""

import re

import pandas as pd
import yaml
from support.examples import example
from support.places import ROOT
from support.recordings import sound
from support.running import clone, run, succeeded
from support.studies import small, write_study

from sarangi.base import store


def test_a_ninth_corpus_is_one_module_and_one_entry(tmp_path):
    said = example("A corpus")
    project = clone(tmp_path / "sarangi")
    (project / "src/sarangi/corpora/layouts/emodb.py").write_text(said["python"][0])
    entry, experiments = map(yaml.safe_load, said["yaml"])
    study = small(yaml.safe_load((ROOT / "demo/config.yaml").read_text()))
    study["corpora"] = entry
    study["experiments"], study["findings"] = experiments, {}
    folder = write_study(study, project / "study")
    wavs = folder / "resources/corpora/emodb/wav"
    wavs.mkdir(parents=True)
    for speaker in ("03", "08", "09"):
        for pitch, code in enumerate("WEAFTN"):
            name = f"{speaker}a01{code}a.wav"
            (wavs / name).write_bytes(sound(frequency=200 + 30 * pitch, seed=int(speaker) + pitch))
    for name in ("03a01La.wav", "03a01Xa.wav"):
        (wavs / name).write_bytes(sound())
    target = re.search(r"results/audit/\S+", said["console"][0])[0]
    succeeded(run(project, "--cores", 2, target, "results/scores/emodb_loso_egemaps_svm.parquet"))
    manifest = store.read(folder / "results/corpora/emodb/manifest.parquet").set_index("utterance_id")
    assert manifest["status"].value_counts().to_dict() == {"ok": 18, "skipped": 1, "failed": 1}
    assert "emotion code X is unknown" in manifest.loc["emodb/03a01Xa.wav", "reason"]
    audit = pd.read_csv(folder / "results/audit/emodb.csv").set_index("check")
    assert (audit.loc["utterances", "value"], audit.loc["utterances", "verdict"]) == (20, "warning")
    assert audit.loc["shared_groups", "value"] == 0
