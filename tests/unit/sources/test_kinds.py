"""Kinds of sources: each says where it is, where it is from and what a person can do."""

from dataclasses import fields

import pytest
import yaml
from support.places import ROOT

from sarangi.sources.kinds import KINDS, Fetched, kind_of

HUB = {"hub": "a/b", "revision": "0123456789abcdef", "file": "model.safetensors", "checksums": {}}
SOURCES = {
    "address": {"address": "https://a.org/b.tar.gz?c=d", "size": 3},
    "zenodo": {"zenodo": "12"},
    "git": {"git": "https://a.org/b", "commit": "0123456789abcdef"},
    "hub": HUB,
    "whisper": {"whisper": "small"},
    "asr": {"asr": "whisper_small"},
    "packed": {"packed": "packed.safetensors"},
    "folder": {"folder": "weights"},
    "random": {"random": {"seed": 1}},
    "synthetic": {"synthetic": {"seed": 1}},
    "request": {"request": "ask for it"},
}


def test_the_schema_describes_every_kind_and_no_other():
    schema = yaml.safe_load((ROOT / "workflow/schemas/config.schema.yaml").read_text())
    sections = [schema["properties"][name] for name in ("corpora", "encoders", "asr")]
    branches = [
        branch
        for section in sections
        for branch in section["additionalProperties"]["properties"]["source"]["oneOf"]
    ]
    assert {key for branch in branches for key in branch["required"] if key in KINDS} == set(KINDS)
    for branch in branches:
        key, *_ = branch["required"]
        names = {field.name for field in fields(KINDS[key])}
        assert set(branch["properties"]) == names


@pytest.mark.parametrize(
    ("key", "address"),
    [
        ("address", "https://a.org/b.tar.gz?c=d"), ("zenodo", "https://zenodo.org/api/records/12"),
        ("git", "https://a.org/b"), ("hub", "https://huggingface.co"),
        ("whisper", "https://openaipublic.azureedge.net"), ("packed", None), ("folder", None),
        ("random", None), ("synthetic", None), ("request", None),
    ],
)  # fmt: skip
def test_what_is_fetched_is_there_once_it_lies_there_or_its_address_answers(
    key, address, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    kind, made = kind_of(SOURCES[key]), tmp_path / "made"
    assert kind.fetched_from == address
    asked = []
    located = kind.located(made, (), lambda each: asked.append(each) or True)
    always = key in ("random", "synthetic")
    if address:
        assert (located, asked) == (made, [address])
        assert kind.located(made, (), lambda each: False) is None
    elif key != "folder":
        assert located == (made if always else None)
    made.mkdir()
    (made / "one").touch()
    if key in ("address", "hub", "whisper", "request"):
        assert kind.located(made, ("one",), lambda each: False) == made
        # a fetch that broke off left one of two files
        assert kind.located(made, ("one", "two"), lambda each: False) is None


def test_what_comes_with_the_study_is_there_where_its_files_are(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder, packed = kind_of(SOURCES["folder"]), kind_of(SOURCES["packed"])
    made = tmp_path / "made"
    assert folder.located(made, ("one", "two"), lambda each: True) is None
    assert packed.located(made, (), lambda each: True) is None
    (tmp_path / "weights").mkdir()
    (tmp_path / "weights/one").touch()
    assert folder.advice("models/x", ("one", "two")) == "put two into the folder weights"
    (tmp_path / "weights/two").touch()
    (tmp_path / "packed.safetensors").touch()
    assert str(folder.located(made, ("one", "two"), lambda each: True)) == "weights"
    assert packed.located(made, (), lambda each: True) == made


def test_advice_names_the_place_and_the_suffix_of_what_is_downloaded():
    said = {key: kind_of(source).advice("here", ()) for key, source in SOURCES.items()}
    assert said["address"] == "download https://a.org/b.tar.gz?c=d, put it at here.tar.gz"
    assert said["git"] == "clone https://a.org/b at 0123456789ab, put it at here"
    assert said["request"] == "ask for it, put it at here"
    assert said["hub"].startswith(
        "fetch a/b at revision 0123456789ab from the Hugging Face hub, put it at here"
    )


def test_a_rule_downloads_the_kinds_of_corpora_alone():
    fetched = {key for key, source in SOURCES.items() if isinstance(kind_of(source), Fetched)}
    assert fetched == {"address", "zenodo", "git"}
    assert isinstance(kind_of({"kaggle": "a/b"}), Fetched)
