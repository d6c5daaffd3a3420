"""The public model of ``sarangi listen --pretrained``, with a stand-in of it and of the hub's library."""

import hashlib
import pickle
import shutil

import huggingface_hub
import numpy as np
import pytest
import torch
from huggingface_hub.errors import LocalEntryNotFoundError
from safetensors.torch import load_file
from support.strangers import foreign  # noqa: F401  (fixtures)

import sarangi.__main__ as command_line
from sarangi.app import opening, page
from sarangi.app.answers import about
from sarangi.app.own_words import LONGEST, own_words
from sarangi.app.pinned import PRETRAINED, REVISIONS, place_of
from sarangi.base.errors import SarangiError

SIGNAL = np.random.default_rng(0).normal(0, 0.1, 16_000).astype(np.float32)
CARD = """---
license: apache-2.0
language: [en]
datasets:
- superb
widget: [{src: https://example.org/1.flac}]
---

# A model for emotions

![badge](https://example.org/x.png)

## Model description

Ported from [S3PRL](https://example.org), *not* <script>alert(1)</script>by us.

## Usage examples

```python
os.system("never shown")
```

## Training data

It was trained on four emotions.
"""


class Hub:
    """Gives the files of a folder, as ``hf_hub_download`` does, and counts what it is asked for."""

    def __init__(self, folder):
        self.folder, self.asked, self.there = folder, [], True

    def __call__(self, name, file, revision):
        assert (name, revision) == (PRETRAINED, REVISIONS[PRETRAINED])
        self.asked.append(file)
        if not self.there or not (self.folder / file).is_file():
            raise LocalEntryNotFoundError("no network")
        return str(self.folder / file)


def as_older(state):
    """Weights as an older torch names them, without the vector that serves training alone."""
    older = {"parametrizations.weight.original0": "weight_g", "parametrizations.weight.original1": "weight_v"}
    found = {name: tensor for name, tensor in state.items() if not name.endswith("masked_spec_embed")}
    for new, old in older.items():
        found = {name.replace(new, old): tensor for name, tensor in found.items()}
    assert len(found) == len(state) - 1
    return found


@pytest.fixture
def hub(foreign, tmp_path, monkeypatch):
    """The hub with the stand-in as pickled weights and a card; the plain answers of it."""
    found = Hub(foreign)
    found.answers = opening.load(str(foreign), tmp_path).answer([SIGNAL], [""])
    torch.save(as_older(load_file(foreign / "model.safetensors")), foreign / "pytorch_model.bin")
    (foreign / "model.safetensors").unlink()
    (foreign / "README.md").write_text(CARD)
    monkeypatch.setattr(huggingface_hub, "hf_hub_download", found)
    return found


def test_it_is_fetched_once_at_its_revision_and_answers_as_its_weights_do(hub, tmp_path):
    study = tmp_path / "study"
    listener = opening.load(PRETRAINED, study)
    assert np.array_equal(listener.answer([SIGNAL], [""]), hub.answers)
    assert hub.asked == [
        "config.json", "preprocessor_config.json", "README.md", "model.safetensors", "pytorch_model.bin",
    ]  # fmt: skip
    place = place_of(PRETRAINED, study)
    kept = ["README.md", "config.json", "model.safetensors", "preprocessor_config.json"]
    assert sorted(path.name for path in place.iterdir()) == kept
    hub.there, hub.asked = False, []
    assert np.array_equal(opening.load(PRETRAINED, study).answer([SIGNAL], [""]), hub.answers)
    assert hub.asked == []


def test_a_copy_that_a_person_brought_needs_no_hub(hub, tmp_path):
    place = place_of(PRETRAINED, tmp_path)
    shutil.copytree(hub.folder, place)
    hub.there = False
    assert np.array_equal(opening.load(PRETRAINED, tmp_path).answer([SIGNAL], [""]), hub.answers)


