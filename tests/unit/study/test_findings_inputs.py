"""What findings, numbers, errata and tables of published experiments need, and what of it is missing."""

from dataclasses import replace

import pytest
from support.places import ROOT
from support.studies import absent, checked

from sarangi.base.errors import SarangiError
from sarangi.study import errata_inputs, findings_inputs, missing, shown
from sarangi.study.claims_file import read_errata

TRANSFER = "ravdess_grouped3_audio_tiny_to_urdu_latif"
ASK = "corpus ravdess: write to its authors, put it at resources/corpora/ravdess"


@pytest.fixture
def without_ravdess(study, tmp_path, monkeypatch):
    study["corpora"]["ravdess"] = absent("write to its authors")
    return checked(study, tmp_path, monkeypatch)


def texts(things):
    return [str(thing) for thing in things]


def test_a_name_is_looked_up_and_never_split(demo):
    # a protocol, too, is named after a way from one language to the other
    own = demo.scores["urdu_sindhi_urdu_to_sindhi_egemaps_svm"]
    assert own == ("urdu_sindhi_urdu_to_sindhi_egemaps_svm", None)
    assert demo.scores[TRANSFER] == ("ravdess_grouped3_audio_tiny", "urdu_latif")
    assert TRANSFER + "_to_meld" not in demo.scores


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("ravdess_loso_egemaps_svm", [ASK]),
        ("urdu_latif_loso_egemaps_svm", []),
        ("urdu_latif_grouped3_audio_tiny_to_ravdess", [ASK]),
        (
            "urdu_latif_loso_egemaps_svm_to_meld",
            ["transfer of urdu_latif_loso_egemaps_svm to meld: it is not in the configuration"],
        ),
        ("meld_publisher_bert_to_ravdess",
         ["experiment meld_publisher_bert_to_ravdess: it is not in the configuration"]),
    ],
)  # fmt: skip
def test_what_is_missing_is_said_of_any_name(without_ravdess, name, what):
    if what:
        assert texts(missing.what_is_missing(without_ravdess, name)) == what
        with pytest.raises(SarangiError, match=f"^{name} needs {what[0][:20]}"):
            missing.scores_or_error(without_ravdess, name)
    else:
        assert missing.scores_or_error(without_ravdess, name) == f"results/scores/{name}.parquet"


def test_experiments_that_cannot_run_are_listed_with_what_they_need(without_ravdess):
    rows = missing.missing_of_experiments(without_ravdess)
    assert {row[0] for row in rows} == {"ravdess"}
    assert [row[1:3] for row in rows if row[2] == "text_tiny"] == [["grouped3", "text_tiny"]]


def test_a_finding_has_the_scores_that_can_be_and_says_what_the_others_need(demo):
    scores = findings_inputs.scores_of_finding(demo, "finding_0")
    lacking = findings_inputs.missing_of_finding(demo, "finding_0")
    used = findings_inputs.experiments_of_finding(demo, "finding_0")
    assert "results/scores/ravdess_grouped3_fusion_tiny.parquet" in scores
    assert texts(lacking["ravdess_random70_replayed_text"]) == [
        "experiment ravdess_random70_replayed_text: it is not in the configuration"
    ]
    assert len(scores) + len(lacking) == len(used)
    assert used == sorted(set(used))


def test_a_finding_that_is_not_configured_has_no_file(demo):
    assert findings_inputs.findings(demo) == [
        f"results/findings/{name}.parquet" for name in sorted(demo.config["findings"])
    ]


def test_numbers_name_what_of_ours_replays_them(demo):
    claims = findings_inputs.claims_of_numbers(demo.published)
    assert set(claims) == set(demo.published)
    assert claims["ravdess_si_text.wf1"] == {
        "finding": "finding_0",
        "printed": "0.031",
        "ours": ["ravdess_speakers_21_24_replayed_text"],
        "score": ["ravdess_speakers_21_24_replayed_text", "wf1", ""],
        "counted": True,
    }
    # of a comparison what its parts are compared with
    assert claims["fusion_over_audio_unseen_actors"]["ours"] == [
        "ravdess_speakers_21_24_replayed_audio",
        "ravdess_speakers_21_24_replayed_multimodal",
    ]
    assert "score" not in claims["urdu_within_show.chance"]


def test_numbers_miss_what_claims_name_and_the_configuration_lacks(demo):
    lacking = findings_inputs.missing_of_numbers(demo)
    assert list(lacking) == sorted(lacking)
    assert "punjabi_rasa_publisher_replayed_audio_xlsr_to_urdu_latif" in lacking
    assert not set(lacking) & {*demo.scored, TRANSFER}


