"""Real runs of snakemake: the demo in small, the public commands, faults in the corpora."""

import hashlib
import json
import os

import pandas as pd
import pytest
import yaml
from support.places import ROOT, real
from support.recordings import BROKEN, sound, zipped
from support.running import copied, jobs, snakemake, succeeded
from support.studies import absent, small, write_study

from sarangi.base import store
from sarangi.base.marks import CLASS_MISSING, GROUPS_SHARED, NEAR_DUPLICATES, marks_in
from sarangi.paper.tables.writing import FORMATS
from sarangi.runtime import records
from sarangi.runtime.inventory import FOLDER, PLANNED, digest_of_input

TARGETS = ("paper/tables", "paper/figures", "finding_4")


@pytest.fixture
def demo(project):
    """The small study, run once with two cores."""
    return project / "study"


def test_the_public_commands_make_tables_and_figure_that_say_synthetic(demo):
    for name in ("corpora", "scores"):
        for suffix in FORMATS:
            assert "synthetic" in (demo / f"paper/tables/{name}.{suffix}").read_text().lower()
    scores = pd.read_csv(demo / "paper/tables/scores.csv")
    assert list(scores["n"]) == [40] * 4
    assert (demo / "paper/figures/leakage.png").stat().st_size > 10_000
    pdf = (demo / "paper/figures/leakage.pdf").read_bytes()
    assert b"CreationDate" not in pdf
    assert b"Type3" not in pdf


def test_counts_add_up_to_the_manifest_at_every_stage(demo):
    manifest = store.read(demo / "results/corpora/urdu_latif/manifest.parquet")
    ids = list(manifest["utterance_id"])
    assert ids == sorted(set(ids))
    for pattern in ("results/corpora/*/audio/*.parquet", "results/features/*/*/*.parquet"):
        found = [
            store.read(path, ["utterance_id", "status", "reason"]) for path in sorted(demo.glob(pattern))
        ]
        assert sorted(pd.concat(found)["utterance_id"]) == ids
    for path in demo.glob("results/runs/*/predictions/within.parquet"):
        assert list(store.read(path)["utterance_id"]) == ids


def test_every_parquet_says_what_it_was_made_from(demo):
    for path in demo.glob("results/**/*.parquet"):
        found = store.provenance(path)
        assert found["rule"]
        assert len(found["code"]) == 16
        for name, digest in found["inputs"].items():
            assert digest == hashlib.sha256((demo / name).read_bytes()).hexdigest()
        name = str(path.relative_to(demo))
        record = records.read(name, demo)
        assert record.pop("sha256") == hashlib.sha256(path.read_bytes()).hexdigest()
        assert record.pop("result") == name
        assert record == found
        assert name in record["outputs"]


@pytest.mark.parametrize("target", TARGETS)
def test_a_second_run_of_a_public_command_does_nothing(demo, target):
    assert jobs(snakemake("--cores", 2, "-n", target, directory=demo)) == {}


def test_a_touched_input_reruns_nothing(demo, tmp_path):
    copy = copied(demo, tmp_path / "copy")
    for path in [*copy.rglob("*.zip"), *copy.glob("results/corpora/**/*.parquet")]:
        path.touch()
    assert jobs(snakemake("--cores", 1, "-n", *TARGETS, directory=copy)) == {}


def test_a_changed_parameter_reruns_what_depends_on_it_and_no_more(demo, tmp_path):
    folder = copied(demo, tmp_path / "copy")
    study = yaml.safe_load((folder / "config.yaml").read_text())
    study["classifiers"]["svm"]["C"] = 1
    write_study(study, folder)
    found = jobs(snakemake("--cores", 1, "-n", *TARGETS, directory=folder))
    found = {name: count for name, count in found.items() if name not in TARGETS}
    assert found == {
        "classical_urdu_latif_egemaps": 1, "scores_urdu_latif_egemaps": 1, "scores_table": 1,
        "differences": 2, "differences_table": 1,
        "premiums": 1, "leakage_figure": 1, "conditions_figure": 1, "recalls_figure": 1,
        "confusions_figure": 1, "finding": 1, "finding_shown": 1, "findings_table": 1,
        "fairness_table": 1, "fairness_figure": 1,
        "errata_table": 1, "numbers": 1,
    }  # fmt: skip


