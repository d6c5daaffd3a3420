"""A run with its scores, for tests of the page and the cards."""

import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from huggingface_hub import ModelCard

from sarangi.app import cards
from sarangi.base import store
from sarangi.base.fairness_rows import FAIRNESS
from sarangi.base.human_rows import CROSS_ENTROPY, HUMAN, OTHERS, SHARES, SIDES
from sarangi.base.marks import INFINITE
from sarangi.base.score_rows import SCORES
from sarangi.models.predictions import predictions_schema
from support.places import MADE_BY_TEST

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
    row |= {"se_groups": 0.1, "sd_seeds": None, "se": 0.1, "df": 3.0}
    values = {"uar": 0.5, "accuracy": 0.5, "recall_sad": 1.0, "expected_calibration_error": 0.25}
    values["calibration_error_if_calibrated"] = 0.125
    lines = [row | {"metric": metric, "value": value} for metric, value in values.items()]
    store.write(tmp_path / "scores", pd.DataFrame(lines), SCORES, MADE_BY_TEST)
    store.write(tmp_path / "fairness", fairness(), FAIRNESS, MADE_BY_TEST)
    store.write(tmp_path / "human", human(), HUMAN, MADE_BY_TEST)
    return tmp_path


def human():
    """A model that is worse than an annotator, and whose cross-entropy is infinite."""
    row = dict.fromkeys(HUMAN.names, "") | {
        "n": 8,
        "groups": 4,
        "votes": 20,
        "ties": 3,
        "outside": 1,
        "alone": 0,
    }
    numbers = {name: 0.25 for names in SIDES.values() for name in names} | {"best": 1.0}
    lines = [row | numbers | {"reference": OTHERS, "metric": "uar", "human": 0.5, "difference": -0.25}]
    nothing = dict.fromkeys(numbers) | {"mark": INFINITE}
    lines.append(row | nothing | {"reference": SHARES, "metric": CROSS_ENTROPY})
    return pd.DataFrame(lines)


def fairness():
    """Two genders that differ, and no ages."""
    row = (
        dict.fromkeys(FAIRNESS.names, "")
        | dict.fromkeys(("se", "df"), 2.0)
        | {"unknown": 1, "groups_both": 0}
    )
    row |= {"n_first": 4, "n_second": 4, "groups_first": 2, "groups_second": 2, "attribute": "gender"}
    row |= {"first": "female", "second": "ma|le", "mark": "descriptive interval"}
    values = {"value_first": 0.75, "value_second": 0.5, "value": 0.25, "low": -0.5, "high": 0.9}
    nothing = dict.fromkeys(("first", "second", *values)) | {
        "attribute": "age",
        "mark": "no two parts to compare",
    }
    metrics = [row | values | {"metric": metric} for metric in ("uar", "recall_sad")]
    return pd.DataFrame([*metrics, row | nothing | {"metric": "uar"}])


def written(study, human=None, **changed):
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
        cards.ExperimentFiles(
            study / "scores", study / "fairness", study / "manifest", study / "protocol", human
        ),
        ABOUT | changed,
        {"code": "c0de", "inputs": {str(study / "model0"): "abc"}},
    )
    return json.loads(runs[0, 7].data.read_text()), ModelCard.load(runs[0, 7].card)
