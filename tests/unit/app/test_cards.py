"""Model cards: the numbers in them, and what they say where a score does not mean what it seems."""

import os
import subprocess
import sys

import pyarrow as pa
from support.cards import (
    ABOUT,
    study,  # noqa: F401  (fixtures)
    written,
)
from support.places import MADE_BY_TEST, ROOT

from sarangi.app.card_files import read_card
from sarangi.app.card_text import calibrated
from sarangi.base import store
from sarangi.runtime.fingerprint import modules_of


def test_calibration_counts_how_often_it_was_right_when_it_was_so_sure(study):
    data, card = written(study)
    known = data["calibration"]
    found = [(tenth["from"], tenth["answers"], tenth["right"]) for tenth in known["tenths"]]
    assert found == [(0.6, 4, 0.25), (0.9, 4, 0.75)]
    assert (known["error"], known["answers"], known["clips"]) == (0.25, 8, 8)
    assert known["if_calibrated"] == 0.125
    assert "a perfectly calibrated model would have 0.125 on average" in card.text
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


def test_a_card_says_how_the_model_fares_on_parts_of_the_speakers(study):
    data, card = written(study)
    assert [row["value"] for row in data["fairness"]] == [0.25, 0.25, None]
    section = card.text.split("## Parts of the speakers")[1].split("## Calibration")[0]
    assert r"| female beside ma\|le | UAR | 0.750 | 0.500 | +0.250 | [-0.500, 0.900] | 2, 2 |" in section
    assert "| recall of sad |" in section
    assert "Mark: descriptive interval." in section
    assert "Not known by age" in section


def test_a_card_says_what_an_annotator_reaches_where_there_are_votes(study):
    data, card = written(study)
    assert data["human"] == [] and "## Annotators" not in card.text
    data, card = written(study, study / "human")
    assert [row["value"] for row in data["human"]] == [0.25, None]
    section = card.text.split("## Annotators")[1].split("## Calibration")[0]
    assert "8 clips, 20 votes; 4 votes left out" in section
    assert "| the others | UAR | 0.250 [0.250, 0.250] (degenerate) | 0.500 " in section
    assert "| -0.250 [0.250" in section.replace("−", "-")
    assert "Mark: infinite cross-entropy." in section


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


def test_a_title_is_shown_as_it_is_and_the_hub_reads_it_as_it_is(study):
    card = written(study, corpus=ABOUT["corpus"] | {"title": "a|b <b>x</b> `y`"})[1]
    assert r"a\|b \<b\>x\</b\> \`y\`" in card.text
    assert "<b>" not in card.text
    (results,) = {result.dataset_name for result in card.data.eval_results}
    assert results == "a|b <b>x</b> `y`"


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
