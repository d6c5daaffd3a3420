"""Votes in a configuration: where they may be, and what is refused."""

import pytest
import yaml
from support.configuration import SCHEMA
from support.places import ROOT

from sarangi.base.errors import SarangiError
from sarangi.corpora.vote_settings import TargetSettings
from sarangi.study.checking import check
from sarangi.study.vote_inputs import settings_of_votes, voted, votes_of

TARGET = {"from": "votes", "rule": "plurality", "ties": "first"}


@pytest.fixture
def config(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("labels", "votes"):
        (tmp_path / f"{name}.csv").write_text("file,emotion\n")
    (tmp_path / "wavs").mkdir()
    whole = yaml.safe_load((ROOT / "config.yaml").read_text())
    whole["download"] = False
    whole["corpora"]["my"] = {"table": "labels.csv", "audio": "wavs", "votes": {"table": "votes.csv"}}
    whole["experiments"].append({"corpora": ["my"], "protocols": ["loso"], "models": ["egemaps_svm"]})
    return whole


def test_a_corpus_may_have_votes_and_a_target_from_them(config):
    config["corpora"]["my"]["target"] = TARGET
    config["corpora"]["iemocap"]["votes"] = {}
    study = check(config, SCHEMA, [])
    assert voted(study, ["my", "iemocap", "ravdess"]) == ["my", "iemocap"]
    assert votes_of(study, "my") == ["results/votes/my.parquet"]
    settings = settings_of_votes(study.config["corpora"]["my"])
    assert (settings.kind, settings.target) == ("rows", TargetSettings("plurality", "first"))
    assert settings_of_votes(study.config["corpora"]["iemocap"]).kind == "layout"
    before = study.identities["corpora/my"]
    config["corpora"]["my"]["target"] = TARGET | {"rule": "soft", "ties": "skip"}
    assert check(config, SCHEMA, []).identities["corpora/my"] != before


def test_a_table_of_votes_that_is_not_there_makes_a_corpus_unavailable(config, tmp_path):
    (tmp_path / "votes.csv").unlink()
    study = check(config, SCHEMA, [])
    assert "my" not in study.sources
    advice = study.locations.missing("corpora")["my"]
    assert "votes.csv is not there: put it there, or correct `votes.table`" in advice


@pytest.mark.parametrize(
    ("corpus", "keys", "words"),
    [
        ("my", {"votes": {}}, "state where the votes are: table, counts or shares"),
        ("my", {"votes": {"table": "v.csv", "counts": {"sad": "a", "angry": "b"}}}, "votes are in one place"),
        ("my", {"votes": {"counts": {"sad": "a", "angry": "b"}, "dimensions": {"arousal": "act"}}},
         "'dimensions' needs a table of votes"),
        ("my", {"votes": {"table": "v.csv", "emotions": {"x": "sad"}, "others": ["x"]}},
         "'x' is in `others`, too"),
        ("my", {"votes": {"tabel": "v.csv"}}, "tabel"),
        ("my", {"target": TARGET | {"rule": "majority"}}, "majority has no ties to decide"),
        ("my", {"target": {"from": "labels", "rule": "soft"}}, "target.from"),
        ("ravdess", {"target": TARGET}, "a target from votes needs `votes`"),
        ("ravdess", {"votes": {}}, "nothing is known of votes in the files of ravdess"),
        ("iemocap", {"votes": {"table": "v.csv"}}, "'table' needs a `table` of labels"),
        ("iemocap", {"votes": {"others": ["x"]}}, "the labels of iemocap are known"),
    ],
)  # fmt: skip
def test_what_an_entry_cannot_say_is_refused(config, corpus, keys, words):
    config["corpora"][corpus] |= keys
    with pytest.raises(SarangiError) as error:
        check(config, SCHEMA, [])
    assert words in str(error.value)
