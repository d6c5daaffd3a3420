"""Model cards: the numbers in them, and what they say where a score does not mean what it seems."""

import json
import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from conftest import MADE_BY_TEST, ROOT
from huggingface_hub import ModelCard

from sarangi.app import cards
from sarangi.app.card_files import read_card
from sarangi.app.card_text import calibrated
from sarangi.app.space import space
from sarangi.base import store
from sarangi.base.score_rows import SCORES
from sarangi.models.predictions import predictions_schema
from sarangi.runtime.fingerprint import modules_of

SPEAKERS = ["anna", "berta", "carla", "dora"]
ABOUT = {
    "experiment": "shemo_two_audio",
    "model": "an encoder, fine-tuned",
    "corpus": {"name": "shemo", "title": "ShEMO", "licence": "theirs", "citation": "its authors",
               "access": "open", "source": "its publisher"},
    "protocol": {"title": "two folds", "kind": "stratified_group_kfold", "leaks": False},
    "mean_of_folds": False,
    "confidence": 0.95,
    "synthetic": False,
    "untrained": False,
    "encoders": {"audio": {"name": "w", "title": "wav2vec 2.0", "licence": "Apache-2.0", "source": "the hub",
                           "hub": "facebook/wav2vec2-base", "folder": "resources/weights/w"}},
    "asr": None,
    "recipe": {"learning_rate": 1e-5},
}  # fmt: skip


@pytest.fixture
def study(tmp_path):
    """Four speakers, two clips each: two folds, one seed; what was right and how sure is known."""
    ids = [f"shemo/{speaker}{n}" for speaker in SPEAKERS for n in (0, 1)]
    speakers = [name.split("/")[1][:-1] for name in ids]
    text = pa.string()
    manifest = pd.DataFrame({"utterance_id": ids, "speaker": speakers, "language": "fa"})
    schema = pa.schema([("utterance_id", text), ("speaker", text), ("language", text)])
    store.write(tmp_path / "manifest", manifest, schema, MADE_BY_TEST)
    parts = []
    for fold, tested in enumerate((SPEAKERS[:2], SPEAKERS[2:])):
        part = ["test" if speaker in tested else "train" for speaker in speakers]
        parts.append(pd.DataFrame({"utterance_id": ids, "fold": fold, "part": part}))
    schema = pa.schema([("utterance_id", text), ("fold", pa.int32()), ("part", text)])
    store.write(tmp_path / "protocol", pd.concat(parts), schema, MADE_BY_TEST)
    # of the answers at 60 to 70 % one of four is right, of those at 90 to 100 % three of four
    sure = np.array([0.61, 0.62, 0.65, 0.69, 0.9, 0.95, 0.99, 1.0])
    right = np.array([1, 0, 0, 0, 1, 1, 1, 0], dtype=bool)
    table = pd.DataFrame({"utterance_id": ids, "seed": 7, "status": "ok", "reason": None, "predicted": "sad"})
    table = table.assign(emotion=np.where(right, "sad", "angry"), p_sad=sure, p_angry=1 - sure)
    table["fold"] = [0] * 4 + [1] * 4
    for fold, rows in table.groupby("fold"):
        store.write(tmp_path / f"predictions{fold}", rows, predictions_schema(["angry", "sad"]), MADE_BY_TEST)
    row = dict.fromkeys(SCORES.names, "") | {
        "slice": "pooled",
        "n": 8,
        "groups": 4,
        "seeds": 1,
        "chance": 0.5,
    }
    row |= {"low": 0.2, "high": 0.9, "low_clips": 0.3, "high_clips": 0.8, "ceiling": 1.0, "chance": 0.5}
    values = {"uar": 0.5, "accuracy": 0.5, "recall_sad": 1.0, "expected_calibration_error": 0.25}
    lines = [row | {"metric": metric, "value": value} for metric, value in values.items()]
    store.write(tmp_path / "scores", pd.DataFrame(lines), SCORES, MADE_BY_TEST)
    return tmp_path


def written(study, **changed):
    folder = study / "run"
    folder.mkdir(exist_ok=True)
    runs = {
        (fold, 7): cards.RunFiles(
            study / f"predictions{fold}",
            study / f"model{fold}",
            folder / f"{fold}.md",
            folder / f"{fold}.json",
        )
        for fold in (0, 1)
    }
    cards.model_cards(
        runs,
        cards.ExperimentFiles(study / "scores", study / "manifest", study / "protocol"),
        ABOUT | changed,
        {"code": "c0de", "inputs": {str(study / "model0"): "abc"}},
    )
    return json.loads(runs[0, 7].data.read_text()), ModelCard.load(runs[0, 7].card)


def test_calibration_counts_how_often_it_was_right_when_it_was_so_sure(study):
    data, card = written(study)
    known = data["calibration"]
    found = [(tenth["from"], tenth["answers"], tenth["right"]) for tenth in known["tenths"]]
    assert found == [(0.6, 4, 0.25), (0.9, 4, 0.75)]
    assert (known["error"], known["answers"], known["clips"]) == (0.25, 8, 8)
    assert "When it says 60–70 %, it was right in 25 % of 4 answers on speakers that" in calibrated(
        data, 0.66
    )
    assert "0.75" not in calibrated(data, 1.0) and "75 %" in calibrated(data, 1.0)
    assert "is not known" in calibrated(data, 0.55)
    assert "| 60–70 % | 4 | 25 % |" in card.text


