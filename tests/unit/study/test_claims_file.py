"""The file of claims: what it says, and how a mistake in it is named."""

import csv
import fnmatch
import re

import pandas as pd
import pytest
import yaml
from support.claims import (
    FILE,
    SCHEMA,
    changed,
    ours,  # noqa: F401  (fixtures)
)
from support.places import ROOT

from sarangi.base.errors import SarangiError
from sarangi.scoring.scores import slices
from sarangi.study.checking import check
from sarangi.study.claims_file import read_claims
from sarangi.study.recipes import is_tuned
from sarangi.study.scored import to_score

PUBLISHED = ROOT.parent / "shared/published"


def test_no_verdict_is_written_anywhere():
    for file in ("claims.yaml", "errata.yaml", "config.yaml", "demo/config.yaml"):
        text = (ROOT / file).read_text().lower()
        for word in ("reproduced", "differs", "faulty", "contradict", "cannot be tested", "verdict", "wrong"):
            assert word not in text, f"{file} says {word}"


def test_every_published_number_is_a_claim(ours):
    if not PUBLISHED.is_dir():
        pytest.skip("the published tables are not beside this checkout")
    said = {name: record["value"] for name, record in ours.items() if "value" in record}
    with (PUBLISHED / "transformers.csv").open() as file:
        for row in csv.DictReader(file):
            name = f"{row['experiment']}.{row['metric']}"
            assert said[name] == row["value"], name
            for key, column in (("low", "ci_low"), ("high", "ci_high")):
                assert ours[name].get(key, "") == row[column], name
    short = {"svm_rbf": "svm"}
    with (PUBLISHED / "urdu_sindhi.csv").open() as file:
        for row in csv.DictReader(file):
            grid = "within" if row["protocol"] == "5fold" else "transfer"
            classifier = short.get(row["classifier"], row["classifier"])
            cells = [row["train"], row["test"], row["features"].lower(), classifier]
            name = "_".join(["urdu_sindhi", grid, *cells])
            for metric in ("uar", "uar_std", "wf1"):
                if row[metric]:
                    assert said[f"{name}.{metric}"] == row[metric], name


OURS = ("derived.", "noticed.", "disclosed_limitation.", "urdu_listing.", "method.", "seed_map.", "name.")
"""Beginnings of the names of facts that are no results: what we observed, and how things were done."""
LISTED = {
    "seedrun.*": "scores, recalls, F1 and confusions of each", "agg.*.pooled.*": "accuracy, WF1 and recalls",
    "agg.*": "means over the three seeds", "config.*": "layers, rates", "params.*": "parameters",
    "size.dims.*": "dimensions", "size.punjabi.imbalance_ratio": "the imbalance", "size.*": "clips, speakers",
    "*.support.*": "clips, speakers", "readme.urdu_training_utterances": "clips, speakers",
    "chance.*": "chance levels", "*.4dec": "four decimals", "*.epochs_trained": "epochs",
    "english.*delta_pp*": "differences of F1", "english.neutral_gain_random_pp": "the gain of fusion",
    "english.lr_1e-4_run_wf1": "WF1 0.27", "*.results_md_delta_pp": "differences of other feature sets",
    "classical.*": "accuracies of the classical models", "classical_transfer.*.accuracy": "accuracies",
    "classical_transfer.*.gap": "the columns", "classical_transfer.*.within_uar_target": "the columns",
    "classical_transfer.table.*": "1.9 times chance", "single.*": "macro F1, accuracy, confusions",
}  # fmt: skip
"""Facts that are no claim, by a pattern of their names: how the entry of ``not_claims`` begins."""