def test_an_absent_corpus_shows_as_unavailable_and_breaks_nothing(study, tmp_path):
    study = small(study)
    study["corpora"]["ravdess"] = absent()
    study["corpora"]["urdu_latif"]["source"]["synthetic"]["clips"] = 5
    gated = yaml.safe_load((ROOT / "config.yaml").read_text())["corpora"]
    study["corpora"] |= {name: gated[name] for name in ("iemocap", "iitkgp_sehsc")}
    study["findings"] = {}
    study["experiments"] = [
        {"corpora": sorted(study["corpora"]), "protocols": ["random5"], "models": ["speaker_only"]}
    ]
    folder = write_study(study, tmp_path)
    shown = ("corpora", "scores", "transcripts", "differences", "absent")
    tables = [f"paper/tables/{name}.tex" for name in shown]
    succeeded(snakemake("--cores", 2, *tables, directory=folder))
    corpora, scores, absent_table = (
        (folder / f"paper/tables/{name}.md").read_text() for name in ("corpora", "scores", "absent")
    )
    assert "Not available here: IEMOCAP, IITKGP-SEHSC, RAVDESS." in corpora and "| RAVDESS" not in corpora
    assert "3 experiments that cannot run here; they need corpus IEMOCAP" in scores
    for title, advice in {
        "RAVDESS": "write to its authors, put it at resources/corpora/ravdess",
        "IEMOCAP": "sign the licence form of USC SAIL for IEMOCAP, put it at resources/corpora/iemocap",
        "IITKGP-SEHSC": "ask IIT Kharagpur for IITKGP-SEHSC and list its recordings in iitkgp_sehsc.csv, "
        "put it at resources/corpora/iitkgp_sehsc",
    }.items():
        assert [line for line in absent_table.splitlines() if title in line and advice in line], absent_table
    succeeded(snakemake("--cores", 2, "audit", directory=folder))
    assert [path.name for path in (folder / "results/audit").glob("*.parquet")] == ["urdu_latif.parquet"]
    # it comes to hand: its tables are made anew, the other corpus is left alone
    members = [
        (f"Actor_0{a}/03-01-0{e}-01-0{s}-01-0{a}.wav", sound(0.5, frequency=100 * e))
        for a in (1, 2, 3)
        for e in (1, 3, 4)
        for s in (1, 2)
    ]
    (folder / "resources/corpora").mkdir(parents=True)
    zipped(folder / "resources/corpora/ravdess.zip", members)
    done = snakemake("--cores", 2, "paper/tables/scores.tex", directory=folder)
    assert jobs(done)["manifest"] == 1
    scores = (folder / "paper/tables/scores.md").read_text()
    assert [line for line in scores.splitlines() if "RAVDESS" in line and "unavailable" in line] == []
    assert "IEMOCAP" in scores


def test_broken_recordings_go_through_every_stage_and_harm_no_neighbour(study, tmp_path):
    study = small(study)
    study["corpora"]["urdu_latif"] = absent() | {"shards": 2}
    corpus = tmp_path / "resources/corpora/urdu_latif"
    for place, label in enumerate(("Angry", "Happy", "Neutral", "Sad")):
        (corpus / label).mkdir(parents=True)
        for clip in range(6):
            name = f"SM{clip % 3 + 1}_F{clip + 1}_{label[0]}0{clip + 1}.wav"
            tone = sound(0.6, 44_100, frequency=120 + 60 * place, seed=clip)
            (corpus / label / name).write_bytes(tone)
    for number, (data, _) in enumerate(BROKEN.values()):
        (corpus / "Sad" / f"SM9_F{number}_S09{number}.wav").write_bytes(data)
    (corpus / "Sad" / "SM9_F9_X09.wav").write_bytes(sound())
    folder = write_study(study, tmp_path)
    tables = [f"paper/tables/{name}.tex" for name in ("corpora", "scores", "transcripts", "availability")]
    succeeded(snakemake("--cores", 2, *tables, directory=folder))
    row = pd.read_csv(folder / "paper/tables/corpora.csv").iloc[0]
    assert (row["Utterances"], row["ok"], row["Failed"]) == (24 + 7, 24, 7)
    predictions = store.read(folder / "results/runs/urdu_latif_loso_egemaps_svm/predictions/within.parquet")
    bad = predictions[predictions["status"] == "failed"].set_index("utterance_id")["reason"]
    assert len(bad) == 7
    for number, (_, reason) in enumerate(BROKEN.values()):
        assert reason in bad[f"urdu_latif/Sad/SM9_F{number}_S09{number}.wav"]
    assert "code X is unknown" in bad["urdu_latif/Sad/SM9_F9_X09.wav"]
    assert set(predictions.loc[predictions["status"] == "ok", "predicted"].notna()) == {True}
    # what the plan found is there for jobs elsewhere
    planned = json.loads((folder / FOLDER / PLANNED).read_text())
    assert planned["resources/corpora/urdu_latif"] == digest_of_input("resources/corpora/urdu_latif", folder)
    # a recording is replaced by an older one of its size: no time shows it, the inventory does
    file = corpus / "Sad" / "SM1_F4_S04.wav"
    data = bytearray(file.read_bytes())
    data[-2] ^= 1
    file.write_bytes(data)
    os.utime(file, (1_000_000_000, 1_000_000_000))
    assert jobs(snakemake("--cores", 2, "-n", directory=folder))["manifest"] == 1