def test_without_a_network_it_says_what_to_run(hub, tmp_path):
    hub.there = False
    with pytest.raises(SarangiError) as error:
        opening.load(PRETRAINED, tmp_path / "my study")
    place = place_of(PRETRAINED, tmp_path / "my study")
    assert f"hf download {PRETRAINED} --revision {REVISIONS[PRETRAINED]} --local-dir '{place}'" in str(
        error.value
    )


class Evil:
    def __reduce__(self):
        return print, ("it ran",)


def test_weights_that_would_run_code_are_refused(hub, tmp_path, capsys):
    (hub.folder / "pytorch_model.bin").write_bytes(pickle.dumps({"weights": Evil()}))
    with pytest.raises(SarangiError, match="not a checkpoint of torch"):
        opening.load(PRETRAINED, tmp_path)
    assert "it ran" not in capsys.readouterr().out
    assert not (place_of(PRETRAINED, tmp_path) / "model.safetensors").exists()


def test_a_file_of_the_cache_that_is_not_what_its_name_says_is_refused(hub, tmp_path):
    weights = hub.folder / "pytorch_model.bin"
    blob = tmp_path / hashlib.sha256(weights.read_bytes()).hexdigest()
    weights.rename(blob)
    weights.symlink_to(blob)
    assert opening.load(PRETRAINED, tmp_path / "whole").emotions
    blob.write_bytes(blob.read_bytes() + b"\0")
    with pytest.raises(SarangiError, match="its sha256 is not its name, so it is damaged"):
        opening.load(PRETRAINED, tmp_path / "damaged")


def test_the_page_shows_its_publishers_words_as_such(hub, tmp_path):
    shown = about(opening.load(PRETRAINED, tmp_path))
    assert REVISIONS[PRETRAINED] in shown
    assert "Licence: apache-2.0; Language: en; Trained or tested on: superb" in shown
    assert "<blockquote>Ported from S3PRL, not alert(1)by us.</blockquote>" in shown
    assert "<blockquote>It was trained on four emotions.</blockquote>" in shown
    assert "this study has not checked them" in shown
    assert "&lt;b&gt;cross&lt;/b&gt;" in shown
    for absent in ("<script", "never shown", "<b>cross", "What this model was trained on"):
        assert absent not in shown


@pytest.mark.parametrize(
    ("card", "paragraphs", "facts"),
    [
        ("No front matter.\n\n## Data\n\nSome.\n", ["Some."], {}),
        (f"---\nlicense: [mit, {{a: b}}]\n---\n## Bias\n\n{'long words ' * 500}", None, {"Licence": "mit"}),
        ("---\n- no\n- mapping\n---\n## Limitations\nMany.\n| a | b |\n", ["Many. | a | b |"], {}),
    ],
)
def test_odd_cards_are_read_as_far_as_they_go(tmp_path, card, paragraphs, facts):
    (tmp_path / "README.md").write_text(card)
    found = own_words(tmp_path)
    assert found.facts == facts
    assert paragraphs is None or found.paragraphs == paragraphs
    assert sum(map(len, found.paragraphs)) <= LONGEST + 2


def test_a_card_that_cannot_be_read_is_not_shown_and_that_is_said(tmp_path, caplog):
    (tmp_path / "README.md").write_text("---\nlicense: [mit\n---\n")
    assert own_words(tmp_path) is None
    assert "the model card cannot be read (line 3" in caplog.text


def test_the_command_offers_it_behind_the_models_that_are_named(hub, tmp_path, monkeypatch, capsys):
    asked = []
    monkeypatch.setattr(page, "serve", lambda *arguments: asked.append(arguments))
    options = ["--model", "a/0/1", "--pretrained", "--directory", str(tmp_path)]
    assert command_line.main(["listen", *options]) == 0
    assert asked == [(tmp_path, ["a/0/1", PRETRAINED], "127.0.0.1", None)]
    assert [offer.name for offer in page._offered(tmp_path, [PRETRAINED])] == [PRETRAINED]
    assert f"{PRETRAINED}: labels calm, <b>cross</b>, glad; Licence: apache-2.0" in capsys.readouterr().out