@pytest.fixture
def errata(demo):
    return read_errata(ROOT / "errata.yaml", ROOT / "workflow/schemas/errata.schema.yaml", demo.published)


def test_errata_have_what_can_be_compared_and_say_what_is_missing(demo, errata):
    scores = errata_inputs.scores_of_errata(demo, errata)
    assert "results/scores/urdu_latif_random5_egemaps_svm.parquet" in scores
    lacking = errata_inputs.missing_of_errata(demo, errata)
    assert not {f"results/scores/{name}.parquet" for name in lacking} & set(scores)
    # is10 is not tried on it, so neither is the difference that the errata show
    assert texts(lacking["urdu_latif_random5_is10_svm"]) == [
        "experiment urdu_latif_random5_is10_svm: it is not in the configuration"
    ]
    assert "results/differences/urdu_latif_random5.parquet" in errata_inputs.differences_of_errata(
        demo, errata
    )
    assert set(errata_inputs.audits_of_errata(demo, errata)) <= {
        f"results/audit/{corpus}.parquet" for corpus in demo.corpora
    }
    records = errata_inputs.records_of_errata(demo, errata)
    assert {row["claim"] for row in errata_inputs.compared_by(errata, "claim")} <= set(records)


def test_errata_say_of_a_corpus_what_to_do_to_get_it(without_ravdess, errata):
    audited = {row["audit"] for row in errata_inputs.compared_by(errata, "audit")}
    shown_audits = {
        check["corpus"] for point in errata_inputs.all_points(errata) for check in point.get("audit", ())
    }
    lacking = errata_inputs.missing_of_errata(without_ravdess, errata)
    assert "ravdess" in audited | shown_audits
    assert texts(lacking["ravdess"]) == [ASK]
    assert "results/audit/ravdess.parquet" not in errata_inputs.audits_of_errata(without_ravdess, errata)


def test_figures_show_first_what_findings_name_then_what_is_fine_tuned_and_no_guesses(demo):
    first = shown.results_first(demo)
    named = [name for name in demo.config["findings"]["finding_0"]["experiments"] if "constant" not in name]
    assert first[: len(named)] == named
    assert len(first) == len(set(first))
    assert {TRANSFER, "ravdess_speakers_9_12_fusion_tiny_gated"} <= set(first)
    every = shown.results_shown(demo, lambda name: name)
    assert set(first) < set(every)
    assert "ravdess_loso_egemaps_svm" in every
    models = {demo.experiments[demo.scores[name].experiment].model for name in every}
    assert models.isdisjoint({"constant", "uniform"})
    assert shown.results_first(replace(demo, config=demo.config | {"findings": {}})) == []


def test_published_experiments_on_a_corpus_are_listed_with_ours_under_the_same_protocol(demo):
    printed = shown.printed_of_corpus(demo, "meld")
    ours = {entry["name"]: entry for entry in shown.ours_on(demo, "meld")}
    assert {entry["ours"] for entry in printed.values()} <= set(ours)
    missed = ours["meld_publisher_replayed_text"]
    assert (missed["corpus"], missed["scores"], missed["replayed"]) == (None, None, False)
    assert texts(missed["why"]) == ["experiment meld_publisher_replayed_text: it is not in the configuration"]
    # by the protocol of a published experiment, though no model of ours replays it
    svm = ours["meld_publisher_egemaps_svm"]
    assert (svm["corpus"], svm["test"], svm["replayed"], svm["leaks"], svm["why"]) == (
        "meld", "meld", True, True, [],
    )  # fmt: skip
    assert shown.scores_of(ours.values()) == [
        f"results/scores/meld_publisher_{model}.parquet" for model in ("egemaps_svm", "constant")
    ]


def test_fine_tuned_models_are_listed_seed_by_seed_with_their_transfers(demo):
    printed = shown.printed_with_seeds(demo)
    ours = {entry["name"]: entry for entry in shown.ours_with_seeds(demo)}
    assert {entry["ours"] for entry in printed.values()} <= set(ours)
    further = [
        name
        for finding in shown.WITH_SEEDS
        for name in demo.config["findings"][finding].get("experiments", ())
    ]
    tuned = [
        n
        for n in further
        if "finetuning" in demo.config["models"][demo.experiments[demo.scores[n].experiment].model]
    ]
    assert tuned
    assert set(tuned) <= set(ours)
    assert not (set(further) - set(tuned)) & set(ours)
    assert ours[TRANSFER]["test"] == "urdu_latif"