def test_a_corpus_that_is_none_stops_its_own_tables_with_a_message_and_no_file(study, tmp_path):
    study = small(study)
    (tmp_path / "resources/corpora").mkdir(parents=True)
    (tmp_path / "resources/corpora/urdu_latif").write_text("not a corpus")
    done = snakemake("--cores", 1, directory=write_study(study, tmp_path))
    assert done.returncode != 0
    message = (tmp_path / "results/logs/manifest/urdu_latif.log").read_text()
    assert "expected a folder, a zip or a tar archive" in message
    assert "Traceback" not in message
    assert not list(tmp_path.rglob("*.parquet"))


def test_a_published_experiment_has_the_studys_name_and_says_what_it_waits_for(tmp_path):
    study = yaml.safe_load((ROOT / "config.yaml").read_text()) | {"download": False, "benchmarks": {}}
    write_study(study, tmp_path)
    done = snakemake("-n", "ravdess_si_audio", directory=tmp_path)
    assert done.returncode != 0
    said = done.stdout + done.stderr
    assert "ravdess_speakers_21_24_replayed_audio needs corpus ravdess: download" in said
    assert "weights of wav2vec2_base: fetch" in said


def test_a_mistake_in_the_configuration_stops_before_any_job(study, tmp_path):
    study = small(study)
    study["experiments"][0]["protocols"].append("lso")
    done = snakemake("--cores", 1, directory=write_study(study, tmp_path))
    assert done.returncode != 0
    assert "experiments[0].protocols[2]: 'lso' is not in protocols; did you mean loso?" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "results").exists()