def test_every_number_that_was_found_in_the_study_is_a_claim_or_listed_as_none(ours):
    if not PUBLISHED.is_dir():
        pytest.skip("the published tables are not beside this checkout")
    entries = yaml.safe_load(FILE.read_text())["not_claims"]
    values = {
        round(abs(float(r[key])), 4) for r in ours.values() for key in ("value", "low", "high") if key in r
    }
    with (PUBLISHED / "facts.csv").open() as file:
        facts = [row for row in csv.DictReader(file) if not row["name"].startswith(OURS)]
    assert len(facts) > 900
    for fact in facts:
        pattern = next((p for p in LISTED if fnmatch.fnmatchcase(fact["name"], p)), None)
        number = re.fullmatch(r"[-+]?[0-9.]+(e-[0-9]+)?", fact["value"])
        is_claim = number and any(abs(abs(float(number[0])) - value) <= 0.00051 for value in values)
        if not is_claim:
            assert pattern is not None, fact
            assert [entry for entry in entries if entry["what"].startswith(LISTED[pattern])], pattern


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("seeds: 1", "seedz: 1", r"claims.yaml:\d+: experiments.\w+.seedz: unknown key.*mean seeds"),
        ("[meld_text.wf1, meld_multimodal", "[meld_text.wf1, meld_multimodel", r"mean meld_multimodal.wf1"),
        ("uar, where: {test: sindhi}", "uarr, where: {test: sindhi}", r"selects no row.*uarr"),
        ("rows: urdu_sindhi_transfer", "rows: urdu_sindhi_transfers", r"no grid.*mean urdu_sindhi_transfer"),
        ("0.3931, 0.0132, 0.3971]", "0.3931, 0.0132]", r"found 6 cells, expected 7"),
        ("value: +6.9", "value: six", r"'six' does not match"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_file_line_and_key(old, new, message, tmp_path):
    with pytest.raises(SarangiError, match=message):
        changed(FILE.read_text(), old, new, tmp_path)


@pytest.mark.parametrize("name", ["claims", "errata"])
def test_every_key_of_the_schema_is_described(name):
    def walk(node, place):
        if isinstance(node, dict):
            for key, entry in node.get("properties", {}).items():
                # one that is refused needs no description
                assert entry is False or "description" in entry or "$ref" in entry, f"{place}.{key}"
            if node.get("type") == "object":
                assert "additionalProperties" in node or "oneOf" in node, place
            for key, entry in node.items():
                walk(entry, f"{place}.{key}")
        elif isinstance(node, list):
            for entry in node:
                walk(entry, place)

    walk(yaml.safe_load(SCHEMA.with_name(f"{name}.schema.yaml").read_text()), "schema")


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("of {nobody}", "{nobody} is not a column"),
        ("of {0}", "{0} is not a column"),
        ("of {", "is not a pattern"),
        ("{features.__class__}", "is not a column"),
        ("{features:>999999999}", "is not a column"),
    ],
)
def test_a_title_that_names_no_column_is_refused(pattern, said, tmp_path):
    before, grids = (ROOT / "claims.yaml").read_text().split("\ngrids:\n")
    odd = re.sub(r"(?m)^    title: .*$", f"    title: '{pattern}'", grids, count=1)
    (tmp_path / "claims.yaml").write_text(f"{before}\ngrids:\n{odd}")
    with pytest.raises(SarangiError, match=r"claims\.yaml:\d+: grids\.\w+\.title: ") as caught:
        read_claims(tmp_path / "claims.yaml", ROOT / "workflow/schemas/claims.schema.yaml")
    assert said in str(caught.value)


def test_a_number_of_thousands_of_digits_is_refused_as_none(tmp_path):
    text = (ROOT / "claims.yaml").read_text()
    assert "wf1: 0.031\n" in text
    (tmp_path / "claims.yaml").write_text(text.replace("wf1: 0.031\n", f"wf1: 0.{'9' * 5000}\n", 1))
    with pytest.raises(SarangiError, match=r"claims\.yaml:\d+: experiments\.ravdess_si_text\.numbers\.wf1"):
        read_claims(tmp_path / "claims.yaml", ROOT / "workflow/schemas/claims.schema.yaml")


def test_every_slice_that_a_claim_names_is_one_that_its_planned_score_has(ours):
    study = check(
        yaml.safe_load((ROOT / "config.yaml").read_text()), SCHEMA.with_name("config.schema.yaml"), []
    )
    named = [record for record in ours.values() if "ours_slice" in record]
    assert {"speaker SM2", "seed 42", "part publisher", "part random80 seed 42"} <= {
        record["ours_slice"] for record in named
    }
    for record in named:
        replay, name = record["replay"], record["ours"]
        assert name in study.wanted_scores, name
        e = study.experiments[study.scores[name].experiment]
        planned = to_score(study, e, replay.get("test"))
        clips = pd.concat(
            pd.DataFrame(speakers_of(planned.test, study)).assign(fold=fold, seed=seed)
            for fold, seed in study.runs(e)
        )
        parts = {protocol: set(clips["utterance_id"]) for protocol, _ in planned.parts}
        names = [part.name for part in slices(clips, planned, parts)]
        assert record["ours_slice"] in names, (name, names)


def test_what_claims_and_errata_name_is_trained_by_the_study_s_recipe(ours):
    study = check(
        yaml.safe_load((ROOT / "config.yaml").read_text()), SCHEMA.with_name("config.schema.yaml"), []
    )
    errata = yaml.safe_load((ROOT / "errata.yaml").read_text())
    named = {record["ours"] for record in ours.values() if "ours" in record} | set(scores_in(errata))
    tuned = {study.scores[name].experiment for name in named if name in study.scores}
    models = {study.experiments[name].model for name in tuned if is_tuned(study, study.experiments[name])}
    assert len(models) == 10
    assert named <= set(study.wanted_scores)
    for model in models:
        entry = study.config["models"][model]
        assert entry.get("replay") is True, model
        # and the masked one beside it differs in nothing else
        own = study.config["models"][model.removeprefix("replayed_")]
        assert {**own, "title": 0, "replay": True} == {**entry, "title": 0}, model


def scores_in(node):
    """The names that stand under the key score, at any depth."""
    if isinstance(node, list):
        return [name for inner in node for name in scores_in(inner)]
    if not isinstance(node, dict):
        return []
    own = [node["score"]] if isinstance(node.get("score"), str) else []
    return own + [name for inner in node.values() for name in scores_in(inner)]


def speakers_of(corpus, study):
    """One clip of each speaker of a corpus that its protocols name, or of one that has no name."""
    named = [
        speaker
        for e in study.experiments.values()
        if e.corpus == corpus and study.config["protocols"][e.protocol].get("by") == "speaker"
        for fold in study.config["protocols"][e.protocol]["test"]
        for speaker in fold
    ]
    speakers = sorted(set(named)) or [None]
    return [
        {"utterance_id": f"{corpus}/{n}", "speaker": speaker, "gender": None, "language": None}
        for n, speaker in enumerate(speakers)
    ]