def test_the_hub_reads_licence_base_model_scores_and_language(study):
    data, card = written(study)
    assert card.data.license == "other"
    assert card.data.base_model == ["facebook/wav2vec2-base"]
    assert (card.data.language, card.data.datasets) == (["fa"], ["shemo"])
    assert {(r.metric_name[:3], r.metric_value) for r in card.data.eval_results} == {
        ("UAR", 0.5),
        ("acc", 0.5),
    }
    assert "| UAR (unweighted average recall) | 0.500 | [0.200, 0.900] | 0.500 | 8 | 4 | 1 |" in card.text
    assert "none of whom it heard in training" in card.text
    assert "sha256 `abc`" in card.text and data["own"] == {"clips": 4, "uar": 0.5}
    open_licence = ABOUT["corpus"] | {"licence": "Apache-2.0"}
    assert written(study, corpus=open_licence)[1].data.license == "apache-2.0"
    first = {path.name: path.read_bytes() for path in (study / "run").iterdir()}
    written(study, corpus=open_licence)
    assert {path.name: path.read_bytes() for path in (study / "run").iterdir()} == first


def test_speakers_that_were_heard_in_training_are_no_unseen_speakers(study):
    protocol = store.read(study / "protocol")
    protocol.loc[(protocol["utterance_id"] == "shemo/anna1") & (protocol["fold"] == 0), "part"] = "validation"
    schema = pa.schema([("utterance_id", pa.string()), ("fold", pa.int32()), ("part", pa.string())])
    store.write(study / "protocol", protocol, schema, MADE_BY_TEST)
    data, card = written(study)
    assert data["speakers"] == {"tested": 4, "heard": 1, "unseen": False}
    assert "1 of whom it heard in training, too: these are not scores on unseen speakers" in card.text
    assert "had not heard in training" not in card.text + calibrated(data, 0.66)
    manifest = store.read(study / "manifest").assign(speaker=None)
    schema = pa.schema([(name, pa.string()) for name in manifest.columns])
    store.write(study / "manifest", manifest, schema, MADE_BY_TEST)
    data, card = written(study)
    assert data["speakers"]["unseen"] is None
    assert "whose speakers the corpus does not state" in card.text


def test_synthetic_and_untrained_stand_first_and_name_no_published_corpus(study):
    card = written(study, synthetic=True, untrained=True)[1]
    assert {"synthetic", "untrained"} <= set(card.data.tags)
    assert card.data.datasets is None
    start = card.text.strip().splitlines()[2:5]
    assert start[0].startswith("> **Synthetic.") and start[2].startswith(
        "> **Its encoder's weights are random"
    )


def test_what_no_longer_belongs_into_the_space_leaves_it(study, monkeypatch):
    monkeypatch.chdir(study)
    run = study / "results/runs/a/0/7"
    run.mkdir(parents=True)
    (run / "card.json").write_text(json.dumps(written(study)[0]))
    page = ROOT / "src/sarangi/app/page.py"
    modules = [page, *(ROOT / "src" / name for name in modules_of(page))]
    stale, own = study / "space/results/runs/b/0/7/model.safetensors", study / "space/.git/config"
    for file in (stale, own):
        file.parent.mkdir(parents=True)
        file.touch()
    copies = {file: study / f"space/sarangi/{file.name}" for file in modules}
    output = {name: study / f"space/{name}" for name in ("app", "readme", "requirements")}
    kept = [*copies.values(), *output.values()]
    space(copies, page, ROOT / "pyproject.toml", ["a/0/7"], output, kept)
    assert own.exists() and not stale.exists()
    assert {"page.py", "__init__.py", "fusion.py"} <= {f.name for f in (study / "space/sarangi").iterdir()}
    assert "license: other" in (study / "space/readme").read_text()
    assert "gradio==" in (study / "space/requirements").read_text()


def test_the_copied_modules_are_all_that_the_page_needs(tmp_path):
    for name in modules_of(ROOT / "src/sarangi/app/page.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes((ROOT / "src" / name).read_bytes())
    page = tmp_path / "sarangi/app/page.py"
    page.write_bytes((ROOT / "src/sarangi/app/page.py").read_bytes())
    assert (tmp_path / "sarangi/app/__init__.py").is_file()
    done = subprocess.run(
        [sys.executable, "-c", "import sarangi.app.page; print(sarangi.app.page.__file__)"],
        env=os.environ | {"PYTHONPATH": str(tmp_path)}, cwd=tmp_path, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.stdout == f"{page}\n", done.stderr


def test_a_card_that_is_none_is_none(tmp_path):
    assert read_card(tmp_path) is None
    for text in ("", "[]", "{}", '{"name": 1}', "[" * 100_000):
        (tmp_path / "card.json").write_text(text)
        assert read_card(tmp_path) is None