def test_the_real_corpora_give_the_known_scores(tmp_path):
    (tmp_path / "resources/corpora").mkdir(parents=True)
    for corpus in ("urdu_latif", "ravdess"):
        (tmp_path / "resources/corpora" / corpus).symlink_to(real(corpus))
    study = yaml.safe_load((ROOT / "config.yaml").read_text()) | {"download": False, "benchmarks": {}}
    # actors 7 to 24 are not whole here
    study["experiments"] = [e for e in study["experiments"] if "speakers_21_24" not in e["protocols"]]
    # one feature set and classifier of the grid, or it takes half an hour
    quick = {"egemaps_svm", "egemaps_svm_coral", "egemaps_own_rate_svm"}
    quick |= {name for name, model in study["models"].items() if "classifier" not in model}
    for entry in study["experiments"]:
        entry["models"] = [name for name in entry["models"] if name in quick]
        entry.pop("compared", None)
    study["bootstrap"]["draws"] = 2000  # no number below needs more
    # the demo's encoder learns from real speech, too, with speakers shared and held out
    demo = yaml.safe_load((ROOT / "demo/config.yaml").read_text())
    study["encoders"]["tiny"] = demo["encoders"]["tiny"]
    study["models"]["audio_tiny"] = demo["models"]["audio_tiny"]
    study["models"]["audio_tiny"]["finetuning"] |= {"seeds": [42]}
    study["experiments"].append(
        {"corpora": ["urdu_latif"], "protocols": ["random80", "grouped3"], "models": ["audio_tiny"]}
    )
    # all else of them waits for weights
    study["findings"] = {name: {"statement": "said"} for name in study["findings"]}
    study["sensitivity"] = {"protocols": ["grouped3", "loso"], "models": ["egemaps_svm"], "seeds": [1, 2],
                            "folds": [4, 5]}  # fmt: skip
    # what is read below, and a picture
    read = (
        "corpora",
        "scores",
        "absent",
        "within_language",
        "across_languages",
        "sensitivity",
        "splits",
        "errata",
    )
    shown = [f"paper/tables/{name}.tex" for name in read] + ["paper/figures/leakage.pdf"]
    succeeded(snakemake("--cores", 2, *shown, directory=write_study(study, tmp_path)))
    table = pd.read_csv(tmp_path / "paper/tables/scores.csv")
    # what is absent is in its own table, and no row of another
    absent = pd.read_csv(tmp_path / "paper/tables/absent.csv").set_index("Name id")
    assert set(absent.index) > {"iemocap", "meld", "punjabi_rasa", "shemo", "iitkgp_sehsc", "wav2vec2_base"}
    assert absent["What to do"].notna().all()
    assert not {"IEMOCAP", "MELD"} & set(table["Corpus"])
    assert table["UAR"].notna().all()
    found = table.set_index(["Corpus", "Protocol", "Model"]).sort_index()
    urdu = found.loc["URDU"]
    held_out = urdu.loc["speakers SM2, SM3, SM4 held out, as published"]
    assert (held_out["n"] == 88).all()
    assert held_out["Marks"].str.contains(CLASS_MISSING).all()
    whole = [p for p in urdu.index.unique("Protocol") if p.startswith(("random 5", "leave", "3 "))]
    assert (urdu.loc[whole, "n"] == 400).all()
    assert urdu.loc[("random 5-fold", "eGeMAPS + SVM"), "UAR"] == pytest.approx(0.905, abs=0.015)
    assert urdu.loc[("leave one speaker out", "eGeMAPS + SVM"), "UAR"] == pytest.approx(0.55, abs=0.03)
    assert urdu.loc[("random 5-fold", "speaker only"), "UAR"] == pytest.approx(0.96, abs=0.02)
    assert urdu.loc[("random 5-fold", "constant"), "WF1"] == 0.1
    assert (found.loc["RAVDESS"]["Groups"] == 8).all()
    tuned = found.xs("tiny wav2vec 2.0, fine-tuned", level="Model")
    marked = tuned["Marks"].fillna("").map(marks_in)
    shared = ("URDU", "random 80/10/10")
    assert {place for place, marks in marked.items() if GROUPS_SHARED in marks} == {shared}
    assert {place for place, marks in marked.items() if NEAR_DUPLICATES in marks} >= {shared}
    # it has never heard a person, and still learns something
    assert (tuned["UAR"] > tuned["Chance"]).all()
    assert tuned.loc[shared, "UAR"] > tuned.loc[("URDU", "3 grouped folds"), "UAR"]
    within, across, rates = (
        pd.read_csv(tmp_path / f"paper/tables/{name}.csv")
        for name in ("within_language", "across_languages", "sensitivity")
    )
    scored = within.dropna(subset="UAR").groupby("Language")["Protocol"].agg(sorted)
    folds = ["3 grouped folds, four emotions", "random 5-fold, four emotions"]
    assert scored.to_dict() == {"English": folds, "Urdu": folds}
    there = across.dropna(subset="UAR").groupby(["Trained on", "Tested on"])["Model"].agg(sorted)
    assert there.to_dict() == {
        direction: ["SVM", "SVM, each side scaled, CORAL"]
        for direction in (("English", "Urdu"), ("Urdu", "English"))
    }
    rates = rates[rates["Corpus"] == "URDU"].set_index("Protocol")
    assert rates.loc["leave one speaker out", "Native rate"] == pytest.approx(0.64, abs=0.03)
    assert rates.loc["random 5-fold", "Native rate"] == pytest.approx(0.905, abs=0.02)
    splits = pd.read_csv(tmp_path / "paper/tables/splits.csv").set_index("Corpus").loc["URDU"]
    assert list(splits["Varied"]) == ["seed: 1, 2", "folds: 4", "sample rate: own", "sample rate: own"]
    # angry has four speakers
    assert list(splits["Variants"]) == ["2 of 2", "1 of 2", "1 of 1", "1 of 1"]
    assert splits["Largest"].iloc[-1] == pytest.approx(0.64, abs=0.03)
    errata = pd.read_csv(tmp_path / "paper/tables/errata.csv").set_index("entry")
    assert set(errata.index) == set(range(1, 20))
    below_chance = errata.loc[10]
    ours = below_chance.iloc[2]
    assert ours["study_value"] < 0.25 < ours["valid_low"] < ours["valid_value"] < ours["valid_high"]
    assert list(below_chance["study_value"])[3:5] == [0.1875, 0.75]
    assert below_chance["valid_low"].iloc[0] == pytest.approx(0.092, abs=0.001)
    assert "speakers: 29 (its publisher says 38)" in errata.loc[8, "evidence"]
    apart = pd.read_csv(tmp_path / "paper/tables/errata_apart.csv")
    assert apart["evidence"].str.contains(r"near duplicates: 10 \(0 byte for byte, 2 across speakers\)").any()
    apart = apart.set_index("compared")
    knowing = apart.filter(like="UAR of knowing only the speaker", axis=0).iloc[0]
    assert knowing["study_value"] == pytest.approx(0.96, abs=0.02)
    wider = apart.loc["UAR on URDU with its interval over clips against groups", "difference"]
    assert float(wider.removesuffix(" times as wide")) > 2
    rate = apart.loc["UAR at 16 kHz against the recordings' native rate", "difference"]
    assert rate.startswith("+") and "points" in rate
    audio = pd.concat(store.read(p) for p in (tmp_path / "results/corpora/ravdess/audio").iterdir())
    assert (audio["reason"] == "mixed down from 2 channels").sum() == 5
    for name in ("tables/scores.md", "tables/corpora.tex"):
        assert "ynthetic" not in (tmp_path / "paper" / name).read_text()
